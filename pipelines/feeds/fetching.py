"""Fetch the new files of a feed into ``<home>/landing/<template>/``, each whole or not at all.

From there they walk as every drop does. What was fetched is kept in ``<home>/fetched/<template>.json``, by place,
looks and content; without it everything is fetched again, which costs time and imports nothing twice.
"""

import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import filelock

from pipelines.errors import UserError
from pipelines.feeds.calendar import find_last_due
from pipelines.feeds.remote import Remote, RemoteFile
from pipelines.feeds.watching import list_sound_templates
from pipelines.home import Home, hash_file, sync_file, sync_folder, write_whole
from pipelines.templates.saved import load_template

SETTLE = 5.0
PARTIAL = ".fetching-"
MARK_CHARS = 8
# What is remembered of a feed: enough for any folder that a supplier keeps, and no more.
REMEMBERED = 20_000


@dataclass
class Fetched:
    """What fetching a feed did: the names that landed, files known already, files still changing over there."""

    template: str
    landed: list[str] = field(default_factory=list)
    known: int = 0
    changing: int = 0


@dataclass(frozen=True)
class Seen:
    """A file as it was fetched."""

    signature: str | None
    sha256: str


def list_due(home: Home, now: datetime) -> dict[str, datetime]:
    """Return when each feed that is fetched was last due, by the name of its template."""
    due = {
        template.name: find_last_due(template.feed.cron, template.zone, now)
        for template in list_sound_templates(home)
        if template.feed and template.feed.url
    }
    return {name: at for name, at in due.items() if at}


def fetch_feed(
    home: Home,
    template: str,
    environment: Mapping[str, str],
    *,
    settle: float | None = None,
    pause: Callable[[float], None] = time.sleep,
) -> Fetched:
    """Fetch what is new of a template's feed: by place and looks, then by content.

    A file that changes within ``settle`` seconds (null: SETTLE), or while it is copied, is left for the next time. One
    whose name is taken in the landing folder by another content lands beside it, under its own name and the beginning
    of its SHA-256: what waits there is not written over. Raises UserError where the template has no such feed, a secret
    or a driver is missing, the place cannot be read, or another process fetches this feed.
    """
    feed = load_template(home, template)[0].feed
    if feed is None or feed.url is None:
        raise UserError(f"template {template}", "It has no feed that is fetched.", "Give it feed: {url: ...}.")
    remote = Remote(template, feed, environment)
    folder = home.make().landing / template
    folder.mkdir(exist_ok=True)
    state = home.root / "fetched" / f"{template}.json"
    state.parent.mkdir(exist_ok=True)
    try:
        with filelock.FileLock(state.with_suffix(".lock"), timeout=0):
            for left in folder.glob(f"{PARTIAL}*"):  # by a process that was killed; we hold the lock
                left.unlink()
            return _fetch_new(remote, template, folder, state, SETTLE if settle is None else settle, pause)
    except filelock.Timeout:
        raise UserError(f"feed of {template}", "Another process is fetching it.", "Wait for it to end.") from None


def _fetch_new(
    remote: Remote, template: str, folder: Path, state: Path, settle: float, pause: Callable[[float], None]
) -> Fetched:
    seen = _read_seen(state)
    done = Fetched(template)
    listed = remote.list_files()
    fresh = [file for file in listed if not _is_known(file, seen)]
    done.known = len(listed) - len(fresh)
    if not fresh:
        return done
    pause(settle)
    still = set(remote.list_files())
    contents = {file.sha256 for file in seen.values()}
    for file in fresh:
        partial = folder / f"{PARTIAL}{os.getpid()}"
        if file in still:
            remote.download(file, partial)
        if file not in still or not _is_whole(partial, file):
            done.changing += 1
            partial.unlink(missing_ok=True)
            continue
        sha256 = hash_file(partial)
        if sha256 in contents:
            partial.unlink()
            done.known += 1
        else:
            done.landed.append(_land(partial, folder, file.name, sha256))
        contents.add(sha256)
        seen[file.place] = Seen(file.signature, sha256)
        _write_seen(state, seen)
    return done


def _is_known(file: RemoteFile, seen: dict[str, Seen]) -> bool:
    before = seen.get(file.place)
    return before is not None and file.signature is not None and before.signature == file.signature


def _is_whole(partial: Path, file: RemoteFile) -> bool:
    return file.size is None or partial.stat().st_size == file.size


def _land(partial: Path, folder: Path, name: str, sha256: str) -> str:
    """Give a fetched file its name in the landing folder, in one rename; return the name."""
    target = folder / name
    if target.exists() and hash_file(target) != sha256:
        target = folder / f"{Path(name).stem}-{sha256[:MARK_CHARS]}{Path(name).suffix}"
    sync_file(partial)
    partial.replace(target)
    sync_folder(folder)
    return target.name


def _read_seen(state: Path) -> dict[str, Seen]:
    try:
        return {place: Seen(*values) for place, values in json.loads(state.read_bytes()).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _write_seen(state: Path, seen: dict[str, Seen]) -> None:
    newest = list(seen.items())[-REMEMBERED:]
    write_whole(state, json.dumps({place: [each.signature, each.sha256] for place, each in newest}).encode())
