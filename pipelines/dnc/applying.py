"""Bring a staged list into the store: what it adds, renews and ends, slice by slice of values.

A slice is a range of values that fits in memory, so that the longest list needs no more than a short one. Entries that
stand already are left where they are: a full list becomes a difference.
"""

from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

import duckdb
import polars as pl

from pipelines.dnc.staging import Staged
from pipelines.published.publishing import mark_unpublished
from pipelines.queries import read_query
from pipelines.schema import create_table
from pipelines.store import count_changed, insert_query

MODES = ("add", "changes", "removal", "full", "wash")
SLICE_ROWS = 8_000_000
SAMPLE_ROWS = 100_000
LOWEST, HIGHEST = -(2**62), 2**63 - 1
LOAD = {
    "load_id": "BIGINT",
    "category": "VARCHAR",
    "source": "VARCHAR",
    "as_of": "DATE",
    "not_before": "DATE",
    "mode": "VARCHAR",
}


@dataclass
class Counts:
    """What a load did, in entries; ``parts`` are the loads whose entries it changed, and its own."""

    added: int = 0
    already_there: int = 0
    removed: int = 0
    prefixes: int = 0
    washed: int = 0
    parts: set[int] = field(default_factory=set)


def place_load(connection: duckdb.DuckDBPyConnection, category: str, source: str, as_of: date, mode: str) -> int:
    """Write the one-row table ``load``; return its number, the next one."""
    load_id = connection.sql("SELECT coalesce(max(load_id), 0) + 1 FROM dnc_loads").fetchall()[0][0]
    before = connection.execute(
        "SELECT max(as_of) FROM dnc_loads WHERE category = ? AND mode <> 'removal' AND as_of < ? AND ?"
        " HAVING max(load_id) IS NOT NULL",
        [category, as_of, mode in ("changes", "full")],
    ).fetchall()
    connection.execute(create_table("load", LOAD, temporary=True))
    values = [load_id, category, source, as_of, before[0][0] if before else None, mode]
    connection.execute("INSERT INTO load VALUES (?, ?, ?, ?, ?, ?)", values)
    return int(load_id)


def apply_list(connection: duckdb.DuckDBPyConnection, staged: Staged, load_id: int, category: str, mode: str) -> Counts:
    """Apply a staged list to its category by the rules of its mode, and note what is to be published."""
    counts = Counts()
    if staged.files:
        _apply_entries(connection, staged, category, mode, counts)
    if mode == "full" and not staged.staged:
        _remove_all(connection, category, counts)
    _apply_prefixes(connection, staged, category, mode, counts)
    if counts.added:
        counts.parts.add(load_id)
    for part in counts.parts:
        mark_unpublished(connection, "dnc", category, str(part))
    if counts.prefixes or counts.removed:
        mark_unpublished(connection, "dnc_prefixes")
    if counts.washed or mode == "wash":
        mark_unpublished(connection, "dnc_washed", category)
    mark_unpublished(connection, "dnc_loads")
    return counts


def _apply_entries(
    connection: duckdb.DuckDBPyConnection, staged: Staged, category: str, mode: str, counts: Counts
) -> None:
    run = connection.execute
    pattern = staged.pattern.replace("'", "''")
    run(f"CREATE OR REPLACE TEMP VIEW staged AS SELECT * FROM read_parquet('{pattern}')")
    is_known = bool(run("SELECT 1 FROM dnc WHERE category = ? LIMIT 1", [category]).fetchall())
    if not (is_known or staged.is_detailed) and mode in ("add", "changes", "full"):
        counts.added += _fill(connection, staged)
        run("DROP VIEW staged")
        return
    has_details = staged.is_detailed or _has_details(connection, category)
    # Entries are published as they lie, so they are to lie in order whatever the threads.
    run("SET preserve_insertion_order = true")
    for low, high in _cut(connection, staged.staged):
        run("CREATE OR REPLACE TEMP TABLE bounds AS SELECT ?::BIGINT AS low, ?::BIGINT AS high", [low, high])
        query = read_query("dnc/slice" if staged.is_detailed else "dnc/plain_slice")
        run(f"CREATE OR REPLACE TEMP TABLE slice AS {query}")
        _list_standing(connection, category, mode, is_known=is_known)
        before = counts.added
        if is_known:
            _remove(connection, category, counts)
            if has_details:
                _renew(connection, category, counts)
        counts.added += insert_query(connection, "dnc", "dnc/new_entries")
        if mode == "wash":
            _wash(connection, category, counts)
        elif mode != "removal":
            adds = run("SELECT count(*) FROM slice WHERE NOT is_removal").fetchall()[0][0]
            counts.already_there += adds - (counts.added - before)
    run("SET preserve_insertion_order = false")
    run("DROP VIEW staged")
    for table in ("slice", "standing", "bounds"):
        run(f"DROP TABLE {table}")


def _fill(connection: duckdb.DuckDBPyConnection, staged: Staged) -> int:
    """Fill an empty category from a list of numbers alone, and nothing is compared; return how many there are."""
    added = 0
    connection.execute("SET preserve_insertion_order = true")
    for low, high in _cut(connection, staged.staged):
        values = pl.scan_parquet(staged.pattern).select("value").filter(pl.col("value") >= low, pl.col("value") < high)
        connection.register("sorted_values", values.collect().to_series().unique().sort().to_frame().to_arrow())
        added += insert_query(connection, "dnc", "dnc/first_entries")
        connection.unregister("sorted_values")
    connection.execute("SET preserve_insertion_order = false")
    return added


def _cut(connection: duckdb.DuckDBPyConnection, rows: int) -> list[tuple[int, int]]:
    """Return ranges of values, together all there are, each with about ``SLICE_ROWS`` of the list's."""
    slices = rows // SLICE_ROWS + 1
    if slices == 1:
        return [(LOWEST, HIGHEST)]
    shares = [number / slices for number in range(1, slices)]
    cuts = connection.execute(
        "SELECT quantile_disc(value, ?) FROM (SELECT value FROM staged USING SAMPLE reservoir(?::BIGINT ROWS))".replace(
            "?::BIGINT", str(SAMPLE_ROWS)
        ),
        [shares],
    ).fetchall()[0][0]
    edges = [LOWEST, *sorted(set(cuts)), HIGHEST]
    return list(pairwise(edges))


def _has_details(connection: duckdb.DuckDBPyConnection, category: str) -> bool:
    rows = connection.execute("SELECT 1 FROM dnc WHERE category = ? AND expires_on IS NOT NULL LIMIT 1", [category])
    return bool(rows.fetchall())


def _list_standing(connection: duckdb.DuckDBPyConnection, category: str, mode: str, *, is_known: bool) -> None:
    """Leave the category's entries that the slice may concern as ``standing``: of a full list all in its range."""
    of_these = (
        ", bounds WHERE value >= low AND value < high AND" if mode == "full" else " SEMI JOIN slice USING (value) WHERE"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE standing AS SELECT value, expires_on, clock_from, load_id"
        f" FROM dnc{of_these} category = ? AND ?",
        [category, is_known],
    )


def _remove(connection: duckdb.DuckDBPyConnection, category: str, counts: Counts) -> None:
    run = connection.execute
    run(f"CREATE OR REPLACE TEMP TABLE gone AS {read_query('dnc/gone_entries')}")
    parts = run("SELECT DISTINCT load_id FROM gone").fetchall()
    if not parts:
        return
    counts.parts |= {part[0] for part in parts}
    run("DELETE FROM dnc USING gone WHERE dnc.value = gone.value AND category = ?", [category])
    counts.removed += count_changed(connection)


def _renew(connection: duckdb.DuckDBPyConnection, category: str, counts: Counts) -> None:
    run = connection.execute
    run(f"CREATE OR REPLACE TEMP TABLE renewed AS {read_query('dnc/renewed_entries')}")
    parts = run("SELECT DISTINCT old_load_id FROM renewed").fetchall()
    if not parts:
        return
    run(
        "UPDATE dnc SET expires_on = renewed.expires_on, clock_from = renewed.clock_from, load_id = load.load_id"
        " FROM renewed, load WHERE dnc.value = renewed.value AND dnc.category = ?",
        [category],
    )
    counts.parts |= {part[0] for part in parts}
    counts.parts |= {part[0] for part in run("SELECT load_id FROM load").fetchall()}


def _wash(connection: duckdb.DuckDBPyConnection, category: str, counts: Counts) -> None:
    """Write which numbers were found free and when, in place of what earlier washes said of them."""
    run = connection.execute
    run("DELETE FROM dnc_washed USING slice WHERE dnc_washed.value = slice.value AND category = ?", [category])
    run(
        "INSERT INTO dnc_washed SELECT slice.value, load.category, coalesce(slice.listed_on, load.as_of), load.load_id"
        " FROM slice CROSS JOIN load WHERE NOT slice.is_removal ORDER BY slice.value"
    )
    counts.washed += count_changed(connection)


def _remove_all(connection: duckdb.DuckDBPyConnection, category: str, counts: Counts) -> None:
    """Empty a category: of a full list that holds nothing but prefixes."""
    counts.parts |= {
        row[0]
        for row in connection.execute("SELECT DISTINCT load_id FROM dnc WHERE category = ?", [category]).fetchall()
    }
    connection.execute("DELETE FROM dnc WHERE category = ?", [category])
    counts.removed += count_changed(connection)


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
