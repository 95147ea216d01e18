"""The night's work in Dagster: the sweep at every zone's midnight, and maintenance."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import dagster as dg
import pytest

from assets.definitions import defs
from assets.midnight import expire_leads_schedule, keep_in_order, maintain_store_schedule, sweep_expired
from assets.resources import ClockResource, HomeResource
from pipelines.lists import start_of
from tests.assets.conftest import NOON, PEOPLE

MIDNIGHT = datetime(2026, 3, 4, tzinfo=UTC)


@pytest.fixture
def expiring(mill, drop):
    """A list of which the leads expire at the midnight that ends the third of March in London."""
    (mill.home.templates / "people.yaml").write_text(PEOPLE + "expiry: {in_days: 1}\n")
    mill.land("people", "people.csv", drop(1))
    (run,) = mill.take_and_run()
    assert run.success
    mill.now = NOON
    return mill


def tick(mill, now) -> dg.RunRequest | dg.SkipReason:
    """Ask the schedule of the sweep at an instant."""
    mill.now = now
    resources = {"home": HomeResource(root=str(mill.home.root)), "clock": ClockResource(fixed_at=now.isoformat())}
    with dg.build_schedule_context(instance=mill.instance, resources=resources) as context:
        return expire_leads_schedule(context)


def run(mill, job: str) -> dg.ExecuteInProcessResult:
    resources = {"home": HomeResource(root=str(mill.home.root)), "clock": ClockResource(fixed_at=mill.now.isoformat())}
    built = dg.Definitions(jobs=[defs.resolve_job_def(job)], resources=resources)
    return built.resolve_job_def(job).execute_in_process(instance=mill.instance)


def test_the_ticks_meet_the_midnight_of_every_zone() -> None:
    schedule = defs.resolve_schedule_def("expire_leads_schedule")
    days = (date(2026, 1, 15), date(2026, 7, 15), date(2026, 3, 29), date(2026, 10, 25), date(2026, 4, 5))
    zones = sorted(available_timezones() - {"localtime"})

    minutes = {start_of(day, ZoneInfo(zone)).astimezone(UTC).minute for zone in zones for day in days}

    assert (schedule.cron_schedule, schedule.execution_timezone) == ("*/15 * * * *", "UTC")
    assert minutes == {0, 15, 30, 45} & minutes
    assert len(zones) > 400


def test_whoever_works_by_night_waits_in_the_pool_of_those_who_write() -> None:
    assert (sweep_expired.pool, keep_in_order.pool) == ("writer", "writer")


def test_nothing_runs_before_the_midnight_and_a_sweep_at_it(expiring) -> None:
    before = tick(expiring, MIDNIGHT - timedelta(microseconds=1))
    at = tick(expiring, MIDNIGHT)
    done = run(expiring, "expire_leads")
    after = tick(expiring, MIDNIGHT + timedelta(minutes=15))

    assert isinstance(before, dg.SkipReason)
    assert isinstance(at, dg.RunRequest)
    assert done.success
    assert isinstance(after, dg.SkipReason)


def test_the_lists_that_a_sweep_changes_are_materialised(expiring) -> None:
    leads = expiring.read("SELECT * FROM leads").height
    expiring.now = MIDNIGHT

    done = run(expiring, "expire_leads")

    events = [
        event.step_materialization_data.materialization
        for event in done.all_events
        if event.event_type_value == "ASSET_MATERIALIZATION"
    ]
    assert [(event.asset_key.to_user_string(), event.partition) for event in events] == [("list_leads", "People")]
    assert events[0].metadata["expired"].value == leads > 0


def test_after_a_month_without_dagster_the_first_tick_catches_up(expiring) -> None:
    assert isinstance(tick(expiring, MIDNIGHT + timedelta(days=31)), dg.RunRequest)

    run(expiring, "expire_leads")
    again = run(expiring, "expire_leads")

    assert isinstance(tick(expiring, MIDNIGHT + timedelta(days=31)), dg.SkipReason)
    assert [event for event in again.all_events if event.event_type_value == "ASSET_MATERIALIZATION"] == []


def test_a_home_in_which_nothing_was_imported_is_left_as_it_is(mill) -> None:
    assert isinstance(tick(mill, MIDNIGHT), dg.SkipReason)
    assert run(mill, "expire_leads").success
    assert run(mill, "maintain_store").success
    assert not mill.home.store.exists()


def test_maintenance_says_what_it_did_to_the_sizes(expiring) -> None:
    done = run(expiring, "maintain_store")

    (event,) = [event for event in done.all_events if event.event_type_value == "STEP_OUTPUT"]
    assert "published_files" in event.event_specific_data.metadata["sizes"].value
    assert isinstance(maintain_store_schedule(), dg.RunRequest)
