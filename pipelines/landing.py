"""What waits in ``<home>/landing/<template>/``: which files are complete, and which of those are new.

Nothing here imports anything. A file stays where it landed; ``raw/`` keeps its bytes once it is imported, and its key
says that it was taken. What was seen of each file is remembered in ``work/landing.json``, so that a file is hashed once
and not at each look; losing that file costs the hashing and nothing else.
"""

import json
import os
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

from pipelines.errors import UserError, nearest
from pipelines.home import Home, hash_file, write_whole
from pipelines.templates import list_names, load_template

SETTLE = timedelta(seconds=5)
MARKERS = (".done", ".ready")
PARTIAL = (".part", ".tmp", ".crdownload", ".filepart", "~")
DIGEST_CHARS = 12
# What one look reads at most, so that a landing of huge files does not hold up the one who looks.
MAX_BYTES = 4 << 30

# What Dagster refuses in a partition key (control characters, three dots), and what marks an escape.
_UNSAFE = re.compile(r"%|[\x00-\x1f\x7f]|\.(?=\.\.)")


@dataclass(frozen=True)
class LandedDrop:
    """A complete file that has not been taken yet."""

    key: str
    path: Path
    template: str
    is_urgent: bool


@dataclass(frozen=True)
class Landing:
    """One look: the drops to take (the urgent ones first), the files still arriving, and what a person has to mend."""

    drops: list[LandedDrop] = field(default_factory=list)
    arriving: list[Path] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Sighting:
    """A file as it was last seen: it has looked like this ``since`` (seconds of the clock); its digest once taken."""

    size: int
    mtime_ns: int
    inode: int
    since: float
    sha256: str | None = None

    def is_like(self, stat: os.stat_result) -> bool:
        """Return whether a file still looks like this."""
        return (self.size, self.mtime_ns, self.inode) == (stat.st_size, stat.st_mtime_ns, stat.st_ino)


Seen = dict[str, Sighting]


def escape_key(text: str) -> str:
    """Return a text that may be a partition key, the same wherever nothing in it is unsafe."""
    return _UNSAFE.sub(lambda match: f"%{ord(match.group()):02X}", text)


def unescape_key(key: str) -> str:
    """Return the text that ``escape_key`` was given."""
    return unquote(key)


def drop_key(template: str, name: str, sha256: str) -> str:
    """Return the key of a drop: ``<template>/<file name>/<beginning of the SHA-256>``.

    The same content under the same name has the same key wherever and whenever it lands.
    """
    return "/".join((escape_key(template), escape_key(name), sha256[:DIGEST_CHARS]))


def find_drop(home: Home, key: str) -> tuple[Path, str]:
    """Return the landed file of a key and its template.

    Raises UserError where the file is gone or holds something else by now: that is a drop of its own.
    """
    try:
        template, name, digest = (unescape_key(part) for part in key.split("/"))
    except ValueError:
        raise UserError(key, "This is not the key of a drop.", "See the keys of raw_drops.") from None
    if not _is_name(template) or not _is_name(name):
        raise UserError(key, "This key names no file of the landing folder.", "See the keys of raw_drops.")
    path = home.landing / template / name
    if not path.is_file():
        raise UserError(name, f"It is not in {path.parent} any more.", "Put it there again.")
    if not hash_file(path).startswith(digest):
        raise UserError(name, "Its content has changed since it was seen.", "The new content is a drop of its own.")
    return path, template


def look_at_landing(home: Home, taken: Container[str], now: datetime, settle: timedelta = SETTLE) -> Landing:
    """Return what is complete and not yet taken, by key.

    A file is complete once two looks ``settle`` apart found the same size, modification time and inode, or as soon as
    ``<name>.done`` or ``<name>.ready`` stands beside it and is not older than it. Hidden and partial names, markers,
    symbolic links and sub-folders are no drops. Files whose template is missing or wrong wait until that is mended.
    """
    if not home.landing.is_dir():
        return Landing()
    before, after, landing = _read_seen(home), {}, Landing()
    budget, saved = MAX_BYTES, set(list_names(home))
    for folder in _list_entries(home.landing):
        if folder.is_symlink() or not folder.is_dir():
            if _is_drop(folder) and not folder.is_symlink():
                landing.problems.append(f"{folder.name}: It lies in no template's folder. Move it to {home.landing}/<template>/.")
            continue
        fresh = []
        for entry, stat, is_marked in _list_files(folder):
            place = f"{folder.name}/{entry.name}"
            sighting = before.get(place)
            if sighting is None or not sighting.is_like(stat):
                sighting = Sighting(stat.st_size, stat.st_mtime_ns, stat.st_ino, now.timestamp())
            after[place] = sighting
            if not _is_writable_text(place):
                landing.problems.append(f"{ascii(place)}: Its name is not UTF-8. Rename it.")
                del after[place]
                continue
            if sighting.sha256 is None:
                is_settled = is_marked or now.timestamp() - sighting.since >= settle.total_seconds()
                if not is_settled or budget <= 0:
                    landing.arriving.append(Path(entry.path))
                    continue
                budget -= stat.st_size
                sighting = _hash(Path(entry.path), sighting, landing)
                after[place] = sighting
            if sighting.sha256 is not None:
                key = drop_key(folder.name, entry.name, sighting.sha256)
                if key not in taken:
                    fresh.append((key, Path(entry.path)))
        landing.drops.extend(_by_template(home, folder.name, fresh, saved, landing.problems))
    if after != before:
        _write_seen(home, after)
    landing.drops.sort(key=lambda drop: (not drop.is_urgent, drop.path.stat().st_mtime_ns, drop.key))
    return landing
