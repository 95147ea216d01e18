"""Processes that die, that run beside each other, and that read meanwhile."""

import os
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
from tests.bounds import spread
from tests.conftest import run_main

CONSOLE = str(Path(sys.executable).with_name("leadmill"))
NOW = datetime(2026, 3, 3, tzinfo=UTC)
ROWS = 8_000
REGISTER = """\
name: register
supplier: Register
list: {mode: named, name: Register}
dedupe: {keys: [phone], scope: [file, destination], action: keep_existing}
mapping: {company: Name, city: Town, phone1: Telephone, email: Email}
"""
# What stands on the disk when an import has come so far.
MOMENTS = {
    "the bytes are kept": "raw/*/*",
    "rows are cleaned": "work/drop-*/rows-*.parquet",
    "the store is open": "store/leadmill.duckdb",
    "leads are being published": "published/data/leads/list_id=1/*/*.parquet",
    "a generation is made": "published/generations/*",
}
QUICK = ("rows are cleaned", "leads are being published")


@pytest.fixture(scope="module")
def big(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("big")
    (folder / "register.yaml").write_text(REGISTER)
    (folder / "drop.csv").write_bytes(make_drop("uk_register", ROWS, 3, plain=True).content)
    return folder


def command(folder: Path, home: Path, drop: str = "drop.csv") -> list[str]:
    return [CONSOLE, "import", str(folder / drop), "-t", str(folder / "register.yaml"), "--on", "2026-03-02",
            "--home", str(home), "--json"]  # fmt: skip


def read_leads(home: Path) -> pl.DataFrame:
    with open_reader(Home(home), NOW, reports=()) as connection:
        return connection.sql("SELECT * FROM leads ORDER BY lead_id").pl()


@pytest.fixture(scope="module")
def clean_leads(big, tmp_path_factory) -> pl.DataFrame:
    """The leads of a home in which nothing ever died."""
    home = tmp_path_factory.mktemp("clean") / "home"
    assert run_main(*command(big, home)[1:]).code == 0
    return read_leads(home)


def kill_when(process: subprocess.Popen, home: Path, pattern: str) -> bool:
    """Kill a process as soon as something stands in the home; return whether it was still running."""
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline and not any(home.glob(pattern)):
        time.sleep(0.001)
    was_running = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    return was_running


@pytest.mark.parametrize("moment", spread(MOMENTS, QUICK))
def test_an_import_that_is_killed_leaves_nothing_half_done(big, clean_leads, tmp_path, moment):
    home = tmp_path / "home"
    with subprocess.Popen(command(big, home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        was_running = kill_when(process, home, MOMENTS[moment])

    again = run_main(*command(big, home)[1:])

    assert was_running or moment == "a generation is made"
    assert again.code == 0, again.err
    assert again.json[0]["status"] in ("completed", "already_imported")
    assert read_leads(home).equals(clean_leads)
    history = run_main("history", "--home", home, "--json").json
    assert [(row["status"], row["rows_received"]) for row in history] == [("completed", ROWS)]
    assert [path for path in home.rglob("*") if path.name.startswith(".current-")] == []


def test_what_a_killed_import_left_in_the_scratch_space_is_cleared_by_a_later_one(big, tmp_path):
    home = tmp_path / "home"
    with subprocess.Popen(command(big, home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        kill_when(process, home, MOMENTS["rows are cleaned"])
    left = list((home / "work").iterdir())
    for path in left:
        os.utime(path, (0, 0))

    run_main(*command(big, home)[1:])

    assert left
    assert list((home / "work").iterdir()) == []


def test_two_imports_at_once_both_succeed_and_a_reader_sees_its_own_state_throughout(big, tmp_path):
    home = tmp_path / "home"
    others = make_drop("uk_register", 2_000, 4, plain=True)
    (big / "other.csv").write_bytes(others.content)
    few = make_drop("uk_register", 100, 5, plain=True)
    (big / "few.csv").write_bytes(few.content)
    assert run_main(*command(big, home, "few.csv")[1:]).code == 0

    with open_reader(Home(home), NOW, reports=()) as reader:
        before = reader.sql("SELECT * FROM leads ORDER BY lead_id").pl()
        processes = [
            subprocess.Popen(command(big, home, name), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            for name in ("drop.csv", "other.csv")
        ]
        told = [process.communicate()[1] for process in processes]
        after = reader.sql("SELECT * FROM leads ORDER BY lead_id").pl()
        imports_seen = reader.sql("SELECT count(*) FROM imports").fetchall()

    assert [process.returncode for process in processes] == [0, 0], told
    assert after.equals(before)
    assert imports_seen == [(1,)]
    leads = read_leads(home)
    assert leads["phone1_e164"].drop_nulls().is_duplicated().sum() == 0
    history = run_main("history", "--home", home, "--json").json
    assert sorted(row["rows_received"] for row in history) == [100, 2_000, ROWS]
    assert sum(row["created"] for row in history) == leads.height


def test_a_second_import_of_a_content_that_is_just_being_imported_waits_and_adds_nothing(big, tmp_path):
    home = tmp_path / "home"

    processes = [
        subprocess.Popen(command(big, home), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) for _ in range(2)
    ]
    answers = [process.communicate()[0].decode() for process in processes]

    assert [process.returncode for process in processes] == [0, 0]
    assert sum('"status": "completed"' in answer for answer in answers) == 1
    assert sum('"status": "already_imported"' in answer for answer in answers) == 1
