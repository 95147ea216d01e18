"""Build a home anew from the raw drops, lists and reports of another and its log: the same bytes.

Every act is done again by the function that its command called, in the order of the log, at the instant it had, by the
rules, tables and meanings of outcomes that stood in the home then. See docs/decisions/0023-replay.md.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pipelines.accesses import ACCESSES, REFUSALS, note_access
from pipelines.errors import UserError
from pipelines.home import Home, is_running, sync_folder, write_whole
from pipelines.published.publishing import current_generation, publish
from pipelines.replaying.acts import redo_entry
from pipelines.replaying.comparing import count_differences
from pipelines.replaying.files import hash_files, keep_files, put_files
from pipelines.replaying.log import Entry, read_log, read_store_log
from pipelines.store import open_writer

# Told how many entries of the log were done, and how many there are.
Watch = Callable[[int, int], None]
# What people wrote themselves and no act goes by any more.
KEPT = ("templates", "mappings", "defaults.json")


@dataclass(frozen=True)
class Replay:
    """What a replay did; ``until`` and ``done_until`` (the last act's time) are null for no limit and no act.

    ``differing`` are parts per relation whose bytes are not those of the old home; of a replay ``to`` a day, null.
    """

    into: str
    entries: int
    imports: int
    until: date | None
    done_until: datetime | None
    differing: dict[str, int] | None = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the replay for JSON."""
        at = self.done_until
        told = asdict(self) | {"to": self.until and self.until.isoformat(), "done_until": at and at.isoformat()}
        del told["until"]
        return {**told, "is_same": None if self.differing is None else not self.differing}


def replay(
    source: Home, into: Path, *, until: date | None = None, user: str, now: datetime, watch: Watch | None = None
) -> Replay:
    """Build a new home from the log and the kept bytes of another, whole or not at all, and compare what both publish.

    ``until`` stops before the first act after that day (UTC). ``user`` takes all of the home's people with the new
    home, so that is noted with the accesses of the old one. Raises UserError for a folder that is not empty, an act
    that cannot be done again, naming its entry of the log, and one that comes to something else.
    """
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise UserError(str(into), "There is something already.", "Name a folder that is empty or not there yet.")
    entries = _cut(read_store_log(source), until)
    note_access(source, now, user, "home replayed", into.name, f"{len(entries):,} acts")
    with _build_beside(into) as home:
        home.make()
        rebuild(entries, lambda entry: redo_entry(source, home, entry), watch)
        old: Path | None = None
        while until is None and old is None:
            old, newer = _read_newer(source, entries[-1].sequence if entries else 0)
            rebuild(newer, lambda entry: redo_entry(source, home, entry), watch)
            entries += newer
        _copy_rest(source, home, until)
        with open_writer(home) as connection:
            publish(connection, home)
        differing = count_differences(old, _require_current(home)) if old else None
    brought = [entry for entry in entries if entry.action == "import completed"]
    return Replay(str(into), len(entries), len(brought), until, entries[-1].at if entries else None, differing)


def rebuild(entries: Sequence[Entry], redo: Callable[[Entry], None], watch: Watch | None = None) -> None:
    """Do entries of a log again, one after the other."""
    for number, entry in enumerate(entries, start=1):
        redo(entry)
        if watch:
            watch(number, len(entries))


def _cut(entries: list[Entry], until: date | None) -> list[Entry]:
    """Return the entries before the first one after a day."""
    late = (at for at, entry in enumerate(entries) if until and entry.at.astimezone(UTC).date() > until)
    return entries[: next(late, len(entries))]


def _read_newer(source: Home, after: int) -> tuple[Path | None, list[Entry]]:
    """Return the acts since, or, where there are none, the generation that shows all acts so far."""
    with open_writer(source) as connection:
        newer = read_log(connection, after)
        publish(connection, source)
        return (None if newer else _require_current(source)), newer


def _require_current(home: Home) -> Path:
    generation = current_generation(home)
    assert generation is not None  # noqa: S101  it was published just now
    return generation


@contextmanager
def _build_beside(into: Path) -> Iterator[Home]:
    """Yield a home under a work name beside the folder, and rename it when it is whole; otherwise nothing is left."""
    target = into.absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    mark = f".leadmill-replay-{target.name}-"
    for left in target.parent.glob(f"{mark}*"):
        pid = left.name.removeprefix(mark)
        if pid.isdigit() and not is_running(int(pid)):
            shutil.rmtree(left)
    partial = target.with_name(f"{mark}{os.getpid()}")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        yield Home(partial)
        partial.rename(target)
        sync_folder(target.parent)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _copy_rest(source: Home, home: Home, until: date | None) -> None:
    """Bring what people wrote: as it is now, but, up to a day, rules and tables as they were for its last act."""
    for name in KEPT:
        if (source.root / name).is_dir():
            shutil.copytree(source.root / name, home.root / name, dirs_exist_ok=True)
        elif (source.root / name).exists():
            shutil.copyfile(source.root / name, home.root / name)
    if until is None:
        put_files(source, home, keep_files(source, hash_files(source)))
    for name in (ACCESSES, REFUSALS):
        if (source.root / name).is_file():
            lines = (source.root / name).read_text(encoding="utf-8").splitlines(keepends=True)
            kept = [line for line in lines if until is None or _day_of(line) <= until]
            write_whole(home.root / name, "".join(kept).encode())


def _day_of(line: str) -> date:
    return datetime.fromisoformat(json.loads(line)["logged_at"]).astimezone(UTC).date()
