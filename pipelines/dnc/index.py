"""Which numbers stand on any do-not-call list, for screening few of them without reading the lists.

Sets of numbers lie beside the store. That of a long list has the numbers of its entries, but for those that ended since
(``dnc_ended``): the store need not be asked for them. Others may hold too many, of entries that ended, never too few:
what they hold is looked for in ``dnc_entries``. Works on the writer's connection. See
docs/decisions/0036-do-not-call-sets.md.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.beside import NUMBER_SETS, choose_merged, find_folder, is_rehearsal, sweep_folder
from pipelines.dnc.sets import NumberSet, SetWriter, merge_sets
from pipelines.phones.numbering import Ints
from pipelines.queries import execute
from pipelines.sorting import NONE, drop_repeated, join_numbers
from pipelines.store import commit_so_far

# Lists of fewer numbers have no set of their own, and sets of fewer are of one length where several become one.
SHORT = 200_000
# So many lists have sets of their own, the longest ones: each is looked into by itself.
OWN_SETS = 8
# Numbers of no use beside those that are: fewer cost less than making all anew.
SURPLUS_SHARE = 0.25
BATCH_ROWS = 4_000_000
_OWN_TERMS = "SELECT terms_id FROM dnc_sets WHERE terms_id IS NOT NULL"


class AddedNumbers:
    """Takes the values of entries that are added, in their order, and writes them in a thread, beside all else.

    ``terms_id`` is to be set where all entries of these terms are among them, and no others.
    """

    def __init__(self, writer: SetWriter, pool: ThreadPoolExecutor) -> None:
        self.terms_id: int | None = None
        self._writer, self._pool = writer, pool
        self._writing: Future[None] | None = None
        self._finishing: Future[NumberSet | None] | None = None

    def add(self, values: Ints) -> None:
        """Begin to write values, sorted, none of which is below those before, once these are written."""
        if self._writing is not None:
            self._writing.result()
        self._writing = self._pool.submit(self._writer.add, values)

    def seal(self) -> None:
        """Begin to bring the set to the disk: no more will come."""
        self._finishing = self._pool.submit(self._finish, self._writing)

    def finish(self) -> NumberSet | None:
        """Return the set, which is on the disk; none for no values."""
        if self._finishing is None:
            self.seal()
        assert self._finishing is not None  # noqa: S101  it is sealed
        return self._finishing.result()

    def _finish(self, writing: Future[None] | None) -> NumberSet | None:
        if writing is not None:
            writing.result()
        return self._writer.finish()


@dataclass(frozen=True)
class Listed:
    """What is known of some numbers without the store, and what it is to be asked.

    ``known`` has value and terms_id of their entries of some terms, and of such as ``dnc_ended`` has; ``terms`` are
    those terms (terms_id); ``asked`` the numbers, sorted, that may stand under any others.
    """

    known: pa.Table
    terms: pa.Table
    asked: Ints


@contextmanager
def numbers_added(connection: duckdb.DuckDBPyConnection) -> Iterator[AddedNumbers]:
    """Let the block tell the values of the entries that it adds; behind it they are found.

    What an exception leaves is listed nowhere.
    """
    folder = find_folder(connection, NUMBER_SETS)
    if folder is None:
        raise RuntimeError("No entries are added to a store in memory.")
    with SetWriter(folder) as writer, ThreadPoolExecutor(1) as pool:
        added = AddedNumbers(writer, pool)
        yield added
        made = added.finish()
        _note(connection, made, added.terms_id if made and made.numbers >= SHORT else None)


def note_ended(connection: duckdb.DuckDBPyConnection, entries: str) -> None:
    """Note that some entries end, or get other terms; ``entries`` is a SELECT of value and terms_id as they were."""
    connection.execute(
        f"INSERT INTO dnc_ended SELECT value, terms_id FROM ({entries}) WHERE terms_id IN ({_OWN_TERMS})"
    )


def share_sets(connection: duckdb.DuckDBPyConnection, terms: str) -> None:
    """Note that so many entries of some terms end that their sets may hold too many; ``terms`` is a SELECT."""
    connection.execute(f"UPDATE dnc_sets SET terms_id = NULL WHERE terms_id IN ({terms})")
    connection.execute(f"DELETE FROM dnc_ended WHERE terms_id NOT IN ({_OWN_TERMS})")


def find_listed(connection: duckdb.DuckDBPyConnection, numbers: Ints) -> Listed:
    """Look numbers up in all sets; they are sorted, with repetitions."""
    sets = list_sets(connection)
    if sets is None:
        return Listed(_pair([]), pa.table({"terms_id": NONE}), numbers)
    held = [(drop_repeated(numbers[each.hold(numbers)]), terms_id) for each, terms_id in sets]
    own = [(values, terms_id) for values, terms_id in held if terms_id is not None]
    terms = pa.table({"terms_id": pa.array([terms_id for _, terms_id in own], pa.int64())})
    return Listed(_pair(own), terms, join_numbers([values for values, terms_id in held if terms_id is None]))


def list_sets(connection: duckdb.DuckDBPyConnection) -> list[tuple[NumberSet, int | None]] | None:
    """Return the sets there are, and whose they are; null for a store in memory, which has none.

    All are made anew from the entries where one is not whole, as after a restore; null instead in a rehearsal, which
    would lose what it makes.
    """
    folder = find_folder(connection, NUMBER_SETS)
    if folder is None:
        return None
    sets = _read_listed(connection, folder)
    if all(each.is_whole for each, _ in sets):
        return sets
    if is_rehearsal(connection):
        return None
    rebuild_sets(connection)
    return _read_listed(connection, folder)


def rebuild_sets(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the sets anew: of the longest lists one each, and one of all others."""
    connection.execute("DELETE FROM dnc_sets")
    connection.execute("DELETE FROM dnc_ended")
    longest = connection.execute(
        "SELECT terms_id FROM dnc_entries GROUP BY terms_id HAVING count(*) >= ?"
        " ORDER BY count(*) DESC, terms_id LIMIT ?",
        [SHORT, OWN_SETS],
    ).fetchall()
    own = [terms_id for (terms_id,) in longest]
    for terms_id in [*own, None]:
        these = (
            f"list_contains({own}::BIGINT[], terms_id)" if terms_id is None else f"terms_id IS DISTINCT FROM {terms_id}"
        )
        query = f"SELECT value FROM dnc_entries WHERE NOT {these} ORDER BY value"
        with numbers_added(connection) as added, connection.sql(query).to_arrow_reader(BATCH_ROWS) as batches:
            added.terms_id = terms_id
            for batch in batches:
                added.add(batch.column(0).to_numpy())


def drop_ended(connection: duckdb.DuckDBPyConnection) -> int:
    """Make the sets anew where they have many numbers that stand on no list any more; return how many are there then.

    0 where they were left as they are.
    """
    needed = int(connection.execute("SELECT count(*) FROM dnc_entries").fetchall()[0][0])
    held = sum(each.numbers for each, _ in list_sets(connection) or ())
    if held - needed < max(SHORT, SURPLUS_SHARE * needed):
        return 0
    rebuild_sets(connection)
    return needed


def tidy_sets(connection: duckdb.DuckDBPyConnection) -> None:
    """Leave few sets, and commit: those of the longest lists, and of the others one for each of a few lengths."""
    folder, sets = find_folder(connection, NUMBER_SETS), list_sets(connection)
    if folder is None or sets is None:
        return
    own = [terms_id for _, terms_id in sets[::-1] if terms_id is not None]
    if len(own) > OWN_SETS:
        share_sets(connection, f"SELECT unnest({own[OWN_SETS:]}::BIGINT[])")
    shared = [each for each, terms_id in sets if terms_id not in own[:OWN_SETS]]
    merged = [shared[place] for place in choose_merged([each.numbers for each in shared], SHORT)]
    if merged:
        connection.execute("DELETE FROM dnc_sets WHERE name IN ?", [[each.name for each in merged]])
        _note(connection, merge_sets(folder, merged), None)
    if merged or len(own) > OWN_SETS:
        commit_so_far(connection)
        sweep_sets(connection)


def sweep_sets(connection: duckdb.DuckDBPyConnection) -> None:
    """Remove the files of sets that are listed no more; what lists them is committed."""
    if folder := find_folder(connection, NUMBER_SETS):
        sweep_folder(folder, [each.name for each, _ in _read_listed(connection, folder)])


def _pair(own: list[tuple[Ints, int]]) -> pa.Table:
    values = np.concatenate([NONE, *(values for values, _ in own)])
    return pa.table(
        {
            "value": values,
            "terms_id": np.repeat([0, *(terms for _, terms in own)], [0, *(len(values) for values, _ in own)]),
        }
    )


def _note(connection: duckdb.DuckDBPyConnection, made: NumberSet | None, terms_id: int | None) -> None:
    if made:
        values = [made.name, made.numbers, made.keys, made.words, terms_id]
        connection.execute("INSERT INTO dnc_sets VALUES (?, ?, ?, ?, ?)", values)


def _read_listed(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[tuple[NumberSet, int | None]]:
    """Return the sets that are listed, the longest last."""
    rows = execute(
        connection, "SELECT name, numbers, keys, words, terms_id FROM dnc_sets ORDER BY numbers, name"
    ).fetchall()
    return [(NumberSet(folder, *row), terms_id) for *row, terms_id in rows]
