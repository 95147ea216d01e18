"""By what any lead can be recognised, for finding leads by a number or an address without reading them all.

A contact point is a value and the lead that has it. The index may hold too many, of leads that are gone or have another
number by now, never too few: what it finds is looked at in ``leads`` (recognising.py). Most points lie in
sorted segments beside the store, those that came since in its table ``loose_points``. Works on the writer's connection.
See docs/decisions/0033-contact-points.md.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise, starmap
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.beside import POINTS, choose_merged, find_folder, is_rehearsal, sweep_folder
from pipelines.phones.numbering import Ints
from pipelines.points.segments import Segment, find_leads_in, merge_segments, write_segment
from pipelines.queries import execute, read_query
from pipelines.schema import DIGITS_BASE, PHONE_SLOTS
from pipelines.sorting import NONE, join_numbers, sort_numbers, sort_places
from pipelines.store import commit_so_far

# So many points become a segment; fewer are read as they are.
MANY = 200_000
# The points of so many leads are sorted in memory at most, in some 125 MiB; more by the store.
MOST_BESIDE = 1_000_000
# Points of no use beside those that are: fewer cost less than making all anew.
SURPLUS_SHARE = 0.25
BATCH_ROWS = 1_000_000
# Who is found by a value: nothing dials a suppressed lead, and no duplicate is found by it.
LIVE = "status IS DISTINCT FROM 'suppressed'"
# Between these lie the values of addresses, of E.164 numbers, and of digits.
KIND_EDGES = (-(2**63), 0, DIGITS_BASE, 2**63 - 1)
# What of a lead is a point, if it is there.
TEXTS = ("email", *PHONE_SLOTS)


def add_points(connection: duckdb.DuckDBPyConnection, points: str, rows: int = 0) -> None:
    """Add to the index what a SELECT of contact points (value, lead_id) returns, of which ``rows`` are expected."""
    folder = find_folder(connection, POINTS)
    if rows < MANY or folder is None or is_rehearsal(connection):
        execute(connection, f"INSERT INTO loose_points SELECT value, lead_id FROM ({points})")
    else:
        _note(connection, write_segment(folder, _read_sorted(connection, points)))


@contextmanager
def points_added(connection: duckdb.DuckDBPyConnection, points: str, rows: int) -> Iterator[None]:
    """Add points as ``add_points`` does, sorting and writing them while the block does something else.

    They are those that the SELECT returns before the block.
    """
    folder = find_folder(connection, POINTS)
    if not MANY <= rows <= MOST_BESIDE or folder is None or is_rehearsal(connection):
        add_points(connection, points, rows)
        yield
        return
    found = connection.sql(points).to_arrow_table()
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(_write_unsorted, folder, found)
        yield
        _note(connection, writing.result())


@dataclass(frozen=True)
class FoundLeads:
    """Leads that may have a value that was asked for, by its kind; of each kind a lead is there once, sorted."""

    by_email: Ints
    by_number: Ints
    by_digits: Ints


@dataclass(frozen=True)
class Index:
    """All points there are: those in segments, and the values and leads of the loose ones."""

    segments: list[Segment]
    loose: tuple[Ints, Ints]

    def __len__(self) -> int:
        return len(self.loose[0]) + sum(segment.points for segment in self.segments)

    def find(self, asked: Ints) -> Ints:
        """Return leads, each once, among which are all that have any of the values; these are sorted, each once."""
        if not len(asked):
            return NONE
        values, leads = self.loose
        places = np.minimum(asked.searchsorted(values), len(asked) - 1)
        found = [find_leads_in(segment, asked) for segment in self.segments]
        return join_numbers([leads[asked[places] == values], *found])

    def search(self, asked: Ints) -> FoundLeads:
        """Find as ``find`` does, kind by kind; it needs no connection, so it can be done beside what else is asked."""
        parts = np.split(asked, asked.searchsorted(KIND_EDGES[1:-1]))
        return FoundLeads(*(self.find(part) for part in parts))

    def find_between(self, ranges: Ints) -> Ints:
        """Return the leads, each once, that may have a value in any of these ranges: one row per (first, end)."""
        order = np.argsort(self.loose[0])
        sorted_loose = (self.loose[0][order], self.loose[1][order])
        found = list[Ints]()
        for values, leads in [sorted_loose, *(segment.open() for segment in self.segments)]:
            places = values.searchsorted(ranges)
            found += [leads[start:end] for start, end in places[places[:, 0] < places[:, 1]]]
        return join_numbers(found)

    def list_values(self) -> Ints:
        """Return the values of all points, each once, sorted: for few."""
        return join_numbers([self.loose[0], *(segment.open()[0] for segment in self.segments)])


def open_index(connection: duckdb.DuckDBPyConnection) -> Index:
    """Return the index as it stands; it is made anew where it is not whole, as after a restore."""
    segments = list_segments(connection)
    loose = execute(connection, "SELECT value, lead_id FROM loose_points").fetchnumpy()
    return Index(segments, (loose["value"], loose["lead_id"]))


def read_values(connection: duckdb.DuckDBPyConnection, values: str) -> Ints:
    """Return the values that a SELECT returns as its only column, sorted, with repetitions."""
    # By way of Arrow: ``fetchnumpy`` moves what it has to longer and longer memory, one thread alone.
    (column,) = connection.sql(f"SELECT value FROM ({values})").to_arrow_table().columns
    found = np.concatenate([NONE, *(chunk.to_numpy() for chunk in column.chunks)])
    sort_numbers(found)
    return found


def list_segments(connection: duckdb.DuckDBPyConnection) -> list[Segment]:
    """Return the segments there are; all is made anew from the leads where one is not whole, as after a restore."""
    folder = find_folder(connection, POINTS)
    if folder is None:
        return []
    segments = _read_listed(connection, folder)
    if not all(segment.is_whole for segment in segments):
        rebuild_points(connection)
        segments = _read_listed(connection, folder)
    return segments


def rebuild_points(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the index anew from the leads."""
    connection.execute(f"CREATE OR REPLACE TEMP VIEW near_leads AS SELECT * FROM leads WHERE {LIVE}")
    connection.execute("DELETE FROM point_segments")
    connection.execute("DELETE FROM loose_points")
    add_points(connection, read_query("commit/lead_points"), MANY)
    connection.execute("DROP VIEW near_leads")


def drop_surplus(connection: duckdb.DuckDBPyConnection) -> int:
    """Make the index anew where it has many points of leads that are gone or changed; return how many it has then.

    0 where it was left as it is.
    """
    slots = (f"count({name})" for name in TEXTS)
    needed = connection.execute(f"SELECT {' + '.join(slots)} FROM leads WHERE {LIVE}").fetchall()[0][0]
    surplus = len(open_index(connection)) - needed
    if surplus < MANY or surplus < SURPLUS_SHARE * needed:
        return 0
    rebuild_points(connection)
    return len(open_index(connection))


def tidy_points(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring many loose points into a segment, and few segments into one, and commit.

    See ``choose_merged``.
    """
    folder = find_folder(connection, POINTS)
    if folder is None:
        return
    segments = list_segments(connection)
    is_done = False
    if execute(connection, "SELECT count(*) FROM loose_points").fetchall()[0][0] >= MANY:
        made = write_segment(folder, _read_sorted(connection, "SELECT value, lead_id FROM loose_points"))
        _note(connection, made)
        connection.execute("DELETE FROM loose_points")
        segments, is_done = list_segments(connection), True
    merged = [segments[place] for place in choose_merged([segment.points for segment in segments], MANY)]
    if merged:
        connection.execute("DELETE FROM point_segments WHERE name IN ?", [[segment.name for segment in merged]])
        _note(connection, merge_segments(folder, merged))
    if is_done or merged:
        commit_so_far(connection)
        sweep_points(connection)


def sweep_points(connection: duckdb.DuckDBPyConnection) -> None:
    """Remove the files of segments that are listed no more; what lists them is committed."""
    if folder := find_folder(connection, POINTS):
        sweep_folder(folder, [segment.name for segment in _read_listed(connection, folder)])


def _read_sorted(connection: duckdb.DuckDBPyConnection, points: str) -> Iterator[tuple[Ints, Ints]]:
    reader = connection.sql(f"SELECT value, lead_id FROM ({points}) ORDER BY value").to_arrow_reader(BATCH_ROWS)
    for batch in reader:
        yield batch.column(0).to_numpy(), batch.column(1).to_numpy()


def _write_unsorted(folder: Path, points: pa.Table) -> Segment | None:
    """Write points in any order as a segment: kind by kind, as the values of each lie close to each other."""
    batches = [(NONE, NONE), *([column.to_numpy() for column in batch.columns] for batch in points.to_batches())]

    def sort(first: int, end: int) -> tuple[Ints, Ints]:
        here = [(values >= first) & (values < end) for values, _ in batches]
        values, leads = (
            np.concatenate([column[is_here] for column, is_here in zip(columns, here, strict=True)])
            for columns in zip(*batches, strict=True)
        )
        order = sort_places(values)
        return values[order], leads[order]

    return write_segment(folder, starmap(sort, pairwise(KIND_EDGES)))


def _note(connection: duckdb.DuckDBPyConnection, segment: Segment | None) -> None:
    if segment:
        connection.execute("INSERT INTO point_segments VALUES (?, ?)", [segment.name, segment.points])


def _read_listed(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[Segment]:
    rows = execute(connection, "SELECT name, points FROM point_segments ORDER BY points, name").fetchall()
    return [Segment(folder, name, points) for name, points in rows]
