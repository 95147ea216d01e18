"""Sweep what has expired: leads from the midnight that ends their last day on, with all that hangs on them.

No view, export or duplicate check has seen them since that instant (pipelines/published/reading.py), so readers see the
same before and after; the sweep takes them out of the store and out of the published parts. What a lead was found by
stays on the row that made it. The rules are in docs/decisions/0022-expiry-and-maintenance.md.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import duckdb

from pipelines.evidence import keep_points
from pipelines.home import Home
from pipelines.published.publishing import current_generation, mark_unpublished, publish
from pipelines.queries import read_query
from pipelines.receipts import write_log
from pipelines.store import count_changed, open_scratch, open_writer
from pipelines.surveys import expire_places
from pipelines.tables.storing import STORED, list_stored

# The published tables in which something may have expired, all by a column of that name.
EXPIRING = ("leads", "survey_places")


@dataclass(frozen=True)
class ExpireResult:
    """What a sweep took away, as ``leadmill expire --json`` prints it.

    ``lists`` are leads by the name of their list, ``contact_data`` rows by table; ``places`` are those in surveys.
    """

    now: datetime
    leads: int = 0
    callbacks: int = 0
    fetched: int = 0
    places: int = 0
    lists: dict[str, int] = field(default_factory=dict)
    contact_data: dict[str, int] = field(default_factory=dict)
    is_rehearsal: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing had expired."""
        return not (self.leads or self.places)

    def to_dict(self) -> dict[str, Any]:
        """Return the result for JSON."""
        return {
            "now": self.now,
            "dry_run": self.is_rehearsal,
            "leads": self.leads,
            "callbacks": self.callbacks,
            "fetched": self.fetched,
            "places": self.places,
            "contact_data_rows": sum(self.contact_data.values()),
            "lists": self.lists,
            "contact_data": self.contact_data,
        }


def expire(
    home: Home, *, now: datetime, at: datetime | None = None, user: str = "operator", dry_run: bool = False
) -> ExpireResult:
    """Take away all that has expired by ``now``, and publish the parts of lists that changes.

    ``at`` is when this is done, for the audit log, where it is not ``now``. One sweep catches up with any time without;
    where nothing has expired nothing is written. ``dry_run`` changes nothing and answers with the same report.
    """
    if not home.store.exists():
        return ExpireResult(now, is_rehearsal=dry_run)
    with (open_scratch if dry_run else open_writer)(home) as connection:
        result = sweep(connection, now=now, is_rehearsal=dry_run)
        if not dry_run:
            if not result.is_empty:
                subject, told = f"as of {now.isoformat()}", {"now": now.isoformat()}
                write_log(connection, at or now, user, "expired leads swept", subject, _tell(result), told=told)
            publish(connection, home)
    return result


def sweep(connection: duckdb.DuckDBPyConnection, *, now: datetime, is_rehearsal: bool = False) -> ExpireResult:
    """Take away all that has expired by ``now``, on the writer's connection, inside its transaction."""
    connection.execute("CREATE TEMP TABLE run AS SELECT ?::TIMESTAMPTZ AS now", [now])
    connection.execute(f"CREATE TEMP TABLE going AS {read_query('expire/going')}")
    lists = connection.execute(
        "SELECT lists.name, count(*) FROM going JOIN lists ON going.list_id = lists.list_id"
        " GROUP BY lists.name ORDER BY lists.name"
    ).fetchall()
    places = expire_places(connection)
    counts: dict[str, Any] = {}
    if lists:
        connection.execute(
            "INSERT INTO unpublished SELECT DISTINCT 'leads', list_id::VARCHAR, import_id FROM going ORDER BY ALL"
        )
        keep_points(connection, "going")
        counts = _take_away(connection)
    return ExpireResult(now, lists=dict(lists), places=places, is_rehearsal=is_rehearsal, **counts)


def _take_away(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Delete the leads in ``going`` and what hangs on them; return the counts."""
    counts: dict[str, Any] = {"contact_data": {}}
    for table in ("callbacks", "fetched"):
        counts[table] = _delete(connection, table)
        if counts[table]:
            mark_unpublished(connection, table)
    for stored in list_stored(connection):
        # Published as their leads are, so the parts are marked already.
        if rows := _delete(connection, stored):
            counts["contact_data"][stored.removeprefix(STORED)] = rows
    counts["leads"] = _delete(connection, "leads")
    return counts


def _delete(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    connection.execute(f'DELETE FROM "{table}" WHERE lead_id IN (SELECT lead_id FROM going)')
    return count_changed(connection)


def has_expired(home: Home, now: datetime) -> bool:
    """Tell whether a sweep would find anything, from what is published; no lock is taken and nothing written."""
    generation = current_generation(home)
    if generation is None:
        return False
    with duckdb.connect(":memory:") as connection:
        return any(
            connection.execute(
                "SELECT 1 FROM read_parquet(?, hive_partitioning = false) WHERE expires_at <= ? LIMIT 1",
                [str(generation / name / "*" / "*.parquet"), now.astimezone(UTC)],
            ).fetchall()
            for name in EXPIRING
            if (generation / name).is_dir()
        )


def _tell(result: ExpireResult) -> str:
    """Return what the audit log says."""
    told = [f"{result.leads:,} leads of {len(result.lists):,} lists"]
    named = {"callbacks": result.callbacks, "buffer entries": result.fetched, "survey places": result.places}
    named["contact data rows"] = sum(result.contact_data.values())
    return ", ".join([*told, *(f"{count:,} {what}" for what, count in named.items() if count)])
