"""Days that begin and end where the list is, also when the clocks change; time is a parameter throughout."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from pipelines.importing import import_drop
from pipelines.published.publishing import mark_unpublished, publish
from pipelines.published.reading import open_reader
from pipelines.reports.exporting import export_list
from pipelines.reports.looking_back import list_lists
from pipelines.store import open_writer
from pipelines.templates.template import build_template

TICK = timedelta(microseconds=1)
# The last day, its zone, and the instant at which it ends there.
MIDNIGHTS = [
    ("Europe/London", "2026-03-28", "2026-03-29T00:00+00:00"),  # the last day before the clocks go forward
    ("Europe/London", "2026-03-29", "2026-03-29T23:00+00:00"),  # a day of 23 hours
    ("Europe/London", "2026-10-24", "2026-10-24T23:00+00:00"),
    ("Europe/London", "2026-10-25", "2026-10-26T00:00+00:00"),  # a day of 25 hours
    ("Australia/Sydney", "2026-04-05", "2026-04-05T14:00+00:00"),  # back to standard time
    ("Australia/Sydney", "2026-10-04", "2026-10-04T13:00+00:00"),  # on to summer time
    ("America/New_York", "2026-03-08", "2026-03-09T04:00+00:00"),
    ("America/New_York", "2026-11-01", "2026-11-02T05:00+00:00"),
]


@pytest.fixture
def bring(home, tmp_path):
    """Import one lead by a template with changes; ``now`` is what the clock says."""
    count = iter(range(1, 100))

    def run(now, *, number="+44 7400 123456", on=None, **changes):
        drop = tmp_path / f"{next(count)}.csv"
        drop.write_text(f"Tel\n{number}\n")
        values = {"name": "acme", "supplier": "Acme", "list": {"name": "Warm"}, "mapping": {"phone1": "Tel"}}
        template = build_template({**values, "hold_above": 1, **changes}, "acme")
        return import_drop(drop, template, home, on=on, now=now, force=True)

    return run


def at_noon(day: date, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.feature("ML-063", "MA-035")
@pytest.mark.parametrize(("zone", "last_day", "midnight"), MIDNIGHTS)
def test_from_the_midnight_that_ends_its_last_day_a_lead_is_in_no_view_no_list_and_no_export(
    home, bring, tmp_path, zone, last_day, midnight
):
    last, end = date.fromisoformat(last_day), datetime.fromisoformat(midnight)
    result = bring(at_noon(last - timedelta(days=3), zone), time_zone=zone, expiry={"on": last_day})
    with open_writer(home) as connection:
        connection.execute("INSERT INTO callbacks SELECT lead_id, now(), NULL FROM leads")
        connection.execute("INSERT INTO fetched SELECT lead_id, now() FROM leads")
        for table in ("callbacks", "fetched"):
            mark_unpublished(connection, table)
        publish(connection, home)

    seen = []
    for now in (end - TICK, end):
        with open_reader(home, now, reports=()) as reader:
            counts = [
                reader.sql(f"SELECT count(*) FROM {t}").fetchall()[0][0] for t in ("leads", "callbacks", "fetched")
            ]
        export_list(home, "Warm", tmp_path / "warm.parquet", "dialler", now)
        exported = pl.read_parquet(tmp_path / "warm.parquet").height
        seen.append((*counts, list_lists(home, now)[0]["leads"], exported))

    assert result.expires_at == end
    assert seen == [(1, 1, 1, 1, 1), (0, 0, 0, 0, 0)]


@pytest.mark.feature("ML-063", "MA-035")
@pytest.mark.parametrize(("zone", "last_day", "midnight"), MIDNIGHTS)
def test_up_to_the_midnight_that_ends_its_last_day_a_lead_is_a_duplicate_and_no_longer(bring, zone, last_day, midnight):
    end = datetime.fromisoformat(midnight)
    rule = {"keys": ["phone"], "scope": ["destination"], "action": "keep_existing"}
    day = date.fromisoformat(last_day)
    bring(at_noon(day, zone), time_zone=zone, expiry={"in_days": 0}, on=day)

    before = bring(end - TICK, time_zone=zone, dedupe=rule)
    after = bring(end, time_zone=zone, dedupe=rule)

    assert (before.import_date, before.reasons) == (day, {"R_DUP_SAME_SUPPLIER": 1})
    assert (after.import_date, after.created) == (day + timedelta(days=1), 1)


@pytest.mark.feature("MA-014")
@pytest.mark.parametrize(("zone", "last_day", "midnight"), MIDNIGHTS[1::3])
def test_a_list_per_day_is_that_of_the_day_in_its_zone_whatever_hour_it_is_elsewhere(bring, zone, last_day, midnight):
    end = datetime.fromisoformat(midnight)
    day = date.fromisoformat(last_day)
    hours = (end - timedelta(hours=22), end - TICK, end, end + timedelta(hours=22))
    choice = {"mode": "per_day", "prefix": "Web "}

    results = [bring(now, time_zone=zone, list=choice) for now in hours]

    today, tomorrow = f"Web {day}", f"Web {day + timedelta(days=1)}"
    assert [result.list for result in results] == [today, today, tomorrow, tomorrow]
    assert [result.import_date for result in results] == [day, day, *[day + timedelta(days=1)] * 2]


@pytest.mark.parametrize(("zone", "last_day", "midnight"), MIDNIGHTS)
def test_days_are_counted_on_the_calendar_not_in_hours(bring, zone, last_day, midnight):
    day = date.fromisoformat(last_day) - timedelta(days=30)

    result = bring(at_noon(day, zone), time_zone=zone, expiry={"in_days": 30})

    assert result.expires_at == datetime.fromisoformat(midnight)


def test_the_zone_of_a_list_that_is_there_decides_not_that_of_the_template(bring):
    late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    bring(late, time_zone="Australia/Sydney")

    again = bring(late, number="07400 123457", time_zone="America/New_York", expiry={"in_days": 0})

    assert again.import_date == date(2026, 3, 3)
    assert again.expires_at == datetime(2026, 3, 3, 13, tzinfo=UTC)
