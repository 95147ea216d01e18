"""The real daemon on a home of its own: many drops land, come again, and are in once."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from assets.partitions import WRITER
from examples.generator import make_drop
from pipelines.doors.access import Caller
from pipelines.doors.intake import receive
from pipelines.doors.jobs import find_job, is_dagster_here
from pipelines.doors.leadlex import read_request
from pipelines.home import Home
from pipelines.reports.looking_back import ask
from tests.bounds import bounded

ROOT = Path(__file__).parents[2]
PATIENCE = 1800.0  # seconds until a test gives up; alone on a machine, 500 drops take three minutes
ROWS = 5
TEMPLATES = ("people", "crowd", "urgent")


@pytest.fixture
def busy_home(mill) -> Home:
    """A home with three templates of one shape, one of them of high priority."""
    # Among hundreds of drops of five rows there is one of which all are rejected: it is not what waits here.
    people = (mill.home.templates / "people.yaml").read_text().replace("hold_above: 0.9", "hold_above: 1")
    (mill.home.templates / "people.yaml").write_text(people)
    for name, extra in (("crowd", ""), ("urgent", "high_priority: true\n")):
        text = people.replace("name: people", f"name: {name}").replace("name: People}", f"name: {name.title()}}}")
        (mill.home.templates / f"{name}.yaml").write_text(text + extra)
    return mill.home


@pytest.fixture
def daemon(busy_home) -> Iterator[dg.DagsterInstance]:
    """The daemon as `leadmill dev` starts it, without the web server; the instance that it works on."""
    busy_home.dagster.mkdir()
    (busy_home.dagster / "dagster.yaml").write_text((ROOT / "assets" / "dagster.yaml").read_text())
    environment = os.environ | {
        "DAGSTER_HOME": str(busy_home.dagster), "LEADMILL_HOME": str(busy_home.root), "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    command = [sys.executable, "-m", "dagster._daemon", "run", "-m", "assets.definitions", "-d", str(ROOT)]
    with (busy_home.root / "daemon.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        with dg.DagsterInstance.from_config(str(busy_home.dagster)) as instance:
            yield instance
    finally:
        process.terminate()
        process.wait(60)


def land(home: Home, drops: int, prefix: str = "") -> None:
    """Land so many drops, the templates in turn; the content goes by the number alone."""
    for number in range(drops):
        folder = home.landing / TEMPLATES[number % 3]
        folder.mkdir(exist_ok=True)
        (folder / f"{prefix}{number:03}.csv").write_bytes(make_drop("uk_hand_kept", ROWS, number, plain=True).content)


def wait(home: Home, is_done: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_done():
        assert time.monotonic() < end, (home.root / "daemon.log").read_text()[-5000:]
        time.sleep(0.5)


def has_run_all(instance: dg.DagsterInstance, drops: int) -> bool:
    """Tell whether so many drops are done and nothing runs; keys are there before their runs are asked for."""
    done = instance.get_materialized_partitions(dg.AssetKey("screened_leads"))
    return len(done) == drops and all(run.is_finished for run in instance.get_runs())


@pytest.mark.full
def test_a_large_drop_by_http_is_imported_by_a_run_of_the_queue_and_told(busy_home, daemon) -> None:
    document = {"rows": [{"email": f"n{number}@http.example"} for number in range(501)]}
    caller = Caller("acme", "default", ("write:contacts",), ())
    drop = read_request(busy_home, caller, json.dumps(document).encode(), None, "digest")
    job, _ = receive(busy_home, drop, datetime.now(UTC))

    wait(busy_home, lambda: has_run_all(daemon, 1))

    (run,) = daemon.get_runs()
    assert (run.job_name, run.tags["drop"]) == ("import_queued_drops", job.job_id)
    assert find_job(busy_home, job.job_id).outcome.created == 501
    (key,) = daemon.get_materialized_partitions(dg.AssetKey("screened_leads"))
    assert key.startswith(f"leadlex/{job.file}/")
    assert is_dagster_here(busy_home, datetime.now(UTC))


def read(home: Home, sql: str) -> list[tuple]:
    return [tuple(row.values()) for row in ask(home, datetime.now(UTC), sql)]


@pytest.mark.full
@pytest.mark.feature("MA-009")
def test_many_small_drops_are_in_once_the_urgent_ones_first_and_come_again_in_vain(busy_home, daemon) -> None:
    drops = max(60, bounded(500))
    land(busy_home, drops)
    wait(busy_home, lambda: has_run_all(daemon, drops))
    imports = read(busy_home, "SELECT import_id, sha256, template FROM imports ORDER BY sequence")
    leads = read(busy_home, "SELECT lead_id, import_id, row_number FROM leads ORDER BY ALL")

    land(busy_home, drops)
    land(busy_home, drops, "again-")
    wait(busy_home, lambda: has_run_all(daemon, 2 * drops))

    assert {run.status for run in daemon.get_runs()} == {dg.DagsterRunStatus.SUCCESS}
    assert len(imports) == len({sha256 for _, sha256, _ in imports}) == drops
    names = [template for *_, template in imports]
    assert names == sorted(names, key=lambda name: name != "urgent")
    ledger = "rows_received = created + updated + rejected + quarantined AND status = 'completed'"
    assert read(busy_home, f"SELECT count(*), sum(rows_received) FROM imports WHERE {ledger}") == [
        (drops, drops * ROWS)
    ]
    assert read(busy_home, "SELECT import_id, sha256, template FROM imports ORDER BY sequence") == imports
    assert read(busy_home, "SELECT lead_id, import_id, row_number FROM leads ORDER BY ALL") == leads
    assert daemon.event_log_storage.get_concurrency_keys() == {WRITER}
