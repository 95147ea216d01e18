"""A real ``leadmill``, at a fixed time, that kills itself at a named step: where something is to change on disk.

``python dying.py HOME STEP COUNT COMMAND…``. A step is named by what is done and where: ``rename published/current``,
``after COMMIT``. STEP is such a name, and COUNT says at which time that it comes; or ``list`` for none, the names being
written to standard error as they come; or ``tell`` for none, a byte being written to standard output at the first.
"""

import os
import re
import signal
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

NOW = datetime(2026, 4, 2, 9, tzinfo=UTC)
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
# Event of the interpreter -> what it is called, and which of its arguments is the place.
EVENTS = {
    "os.rename": ("rename", 1),
    "os.link": ("link", 1),
    "os.symlink": ("symlink", 1),
    "os.remove": ("remove", 0),
    "os.rmdir": ("rmdir", 0),
    "os.mkdir": ("mkdir", 0),
    "os.chmod": ("chmod", 0),
    "open": ("open", 0),
}
STATEMENT = re.compile(r"\s*(COMMIT|CHECKPOINT|COPY)")
# What differs from run to run or from drop to drop: names of temporary files and folders, hashes.
VARIES = re.compile(r"^(raw|work|drop|dnc|backfill)-.*|^[0-9a-f]{2}$|^[0-9a-f]{32}(?=\.)|^\..*|^tmp.*")
# How many parts of a path name a place: the generations' and the work folder's insides are many and alike.
NAMED_PARTS = {"published": 2, "work": 3, "raw": 2}
# As few as make the small drops of these tests worth packing, and their contact points worth a segment.
SMALL_FILES = 3
MANY_POINTS = 3


class Steps:
    """Counts the steps by name and dies at the one that is meant."""

    def __init__(self, home: Path, meant: str, count: int) -> None:
        self.home, self.meant, self.count = str(home), meant, count
        self.seen: Counter[str] = Counter()

    def come(self, name: str) -> None:
        """Note a step that is about to be taken."""
        self.seen[name] += 1
        if self.meant == "list":
            os.write(2, f"{name}\n".encode())
        elif self.meant == "tell" and self.seen.total() == 1:
            os.write(1, b"!")
        elif name == self.meant and self.seen[name] == self.count:
            os.kill(os.getpid(), signal.SIGKILL)

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Take a step of the interpreter's: an audit hook."""
        if event not in EVENTS or (event == "open" and not (arguments[2] or 0) & WRITES):
            return
        verb, at = EVENTS[event]
        if isinstance(arguments[at], str | bytes | os.PathLike):
            self.at_place(verb, os.fsdecode(arguments[at]))

    def at_place(self, verb: str, path: str) -> None:
        """Take a step at a place, if that lies in the home: named by the first parts of its path."""
        if path.startswith(f"{self.home}/") and not (verb == "mkdir" and Path(path).exists()):
            parts = [VARIES.sub("#", part) for part in path.removeprefix(f"{self.home}/").split("/")]
            self.come(f"{verb} {'/'.join(parts[: NAMED_PARTS.get(parts[0])])}")


def fix_clock() -> None:
    """Let every command find the same time, and do with few rows what is done with many; before it is imported."""
    from pipelines.cli import options
    from pipelines.points import index
    from pipelines.published import packing

    options.current_time = lambda: NOW
    packing.SMALL_FILES = SMALL_FILES
    index.MANY = MANY_POINTS


def watch_writes(steps: Steps) -> None:
    """Take the steps of which the interpreter tells nothing: fsync, and what DuckDB is told."""
    sync, execute = os.fsync, duckdb.DuckDBPyConnection.execute

    def fsync(handle: int) -> None:
        steps.at_place("fsync", str(Path(f"/proc/self/fd/{handle}").readlink()))
        sync(handle)

    def run(connection: duckdb.DuckDBPyConnection, sql: Any, *given: Any, **named: Any) -> Any:
        found = STATEMENT.match(sql) if isinstance(sql, str) else None
        if found:
            steps.come(found[1])
        answer = execute(connection, sql, *given, **named)
        if found:
            steps.come(f"after {found[1]}")
        return answer

    os.fsync = fsync
    duckdb.DuckDBPyConnection.execute = run
    sys.addaudithook(steps.hear)


def main() -> None:
    """Run the command line as the console script does."""
    home, meant, count, *command = sys.argv[1:]
    fix_clock()
    watch_writes(Steps(Path(home).resolve(), meant, int(count)))
    sys.argv = ["leadmill", *command, "--home", home]
    from pipelines.cli.main import main as run

    run()


if __name__ == "__main__":
    main()
