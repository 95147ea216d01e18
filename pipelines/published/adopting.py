"""Take over what another home has published, as a generation that is not current yet.

The store that comes with it says in ``unpublished`` that this generation is to be current; whoever publishes next, the
one who brought it or, had that one been killed, the next writer, makes it so in one rename.
"""

import filecmp
import os
import shutil
from pathlib import Path

import duckdb

from pipelines.home import Home, sync_folder
from pipelines.published.publishing import GENERATION, current_generation, link_generation, mark_unpublished
from pipelines.published.relations import WHOLE

# From a relation's folder in a generation to where all that is published lies.
OUT = Path("../../..")


def link_published(built: Home, home: Home) -> int:
    """Make the current generation of ``built`` one of ``home``, files as hard links; return its number.

    The next number after the current one, so that what a killed run left there is overwritten. A partition that is the
    same to the byte keeps its version. The homes are on one disk, the lock of ``home`` is held and nothing is changed
    that a reader sees.
    """
    old, made = current_generation(home), current_generation(built)
    assert made is not None  # noqa: S101  the built home was published
    number = int(old.name) + 1 if old else 1
    versions = {version.relative_to(made): version.resolve() for version in made.glob("*/*")}
    same = {folder for folder, version in versions.items() if old and _is_same(old / folder, version)}
    targets = {folder: str(OUT / "data" / folder / str(number)) for folder in versions.keys() - same}
    # The links come first: what a killed run leaves can be found by them.
    link_generation(home, number, dict(sorted(targets.items())), old, same)
    for folder, version in versions.items():
        if folder in same:
            continue
        place = home.published / "data" / folder / str(number)
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        for file in version.iterdir():
            os.link(file, place / file.name)
        sync_folder(place)
    sync_folder(home.published / "generations")
    return number


def _is_same(one: Path, other: Path) -> bool:
    """Tell whether two versions of a partition have the same files, to the byte."""
    if not one.is_dir():
        return False
    names = {file.name for file in one.iterdir()}
    if names != {file.name for file in other.iterdir()}:
        return False
    return all(filecmp.cmp(one / name, other / name, shallow=False) for name in names)


def note_generation(connection: duckdb.DuckDBPyConnection, number: int) -> None:
    """Note in the store that comes with a generation that this one is to be current, and nothing else to publish."""
    connection.execute("DELETE FROM unpublished")
    mark_unpublished(connection, GENERATION, str(number), WHOLE)
