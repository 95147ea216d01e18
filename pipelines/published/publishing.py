"""What readers open: Parquet in generations, the newest one behind the link ``published/current``.

A generation never changes. Its folders ``<relation>/<partition>`` are links to versions of that partition, so that a
publication writes only the parts that changed and a reader who has resolved ``current`` once sees one state of all
tables. Small parts may share a file: ``packs``. See docs/decisions/0004-publication.md and 0022.
"""

import os
import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

import duckdb
import polars as pl

from pipelines.home import Home
from pipelines.published.relations import RELATIONS, WHOLE, find_relation, place_partition
from pipelines.published.writing import Prepared, read_packs, write_version
from pipelines.queries import execute, read_query
from pipelines.store import commit_so_far, open_beside, open_writer
from pipelines.tables.storing import list_stored

# How long a generation that is no longer current stays readable, in seconds.
KEEP_SECONDS = 600.0
KEEP_GENERATIONS = 2
# What ``unpublished`` calls a generation that is made already and is to be current: its number is the partition.
GENERATION = "generation"


# What there is to write: (relation, partition) -> parts.
Pending = dict[tuple[str, str], set[str]]


def mark_unpublished(
    connection: duckdb.DuckDBPyConnection, relation: str, partition: str = WHOLE, part: str = WHOLE
) -> None:
    """Note that a part of a relation is to be published after the commit."""
    mark_parts(connection, (relation, partition, part))


def mark_parts(connection: duckdb.DuckDBPyConnection, *parts: tuple[str, str, str]) -> None:
    """Note parts, each by its relation and partition, as ``mark_unpublished`` does one."""
    marks = ", ".join(["(?, ?, ?)"] * len(parts))
    execute(connection, f"INSERT INTO unpublished VALUES {marks}", [name for part in parts for name in part])


def current_generation(home: Home) -> Path | None:
    """Return the folder of the newest generation, or null before the first publication."""
    link = home.published / "current"
    return link.resolve() if link.is_symlink() else None


def ensure_published(home: Home) -> Path:
    """Return the newest generation, publishing an empty one in a new home, and relations that are new in an old one."""
    generation = current_generation(home)
    if generation is None or _list_missing(generation):
        with open_writer(home) as connection:
            publish(connection, home)
        generation = current_generation(home)
    assert generation is not None  # noqa: S101  publish has made it
    return generation


def publish(connection: duckdb.DuckDBPyConnection, home: Home, prepared: Prepared | None = None) -> None:
    """Commit, then bring all that was noted as unpublished before the readers, at once.

    ``prepared`` are parts whose files are written beside, and are waited for.

    Called under the writer's lock. What a killed process left unpublished is published by the next one.
    """
    commit_so_far(connection)
    _adopt(connection, home)
    old = current_generation(home)
    if old is None:  # a new home, or one that was restored from its store
        connection.execute(f"INSERT INTO unpublished {read_query('publish/all_parts')}")
    pending: Pending = defaultdict(set)
    for name, partition, part in execute(connection, "SELECT DISTINCT * FROM unpublished").fetchall():
        pending[name, partition].add(part)
    for name in _list_missing(old):
        pending[name, RELATIONS[name].empty].add(WHOLE)
    for stored in list_stored(connection):
        for (name, partition), parts in list(pending.items()):
            if name == "leads":
                pending[stored, partition] |= parts
    if not pending:
        return
    number = int(old.name) + 1 if old else 1
    connection.execute("SET preserve_insertion_order = true")
    packs = read_packs(connection)

    def write(connection: duckdb.DuckDBPyConnection, name: str, partition: str) -> None:
        parts = pending[name, partition]
        write_version(connection, home, old, number, name, partition, parts, packs, prepared or {})

    long = {version for version in pending if find_relation(version[0]).rows}
    versions = sorted(pending, key=lambda version: (version not in long, version))
    is_one_import = len(set[str]().union(*(pending[version] for version in long))) == 1
    is_shared = is_one_import and not any(find_relation(name).is_alone for name, _ in versions)
    _write_versions(connection, write, versions, pl.thread_pool_size() if is_shared else 1)
    connection.execute("SET preserve_insertion_order = false")
    _switch(home, old, number, pending)
    execute(connection, "DELETE FROM unpublished")
    commit_so_far(connection)
    sweep_generations(home)


def _write_versions(
    connection: duckdb.DuckDBPyConnection,
    write: Callable[[duckdb.DuckDBPyConnection, str, str], None],
    versions: list[tuple[str, str]],
    threads: int,
) -> None:
    """Write versions on so many threads; the first are begun first.

    What must be sorted is better written one after the other by all threads: many parts of older imports.
    """
    left = iter(versions)
    taking = Lock()

    def write_on(connection: duckdb.DuckDBPyConnection) -> None:
        while True:
            with taking:
                version = next(left, None)
            if version is None:
                return
            write(connection, *version)

    def write_beside() -> None:
        with open_beside(connection) as beside:
            beside.execute("SET preserve_insertion_order = true")
            write_on(beside)

    with ThreadPoolExecutor(max(threads - 1, 1)) as pool:
        others = [pool.submit(write_beside) for _ in range(threads - 1)]
        write_on(connection)
        for other in others:
            other.result()


def _adopt(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Make a generation current that came with the store; see pipelines/published/adopting.py."""
    made = execute(connection, "SELECT max(partition::BIGINT) FROM unpublished WHERE relation = ?", [GENERATION])
    number = made.fetchall()[0][0]
    if number is None:
        return
    point_current(home, number)
    connection.execute("DELETE FROM unpublished WHERE relation = ?", [GENERATION])
    commit_so_far(connection)


def _list_missing(generation: Path | None) -> list[str]:
    """Return the relations that a generation does not have: all before the first, else those of a later version."""
    return [name for name in RELATIONS if generation is None or not (generation / name).exists()]


def _switch(home: Home, old: Path | None, number: int, pending: Pending) -> None:
    """Make the new generation of links and let ``current`` mean it, in one rename."""
    kept, targets = list_partitions(old) if old else set[Path](), dict[Path, str]()
    for name, partition in pending:
        folder = place_partition(name, partition)
        version = Path("data") / folder / str(number)
        kept.discard(folder)
        if any((home.published / version).iterdir()):
            targets[folder] = str(Path("../../..") / version)
        else:
            (home.published / version).rmdir()
    link_generation(home, number, targets, old, kept)
    point_current(home, number)


def list_partitions(generation: Path) -> set[Path]:
    """Return the place of each partition that a generation has."""
    relations = [relation.name for relation in os.scandir(generation) if relation.is_dir()]
    return {Path(name, link.name) for name in relations for link in os.scandir(generation / name)}


def link_generation(
    home: Home, number: int, targets: Mapping[Path, str], old: Path | None, kept: Collection[Path]
) -> None:
    """Make the folder of a generation: links to versions, by the place of each partition.

    Links that are ``kept`` as the ``old`` one has them are the same files: to make new ones takes longer, and much
    longer where many files were removed just before.
    """
    new = home.published / "generations" / str(number)
    for left in new.glob("*/*"):  # by a run that was killed before this generation was current
        version, target = left.resolve(), targets.get(left.relative_to(new))
        if version.name == str(number) and (target is None or Path(target).name != str(number)):
            shutil.rmtree(version, ignore_errors=True)
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    for relation in {folder.parts[0] for folder in [*targets, *kept]}:
        (new / relation).mkdir()
    for folder, target in targets.items():
        (new / folder).symlink_to(target)
    for folder in kept:
        before, link = f"{old}/{folder}", f"{new}/{folder}"
        try:
            os.link(before, link, follow_symlinks=False)
        except (OSError, NotImplementedError):  # of a file system that cannot, or where too many generations have it
            Path(link).symlink_to(Path(before).readlink())


def point_current(home: Home, number: int) -> None:
    """Let ``current`` mean a generation, in one rename."""
    for left in home.published.glob(".current-*"):  # by a publication that was killed; we hold the writer's lock
        left.unlink()
    partial = home.published / f".current-{os.getpid()}"
    partial.symlink_to(Path("generations") / str(number))
    partial.replace(home.published / "current")


def sweep_generations(home: Home) -> None:
    """Remove generations that no reader can still be using, and the versions that only they had."""
    generations = sorted((home.published / "generations").iterdir(), key=lambda folder: int(folder.name), reverse=True)
    kept, gone = list[Path](), list[Path]()
    for age, folder in enumerate(generations):
        is_young = age < KEEP_GENERATIONS or time.time() - folder.stat().st_mtime < KEEP_SECONDS
        (kept if is_young else gone).append(folder)
    if not gone:
        return
    shown = {link.resolve() for generation in kept for link in generation.glob("*/*")}
    for link in {link for generation in gone for link in generation.glob("*/*")}:
        if (version := link.resolve()) not in shown:
            shutil.rmtree(version, ignore_errors=True)
    for generation in gone:
        shutil.rmtree(generation)


def sweep_versions(home: Home) -> None:
    """Remove versions of partitions that no generation shows: what publications left that were killed.

    Called under the writer's lock, as nothing shows what is just being written either.
    """
    shown = {link.resolve() for link in (home.published / "generations").glob("*/*/*")}
    for version in (home.published / "data").glob("*/*/*"):
        if version.resolve() not in shown:
            shutil.rmtree(version)
    for partition in (home.published / "data").glob("*/*"):
        if not any(partition.iterdir()):
            partition.rmdir()
