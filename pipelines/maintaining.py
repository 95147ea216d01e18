"""Keep the store and what is published small and quick; whoever reads notices nothing.

Tables that are looked up by value are sorted again, small published parts share files, what nothing uses is removed,
and the log is written into the store. Each step is a transaction or a rename: killed anywhere, it is done or not
done, and the next run goes on. See docs/decisions/0022-expiry-and-maintenance.md.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines.dnc.index import drop_ended, sweep_sets, tidy_sets
from pipelines.doors.upkeep import clear_doors
from pipelines.engine import LONG_ROW_GROUP_ROWS
from pipelines.home import Home, sweep_work
from pipelines.landing import forget_gone
from pipelines.points.index import drop_surplus, sweep_points, tidy_points
from pipelines.published.packing import pack_parts
from pipelines.published.publishing import current_generation, publish, sweep_generations, sweep_versions
from pipelines.queries import read_query
from pipelines.receipts import write_log
from pipelines.schema import STORE, create_table
from pipelines.store import checkpoint, open_writer

# Tables that are looked up by value, and their order. Sorted again once so many entries, and such a share of them, lie
# behind greater ones: below that, sorting costs more than it saves.
SORTED = {"dnc_entries": "value, terms_id"}
UNSORTED_ROWS = 200_000
UNSORTED_SHARE = 0.1


@dataclass(frozen=True)
class Sizes:
    """What a home takes on the disk: bytes, and how many files are published now, in how many generations."""

    store_bytes: int
    published_bytes: int
    work_bytes: int
    published_files: int
    generations: int


@dataclass(frozen=True)
class MaintainResult:
    """What was done: entries sorted by table, files packed away by relation, landed files forgotten that are gone.

    ``doors`` counts what was removed of the HTTP doors' memory.
    """

    before: Sizes
    after: Sizes
    sorted: dict[str, int] = field(default_factory=dict)
    packed: dict[str, int] = field(default_factory=dict)
    forgotten: int = 0
    doors: dict[str, int] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the result for JSON."""
        return asdict(self)


def maintain(home: Home, now: datetime, *, user: str = "operator") -> MaintainResult:
    """Sort, pack, publish, clear away and write the log into the store; where nothing is to be done nothing changes.

    Raises UserError where ``doors.yaml`` is wrong; the store is maintained by then.
    """
    if not home.store.exists():
        return MaintainResult(measure(home), measure(home), doors=clear_doors(home, now))
    with open_writer(home, row_group_rows=LONG_ROW_GROUP_ROWS) as connection:
        before = measure(home)
        done = {table: rows for table in SORTED if (rows := _sort(connection, table))}
        if points := drop_surplus(connection):
            done["contact points"] = points
        if numbers := drop_ended(connection):
            done["do-not-call numbers"] = numbers
        packed = pack_parts(connection)
        if done or packed:
            told = [f"{rows:,} entries of {table} sorted" for table, rows in done.items()]
            told += [f"{files:,} files of {relation} packed away" for relation, files in packed.items()]
            write_log(connection, now, user, "store maintained", "store", ", ".join(told), told={})
        publish(connection, home)
        tidy_points(connection)
        sweep_points(connection)
        tidy_sets(connection)
        sweep_sets(connection)
        if (home.published / "generations").is_dir():
            sweep_generations(home)
            sweep_versions(home)
        checkpoint(connection)
    sweep_work(home)
    forgotten = forget_gone(home)
    return MaintainResult(before, measure(home), done, packed, forgotten, clear_doors(home, now))


def _sort(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """Sort a table again if enough of it is unsorted; return how many entries it has, 0 where it was left alone."""
    connection.execute(f"CREATE OR REPLACE TEMP VIEW entries AS SELECT rowid AS position, value FROM {table}")
    rows, unsorted = connection.execute(read_query("maintain/unsorted")).fetchall()[0]
    connection.execute("DROP VIEW entries")
    if unsorted < UNSORTED_ROWS or unsorted < UNSORTED_SHARE * rows:
        return 0
    # In the transaction: whoever opens the store finds the old table or the new one.
    connection.execute(f"DROP TABLE IF EXISTS sorted_{table}")
    connection.execute(create_table(f"sorted_{table}", STORE[table]))
    connection.execute("SET preserve_insertion_order = true")
    connection.execute(f"INSERT INTO sorted_{table} BY NAME SELECT * FROM {table} ORDER BY {SORTED[table]}")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute(f"DROP TABLE {table}")
    connection.execute(f"ALTER TABLE sorted_{table} RENAME TO {table}")
    return int(rows)


def measure(home: Home) -> Sizes:
    """Return what a home takes; a published file that stands in many generations is counted once."""
    generation = current_generation(home)
    published = {stat.st_ino: stat.st_size for stat in _list_files(home.published / "data")}
    return Sizes(
        store_bytes=sum(stat.st_size for stat in _list_files(home.store.parent)),
        published_bytes=sum(published.values()),
        work_bytes=sum(stat.st_size for stat in _list_files(home.work)),
        published_files=sum(1 for _ in generation.glob("*/*/*.parquet")) if generation else 0,
        generations=len(list((home.published / "generations").glob("*"))),
    )


def _list_files(folder: Path) -> Iterator[Any]:
    """Yield what the disk says of each file below a folder; what is gone meanwhile is left out."""
    for path in folder.rglob("*"):
        try:
            if path.is_file():
                yield path.stat()
        except FileNotFoundError:
            continue
