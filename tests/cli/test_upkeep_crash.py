"""A sweep and a maintenance that are killed: the home is as before or as after, and the next run goes on."""

import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from examples.generator import make_drop
from pipelines.home import Home
from pipelines.published.publishing import current_generation
from pipelines.published.reading import open_reader
from tests.conftest import copy_home, run_main

CONSOLE = str(Path(sys.executable).with_name("leadmill"))
NOW = datetime(2026, 3, 3, tzinfo=UTC)
DROPS, ROWS = 20, 300
TEMPLATE = """\
name: register
supplier: Register
list: {mode: named, name: Register}
expiry: {in_days: 5}
mapping: {company: Name, city: Town, phone1: Telephone, email: Email}
"""
COMMANDS = {"expire": ["expire", "--now", "2026-04-01"], "maintain": ["maintain"]}
# What stands on the disk when the command has come so far: the next generation is its.
MOMENTS = {
    "the store is open": "store/writer.pid",
    "parts are being published": "published/data/*/*/{next}",
    "a version is written": "published/data/*/*/{next}/*.parquet",
    "a generation is made": "published/generations/{next}",
    "readers see it": "published/generations/{next}/leads",
}


@pytest.fixture(scope="module")
def imported(tmp_path_factory) -> Home:
    """A home of many small drops, that has just been opened by nobody."""
    folder = tmp_path_factory.mktemp("imported")
    (folder / "register.yaml").write_text(TEMPLATE)
    files = []
    for number in range(DROPS):
        files.append(folder / f"{number}.csv")
        files[-1].write_bytes(make_drop("uk_register", ROWS, number, plain=True).content)
    home = folder / "home"
    done = run_main(
        "import", *files, "-t", folder / "register.yaml", "--home", home, "--on", "2026-03-02", "--ad-hoc", "--json"
    )
    assert done.code == 0, done.err
    (home / "store" / "writer.pid").unlink()
    return Home(home)


def read(home: Home) -> tuple[list[tuple], list[tuple]]:
    """Return the leads that are published, expired ones too; how many rows, and how many know nothing of their lead."""
    with open_reader(home, NOW, with_expired=True, with_reports=False) as connection:
        leads = connection.sql("SELECT lead_id, phone1, email FROM standing_leads ORDER BY ALL").fetchall()
        rows = connection.sql(
            "SELECT count(*), count(*) FILTER (fate = 'created' AND points IS NULL) FROM import_rows"
        ).fetchall()
    return leads, rows


def count_files(home: Home) -> int:
    generation = current_generation(home)
    assert generation is not None
    return len(list(generation.glob("*/*/*.parquet")))


@pytest.mark.parametrize(
    "moment", [pytest.param(name, marks=() if name == "a version is written" else pytest.mark.full) for name in MOMENTS]
)
@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_killed_is_done_or_not_done_and_the_next_run_goes_on(imported, tmp_path, command, moment):
    home = copy_home(imported, tmp_path / "home")
    before = read(home)
    generation = current_generation(home)
    assert generation is not None
    pattern = MOMENTS[moment].format(next=int(generation.name) + 1)
    words = [CONSOLE, *COMMANDS[command], "--home", str(home.root)]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline and not any(home.root.glob(pattern)):
        time.sleep(0.0005)
    was_running = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()

    seen = read(home)
    again = run_main(*COMMANDS[command], "--home", home.root, "--json")
    after = read(home)

    assert was_running or moment in ("a generation is made", "readers see it")
    assert again.code == 0, again.err
    if command == "expire":
        assert after == ([], [(before[1][0][0], 0)]), "what they were found by stays"
    else:
        assert after == before
        assert count_files(home) < 2 * DROPS
    assert seen in (before, after)
    assert list(home.published.glob(".current-*")) == []
    assert run_main(*COMMANDS[command], "--home", home.root).code == 0
