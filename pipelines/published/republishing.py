"""Bring one list before the readers again, whole, and count that what they see is what the store has."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import polars as pl

from pipelines.errors import UserError
from pipelines.home import Home
from pipelines.lists import require_list
from pipelines.published.publishing import current_generation, mark_unpublished, publish
from pipelines.store import open_writer


@dataclass(frozen=True)
class PublishedList:
    """A list as its readers find it, leads that have expired but were not swept yet among its rows."""

    list_id: int
    name: str
    rows: int
    parts: int


def republish_list(home: Home, name: str) -> PublishedList:
    """Write all parts of a list anew from the store, also those that should not be there.

    Raises UserError where there is no such list, or where the published rows are not as many as the store's.
    """
    if not home.store.exists():
        raise UserError("list", f"There is no list '{name}': nothing was imported yet.", "See: leadmill lists.")
    with open_writer(home) as connection:
        found = require_list(connection, name, "list")
        partition = str(found.list_id)
        count = "SELECT import_id, count(*) FROM leads WHERE list_id = ? GROUP BY import_id"
        stored = dict(connection.execute(count, [found.list_id]).fetchall())
        parts = {unquote(file.stem) for file in _list_files(home, found.list_id)} | set(stored)
        for part in sorted(parts):
            mark_unpublished(connection, "leads", partition, part)
        publish(connection, home)
        files = _list_files(home, found.list_id)
    rows = sum(int(pl.scan_parquet(file).select(pl.len()).collect().item()) for file in files)
    if rows != sum(stored.values()):
        fact = f"{rows:,} leads of '{name}' are published, but the store has {sum(stored.values()):,}."
        raise UserError("list", fact, "Please report this; nothing is lost: the store is what counts.")
    return PublishedList(found.list_id, found.name, rows, len(files))


def _list_files(home: Home, list_id: int) -> list[Path]:
    """Return the parts of a list in the newest generation."""
    generation = current_generation(home)
    return sorted((generation / "leads" / f"list_id={list_id}").glob("*.parquet")) if generation else []
