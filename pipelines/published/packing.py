"""Let small published parts share a file, so that hundreds of one-row drops are not hundreds of files for ever.

Which parts share which file stands in the store (``packs``), so a part that changes later is written with its fellows
by any publication, and one that is killed is made good by the next. See docs/decisions/0022-expiry-and-maintenance.md.
"""

from collections import defaultdict
from dataclasses import dataclass, field

import duckdb

from pipelines.published.publishing import mark_unpublished
from pipelines.queries import read_query

# Files of fewer rows are small; so many of them may lie in a partition before they are packed, in packs of so many rows
# at most: enough that files are few, few enough that a change of one lead is soon written.
SMALL_ROWS = 10_000
SMALL_FILES = 16
PACK_ROWS = 50_000
PACK = "pack-"


@dataclass
class File:
    """A file of a partition as it is now: its rows, and the parts in it, the oldest first."""

    name: str
    rows: int = 0
    parts: list[str] = field(default_factory=list)


def pack_parts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Pack the small files of partitions that have many; return by relation how many files become fewer.

    On the writer's connection: the publication that follows writes the packs and leaves the packed files out.
    """
    partitions: dict[tuple[str, str], dict[str, File]] = defaultdict(dict)
    for relation, partition, part, name, rows in connection.execute(read_query("maintain/parts")).fetchall():
        file = partitions[relation, partition].setdefault(name, File(name))
        file.rows += rows
        file.parts.append(part)
    packed: dict[str, int] = defaultdict(int)
    for (relation, partition), files in partitions.items():
        small = [file for file in files.values() if file.rows < SMALL_ROWS]
        if len(small) > SMALL_FILES:
            packed[relation] += len(small) - _pack(connection, relation, partition, small)
    return dict(packed)


def _pack(connection: duckdb.DuckDBPyConnection, relation: str, partition: str, small: list[File]) -> int:
    """Give the parts of small files files to share; return how many these are."""
    place = [relation, partition]
    known = "SELECT DISTINCT pack FROM packs WHERE relation = ? AND partition = ?"
    numbers = [int(row[0].removeprefix(PACK)) for row in connection.execute(known, place).fetchall()]
    number = max(numbers, default=0)
    packs: list[File] = []
    for file in small:
        if not packs or packs[-1].rows + file.rows > PACK_ROWS:
            number += 1
            packs.append(File(f"{PACK}{number}"))
        packs[-1].rows += file.rows
        packs[-1].parts += file.parts
        connection.execute("DELETE FROM packs WHERE relation = ? AND partition = ? AND pack = ?", [*place, file.name])
        mark_unpublished(connection, relation, partition, file.name)
    for pack in packs:
        connection.execute("INSERT INTO packs SELECT ?, ?, unnest(?), ?", [*place, pack.parts, pack.name])
        mark_unpublished(connection, relation, partition, pack.name)
    return len(packs)
