"""Bring the verdicts into the store: new leads, changes to existing ones, and what stood there before.

Everything happens on the writer's connection, inside its one transaction. Reads the temporary relations that
pipelines/screening/verdicts.py leaves, and ``run``.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import duckdb
import polars as pl
import pyarrow as pa

from pipelines.adding import LeadsFile, add_leads
from pipelines.cleaning.contact_data import NOTHING
from pipelines.engine import wake_threads
from pipelines.points.index import add_points, points_added
from pipelines.points.recognising import list_points
from pipelines.published.publishing import mark_unpublished
from pipelines.published.writing import Prepared
from pipelines.queries import execute, read_query
from pipelines.run import Run
from pipelines.schema import EFFECTS, FATES
from pipelines.screening.judging import Verdicts
from pipelines.store import count_changed, cut_batches, insert_query, is_any, shown
from pipelines.surveys import give_places, lose_places
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
    for fate, code, rows in execute(connection, read_query("commit/ledger")).fetchall():
        if code is None:
            ledger.fates[fate] = rows
        elif fate == "warning":
            ledger.warnings[code] = rows
            ledger.by_fate.append((fate, code, rows))
        else:
            ledger.reasons[code] = ledger.reasons.get(code, 0) + rows
            ledger.by_fate.append((fate, code, rows))
    effects = execute(
        connection,
        "SELECT effect, count(*) FROM touches SEMI JOIN leads ON touches.lead_id = leads.lead_id GROUP BY effect",
    ).fetchall()
    ledger.effects |= {effect: rows for effect, rows in effects if effect in EFFECTS}
    ledger.effects["deleted"] = execute(connection, "SELECT count(*) FROM doomed").fetchall()[0][0]
    return ledger


def find_evidence(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """Return what is to be known of some rows besides (ROW_EVIDENCE, in their order): where these are few."""
    _find_unled(connection, is_held=False)
    return connection.sql(read_query("commit/row_evidence")).to_arrow_table()


def _find_unled(connection: duckdb.DuckDBPyConnection, *, is_held: bool) -> int:
    """Leave ``unled``: the rows of which evidence is kept; return how many."""
    execute(
        connection,
        "CREATE TEMP TABLE unled AS SELECT row_number FROM verdicts WHERE fate <> 'created' OR ?"
        " UNION SELECT row_number FROM dnc_hits",
        [is_held],
    )
    return count_changed(connection)


def commit_rows(
    connection: duckdb.DuckDBPyConnection,
    run: Run,
    verdicts: Verdicts | None = None,
    *,
    is_held: bool,
    evidence: pa.Table | None = None,
) -> None:
    """Write what becomes of the rows of the drop to ``import_rows``; a held import has made no leads to refer to.

    Rows that merely made leads are written as spans, where the verdicts are in memory. What is to be known of some rows
    besides goes to ``row_evidence``: ``evidence``, if it was found already. The rows are counted by age in
    ``import_ages``, where a field says when they were captured.
    """
    # In the order of the rows, so that publishing need not sort them, now or later.
    connection.execute("SET preserve_insertion_order = true")
    if evidence is not None:
        with shown(connection, evidence=cut_batches(evidence)):
            connection.execute("INSERT INTO row_evidence BY NAME FROM evidence")
    elif _find_unled(connection, is_held=is_held):
        insert_query(connection, "row_evidence", "commit/row_evidence")
    insert = "INSERT INTO {} BY NAME SELECT {}, ?::VARCHAR AS import_id, ?::BIGINT AS lead_base FROM {}"
    whose = [run.import_id, run.lead_base]
    if verdicts and not is_held:
        for table, rows in (("single_rows", verdicts.said), ("row_spans", verdicts.spans)):
            with shown(connection, judged=cut_batches(rows)):
                execute(connection, insert.format(table, "*", "judged"), whose)
    else:
        columns = "* REPLACE (CASE WHEN fate <> 'created' THEN lead_id END AS lead_id)" if is_held else "*"
        execute(connection, insert.format("single_rows", columns, "verdicts"), whose)
    connection.execute("SET preserve_insertion_order = false")
    if insert_query(connection, "import_ages", "commit/import_ages"):
        connection.execute("INSERT INTO unpublished SELECT 'import_ages', import_date::VARCHAR, 'all' FROM run")


def commit_leads(
    connection: duckdb.DuckDBPyConnection,
    run: Run,
    ledger: Ledger,
    chunks: Iterable[pl.DataFrame],
    contact_data: MappedTables = NOTHING,
    *,
    clear_fetched: bool,
    file: LeadsFile | None = None,
) -> Prepared:
    """Write the leads: images of what changes, deletions, replacements, resets, moves, new leads, updates.

    With them what the drop says of them beside the lead, in the tables of ``contact_data``. ``chunks`` are the cleaned
    rows of the drop, in their order. New leads are written to ``file`` as they are to be published; return that.
    """
    execute(connection, f"CREATE TEMP TABLE affected AS {read_query('commit/affected')}")
    execute(connection, "INSERT INTO unpublished SELECT 'leads', list_id::VARCHAR, import_id FROM run")
    is_any_affected = is_any(connection, "affected")
    has_survey = is_any(connection, "run WHERE survey_id IS NOT NULL")
    if is_any_affected or has_survey or clear_fetched:
        wake_threads(connection)
    if is_any_affected or has_survey or ledger.fates["updated"]:
        for name in ("call_infos", "row_values"):
            connection.execute(f"CREATE TEMP VIEW {name} AS {read_query(f'commit/{name}')}")
    if is_any_affected:
        _mark_affected(connection)
        _keep_images(connection)
        _keep_effects(connection)
    if is_any_affected or has_survey:
        lose_places(connection)
    ledger.effects["flushed"] = _flush(connection) if clear_fetched else 0
    if is_any_affected:
        _change_existing(connection)
    # Leads that later rows of the drop update are published from the store.
    with points_added(connection, read_query("commit/new_points"), ledger.fates["created"]):
        written = add_leads(connection, chunks, None if ledger.fates["updated"] else file)
    if ledger.fates["updated"]:
        _update(connection, ledger)
    if has_survey:
        give_places(connection)
    commit_contact_data(connection, contact_data)
    if is_any_affected:
        _mark_affected(connection)
    return {("leads", str(run.destination.list_id), run.import_id): written} if written else {}


def _change_existing(connection: duckdb.DuckDBPyConnection) -> None:
    """Delete and replace, reset, move: what happens to leads before the drop's own come in."""
    run = connection.execute
    gone = "SELECT lead_id FROM affected WHERE effect IN ('deleted', 'replaced')"
    moved = "SELECT lead_id FROM touches WHERE effect = 'migrated'"
    for table in ("leads", "callbacks", "fetched"):
        run(f"DELETE FROM {table} WHERE lead_id IN ({gone})")
        if table != "leads" and count_changed(connection):
            mark_unpublished(connection, table)
    run(
        "UPDATE leads SET call_attempts = 0, status = 'new', updated_at = run.created_at FROM run"
        " WHERE lead_id IN (SELECT lead_id FROM touches WHERE effect = 'reset')"
    )
    run(f"UPDATE leads SET list_id = run.moves_to FROM run WHERE lead_id IN ({moved})")


def _update(connection: duckdb.DuckDBPyConnection, ledger: Ledger) -> None:
    """Bring what the updating rows say to their leads, old and new, and note by what these can be recognised now."""
    run = connection.execute
    run(f"CREATE TEMP TABLE changes AS {read_query('commit/changes')}")
    list_points(connection, "SELECT lead_id FROM changes")
    run("CREATE TEMP TABLE points_before AS SELECT value, lead_id FROM lead_points")
    run(read_query("commit/update_leads"))
    list_points(connection, "SELECT lead_id FROM changes")
    added = "SELECT value, lead_id FROM lead_points ANTI JOIN points_before USING (value, lead_id)"
    add_points(connection, added, ledger.fates["updated"])


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


def _keep_effects(connection: duckdb.DuckDBPyConnection) -> None:
    """Keep on record what is done to which lead by which row, and how those were found that go or change."""
    list_points(
        connection,
        "SELECT lead_id FROM doomed UNION SELECT lead_id FROM touches WHERE effect IN ('replaced', 'updated')",
    )
    insert_query(connection, "effects", "commit/effects")
    connection.execute("INSERT INTO unpublished SELECT 'effects', import_date::VARCHAR, import_id FROM run")


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


def _mark_affected(connection: duckdb.DuckDBPyConnection) -> None:
    """Note the published parts that hold leads that the import changes; called before and after."""
    connection.execute(
        "INSERT INTO unpublished SELECT DISTINCT 'leads', list_id::VARCHAR, import_id FROM leads"
        " WHERE lead_id IN (SELECT lead_id FROM affected)"
    )
