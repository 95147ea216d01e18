"""What one import is told, as the one-row table ``run`` that the statements of sql/ read."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import count

import duckdb

from pipelines.lead_ids import HASH_DIGITS, find_lead_base, hash_id
from pipelines.lists import Destination, expiry_instant, start_of
from pipelines.queries import execute
from pipelines.schema import create_table
from pipelines.screening.meetings import Situation
from pipelines.screening.scopes import plan_search
from pipelines.surveys import plan_place
from pipelines.templates.template import Template

RUN = {
    "import_id": "VARCHAR",
    "lead_base": "BIGINT",
    "list_id": "BIGINT",
    "supplier": "VARCHAR",
    "import_date": "DATE",
    "created_at": "TIMESTAMPTZ",
    "as_of": "TIMESTAMPTZ",
    "expires_at": "TIMESTAMPTZ",
    "contact": "VARCHAR",
    "dnc_categories": "VARCHAR[]",
    "dnc_on_match": "VARCHAR",
    "dedupe_keys": "VARCHAR[]",
    "dedupe_scope": "VARCHAR[]",
    "dedupe_action": "VARCHAR",
    "own_scope": "VARCHAR",
    "is_global": "BOOLEAN",
    "scope_lists": "BIGINT[]",
    "campaign_lists": "BIGINT[]",
    "max_age_days": "INTEGER",
    "max_capture_days": "INTEGER",
    "statuses": "VARCHAR[]",
    "shared_phone_above": "INTEGER",
    "moves_to": "BIGINT",
    "delete_existing": "BOOLEAN",
    "keep_callbacks": "BOOLEAN",
    "time_zone": "VARCHAR",
    "survey_id": "BIGINT",
    "invite_at": "TIMESTAMPTZ",
    "place_expires_at": "TIMESTAMPTZ",
    "renews_places": "BOOLEAN",
}


@dataclass(frozen=True)
class Run:
    """One import: who, where to, when. ``created_at`` is the logical instant, never the clock's."""

    import_id: str
    lead_base: int
    sequence: int
    template: Template
    destination: Destination
    import_date: date
    created_at: datetime
    as_of: datetime
    expires_at: datetime | None


def plan_run(
    connection: duckdb.DuckDBPyConnection,
    template: Template,
    destination: Destination,
    day: date,
    sha256: str,
    now: datetime,
    import_id: str | None = None,
) -> Run:
    """Return the run of a drop on a day; ``import_id`` where a held import goes on.

    A drop that is imported on its own day sees leads as they are now; one that is imported for another day sees them as
    they were when that day began.
    """
    created_at = start_of(day, destination.zone)
    is_today = now.astimezone(destination.zone).date() == day
    if import_id is None:
        import_id, lead_base = _identify(connection, template.name, sha256, day)
    else:
        lead_base = find_lead_base(import_id)
    highest = execute(connection, "SELECT coalesce(max(sequence), 0) FROM imports").fetchall()[0][0]
    return Run(
        import_id,
        lead_base,
        highest + 1,
        template,
        destination,
        day,
        created_at,
        now if is_today else created_at,
        expiry_instant(template.expiry, day, destination.zone),
    )


def _identify(connection: duckdb.DuckDBPyConnection, template: str, sha256: str, day: date) -> tuple[str, int]:
    """Return an id from what the import is: the day and a hash of template, content and how often it was tried."""
    for attempt in count(1):
        text = f"{template}\0{sha256}\0{day}\0{attempt}"
        import_id = f"{day:%Y%m%d}-{hash_id(text)[:10]}"
        # An id that is taken has the same hash; so has, once in a very long while, another one.
        clash = f"SELECT 1 FROM imports WHERE left(sha256(import_id), {HASH_DIGITS}) = ? LIMIT 1"
        if not execute(connection, clash, [hash_id(import_id)[:HASH_DIGITS]]).fetchall():
            break
    return import_id, find_lead_base(import_id)


def place_run(connection: duckdb.DuckDBPyConnection, run: Run) -> Situation:
    """Write the ``run`` table; return what the duplicate check has to know.

    Raises UserError for a list in the scope that does not exist.
    """
    own = run.destination.list_id
    search = plan_search(connection, run.template.dedupe, run.destination)
    values = {
        "import_id": run.import_id,
        "lead_base": run.lead_base,
        "list_id": own,
        "supplier": run.template.supplier,
        "import_date": run.import_date,
        "created_at": run.created_at,
        "as_of": run.as_of,
        "expires_at": run.expires_at,
        "contact": run.template.contact,
        "dnc_categories": run.template.dnc.categories if run.template.dnc else [],
        "dnc_on_match": run.template.dnc.on_match if run.template.dnc else None,
        **search.values,
        "max_capture_days": run.template.captured.max_age_days,
        "delete_existing": run.template.delete_existing,
        "keep_callbacks": run.template.keep_callbacks,
        "time_zone": run.destination.time_zone,
        **plan_place(run.template.survey, run.import_date, run.destination.zone),
    }
    execute(connection, create_table("run", RUN, temporary=True))
    execute(connection, f"INSERT INTO run VALUES ({', '.join('?' * len(RUN))})", [values[name] for name in RUN])
    return Situation(own, run.template.supplier, run.lead_base, search.sees_own_rows, search.sees_destination)
