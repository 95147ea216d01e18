"""Take numbers off leads, and leads off the dialler, when do-not-call forbids them: on the writer's connection."""

from datetime import datetime

import duckdb

from pipelines.published.publishing import mark_unpublished
from pipelines.queries import read_query
from pipelines.schema import PHONE_SLOTS
from pipelines.store import count_changed
from pipelines.surveys import remove_places
from pipelines.tables.storing import blank_numbers

SUPPRESSED = "suppressed"


def place_taken(connection: duckdb.DuckDBPyConnection) -> None:
    """Find where the leads of ``taken`` (lead_id, slot, value) lie, once for all that is done to them.

    Leaves ``taken_places`` (place, lead_id, slot, value) and the view ``taken_leads``, these leads as they stand.
    """
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE taken_places AS"
        " SELECT leads.rowid AS place, taken.* FROM leads JOIN taken ON leads.lead_id = taken.lead_id"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP VIEW taken_leads AS SELECT * FROM leads WHERE rowid IN (SELECT place FROM taken_places)"
    )


def take_numbers_off(connection: duckdb.DuckDBPyConnection) -> None:
    """Empty the phone slots in ``taken_places``, and what else of the leads spells these numbers.

    The published parts are left to the caller.
    """
    run = connection.execute
    # An agent must not read the number either, however call info spells it; mostly there is none.
    run(
        "UPDATE leads SET call_info = NULL FROM taken_places WHERE leads.rowid = place AND call_info IS NOT NULL"
        " AND contains(regexp_replace(call_info, '[^0-9]', '', 'g'), right(value::VARCHAR, 7))"
    )
    for slot in PHONE_SLOTS:
        run(
            f"UPDATE leads SET {slot} = NULL, {slot}_key = NULL, {slot}_type = NULL FROM taken_places"
            " WHERE leads.rowid = place AND slot = ?",
            [slot],
        )
    blank_numbers(connection)


def suppress_leads(connection: duckdb.DuckDBPyConnection, changed_by: str, at: datetime) -> int:
    """Suppress those of ``taken_leads`` that have no contact point left which their import asks for; return how many.

    They keep their line with the status ``suppressed``, by which they are not found any more, and have no callback or
    place: nothing dials them and no duplicate is found by them. Callbacks and places leave images under ``changed_by``.
    """
    run = connection.execute
    run(f"CREATE OR REPLACE TEMP TABLE suppressed AS {read_query('dnc/suppressed')}")
    leads = int(connection.execute("SELECT count(*) FROM suppressed").fetchall()[0][0])
    if not leads:
        return 0
    these = "lead_id IN (SELECT lead_id FROM suppressed)"
    run(f"UPDATE leads SET status = '{SUPPRESSED}', updated_at = ? WHERE {these}", [at])
    run(
        f"INSERT INTO callback_images BY NAME SELECT ? AS changed_by, callbacks.* FROM callbacks WHERE {these}",
        [changed_by],
    )
    remove_places(connection, "SELECT lead_id FROM suppressed", changed_by, at)
    for table in ("callbacks", "fetched"):
        run(f"DELETE FROM {table} WHERE {these}")
        if count_changed(connection):
            mark_unpublished(connection, table)
    return leads
