"""What waits in ``<home>/landing/<template>/``: which files are complete, and which of those are new.

Nothing here imports anything. A file stays where it landed; ``raw/`` keeps its bytes once it is imported, and its key
says that it was taken. What was seen of each file is remembered in ``work/landing.json``, so that a file is hashed once
and not at each look; losing that file costs the hashing and nothing else.
"""

import json
import os
import re
from collections.abc import Container, Iterator
from dataclasses import astuple, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

from pipelines.errors import UserError, nearest
from pipelines.home import Home, hash_file, raw_path, write_whole
from pipelines.templates.saved import list_names, load_template

SETTLE = timedelta(seconds=5)
MARKERS = (".done", ".ready")
PARTIAL = (".part", ".tmp", ".crdownload", ".filepart", "~")
DIGEST_CHARS = 12
# What one look reads at most, so that a landing of huge files does not hold up the one who looks.
MAX_BYTES = 4 << 30

_DIGEST = re.compile(f"[0-9a-f]{{{DIGEST_CHARS}}}")
# What Dagster refuses in a partition key (control characters, three dots), and what marks an escape.
_UNSAFE = re.compile(r"%|[\x00-\x1f\x7f]|\.(?=\.\.)")


@dataclass(frozen=True)
class LandedDrop:
    """A complete file that has not been taken yet."""

    key: str
    path: Path
    template: str
    is_urgent: bool
    seen_at: float  # seconds of the clock


@dataclass(frozen=True)
class Landing:
    """One look: the drops to take (the urgent ones first), the files still arriving, and what a person has to mend."""

    drops: list[LandedDrop] = field(default_factory=list)
    arriving: list[Path] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Sighting:
    """A file as it was last seen: it has looked like this ``since`` (seconds of the clock); digest once complete."""

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


def find_drop(home: Home, key: str) -> tuple[Path, str, str]:
    """Return where the bytes of a key are, its template and the file's name: as it landed, else as ``raw/`` keeps it.

    Raises UserError where the file is gone, or holds something else by now (that is a drop of its own), before it was
    taken.
    """
    try:
        template, name, digest = (unescape_key(part) for part in key.split("/"))
    except ValueError:
        raise UserError(key, "This is not the key of a drop.", "See the keys of raw_drops.") from None
    if "/" in template + name or not is_drop_name(template) or not is_drop_name(name):
        raise UserError(key, "This key names no file of the landing folder.", "See the keys of raw_drops.")
    path = home.landing / template / name
    has_landed = path.is_file()
    if has_landed and hash_file(path).startswith(digest):
        return path, template, name
    if kept := _find_raw(home, digest):
        return kept, template, name
    if has_landed:
        raise UserError(name, "Its content has changed since it was seen.", "The new content is a drop of its own.")
    raise UserError(name, f"It is not in {path.parent} any more.", "Put it there again.")


def _find_raw(home: Home, digest: str) -> Path | None:
    """Return where the content is kept whose SHA-256 begins so, or null."""
    if not _DIGEST.fullmatch(digest):
        return None
    return next(iter(sorted(raw_path(home, digest).parent.glob(f"{digest}*"))), None)


def look_at_landing(home: Home, taken: Container[str], now: datetime, settle: timedelta = SETTLE) -> Landing:
    """Return what is complete and not yet taken, by key: the urgent first, then in the order in which it was seen.

    A file is complete once looks ``settle`` apart found the same size, modification time and inode, or as soon as
    ``<name>.done`` or ``<name>.ready`` stands beside it and is not older than it. Hidden and partial names, markers,
    symbolic links and sub-folders are no drops. Files whose template is missing or wrong wait until that is mended.
    """
    before = _read_seen(home)
    look = _Look(home, taken, before, now, settle)
    for entry in _list_entries(home.landing):
        if entry.is_dir(follow_symlinks=False) and not entry.name.startswith("."):
            look.at_folder(entry)
        elif entry.is_file(follow_symlinks=False) and is_drop_name(entry.name):
            remedy = f"Move it to {home.landing}/<template>/."
            look.landing.problems.append(f"{ascii(entry.name)[1:-1]}: It lies in no template's folder. {remedy}")
    if look.seen != before:
        _write_seen(home, look.seen)
    look.landing.drops.sort(key=lambda drop: (not drop.is_urgent, drop.seen_at, drop.template, drop.path.name))
    return look.landing


class _Look:
    """One look in progress."""

    def __init__(self, home: Home, taken: Container[str], before: Seen, now: datetime, settle: timedelta) -> None:
        self.home, self.taken, self.before, self.now = home, taken, before, now.timestamp()
        self.settle = settle.total_seconds()
        self.seen: Seen = {}
        self.landing = Landing()
        self.saved = list_names(home)
        self.budget = MAX_BYTES

    def at_folder(self, folder: os.DirEntry[str]) -> None:
        """Look at the files of one template."""
        entries = list(_list_entries(Path(folder.path)))
        markers = {entry.name: entry for entry in entries if entry.name.endswith(MARKERS)}
        fresh = []
        for entry in entries:
            if not is_drop_name(entry.name) or not entry.is_file(follow_symlinks=False):
                continue
            place = f"{folder.name}/{entry.name}"
            if not _is_text(place):
                self.landing.problems.append(f"{ascii(place)[1:-1]}: Its name is not UTF-8. Rename it.")
                continue
            try:
                marked = any(_is_newer(markers.get(entry.name + ending), entry) for ending in MARKERS)
                sighting = self.seen[place] = self._see(place, entry, marked)
            except FileNotFoundError:  # gone while we looked
                continue
            if sighting.sha256 is None:
                self.landing.arriving.append(Path(entry.path))
            elif (key := drop_key(folder.name, entry.name, sighting.sha256)) not in self.taken:
                fresh.append((key, Path(entry.path), sighting.since))
        if fresh:
            self._add_drops(folder.name, fresh)

    def _see(self, place: str, entry: os.DirEntry[str], is_marked: bool) -> Sighting:
        """Return how a file looks now, with its digest if it is complete."""
        stat = entry.stat(follow_symlinks=False)
        sighting = self.before.get(place)
        if sighting is None or not sighting.is_like(stat):
            sighting = Sighting(stat.st_size, stat.st_mtime_ns, stat.st_ino, self.now)
        is_complete = is_marked or self.now - sighting.since >= self.settle
        if sighting.sha256 is not None or not is_complete or self.budget <= 0:
            return sighting
        self.budget -= stat.st_size
        try:
            sha256 = hash_file(Path(entry.path))
            is_same = sighting.is_like(os.stat(entry.path, follow_symlinks=False))  # noqa: PTH116  the same call as above
        except UserError as error:
            self.landing.problems.append(f"{place}: {error}")
            return sighting
        return replace(sighting, sha256=sha256) if is_same else sighting

    def _add_drops(self, template: str, fresh: list[tuple[str, Path, float]]) -> None:
        """Take the drops of a template, or say why they have to wait."""
        waiting = f"{len(fresh)} {'file waits' if len(fresh) == 1 else 'files wait'} in landing/{template}"
        if template not in self.saved:
            remedy = nearest(template, self.saved) or f"See: leadmill templates new {template}."
            self.landing.problems.append(f"{waiting}: No template is saved as '{template}'. {remedy}")
            return
        try:
            is_urgent = load_template(self.home, template)[0].high_priority
        except UserError as error:
            self.landing.problems.append(f"{waiting}: {error}")
            return
        self.landing.drops.extend(LandedDrop(key, path, template, is_urgent, since) for key, path, since in fresh)


def is_drop_name(name: str) -> bool:
    """Return whether a file of this name can be a drop: not hidden, not partial, not a marker."""
    return not name.startswith(".") and not name.lower().endswith((*PARTIAL, *MARKERS))


def _is_text(name: str) -> bool:
    """Return whether a name's bytes were UTF-8: others come from the disk as lone surrogates."""
    return not any("\ud800" <= char <= "\udfff" for char in name)


def _is_newer(marker: os.DirEntry[str] | None, entry: os.DirEntry[str]) -> bool:
    """Return whether there is a marker and it was set for the file as it is, not for an earlier one of that name."""
    return marker is not None and marker.stat().st_mtime_ns >= entry.stat().st_mtime_ns


def _list_entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Yield what is in a folder, in the order of the names; nothing where there is no such folder."""
    if folder.is_dir():
        with os.scandir(folder) as entries:
            yield from sorted(entries, key=lambda entry: entry.name)


def _seen_path(home: Home) -> Path:
    return home.work / "landing.json"


def _read_seen(home: Home) -> Seen:
    try:
        lines = json.loads(_seen_path(home).read_bytes())
        return {place: Sighting(*values) for place, values in lines.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def forget_gone(home: Home) -> int:
    """Forget what was seen of files that lie in the landing folder no more; return how many."""
    seen = _read_seen(home)
    kept = {place: sighting for place, sighting in seen.items() if (home.landing / place).is_file()}
    if len(kept) < len(seen):
        _write_seen(home, kept)
    return len(seen) - len(kept)


def _write_seen(home: Home, seen: Seen) -> None:
    home.work.mkdir(parents=True, exist_ok=True)
    write_whole(_seen_path(home), json.dumps({place: astuple(sighting) for place, sighting in seen.items()}).encode())
