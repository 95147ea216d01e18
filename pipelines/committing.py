"""Bring the verdicts into the store: new leads, changes to existing ones, and what stood there before.

Everything happens on the writer's connection, inside its one transaction. Reads the temporary relations that
pipelines/screening/verdicts.py leaves, and ``run``.
"""

from dataclasses import dataclass, field

import duckdb

from pipelines.cleaning.contact_data import NOTHING
from pipelines.published.publishing import mark_unpublished
from pipelines.queries import read_query
from pipelines.schema import EFFECTS, FATES
from pipelines.store import count_changed, insert_query
from pipelines.tables.declared import MappedTables
from pipelines.tables.storing import commit_contact_data


@dataclass
class Ledger:
    """How many rows had which fate and code, and what happened to existing leads."""

    fates: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FATES, 0))
    reasons: dict[str, int] = field(default_factory=dict)
    warnings: dict[str, int] = field(default_factory=dict)
    effects: dict[str, int] = field(default_factory=lambda: dict.fromkeys(EFFECTS, 0))
    by_fate: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """All rows that had a fate."""
        return sum(self.fates.values())

    @property
    def rejected_share(self) -> float:
        """Rejected rows ÷ rows; 0 for an empty drop."""
        return self.fates["rejected"] / self.rows if self.rows else 0.0


def count_ledger(connection: duckdb.DuckDBPyConnection) -> Ledger:
    """Count ``verdicts`` by fate, code and warning, and the effects they will have on existing leads."""
    ledger = Ledger()
    for fate, code, rows in connection.sql(read_query("commit/ledger")).fetchall():
        if code is None:
            ledger.fates[fate] = rows
        elif fate == "warning":
            ledger.warnings[code] = rows
            ledger.by_fate.append((fate, code, rows))
        else:
            ledger.reasons[code] = ledger.reasons.get(code, 0) + rows
            ledger.by_fate.append((fate, code, rows))
    effects = connection.sql(
        "SELECT effect, count(*) FROM touches SEMI JOIN leads ON touches.lead_id = leads.lead_id GROUP BY effect"
    ).fetchall()
    ledger.effects |= {effect: rows for effect, rows in effects if effect in EFFECTS}
    ledger.effects["deleted"] = connection.sql("SELECT count(*) FROM doomed").fetchall()[0][0]
    return ledger


def commit_rows(connection: duckdb.DuckDBPyConnection, *, is_held: bool) -> None:
    """Write one line per row of the drop to ``import_rows``; a held import has made no leads to refer to."""
    connection.execute(
        "INSERT INTO import_rows BY NAME SELECT verdicts.* REPLACE (CASE WHEN ? AND fate = 'created' THEN NULL"
        " ELSE lead_id END AS lead_id), run.import_id FROM verdicts CROSS JOIN run ORDER BY row_number",
        [is_held],
    )


def commit_leads(
    connection: duckdb.DuckDBPyConnection, ledger: Ledger, contact_data: MappedTables = NOTHING, *, clear_fetched: bool
) -> None:
    """Write the leads: images of what changes, deletions, replacements, resets, moves, new leads, updates.

    With them what the drop says of them beside the lead, in the tables of ``contact_data``.
    """
    run = connection.execute
    run(f"CREATE TEMP TABLE row_values AS {read_query('commit/row_values')}")
    run(f"CREATE TEMP TABLE affected AS {read_query('commit/affected')}")
    _mark_unpublished(connection)
    _keep_images(connection)
    ledger.effects["flushed"] = _flush(connection) if clear_fetched else 0
    gone = "SELECT lead_id FROM affected WHERE effect IN ('deleted', 'replaced')"
    for table in ("leads", "contact_points", "callbacks", "fetched"):
        run(f"DELETE FROM {table} WHERE lead_id IN ({gone})")
        if table in ("callbacks", "fetched") and count_changed(connection):
            mark_unpublished(connection, table)
    run(
        "UPDATE leads SET call_attempts = 0, status = 'new', updated_at = run.created_at FROM run"
        " WHERE lead_id IN (SELECT lead_id FROM touches WHERE effect = 'reset')"
    )
    moved = "SELECT lead_id FROM touches WHERE effect = 'migrated'"
    for table in ("leads", "contact_points"):
        run(f"UPDATE {table} SET list_id = run.list_id FROM run WHERE lead_id IN ({moved})")
    insert_query(connection, "leads", "commit/new_leads")
    run(f"CREATE TEMP TABLE changes AS {read_query('commit/changes')}")
    run(read_query("commit/update_leads"))
    _renew_points(connection)
    commit_contact_data(connection, contact_data)
    _mark_unpublished(connection)


def _keep_images(connection: duckdb.DuckDBPyConnection) -> None:
    """Keep what is about to change as it stands, so that the import can be undone exactly."""
    connection.execute(
        "INSERT INTO lead_images BY NAME SELECT run.import_id AS changed_by, affected.effect, leads.*"
        " FROM leads JOIN affected ON leads.lead_id = affected.lead_id CROSS JOIN run ORDER BY leads.lead_id"
    )
    for table, images in (("callbacks", "callback_images"), ("fetched", "fetched_images")):
        connection.execute(
            f"INSERT INTO {images} BY NAME SELECT run.import_id AS changed_by, {table}.* FROM {table} CROSS JOIN run"
            " WHERE lead_id IN (SELECT lead_id FROM affected WHERE effect IN ('deleted', 'replaced'))"
        )


def _flush(connection: duckdb.DuckDBPyConnection) -> int:
    """Take the destination's leads, and all that this import touches, out of the dialler's buffer (ML-057, ML-058)."""
    flushed = (
        "lead_id IN (SELECT lead_id FROM leads SEMI JOIN run ON leads.list_id = run.list_id"
        " UNION SELECT lead_id FROM affected)"
    )
    connection.execute(
        "INSERT INTO fetched_images BY NAME SELECT run.import_id AS changed_by, fetched.* FROM fetched CROSS JOIN run"
        f" WHERE {flushed} AND lead_id NOT IN (SELECT lead_id FROM affected WHERE effect IN ('deleted', 'replaced'))"
    )
    connection.execute(f"DELETE FROM fetched WHERE {flushed}")
    rows = count_changed(connection)
    if rows:
        mark_unpublished(connection, "fetched")
    return rows


def _renew_points(connection: duckdb.DuckDBPyConnection) -> None:
    """Write the contact points of new and updated leads."""
    connection.execute(
        "CREATE TEMP TABLE changed AS SELECT lead_id FROM row_values WHERE fate = 'created'"
        " UNION SELECT lead_id FROM changes"
    )
    connection.execute("DELETE FROM contact_points WHERE lead_id IN (SELECT lead_id FROM changes)")
    insert_query(connection, "contact_points", "commit/lead_points")


def _mark_unpublished(connection: duckdb.DuckDBPyConnection) -> None:
    """Note the published parts that hold leads of this import or that it changes; called before and after."""
    connection.execute(
        "INSERT INTO unpublished SELECT DISTINCT 'leads', list_id::VARCHAR, import_id FROM leads"
        " WHERE lead_id IN (SELECT lead_id FROM affected)"
        " UNION SELECT 'leads', list_id::VARCHAR, import_id FROM run"
    )
