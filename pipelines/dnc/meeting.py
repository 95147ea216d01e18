"""Which leads a load of do-not-call may concern: those that have a number of it, or one that begins as it says."""

import duckdb
import numpy as np

from pipelines.dnc.runs import SAMPLED, cut_ranges
from pipelines.phones.numbering import Ints
from pipelines.points.index import Index, open_index, read_values
from pipelines.schema import DIGITS_BASE
from pipelines.sorting import drop_repeated, join_numbers
from pipelines.store import shown

# Of fewer points the values are looked up among the entries, by the database, which then skips most of these.
FEW = 100_000
SLICE_ROWS = 8_000_000
DIGITS = 18  # a number has no more, see pipelines/schema.py


def find_concerned(connection: duckdb.DuckDBPyConnection) -> Ints:
    """Return leads, each once, among which are all that ``asked_entries`` and ``asked_prefixes`` may concern."""
    index = open_index(connection)
    by_entries = _find_by_entries(connection, index)
    rows = connection.execute("SELECT DISTINCT prefix, digits FROM asked_prefixes").fetchall()
    return join_numbers([by_entries, index.find_between(_list_ranges(rows))]) if rows else by_entries


def _find_by_entries(connection: duckdb.DuckDBPyConnection, index: Index) -> Ints:
    """Return the leads with a value of ``asked_entries``: by ranges of values, one of them in memory at once."""
    if len(index) <= FEW:
        met = "SELECT DISTINCT value FROM asked_entries SEMI JOIN held_values USING (value)"
        with shown(connection, held_values={"value": index.list_values()}):
            return index.find(read_values(connection, met))
    rows = connection.execute("SELECT count(*) FROM asked_entries").fetchall()[0][0]
    if rows <= SLICE_ROWS:
        return index.find(drop_repeated(read_values(connection, "FROM asked_entries")))
    sampled = connection.execute(f"SELECT value FROM asked_entries WHERE hash(value) % {SAMPLED} = 0").fetchnumpy()
    parts = list[Ints]()
    for low, high in cut_ranges(sampled["value"], SLICE_ROWS):
        between = f"SELECT value FROM asked_entries WHERE value >= {low} AND value < {high}"
        parts.append(index.find(drop_repeated(read_values(connection, between))))
    return join_numbers(parts)


def _list_ranges(prefixes: list[tuple[int, int]]) -> Ints:
    """Return between which values the numbers lie that begin so, of whatever length: one row per (first, end)."""
    ranges = [
        (base + prefix * 10**more, base + (prefix + 1) * 10**more)
        for prefix, digits in prefixes
        for base in (0, DIGITS_BASE)
        for more in range(DIGITS - digits + 1)
    ]
    return np.array(ranges, dtype=np.int64).reshape(-1, 2)
