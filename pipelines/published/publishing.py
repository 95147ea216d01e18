"""What readers open: Parquet in generations, the newest one behind the link ``published/current``.

A generation never changes. Its folders ``<relation>/<partition>`` are links to versions of that partition, so that a
publication writes only the parts that changed and a reader who has resolved ``current`` once sees one state of all
tables. Small parts may share a file: ``packs``. See docs/decisions/0004-publication.md and 0022.
"""

import os
import shutil
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

import duckdb

from pipelines.home import Home
from pipelines.published.entries import write_entries
from pipelines.queries import read_query
from pipelines.store import commit_so_far, count_changed, open_writer
from pipelines.tables.storing import list_stored
from pipelines.tables.viewing import select_part

# How long a generation that is no longer current stays readable, in seconds.
KEEP_SECONDS = 600.0
KEEP_GENERATIONS = 2
WHOLE = "all"
# Dictionaries of more values than that make files larger and take a fifth of the time.
FORMAT = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, DICTIONARY_SIZE_LIMIT 4000"
# What ``unpublished`` calls a generation that is made already and is to be current: its number is the partition.
GENERATION = "generation"


@dataclass(frozen=True)
class Relation:
    """A published table: the column it is partitioned by, if any, and the partition of its zero-row part.

    Of one whose parts can be long ``rows`` says which of the store's rows make a file, and ``order`` by what they are
    sorted: its statement reads them as ``part_rows``, all others read ``part`` and sort themselves.
    """

    partitioned_by: str | None = None
    empty: str = WHOLE
    rows: str = ""
    order: tuple[str, ...] = ()


RELATIONS: dict[str, Relation] = {
    "leads": Relation(
        "list_id", "0", rows="list_id = {partition}::BIGINT AND import_id IN ({parts})", order=("lead_id",)
    ),
    "lists": Relation(),
    "suppliers": Relation(),
    "imports": Relation("import_date", "0001-01-01"),
    "import_rows": Relation(
        "import_date", "0001-01-01", rows="import_id IN ({parts})", order=("import_id", "row_number")
    ),
    "import_reasons": Relation("import_date", "0001-01-01"),
    "import_ages": Relation("import_date", "0001-01-01"),
    "effects": Relation("import_date", "0001-01-01"),
    "costs": Relation(),
    "refunds": Relation(),
    "dnc": Relation("category", ""),
    "dnc_loads": Relation(),
    "dnc_prefixes": Relation(),
    "dnc_washed": Relation("category", ""),
    "dnc_rules": Relation(),
    "dnc_checks": Relation(),
    "callbacks": Relation(),
    "fetched": Relation(),
    "attempts": Relation("called_on", "0001-01-01"),
    "dispositions": Relation("called_on", "0001-01-01"),
    "outcomes": Relation(),
    "dialler_loads": Relation(),
    "survey_places": Relation("survey_id", "0"),
    "audit_log": Relation("logged_on", "0001-01-01"),
}

# Contact data is published as the leads it belongs to.
CONTACT_DATA = Relation("list_id", "0")

# What there is to write: (relation, partition) -> parts.
Pending = dict[tuple[str, str], set[str]]


def mark_unpublished(
    connection: duckdb.DuckDBPyConnection, relation: str, partition: str = WHOLE, part: str = WHOLE
) -> None:
    """Note that a part of a relation is to be published after the commit."""
    connection.execute("INSERT INTO unpublished VALUES (?, ?, ?)", [relation, partition, part])


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


def publish(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Commit, then bring all that was noted as unpublished before the readers, at once.

    Called under the writer's lock. What a killed process left unpublished is published by the next one.
    """
    commit_so_far(connection)
    _adopt(connection, home)
    old = current_generation(home)
    if old is None:  # a new home, or one that was restored from its store
        connection.execute(f"INSERT INTO unpublished {read_query('publish/all_parts')}")
    pending: Pending = defaultdict(set)
    for name, partition, part in connection.sql("SELECT DISTINCT * FROM unpublished").fetchall():
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
    packs = _read_packs(connection)
    for (name, partition), parts in sorted(pending.items()):
        files = _plan_files(packs, name, partition, parts)
        _write_version(connection, home, old, number, name, partition, parts, files)
    connection.execute("SET preserve_insertion_order = false")
    _switch(home, old, number, pending)
    connection.execute("DELETE FROM unpublished")
    commit_so_far(connection)
    sweep_generations(home)


def _adopt(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Make a generation current that came with the store; see pipelines/published/adopting.py."""
    made = connection.execute("SELECT max(partition::BIGINT) FROM unpublished WHERE relation = ?", [GENERATION])
    number = made.fetchall()[0][0]
    if number is None:
        return
    point_current(home, number)
    connection.execute("DELETE FROM unpublished WHERE relation = ?", [GENERATION])
    commit_so_far(connection)


def _list_missing(generation: Path | None) -> list[str]:
    """Return the relations that a generation does not have: all before the first, else those of a later version."""
    return [name for name in RELATIONS if generation is None or not (generation / name).exists()]


def _find_relation(name: str) -> Relation:
    return RELATIONS.get(name, CONTACT_DATA)


def _folder(name: str, partition: str) -> Path:
    column = _find_relation(name).partitioned_by
    return Path(name) / (f"{column}={quote(partition, safe='')}" if column else WHOLE)


def _write_version(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    old: Path | None,
    number: int,
    name: str,
    partition: str,
    parts: set[str],
    files: dict[str, list[str]],
) -> None:
    """Make a partition's new version: the files of untouched parts linked, the others written."""
    stale = parts | files.keys()
    folder = home.published / "data" / _folder(name, partition) / str(number)
    shutil.rmtree(folder, ignore_errors=True)  # what a killed publication left
    folder.mkdir(parents=True)
    before = old / _folder(name, partition) if old else None
    if before and before.exists():
        for file in before.resolve().iterdir():
            if unquote(file.stem) not in stale:
                os.link(file, folder / file.name)
    is_empty_part = partition == _find_relation(name).empty
    for file_name, members in sorted(files.items()):
        file = folder / f"{quote(file_name, safe='')}.parquet"
        query = _select_file(connection, name, partition, members)
        if is_empty_part and _find_relation(name).partitioned_by:
            query = f"SELECT * FROM ({query}) LIMIT 0"
        if name == "dnc":
            connection.execute("SET threads = 1")  # more lose the order
            rows = write_entries(connection, query, file)
            connection.execute("RESET threads")
        else:
            connection.execute(f"COPY ({query}) TO {_quote(file)} ({FORMAT})")
            rows = count_changed(connection)
        if rows == 0 and not is_empty_part:
            file.unlink()


def _select_file(connection: duckdb.DuckDBPyConnection, name: str, partition: str, members: list[str]) -> str:
    """Return the statement whose answer is a file with some parts of a partition, having made what it reads."""
    relation = _find_relation(name)
    if not relation.rows:
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE part AS SELECT ?::VARCHAR AS partition, unnest(?::VARCHAR[]) AS part",
            [partition, members],
        )
        return read_query(f"publish/{name}") if name in RELATIONS else select_part(connection, name)
    rows = relation.rows.format(partition=_quote(partition), parts=", ".join(map(_quote, members)))
    connection.execute(f"CREATE OR REPLACE TEMP VIEW part_rows AS SELECT * FROM {name} WHERE {rows}")
    query = read_query(f"publish/{name}")
    return query if _lie_in_order(connection, relation, members) else f"{query} ORDER BY {', '.join(relation.order)}"


def _lie_in_order(connection: duckdb.DuckDBPyConnection, relation: Relation, members: list[str]) -> bool:
    """Tell whether ``part_rows`` are found as they are to be sorted: then they need not be, and the bytes are the same.

    That holds for what one import brought, until leads are changed; a scan that only filters keeps the order.
    """
    *before, last = relation.order
    if before and len(members) > 1:
        return False
    return bool(connection.sql(f"SELECT {last} FROM part_rows").pl()[last].is_sorted())


def _read_packs(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], dict[str, str]]:
    """Return by relation and partition in which file each part is that shares one, of what is unpublished."""
    packs: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    found = connection.sql(
        "SELECT relation, partition, part, pack FROM packs"
        " SEMI JOIN unpublished USING (relation, partition) ORDER BY ALL"
    ).fetchall()
    for relation, partition, part, pack in found:
        packs[relation, partition][part] = pack
    return packs


def _plan_files(
    packs: Mapping[tuple[str, str], dict[str, str]], name: str, partition: str, parts: set[str]
) -> dict[str, list[str]]:
    """Return by file the parts to write in it: those asked for, and those that share a file with them.

    The name of a file that no part is in any more may be asked for as well: nothing is found for it, and it goes.
    """
    # Contact data is packed as its leads are.
    shared = packs.get((name if name in RELATIONS else "leads", partition), {})
    members: dict[str, list[str]] = defaultdict(list)
    for part, pack in shared.items():
        members[pack].append(part)
    return {file: members.get(file, [file]) for file in {shared.get(part, part) for part in parts}}


def _quote(text: str | Path) -> str:
    quoted = str(text).replace("'", "''")
    return f"'{quoted}'"


def _switch(home: Home, old: Path | None, number: int, pending: Pending) -> None:
    """Make the new generation of links and let ``current`` mean it, in one rename."""
    targets = {folder.relative_to(old): str(folder.readlink()) for folder in old.glob("*/*")} if old else {}
    for name, partition in pending:
        folder = _folder(name, partition)
        version = Path("data") / folder / str(number)
        if any((home.published / version).iterdir()):
            targets[folder] = str(Path("../../..") / version)
        else:
            (home.published / version).rmdir()
            targets.pop(folder, None)
    link_generation(home, number, targets)
    point_current(home, number)


def link_generation(home: Home, number: int, targets: Mapping[Path, str]) -> None:
    """Make the folder of a generation: links to versions, by the place of each partition."""
    new = home.published / "generations" / str(number)
    for left in new.glob("*/*"):  # by a run that was killed before this generation was current
        version, target = left.resolve(), targets.get(left.relative_to(new))
        if version.name == str(number) and (target is None or Path(target).name != str(number)):
            shutil.rmtree(version, ignore_errors=True)
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    for folder, target in targets.items():
        (new / folder).parent.mkdir(parents=True, exist_ok=True)
        (new / folder).symlink_to(target)


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
