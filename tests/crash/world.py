"""A home in which much was done, the acts that are killed in copies of it, and what has to be the same afterwards."""

import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from examples.generator import make_drop
from pipelines.home import Home
from pipelines.points import index
from pipelines.points.index import LIVE, open_index, read_values
from pipelines.points.recognising import list_points
from pipelines.published import packing
from pipelines.published.publishing import current_generation
from pipelines.replaying.comparing import hash_generation
from pipelines.schema import STORE
from pipelines.store import open_writer
from tests.conftest import Answer, copy_home, list_tree, run_main
from tests.crash.dying import MANY_POINTS, NOW, SMALL_FILES

ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).with_name("dying.py")
SMALL_DROPS = SMALL_FILES + 1
# What may hold more than the leads do, and is named by chance.
INDEX = {"loose_points", "point_segments", "dnc_sets", "dnc_ended"}
# With what the name of a step begins.
STEPS = {
    "rename", "link", "symlink", "remove", "rmdir", "mkdir", "chmod", "open", "fsync", "COMMIT", "CHECKPOINT", "COPY",
    "after",
}  # fmt: skip
TEMPLATE = """\
name: {name}
supplier: {name} Ltd
list: {{mode: named, name: {list}}}
cost_per_lead: {cost}
currency: GBP
hold_above: {hold_above}
expiry: {{in_days: {days}}}
dnc: {{categories: [TPS]}}
dedupe: {{keys: [phone], scope: [file, destination], action: keep_new}}
time_zone: Europe/London
mapping: {{company: Name, city: Town, phone1: Telephone, email: Email, secondary.extra.town: Town}}
"""


@dataclass(frozen=True)
class Act:
    """Something that is done to the home. ``codes`` are how it may end; ``parts`` what it does one by one, if it does.

    ``tells_again`` are relations, and tables of the store, in which it stands twice that it was done twice.
    """

    command: tuple[str, ...]
    codes: tuple[int, ...] = (0,)
    again: tuple[int, ...] = (0,)
    parts: tuple[tuple[str, ...], ...] = ()
    tells_again: tuple[str, ...] = ()


@dataclass
class World:
    """The home before, the files and ids that the acts name, and what each act comes to when nobody kills it."""

    home: Home
    folder: Path
    acts: dict[str, Act]
    ends: dict[str, tuple[list[dict[str, str]], "State"]] = field(default_factory=dict)

    def end(self, name: str) -> tuple[list[dict[str, str]], "State"]:
        """Return what readers may see once an act has begun, in order, and how the home stands when it is done."""
        if name not in self.ends:
            act = self.acts[name]
            home = copy_home(self.home, self.folder / f"end of {name}")
            seen = [hash_seen(home)]
            for command in act.parts or (act.command,):
                do(home, command, act.codes)
                seen.append(hash_seen(home))
            if act.parts:
                home = copy_home(self.home, self.folder / f"end of all of {name}")
                do(home, act.command, act.codes)
            self.ends[name] = seen, read_state(home)
        return self.ends[name]


@dataclass(frozen=True)
class State:
    """All that a home keeps: what readers see, what is written down for later, what the store holds."""

    seen: dict[str, str]
    files: dict[str, tuple[int, bytes]]
    store: dict[str, tuple[int, int]]

    def leave_out(self, names: tuple[str, ...]) -> "State":
        """Return the same without some relations and tables, and, where any is left out, without ``raw/``."""
        seen = {name: sha256 for name, sha256 in self.seen.items() if name.split("/")[0] not in names}
        files = {path: entry for path, entry in self.files.items() if not (names and path.startswith("raw/"))}
        return State(seen, files, {name: held for name, held in self.store.items() if name not in names})


def hash_seen(home: Home) -> dict[str, str]:
    """Return the SHA-256 of every part that readers see."""
    generation = current_generation(home)
    assert generation is not None
    return hash_generation(generation)


def read_state(home: Home) -> State:
    """Return how a home stands."""
    with open_writer(home) as connection:
        held = {
            name: connection.sql(f"SELECT count(*), coalesce(sum(hash(held::VARCHAR)), 0) FROM {name} held").fetchall()
            for name in {*STORE} - INDEX
        }
        list_points(connection, f"SELECT lead_id FROM leads WHERE {LIVE}")
        values = read_values(connection, "SELECT DISTINCT value FROM lead_points")
        meant = read_values(connection, "SELECT DISTINCT lead_id AS value FROM lead_points")
        assert set(meant.tolist()) <= set(open_index(connection).find(values).tolist())
    kept = ("templates", "mappings", "tables", "raw")
    files = {f"{name}/{path}": entry for name in kept for path, entry in list_tree(home.root / name).items()}
    return State(hash_seen(home), files, {name: rows[0] for name, rows in held.items()})


@contextmanager
def fixed_clock() -> Iterator[None]:
    """Let the commands that are run in this process find the time that the killed ones find, and pack as they do."""
    modules = [module for name, module in sys.modules.items() if name.startswith("pipelines.cli.")]
    known = [module for module in modules if hasattr(module, "current_time")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packing, "SMALL_FILES", SMALL_FILES)
        patch.setattr(index, "MANY", MANY_POINTS)
        for module in known:
            patch.setattr(module, "current_time", lambda: NOW)
        yield


def do(home: Home, command: tuple[str, ...], codes: tuple[int, ...] = (0,)) -> Answer:
    """Run a command that nobody kills, in this process."""
    run_main(*command[:1], "--help")  # the command's module is there before its clock is set
    with fixed_clock():
        done = run_main(*command, "--home", home.root)
    assert done.code in codes, f"{command} ended with {done.code}: {done.out} {done.err}"
    return done


def start(home: Home, command: tuple[str, ...], meant: str, count: int = 0) -> subprocess.Popen:
    """Start the command as a process of its own that dies at a step, or tells its steps."""
    words = [sys.executable, str(PROGRAM), str(home.root), meant, str(count), *command]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(words, cwd=home.root, env={"PYTHONPATH": str(ROOT), "PATH": ""}, **pipes)


def list_steps(home: Home, command: tuple[str, ...]) -> Counter[str]:
    """Return how often each step comes in a command that nobody kills."""
    _, told = start(home, command, "list").communicate()
    return Counter(line for line in told.decode().splitlines() if line.split(" ")[0] in STEPS)


def kill_at_step(home: Home, command: tuple[str, ...], step: str, count: int) -> bool:
    """Let a command die at a step; return whether it came to it."""
    process = start(home, command, step, count)
    _, told = process.communicate()
    assert process.returncode in (-signal.SIGKILL, 0, 1, 2), told.decode()
    assert b"Traceback" not in told, told.decode()
    return process.returncode == -signal.SIGKILL


def kill_at_random(home: Home, command: tuple[str, ...], chance: random.Random, longest: float) -> bool:
    """Kill a command some time after it first changed something; return whether it still ran."""
    with start(home, command, "tell") as process:
        process.stdout.read(1)
        time.sleep(chance.uniform(0, longest))
        was_running = process.poll() is None
        process.send_signal(signal.SIGKILL)
    return was_running


def make_world(folder: Path) -> World:
    """Make a home of many small drops, one that is held, a do-not-call list and a report of the dialler."""
    home = Home(folder / "home").make()
    do(home, ("tables", "create", "extra", "--field", "town:text"))
    for name, changes in {
        "people": {},
        "bell": {"list": "Bells"},
        "strict": {"hold_above": 0, "list": "Strict"},
    }.items():
        values = {"list": "People", "cost": 0.45, "hold_above": 1, "days": 60} | changes
        (home.templates / f"{name}.yaml").write_text(TEMPLATE.format(name=name, **values))
    paths = {}
    for number, rows in enumerate([*[12] * SMALL_DROPS, 150, 150, 40, 40, 40], start=1):
        paths[number] = folder / f"{number}.csv"
        # Drops of one seed have people in common: the later one replaces leads of the earlier.
        paths[number].write_bytes(make_drop("uk_register", rows, 1 if rows == 150 else number, plain=True).content)
    bad = folder / "bad.csv"
    bad.write_text("Name,Town,Telephone,Email\nOne,Rye,07400 100001,\nTwo,Rye,1,\n")
    (folder / "tps.txt").write_text("07400 100001\n")
    (folder / "more.txt").write_text("".join(f"07400 {n:06}\n" for n in range(100_000, 100_050)))
    small = [str(paths[number]) for number in range(1, SMALL_DROPS)]
    do(home, ("import", *small, "-t", "people", "--on", "2026-03-02"))
    do(home, ("import", str(paths[SMALL_DROPS]), "-t", "people", "--on", "2026-03-03"))
    do(home, ("import", str(paths[SMALL_DROPS + 1]), "-t", "bell", "--on", "2026-03-02"))
    do(home, ("dnc", "load", str(folder / "tps.txt"), "--category", "TPS", "--as-of", "2026-03-01"))
    last = do(
        home, ("import", str(paths[SMALL_DROPS + 2]), "-t", "bell", "--on", "2026-03-03", "--force", "--json")
    ).json[0]
    held = do(home, ("import", str(bad), "-t", "strict", "--on", "2026-03-02", "--json"), (1,)).json[0]
    leads = do(home, ("query", "SELECT lead_id FROM leads ORDER BY 1", "--json")).json["rows"]
    calls = [f"{lead['lead_id']},2026-03-05T10:0{n}Z,NA" for n, lead in enumerate(leads[:5])]
    (folder / "calls.csv").write_text("\n".join(["lead_id,called_at,outcome", *calls]) + "\n")
    # What the backfill goes by.
    (home.templates / "bell.yaml").write_text(
        TEMPLATE.format(name="bell", list="Bells", cost=0.5, hold_above=1, days=90)
    )
    assert (last["effects"]["replaced"], held["status"]) > (0, "gold"), json.dumps([last, held])
    return World(home, folder, _list_acts(folder, paths, last["import_id"], held["import_id"]))


def _list_acts(folder: Path, paths: dict[int, Path], last: str, held: str) -> dict[str, Act]:
    drops = [str(paths[number]) for number in list(paths)[-3:]]
    options = ("-t", "people", "--on", "2026-03-04")
    (folder / "acme.yaml").write_text(TEMPLATE.format(name="acme", list="Acme", cost=1, hold_above=1, days=5))
    again = ("audit_log", "dnc_loads", "dnc_checks")
    return {
        "import": Act(("import", drops[0], "-t", str(folder / "acme.yaml"), "--on", "2026-03-04")),
        "import of several": Act(
            ("import", *drops, *options), parts=tuple(("import", drop, *options) for drop in drops)
        ),
        "release": Act(("release", held), again=(0, 2)),
        "clone": Act(("lists", "clone", "People", "Empty"), again=(0, 2)),
        "undo": Act(("undo", last), again=(0, 2)),
        "expire": Act(("expire", "--now", "2026-05-04")),
        "maintain": Act(("maintain",)),
        "dnc load": Act(("dnc", "load", str(folder / "more.txt"), "--category", "TPS"), tells_again=again),
        "dialler load": Act(("dialler", "load", str(folder / "calls.csv"), "--kind", "dispositions")),
        "backfill": Act(
            ("backfill", "-t", "bell", "--from", "2026-03-01", "--to", "2026-03-31"), tells_again=("audit_log",)
        ),
    }
