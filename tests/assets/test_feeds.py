"""What Dagster shows of late feeds and unusual imports."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from assets.definitions import defs
from assets.feeds import feed_sensor, fetch_sensor
from assets.resources import ClockResource, HomeResource
from examples.generator import make_drop
from pipelines.importing import import_drop

EXPECTED = 'feed: {expected_by: "08:00"}\n'


@pytest.fixture
def look(mill):
    """Let the sensor of feeds look, at an hour of 2 March 2026; it remembers what it said."""
    cursor = None

    def look_once(hour: int) -> dg.SensorResult | dg.SkipReason:
        nonlocal cursor
        now = datetime(2026, 3, 2, hour, tzinfo=UTC)
        resources = {
            "home": HomeResource(root=str(mill.home.root)),
            "clock": ClockResource(fixed_at=now.isoformat()),
        }
        with dg.build_sensor_context(instance=mill.instance, resources=resources, cursor=cursor) as context:
            answer = feed_sensor(context)
        cursor = answer.cursor if isinstance(answer, dg.SensorResult) else cursor
        return answer

    return look_once


def test_a_late_feed_is_told_once_and_so_is_that_it_came(mill, drop, look) -> None:
    template = mill.home.templates / "people.yaml"
    template.write_text(template.read_text() + EXPECTED)

    early, late, again = look(7), look(9), look(10)
    import_drop(mill.land("people", "a.csv", drop(1)), "people", mill.home, now=datetime(2026, 3, 2, 10, tzinfo=UTC))
    came = look(11)

    # At seven the day before is missing, at nine today is.
    told = [answer.asset_events[0] for answer in (early, late, came)]
    assert [check.passed for check in told] == [False, False, True]
    assert all(check.severity == dg.AssetCheckSeverity.WARN for check in told)
    assert "people: Its feed is late: no file has ever been taken" in told[0].description
    assert isinstance(again, dg.SkipReason)


def test_an_unusual_import_leaves_the_run_green_and_warns_with_figure_and_range(mill) -> None:
    for number in range(9):
        content = make_drop("uk_hand_kept", 40, number, plain=True).content
        path = mill.land("people", f"{number}.csv", content)
        import_drop(path, "people", mill.home, now=mill.now - timedelta(days=10 - number))
        path.unlink()
    mill.land("people", "many.csv", make_drop("uk_hand_kept", 400, 77, plain=True).content)

    (run,) = mill.take_and_run()

    (check,) = [each for each in run.get_asset_check_evaluations() if each.check_name == "imports_are_usual"]
    assert run.success
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert "many.csv: rows: 400; usual for people: 29 to 56." in check.description


def test_a_feed_is_fetched_once_each_time_that_it_is_due(mill, tmp_path) -> None:
    template = mill.home.templates / "people.yaml"
    template.write_text(template.read_text() + f"feed: {{url: 'file://{tmp_path}/*.csv', cron: '0 6 * * *'}}\n")
    cursor, asked = None, []
    for hours in (0, 1, 24):
        now = mill.now + timedelta(hours=hours)
        resources = {
            "home": HomeResource(root=str(mill.home.root)),
            "clock": ClockResource(fixed_at=now.isoformat()),
        }
        with dg.build_sensor_context(instance=mill.instance, resources=resources, cursor=cursor) as context:
            answer = fetch_sensor(context)
        cursor = answer.cursor if isinstance(answer, dg.SensorResult) else cursor
        asked += [request.run_key for request in getattr(answer, "run_requests", None) or ()]

    assert asked == ["people@2026-03-02T06:00:00+00:00", "people@2026-03-03T06:00:00+00:00"]


def test_what_is_fetched_is_taken_by_the_landing_sensor(mill, drop, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("pipelines.feeds.fetching.SETTLE", 0)
    template = mill.home.templates / "people.yaml"
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "a.csv").write_bytes(drop(1))
    template.write_text(template.read_text() + f"feed: {{url: 'file://{tmp_path}/there/*.csv'}}\n")

    fetched = defs.resolve_job_def("fetch_feeds").execute_in_process(
        instance=mill.instance, run_config={"ops": {"fetch_one_feed": {"config": {"template": "people"}}}}
    )
    mill.take()

    assert fetched.success
    assert [key.split("/")[:2] for key in mill.taken()] == [["people", "a.csv"]]
