"""Files that lie beside the store and are made from it: those that it lists count, the others are left from before.

Each kind has a folder of its own. A file is written and synced before the transaction commits that lists it; its name
is drawn, and it never changes. What is missing is made anew from the tables, as in a home restored without it.
"""

import math
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

from pipelines.home import sync_folder
from pipelines.queries import execute

POINTS, NUMBER_SETS = "points", "dnc"
FOLDERS = (POINTS, NUMBER_SETS)
# So many files of about one length become one.
FANOUT = 4


def find_folder(connection: duckdb.DuckDBPyConnection, kind: str) -> Path | None:
    """Return the folder of a kind of files beside the store; null for a store in memory."""
    found = execute(connection, "SELECT getvariable('store_folder')").fetchall()[0][0]
    return Path(found) / kind if found else None


def is_rehearsal(connection: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether all that is done will be rolled back."""
    return bool(execute(connection, "SELECT getvariable('is_rehearsal')").fetchall()[0][0])


def are_whole(files: Sequence[Path], lengths: Sequence[int]) -> bool:
    """Tell whether all files are there and of so many bytes each."""
    try:
        return [file.stat().st_size for file in files] == [*lengths]
    except FileNotFoundError:
        return False


def choose_merged(rows: Sequence[int], short: int) -> list[int]:
    """Return the places of the files to make one of: all of the shortest length of which there are many, and shorter.

    So there are few of each length, and no row is written more often than there are lengths; files of fewer than
    ``short`` rows are of one length.
    """
    lengths = [int(math.log(max(number // short, 1), FANOUT)) for number in rows]
    many = [length for length in lengths if lengths.count(length) >= FANOUT]
    return [place for place, length in enumerate(lengths) if many and length <= min(many)]


def sweep_folder(folder: Path, listed: Iterable[str]) -> None:
    """Remove the files that no store lists: merged ones, and what a killed writer left."""
    names = set(listed)
    for path in folder.glob("*"):
        if path.stem not in names:
            path.unlink()


def link_folders(source: Path, target: Path) -> None:
    """Have the files beside one store beside another too, before the store that lists them takes its place there."""
    for kind in FOLDERS:
        (target / kind).mkdir(parents=True, exist_ok=True)
        for path in (source / kind).glob("*"):
            os.link(path, target / kind / path.name)
        sync_folder(target / kind)
