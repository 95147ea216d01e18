"""An undo that is killed: the home is as it was before, or as it is after, and running it again ends it."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from examples.generator import make_drop
from pipelines.home import Home
from pipelines.published.reading import open_reader
from tests.conftest import copy_home, run_main

CONSOLE = str(Path(sys.executable).with_name("leadmill"))
NOW = datetime(2026, 3, 3, tzinfo=UTC)
ROWS = 4_000
TEMPLATE = """\
name: register
supplier: Register
list: {{mode: named, name: Register}}
dedupe: {{keys: [phone], scope: [file, destination], action: {action}}}
mapping: {{company: Name, city: Town, phone1: Telephone, email: Email}}
"""
# What stands on the disk when an undo has come so far: the third generation is its.
MOMENTS = {
    "the store is open": "store/leadmill.duckdb.wal",
    "leads are being published": "published/data/leads/list_id=1/3",
    "a version is written": "published/data/leads/list_id=1/3/*.parquet",
    "the imports are published": "published/data/imports/*/3/*.parquet",
    "a generation is made": "published/generations/3",
}


@pytest.fixture(scope="module")
def imported(tmp_path_factory) -> tuple[Home, str]:
    """A home in which a second import of the same drop replaced the leads of the first."""
    folder = tmp_path_factory.mktemp("imported")
    home = folder / "home"
    for name, action in (("first", "keep_existing"), ("second", "keep_new")):
        (folder / f"{name}.yaml").write_text(TEMPLATE.format(action=action))
        (folder / f"{name}.csv").write_bytes(make_drop("uk_register", ROWS, 3, plain=True).content)
        files = (folder / f"{name}.csv", "-t", folder / f"{name}.yaml", "--home", home)
        done = run_main("import", *files, "--on", "2026-03-02", "--ad-hoc", "--force", "--json")
        assert done.code == 0, done.err
    assert done.json[0]["effects"]["replaced"] > 0
    return Home(home), done.json[0]["import_id"]


def read_leads(home: Home) -> pl.DataFrame:
    with open_reader(home, NOW, with_reports=False) as connection:
        return connection.sql("SELECT * FROM leads ORDER BY lead_id").pl()


@pytest.fixture(scope="module")
def states(imported, tmp_path_factory) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The leads before an undo, and after one that nobody killed."""
    home, import_id = imported
    undone = copy_home(home, tmp_path_factory.mktemp("undone") / "home")
    assert run_main("undo", import_id, "--home", undone.root).code == 0
    return read_leads(home), read_leads(undone)


def start(home: Home, import_id: str) -> subprocess.Popen:
    words = [CONSOLE, "undo", import_id, "--home", str(home.root)]
    return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def kill(process: subprocess.Popen) -> bool:
    """Kill a process; return whether it was still running."""
    was_running = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    return was_running


def check_state_and_end(home: Home, import_id: str, states: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    before, after = states
    assert any(read_leads(home).equals(state) for state in (before, after))

    again = run_main("undo", import_id, "--home", home.root)

    assert again.code == 0 or "undone already" in again.err
    if again.code:  # committed before it was killed: the next writer publishes it
        assert run_main("lists", "clone", "Register", "Empty", "--home", home.root).code == 0
    assert read_leads(home).equals(after)
    statuses = [row["status"] for row in run_main("history", "--home", home.root, "--json").json]
    assert statuses == ["undone", "completed"]
    assert [path for path in home.root.rglob("*") if path.name.startswith(".current-")] == []


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_undo_that_is_killed_is_done_or_not_done(imported, states, tmp_path, moment):
    home = copy_home(imported[0], tmp_path / "home")
    process = start(home, imported[1])
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline and not any(home.root.glob(MOMENTS[moment])):
        time.sleep(0.0005)

    was_running = kill(process)

    assert was_running or moment == "a generation is made"
    check_state_and_end(home, imported[1], states)


def test_an_undo_that_is_killed_at_any_time_is_done_or_not_done(imported, states, tmp_path):
    chance = random.Random(os.environ.get("LEADMILL_SEED", "5"))
    home = copy_home(imported[0], tmp_path / "timed")
    begun = time.monotonic()
    start(home, imported[1]).wait()
    whole = time.monotonic() - begun

    for number in range(5):
        home = copy_home(imported[0], tmp_path / f"home{number}")
        process = start(home, imported[1])
        time.sleep(whole * chance.uniform(0.3, 1.0))
        kill(process)
        check_state_and_end(home, imported[1], states)
