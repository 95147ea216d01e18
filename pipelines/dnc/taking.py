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


def take_numbers_off(connection: duckdb.DuckDBPyConnection) -> None:
    """Empty the phone slots in ``taken`` (lead_id, slot, value), and what else of the leads spells these numbers.

    The published parts are left to the caller.
    """
    for slot in PHONE_SLOTS:
        # An agent must not read the number either, however call info spells it.
        connection.execute(
            f"UPDATE leads SET {slot} = NULL, {slot}_key = NULL, {slot}_type = NULL, call_info ="
            " CASE WHEN contains(regexp_replace(call_info, '[^0-9]', '', 'g'), right(taken.value::VARCHAR, 7))"
            " THEN NULL ELSE call_info END FROM taken WHERE leads.lead_id = taken.lead_id AND taken.slot = ?",
            [slot],
        )
    blank_numbers(connection)


def suppress_leads(connection: duckdb.DuckDBPyConnection, changed_by: str, at: datetime) -> int:
    """Suppress the leads of ``taken`` that have no contact point left which their import asks for; return how many.

    They keep their line with the status ``suppressed``, by which they are not found any more, and have no callback or
    place: nothing dials them and no duplicate is found by them. Callbacks and places leave images under ``changed_by``.
    """
    run = connection.execute
    run(f"CREATE OR REPLACE TEMP TABLE suppressed AS {read_query('dnc/suppressed')}")
    leads = int(connection.sql("SELECT count(*) FROM suppressed").fetchall()[0][0])
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
