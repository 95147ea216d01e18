"""What the numbers of a staged list add to their category, renew and end in it, slice by slice of values.

A slice is a range of values that fits in memory, so that the longest list needs no more than a short one. Entries that
stand already are left where they are: a full list becomes a difference. Numbers alone are compared as sorted columns;
dates and actions take more, and are asked of the database.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa

from pipelines.dnc.index import AddedNumbers, note_ended, share_sets
from pipelines.dnc.preparing import OwnPart
from pipelines.dnc.runs import SAMPLED, cut_ranges
from pipelines.dnc.staging import Staged
from pipelines.dnc.tables import DNC_ENTRIES
from pipelines.phones.numbering import Ints
from pipelines.points.index import read_values
from pipelines.queries import read_query
from pipelines.reading.tokens import Mask
from pipelines.schema import create_table
from pipelines.sorting import NONE, join_numbers, sort_numbers
from pipelines.store import count_changed, insert_query, is_any, shown

SLICE_ROWS = 8_000_000
BATCH_ROWS = 1_000_000
# So few numbers are looked for among the entries; more are compared with all of them, in order.
FEW = 10_000
# A row that is deleted takes 16 KB of memory for all of its vector until the commit: so many vectors are allowed that.
DELETED_VECTORS, VECTOR_ROWS = 32_768, 2_048
ADDING = ("add", "changes", "full")
THEIRS = "terms_id IN (SELECT terms_id FROM dnc_terms JOIN load USING (category))"


@dataclass
class Counts:
    """What a load did, in entries; ``parts`` are the loads whose entries it changed, and its own."""

    added: int = 0
    already_there: int = 0
    removed: int = 0
    prefixes: int = 0
    washed: int = 0
    parts: set[int] = field(default_factory=set)


def apply_entries(
    connection: duckdb.DuckDBPyConnection,
    staged: Staged,
    mode: str,
    counts: Counts,
    part: OwnPart,
    added: AddedNumbers,
) -> None:
    """Apply the numbers of a list to the category of ``load`` (one row) by the rules of its mode.

    The connection keeps what is inserted in order. ``part`` is given all that a list of numbers alone brings, ``added``
    the numbers of all entries that are new or have other terms.
    """
    run = connection.execute
    if staged.is_detailed:
        pattern = staged.pattern.replace("'", "''")
        run(f"CREATE OR REPLACE TEMP VIEW staged AS SELECT * FROM read_parquet('{pattern}')")
    is_known = is_any(connection, f"dnc_entries WHERE {THEIRS}")
    has_expiries = is_known and is_any(connection, "dnc_terms JOIN load USING (category) WHERE expires_on IS NOT NULL")
    is_plain = mode in ADDING and not staged.is_detailed and not has_expiries
    run("CREATE OR REPLACE TEMP TABLE ended (value BIGINT, terms_id BIGINT)")
    ranges = _cut(connection, staged, is_all=is_known and mode == "full")
    if is_plain:
        slices = ((staged.numbers.read(*bounds), bounds) for bounds in ranges)
        new = (_find_new(connection, *each, mode, counts) if is_known else each[0] for each in slices)
        counts.added += _add_numbers(connection, new, part, added)
    else:
        for bounds in ranges:
            added.add(_apply_slice(connection, staged, bounds, mode, counts, is_known=is_known))
    added.seal()
    _end(connection, ranges)
    run("DROP VIEW IF EXISTS staged")
    for table in ("slice", "standing", "bounds", "gone", "ended", "told", "load_terms"):
        run(f"DROP TABLE IF EXISTS {table}")


def _cut(connection: duckdb.DuckDBPyConnection, staged: Staged, *, is_all: bool) -> list[tuple[int, int]]:
    """Return ranges that tile all values, each with about ``SLICE_ROWS`` of the list, and of what is to be compared."""
    samples = [staged.numbers.sample()]
    if staged.is_detailed:
        rows = pl.scan_parquet(staged.pattern).select(pl.col("value").gather_every(SAMPLED)).collect()
        samples.append(rows["value"].to_numpy())
    if is_all:
        query = f"SELECT value FROM dnc_entries WHERE rowid % {SAMPLED} = 0 AND {THEIRS}"
        samples.append(connection.execute(query).fetchnumpy()["value"])
    return cut_ranges(np.concatenate(samples), SLICE_ROWS)


def _find_new(
    connection: duckdb.DuckDBPyConnection, values: Ints, bounds: tuple[int, int], mode: str, counts: Counts
) -> Ints:
    """Return the sorted numbers that do not stand yet; of a full list, end the others between the bounds that do."""
    if mode == "full":
        is_standing = _end_others(connection, values, bounds, counts)
    else:
        is_standing = _find_standing(connection, values)
    standing = int(np.count_nonzero(is_standing))
    counts.already_there += standing
    return values[~is_standing] if standing else values


def _find_standing(connection: duckdb.DuckDBPyConnection, values: Ints) -> Mask:
    """Return which sorted numbers stand; few are looked for by the database, which leaves most entries unread."""
    is_few = len(values) <= FEW
    if is_few:
        _hand_over(connection, values)
    wanted = "SEMI JOIN sorted_values USING (value)" if is_few else ""
    between = "" if is_few else f" AND value BETWEEN {values[0]} AND {values[-1]}"
    query = f"SELECT value FROM dnc_entries {wanted} WHERE {THEIRS}{between}"
    is_standing = np.zeros(len(values), dtype=bool)
    for batch in connection.sql(query).to_arrow_reader(BATCH_ROWS):
        standing = batch["value"].to_numpy().copy()
        sort_numbers(standing)
        span = slice(*values.searchsorted((standing[0], standing[-1] + 1)))
        is_standing[span] |= standing[standing.searchsorted(values[span], side="right") - 1] == values[span]
    if is_few:
        connection.unregister("sorted_values")
    return is_standing


def _add_numbers(
    connection: duckdb.DuckDBPyConnection, slices: Iterable[Ints], part: OwnPart, added: AddedNumbers
) -> int:
    """Add sorted numbers that do not stand yet, slice by slice; return how many.

    The store takes a slice in once the next one is on its way to readers, which takes longer: so both end together.
    """
    rows, waiting = 0, NONE
    for values in filter(len, slices):
        if added.terms_id is None:
            added.terms_id = _tell_terms(connection)
        added.add(values)
        part.add(connection, values, added.terms_id)
        rows += _insert(connection, waiting)
        waiting = values
    return rows + _insert(connection, waiting)


def _tell_terms(connection: duckdb.DuckDBPyConnection) -> int:
    """Leave in ``load_terms`` the terms of all entries that a list of numbers alone brings, and return them."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE told AS SELECT category, source, as_of AS listed_on, NULL::DATE AS expires_on,"
        " not_before AS clock_from, load_id FROM load"
    )
    insert_query(connection, "dnc_terms", "dnc/new_terms")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE load_terms AS SELECT terms_id FROM dnc_terms JOIN load"
        " USING (load_id, category, source)"
    )
    return int(connection.execute("SELECT terms_id FROM load_terms").fetchall()[0][0])


def _insert(connection: duckdb.DuckDBPyConnection, values: Ints) -> int:
    """Insert entries of ``load_terms``; return how many."""
    if not len(values):
        return 0
    _hand_over(connection, values)
    rows = insert_query(connection, "dnc_entries", "dnc/plain_entries")
    connection.unregister("sorted_values")
    return rows


def _end_others(connection: duckdb.DuckDBPyConnection, values: Ints, bounds: tuple[int, int], counts: Counts) -> Mask:
    """End the entries between two bounds that sorted numbers do not name; return which of these numbers stand."""
    is_standing = np.zeros(len(values) + 1, dtype=bool)
    ended = np.append(values, np.iinfo(np.int64).max)  # so that every entry finds something that is not below it
    gone, terms = [], []
    query = f"SELECT value, terms_id FROM dnc_entries WHERE value >= ? AND value < ? AND {THEIRS}"
    for batch in connection.sql(query, params=[*bounds]).to_arrow_reader(BATCH_ROWS):
        standing, its_terms = (column.to_numpy() for column in batch.columns)
        at = np.searchsorted(ended, standing)
        is_named = ended[at] == standing
        is_standing[at[is_named]] = True
        gone.append(standing[~is_named])
        terms.append(its_terms[~is_named])
    if any(map(len, gone)):
        handed = pa.table({"value": np.concatenate(gone), "terms_id": np.concatenate(terms)})
        with shown(connection, handed_over=handed):
            connection.execute(
                "CREATE OR REPLACE TEMP TABLE gone AS SELECT value, terms_id, load_id FROM handed_over"
                " JOIN dnc_terms USING (terms_id)"
            )
        _note_ended(connection, counts)
    return is_standing[:-1]


def _hand_over(connection: duckdb.DuckDBPyConnection, values: Ints) -> None:
    connection.register("sorted_values", pa.table({"value": values}))


def _apply_slice(
    connection: duckdb.DuckDBPyConnection,
    staged: Staged,
    bounds: tuple[int, int],
    mode: str,
    counts: Counts,
    *,
    is_known: bool,
) -> Ints:
    """Apply what a list says of the numbers between two bounds; return those that stand on other terms than before."""
    run, changed = connection.execute, NONE
    run("CREATE OR REPLACE TEMP TABLE bounds AS SELECT ?::BIGINT AS low, ?::BIGINT AS high", [*bounds])
    if staged.is_detailed:
        run(f"CREATE OR REPLACE TEMP TABLE slice AS {read_query('dnc/slice')}")
    else:
        _hand_over(connection, staged.numbers.read(*bounds))
        run(f"CREATE OR REPLACE TEMP TABLE slice AS {read_query('dnc/plain_slice')}")
        connection.unregister("sorted_values")
    standing = read_query("dnc/standing") if is_known else f"SELECT * FROM ({read_query('dnc/standing')}) LIMIT 0"
    run(f"CREATE OR REPLACE TEMP TABLE standing AS {standing}")
    if is_known:
        run(f"CREATE OR REPLACE TEMP TABLE gone AS {read_query('dnc/gone_entries')}")
        _note_ended(connection, counts)
        changed = _renew(connection, counts)
    run(f"CREATE OR REPLACE TEMP TABLE told AS {read_query('dnc/new_entries')}")
    insert_query(connection, "dnc_terms", "dnc/new_terms")
    added = insert_query(connection, "dnc_entries", "dnc/told_entries")
    counts.added += added
    if mode == "wash":
        _wash(connection, counts)
    elif mode != "removal":
        counts.already_there += run("SELECT count(*) FROM slice WHERE NOT is_removal").fetchall()[0][0] - added
    return join_numbers([changed, read_values(connection, "FROM told")])


def _note_ended(connection: duckdb.DuckDBPyConnection, counts: Counts) -> None:
    """Let the entries in ``gone`` (value, terms_id, load_id) be among those that end with the load."""
    run = connection.execute
    counts.parts |= {part[0] for part in run("SELECT DISTINCT load_id FROM gone").fetchall()}
    run("INSERT INTO ended SELECT value, terms_id FROM gone")
    counts.removed += count_changed(connection)


def _end(connection: duckdb.DuckDBPyConnection, ranges: list[tuple[int, int]]) -> None:
    """Take the entries in ``ended`` away: few where they are; of very many all others are written anew, in order."""
    run = connection.execute
    ended, rows = run("SELECT (SELECT count(*) FROM ended), (SELECT count(*) FROM dnc_entries)").fetchall()[0]
    if min(ended, rows // VECTOR_ROWS) <= DELETED_VECTORS:
        note_ended(connection, "FROM ended")
        run(
            "DELETE FROM dnc_entries USING ended"
            " WHERE dnc_entries.value = ended.value AND dnc_entries.terms_id = ended.terms_id"
        )
        return
    share_sets(connection, "SELECT terms_id FROM ended")
    run(create_table("kept_entries", DNC_ENTRIES))
    for bounds in ranges:
        run(
            "INSERT INTO kept_entries SELECT value, terms_id FROM dnc_entries ANTI JOIN ended USING (value, terms_id)"
            " WHERE value >= ? AND value < ? ORDER BY value, terms_id",
            [*bounds],
        )
    run("DROP TABLE dnc_entries")
    run("ALTER TABLE kept_entries RENAME TO dnc_entries")


def _renew(connection: duckdb.DuckDBPyConnection, counts: Counts) -> Ints:
    """Bring the entries of a slice that the list changes to their new terms; return their numbers."""
    run = connection.execute
    run(f"CREATE OR REPLACE TEMP TABLE told AS {read_query('dnc/renewed_entries')}")
    parts = run("SELECT DISTINCT unnest([old_load_id, load_id]) FROM told").fetchall()
    if not parts:
        return NONE
    insert_query(connection, "dnc_terms", "dnc/new_terms")
    note_ended(connection, "SELECT value, old_terms_id AS terms_id FROM told")
    run(
        "UPDATE dnc_entries SET terms_id = renewed.terms_id"
        f" FROM (SELECT * FROM ({read_query('dnc/told_entries')}) JOIN told USING (value)) AS renewed"
        " WHERE dnc_entries.value = renewed.value AND dnc_entries.terms_id = renewed.old_terms_id"
    )
    counts.parts |= {part[0] for part in parts}
    return read_values(connection, "FROM told")


def _wash(connection: duckdb.DuckDBPyConnection, counts: Counts) -> None:
    """Write which numbers were found free and when, in place of what earlier washes said of them."""
    run = connection.execute
    run(
        "DELETE FROM dnc_washed USING slice WHERE dnc_washed.value = slice.value"
        " AND category = (SELECT category FROM load)"
    )
    run(
        "INSERT INTO dnc_washed SELECT slice.value, load.category, coalesce(slice.listed_on, load.as_of), load.load_id"
        " FROM slice CROSS JOIN load WHERE NOT slice.is_removal ORDER BY slice.value"
    )
    counts.washed += count_changed(connection)
