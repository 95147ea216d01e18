"""Bring a staged list into the store by the rules of its mode: numbers (pipelines/dnc/differing.py) and prefixes."""

from datetime import date

import duckdb

from pipelines.dnc.differing import Counts, apply_entries
from pipelines.dnc.index import AddedNumbers, share_sets
from pipelines.dnc.preparing import OwnPart
from pipelines.dnc.staging import Staged
from pipelines.published.publishing import mark_unpublished
from pipelines.schema import create_table
from pipelines.store import count_changed

MODES = ("add", "changes", "removal", "full", "wash")
LOAD = {
    "load_id": "BIGINT",
    "category": "VARCHAR",
    "source": "VARCHAR",
    "as_of": "DATE",
    "not_before": "DATE",
    "mode": "VARCHAR",
}


def place_load(connection: duckdb.DuckDBPyConnection, category: str, source: str, as_of: date, mode: str) -> int:
    """Write the one-row table ``load``; return its number, the next one."""
    load_id = connection.execute("SELECT coalesce(max(load_id), 0) + 1 FROM dnc_loads").fetchall()[0][0]
    before = connection.execute(
        "SELECT max(as_of) FROM dnc_loads WHERE category = ? AND mode <> 'removal' AND as_of < ? AND ?"
        " HAVING max(load_id) IS NOT NULL",
        [category, as_of, mode in ("changes", "full")],
    ).fetchall()
    connection.execute(create_table("load", LOAD, temporary=True))
    values = [load_id, category, source, as_of, before[0][0] if before else None, mode]
    connection.execute("INSERT INTO load VALUES (?, ?, ?, ?, ?, ?)", values)
    return int(load_id)


def apply_list(
    connection: duckdb.DuckDBPyConnection,
    staged: Staged,
    load_id: int,
    category: str,
    mode: str,
    part: OwnPart,
    added: AddedNumbers,
) -> Counts:
    """Apply a staged list to its category by the rules of its mode, and note what is to be published.

    ``part`` is given all that the load brings, or nothing; ``added`` as ``apply_entries`` says.
    """
    counts = Counts()
    # Entries are published as they lie, so they are to lie in order whatever the threads.
    connection.execute("SET preserve_insertion_order = true")
    if staged.staged:
        apply_entries(connection, staged, mode, counts, part, added)
    connection.execute("SET preserve_insertion_order = false")
    if mode == "full" and not staged.staged:
        _remove_all(connection, category, counts)
    _apply_prefixes(connection, staged, category, mode, counts)
    if counts.added:
        counts.parts.add(load_id)
    for changed in counts.parts:
        mark_unpublished(connection, "dnc", category, str(changed))
    if counts.prefixes or counts.removed:
        mark_unpublished(connection, "dnc_prefixes")
    if counts.washed or mode == "wash":
        mark_unpublished(connection, "dnc_washed", category)
    mark_unpublished(connection, "dnc_loads")
    return counts


def _remove_all(connection: duckdb.DuckDBPyConnection, category: str, counts: Counts) -> None:
    """Empty a category: of a full list that holds nothing but prefixes."""
    terms = "SELECT terms_id, load_id FROM dnc_terms WHERE category = ?"
    parts = f"SELECT DISTINCT load_id FROM ({terms}) SEMI JOIN dnc_entries USING (terms_id)"
    counts.parts |= {row[0] for row in connection.execute(parts, [category]).fetchall()}
    connection.execute(f"DELETE FROM dnc_entries WHERE terms_id IN (SELECT terms_id FROM ({terms}))", [category])
    counts.removed += count_changed(connection)
    share_sets(connection, "SELECT terms_id FROM dnc_terms JOIN load USING (category)")


def _apply_prefixes(
    connection: duckdb.DuckDBPyConnection, staged: Staged, category: str, mode: str, counts: Counts
) -> None:
    """Replace the category's prefixes that the list speaks of, of a full list all; they are few."""
    run = connection.execute
    if not staged.prefixes.height and mode != "full":
        return
    connection.register("handed_over", staged.prefixes.to_arrow())
    run(
        "CREATE OR REPLACE TEMP TABLE told AS SELECT prefix, any_value(digits) AS digits, min(listed_on) AS listed_on,"
        " CASE WHEN bool_or(expires_on IS NULL) THEN NULL ELSE max(expires_on) END AS expires_on,"
        " arg_max(coalesce(is_removal, false), place) OR ? AS is_removal FROM handed_over GROUP BY prefix",
        [mode == "removal"],
    )
    connection.unregister("handed_over")
    ended = "is_removal" if mode != "full" else "true"
    scope = "" if mode == "full" else f" AND prefix IN (SELECT prefix FROM told WHERE {ended})"
    kept = " AND prefix NOT IN (SELECT prefix FROM told WHERE NOT is_removal)" if mode == "full" else ""
    run(f"DELETE FROM dnc_prefixes WHERE category = ?{scope}{kept}", [category])
    counts.removed += count_changed(connection)
    # What is told anew may have expired meanwhile.
    run(
        "DELETE FROM dnc_prefixes USING told WHERE dnc_prefixes.prefix = told.prefix AND category = ?"
        " AND dnc_prefixes.expires_on IS DISTINCT FROM told.expires_on",
        [category],
    )
    run(
        "INSERT INTO dnc_prefixes BY NAME SELECT told.prefix, told.digits, load.category, load.source,"
        " coalesce(told.listed_on, load.as_of) AS listed_on, told.expires_on,"
        " coalesce(told.listed_on, load.not_before) AS clock_from, load.load_id FROM told CROSS JOIN load"
        " ANTI JOIN (SELECT prefix FROM dnc_prefixes WHERE category = ?) AS standing USING (prefix)"
        " WHERE NOT told.is_removal ORDER BY told.prefix",
        [category],
    )
    added = count_changed(connection)
    counts.prefixes += added
    counts.already_there += run("SELECT count(*) FROM told WHERE NOT is_removal").fetchall()[0][0] - added
