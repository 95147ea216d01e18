"""Which lists readers see otherwise than some time ago: by the generation in which each was last written."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.home import Home
from pipelines.published.publishing import current_generation

# List id -> number of the generation that wrote what readers see of it.
Versions = dict[str, int]
PREFIX = "list_id="
WITHOUT_ROWS = "0"


@dataclass(frozen=True)
class ChangedList:
    """A list that was written: ``rows`` with leads that have expired but were not swept, ``parts`` are its files.

    ``version`` is null where the list has no leads; ``written_at`` is the disk's time, in seconds.
    """

    list_id: int
    name: str
    version: int | None
    rows: int
    parts: int
    written_at: float


def read_versions(home: Home) -> Versions:
    """Return the versions of the lists of which readers see leads, empty before the first publication."""
    generation = current_generation(home)
    return _read_versions(generation) if generation else {}


def _read_versions(generation: Path) -> Versions:
    folders = (generation / "leads").glob(f"{PREFIX}*")
    versions = {folder.name.removeprefix(PREFIX): int(folder.readlink().name) for folder in folders}
    versions.pop(WITHOUT_ROWS, None)
    return versions


def find_changed(home: Home, before: Versions) -> list[ChangedList]:
    """Return the lists of which readers see another version than ``before``, in order of their ids.

    One that has no leads any more is among them; one that is there no more is not.
    """
    generation = current_generation(home)
    if generation is None:
        return []
    now = _read_versions(generation)
    changed = sorted(int(each) for each in before.keys() | now.keys() if before.get(each) != now.get(each))
    names = _read_names(generation) if changed else {}
    return [_measure(generation, each, names[each], now.get(str(each))) for each in changed if each in names]


def _read_names(generation: Path) -> dict[int, str]:
    lists = pl.scan_parquet(generation / "lists" / "*" / "*.parquet").select("list_id", "name").collect()
    return dict(lists.iter_rows())


def _measure(generation: Path, list_id: int, name: str, version: int | None) -> ChangedList:
    folder = generation / "leads" / f"{PREFIX}{list_id}"
    files = sorted(folder.glob("*.parquet"))
    rows = int(pl.scan_parquet(files).select(pl.len()).collect().item()) if files else 0
    written_at = (folder if version else generation).stat().st_mtime
    return ChangedList(list_id, name, version, rows, len(files), written_at)
