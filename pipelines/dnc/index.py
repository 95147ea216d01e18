"""Which numbers stand on any do-not-call list, for screening few of them without reading the lists.

Sets of numbers beside the store, which may hold too many, of entries that ended, never too few: what they hold is
looked for in ``dnc_entries``, with what is known of it. Works on the writer's connection. See
docs/decisions/0036-do-not-call-sets.md.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.beside import NUMBER_SETS, choose_merged, find_folder, is_rehearsal, sweep_folder
from pipelines.dnc.sets import NumberSet, SetWriter, merge_sets
from pipelines.phones.numbering import Ints
from pipelines.sorting import join_numbers
from pipelines.store import commit_so_far

# Sets of fewer numbers are of one length, when it comes to making one of several.
SHORT = 200_000
# Numbers of no use beside those that are: fewer cost less than making all anew.
SURPLUS_SHARE = 0.25
BATCH_ROWS = 4_000_000


@contextmanager
def numbers_added(connection: duckdb.DuckDBPyConnection) -> Iterator[Callable[[Ints], None]]:
    """Give a function to which the block gives the values of the entries it adds, in their order: sorted, none below.

    Behind the block they are found. What an exception leaves is listed nowhere.
    """
    folder = find_folder(connection, NUMBER_SETS)
    if folder is None:
        yield lambda _: None
        return
    with SetWriter(folder) as writer:
        yield writer.add
        _note(connection, writer.finish())


def find_listed(connection: duckdb.DuckDBPyConnection, asked: Ints) -> Ints:
    """Return those numbers, each once, among which are all that stand on a list; ``asked`` are sorted."""
    folder = find_folder(connection, NUMBER_SETS)
    sets = list_sets(connection)
    if folder is None or not all(each.is_whole for each in sets):
        return join_numbers([asked])
    return join_numbers([asked[each.hold(asked)] for each in sets])


def list_sets(connection: duckdb.DuckDBPyConnection) -> list[NumberSet]:
    """Return the sets there are; all are made anew from the entries where one is not whole, as after a restore.

    Not in a rehearsal, which would lose what it makes: there it may not be whole.
    """
    folder = find_folder(connection, NUMBER_SETS)
    if folder is None:
        return []
    sets = _read_listed(connection, folder)
    if not all(each.is_whole for each in sets) and not is_rehearsal(connection):
        rebuild_sets(connection)
        sets = _read_listed(connection, folder)
    return sets


def rebuild_sets(connection: duckdb.DuckDBPyConnection) -> None:
    """Make one set of all entries."""
    connection.execute("DELETE FROM dnc_sets")
    with numbers_added(connection) as add:
        for batch in connection.sql("SELECT value FROM dnc_entries ORDER BY value").to_arrow_reader(BATCH_ROWS):
            add(batch.column(0).to_numpy())


def drop_surplus(connection: duckdb.DuckDBPyConnection) -> int:
    """Make the sets anew where they have many numbers that stand on no list any more; return how many are there then.

    0 where they were left as they are.
    """
    held = sum(each.numbers for each in list_sets(connection))
    needed = connection.sql("SELECT count(*) FROM dnc_entries").fetchall()[0][0]
    if held - needed < max(SHORT, SURPLUS_SHARE * needed):
        return 0
    rebuild_sets(connection)
    return sum(each.numbers for each in list_sets(connection))


def tidy_sets(connection: duckdb.DuckDBPyConnection) -> None:
    """Make one of several sets where there are many, and commit."""
    folder = find_folder(connection, NUMBER_SETS)
    sets = list_sets(connection)
    merged = [sets[place] for place in choose_merged([each.numbers for each in sets], SHORT)]
    if folder is None or not merged:
        return
    connection.execute("DELETE FROM dnc_sets WHERE name IN ?", [[each.name for each in merged]])
    _note(connection, merge_sets(folder, merged))
    commit_so_far(connection)
    sweep_sets(connection)


def sweep_sets(connection: duckdb.DuckDBPyConnection) -> None:
    """Remove the files of sets that are listed no more; what lists them is committed."""
    if folder := find_folder(connection, NUMBER_SETS):
        sweep_folder(folder, [each.name for each in _read_listed(connection, folder)])


def _note(connection: duckdb.DuckDBPyConnection, made: NumberSet | None) -> None:
    if made:
        values = [made.name, made.numbers, made.keys, made.words]
        connection.execute("INSERT INTO dnc_sets VALUES (?, ?, ?, ?)", values)


def _read_listed(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[NumberSet]:
    rows = connection.sql("SELECT name, numbers, keys, words FROM dnc_sets ORDER BY numbers, name").fetchall()
    return [NumberSet(folder, *row) for row in rows]
