"""A partition of a published table becomes files, the same bytes whenever and by however many threads they are written.

Works on the writer's connection, which keeps the order of rows meanwhile. See docs/decisions/0004-publication.md.
"""

import os
import shutil
from collections import defaultdict
from concurrent.futures import Future
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, unquote

import duckdb

from pipelines.home import Home
from pipelines.lead_ids import MAX_ROWS, find_lead_base
from pipelines.published.grouping import list_files, place_file
from pipelines.published.relations import RELATIONS, find_relation, place_partition, read_day
from pipelines.queries import execute, read_query
from pipelines.store import count_changed
from pipelines.tables.viewing import select_part

# Dictionaries of more values than that make files larger and take a fifth of the time.
FORMAT = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, DICTIONARY_SIZE_LIMIT 4000"

# Which file each part is in that shares one: (relation, partition) -> part -> file.
Packs = dict[tuple[str, str], dict[str, str]]
# Files that are written beside, on the same disk: (relation, partition, part) -> what is to be that part's.
Prepared = dict[tuple[str, str, str], Future[Path]]


def write_version(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    old: Path | None,
    number: int,
    name: str,
    partition: str,
    parts: set[str],
    packs: Packs,
    prepared: Prepared,
) -> None:
    """Make a partition's new version: the files of untouched parts linked, others written, or moved once they are."""
    files = _plan_files(packs, name, partition, parts)
    stale = parts | files.keys()
    folder = home.published / "data" / place_partition(name, partition) / str(number)
    shutil.rmtree(folder, ignore_errors=True)  # what a killed publication left
    folder.mkdir(parents=True)
    before = old / place_partition(name, partition) if old else None
    if before and before.exists():
        for file in before.resolve().iterdir():
            if unquote(file.stem.partition("+")[0]) not in stale:
                os.link(file, folder / file.name)
    is_empty_part = partition == find_relation(name).empty
    for file_name, members in sorted(files.items()):
        file = folder / f"{quote(file_name, safe='')}.parquet"
        if members == [file_name] and (made := prepared.get((name, partition, file_name))):
            for at, one in enumerate(list_files(made.result())):
                one.replace(place_file(file, at))
            continue
        query = _select_file(connection, name, partition, members)
        if is_empty_part and find_relation(name).partitioned_by:
            query = f"SELECT * FROM ({query}) LIMIT 0"
        rows = (find_relation(name).write or _copy)(connection, query, file)
        if rows == 0 and not is_empty_part:
            file.unlink()


def _copy(connection: duckdb.DuckDBPyConnection, query: str, file: Path) -> int:
    """Write what a statement returns as a file; return how many rows that is."""
    connection.execute(f"COPY ({query}) TO {_quote(file)} ({FORMAT})")
    return count_changed(connection)


def _select_file(connection: duckdb.DuckDBPyConnection, name: str, partition: str, members: list[str]) -> str:
    """Return the statement whose answer is a file with some parts of a partition, having made what it reads."""
    relation = find_relation(name)
    if not relation.rows:
        execute(
            connection,
            "CREATE OR REPLACE TEMP TABLE part AS SELECT ?::VARCHAR AS partition, unnest(?::VARCHAR[]) AS part",
            [partition, members],
        )
        return read_query(f"publish/{name}") if name in RELATIONS else select_part(connection, name)
    since, until = _find_window(members)
    bases = [find_lead_base(import_id) for import_id in members]
    rows = relation.rows.format(
        partition=_quote(partition),
        parts=", ".join(map(_quote, members)),
        bases=", ".join(map(str, bases)),
        first=min(bases),
        last=max(bases) + MAX_ROWS,
        since=_quote(since),
        until=_quote(until),
    )
    connection.execute(f"CREATE OR REPLACE TEMP VIEW part_rows AS SELECT * FROM {name} WHERE {rows}")
    if beside := relation.beside:
        connection.execute(f"CREATE OR REPLACE TEMP VIEW part_{beside} AS SELECT * FROM {beside} WHERE {rows}")
    return read_query(f"publish/{name}")


def _find_window(members: list[str]) -> tuple[str, str]:
    """Return between which instants these imports created their leads."""
    try:
        days = [read_day(import_id) for import_id in members]
    except ValueError:  # the name of no import: of an empty part, or of a file that goes
        return "-infinity", "infinity"
    return f"{min(days) - timedelta(days=1)} 00:00Z", f"{max(days) + timedelta(days=2)} 00:00Z"


def read_packs(connection: duckdb.DuckDBPyConnection) -> Packs:
    """Return by relation and partition in which file each part is that shares one, of what is unpublished."""
    packs: Packs = defaultdict(dict)
    found = execute(
        connection,
        "SELECT relation, partition, part, pack FROM packs"
        " SEMI JOIN unpublished USING (relation, partition) ORDER BY ALL",
    ).fetchall()
    for relation, partition, part, pack in found:
        packs[relation, partition][part] = pack
    return packs


def _plan_files(packs: Packs, name: str, partition: str, parts: set[str]) -> dict[str, list[str]]:
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
