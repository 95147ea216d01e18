"""Drops that came by HTTP, as Dagster sees them: large ones get a run, and each is told once."""

import json
from datetime import timedelta

import dagster as dg
import pytest

from assets.definitions import defs
from assets.doors import door_sensor
from assets.resources import ClockResource, HomeResource
from pipelines.doors.access import Caller
from pipelines.doors.desk import Desk
from pipelines.doors.intake import carry_out, receive
from pipelines.doors.jobs import find_job, list_open
from pipelines.doors.leadlex import read_request
from pipelines.doors.service import LEFT, Chores
from pipelines.doors.settings import DoorSettings
from tests.assets.conftest import NOON

CALLER = Caller("acme", "default", ("write:contacts",), ())
FAR = 501


def keep(mill, first: int, rows: int = 1, *, email: str = "n{}@http.example"):
    """Keep a drop as the doors do; return its job."""
    document = {"rows": [{"email": email.format(number)} for number in range(first, first + rows)]}
    drop = read_request(mill.home, CALLER, json.dumps(document).encode(), None, str(first))
    return receive(mill.home, drop, mill.now)[0]


def look(mill, cursor: str | None = None) -> dg.SensorResult | dg.SkipReason:
    """Let the sensor look."""
    resources = {
        "home": HomeResource(root=str(mill.home.root)),
        "clock": ClockResource(fixed_at=mill.now.isoformat()),
    }
    with dg.build_sensor_context(instance=mill.instance, resources=resources, cursor=cursor) as context:
        return door_sensor(context)


def run(mill, request: dg.RunRequest) -> dg.ExecuteInProcessResult:
    job = defs.resolve_job_def("import_queued_drops")
    return job.execute_in_process(instance=mill.instance, run_config=request.run_config, raise_on_error=False)


def chores(mill, now) -> Chores:
    return Chores(Desk(mill.home, DoorSettings(), lambda: now))


def test_a_home_without_doors_is_left_as_it_is(mill) -> None:
    assert look(mill).skip_message == "Nothing has come by HTTP."
    assert not (mill.home.root / "doors").exists()


def test_a_large_drop_gets_a_run_that_imports_it_and_is_then_told_once(mill) -> None:
    job = keep(mill, 0, FAR)

    asked = look(mill)
    (request,) = asked.run_requests
    done = run(mill, request)
    told = look(mill, asked.cursor)
    again = look(mill, told.cursor)

    assert (request.run_key, done.success) == (job.job_id, True)
    assert find_job(mill.home, job.job_id).outcome.created == FAR
    events = {event.asset_key.to_user_string(): event for event in told.asset_events}
    assert set(events) == {"raw_drops", "clean_leads", "screened_leads"}
    ledger = events["screened_leads"].metadata["ledger"].value
    assert ledger == "501 rows received = 501 created + 0 updated + 0 rejected + 0 quarantined"
    assert {event.partition for event in told.asset_events} == {
        key for request in told.dynamic_partitions_requests for key in request.partition_keys
    }
    assert again.skip_message == "Nothing new has come by HTTP."


def test_small_drops_are_told_in_the_order_in_which_they_were_done_without_a_person_in_it(mill) -> None:
    first, second = keep(mill, 0, email="private{}@http.example"), keep(mill, 1)
    for job in (second, first):
        carry_out(mill.home, job.job_id, mill.now)

    told = look(mill)

    assert told.run_requests == []
    assert [event.partition.split("/")[1] for event in told.asset_events[::3]] == [second.file, first.file]
    assert len(told.asset_events) == 6
    assert "private" not in str(told.asset_events)


def test_a_run_that_another_process_has_overtaken_does_nothing(mill) -> None:
    job = keep(mill, 0, FAR)
    (request,) = look(mill).run_requests
    carry_out(mill.home, job.job_id, mill.now)

    assert run(mill, request).success
    assert mill.read("SELECT count(*) AS imports FROM imports")["imports"].to_list() == [1]


def test_a_drop_that_fails_fails_its_run_and_is_not_told_as_made(mill) -> None:
    (mill.home.templates / "leadlex.yaml").write_text(
        "name: leadlex\nsupplier: S\nreusable: false\nlist: {mode: named, name: L}\nmapping: auto\n"
    )
    carry_out(mill.home, keep(mill, 9000).job_id, mill.now)
    before = look(mill)
    keep(mill, 0, FAR)

    (request,) = look(mill, before.cursor).run_requests
    done = run(mill, request)

    assert not done.success
    assert look(mill, before.cursor).asset_events == []


@pytest.mark.parametrize(
    ("seen_ago", "old", "is_left"),
    [
        (timedelta(seconds=30), timedelta(minutes=1), True),
        (timedelta(seconds=61), timedelta(minutes=1), False),
        (timedelta(seconds=30), LEFT, False),
    ],
)
def test_the_server_leaves_large_drops_to_a_dagster_that_looks_for_a_while(mill, seen_ago, old, is_left) -> None:
    mill.now = NOON - old
    keep(mill, 0, FAR)
    mill.now = NOON - seen_ago
    look(mill)

    chores(mill, NOON).import_open(NOON)

    assert bool(list_open(mill.home)) == is_left
