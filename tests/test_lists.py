"""Lists, days and expiry, with time as a parameter."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pipelines.errors import UserError
from pipelines.home import Home
from pipelines.importing import import_drop
from pipelines.lists import expiry_instant, start_of
from pipelines.reports.looking_back import list_lists
from pipelines.templates.parts import Expiry
from pipelines.templates.template import build_template

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def make_template(**changes):
    values = {
        "name": "acme",
        "supplier": "Acme",
        "list": {"name": "Warm"},
        "time_zone": "Europe/London",
        "mapping": {"phone1": "Tel"},
        **changes,
    }
    return build_template(values, "acme")


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


@pytest.fixture
def drop(tmp_path):
    def write(*numbers: str):
        path = tmp_path / f"{'-'.join(n[-4:] for n in numbers)}.csv"
        path.write_text("Tel\n" + "".join(f"{number}\n" for number in numbers))
        return path

    return write


@pytest.mark.parametrize(
    ("zone", "last_day", "midnight"),
    [
        ("Europe/London", date(2026, 3, 28), "2026-03-29T00:00:00+00:00"),  # the clocks go forward at 01:00
        ("Europe/London", date(2026, 3, 29), "2026-03-29T23:00:00+00:00"),
        ("Europe/London", date(2026, 10, 24), "2026-10-24T23:00:00+00:00"),
        ("Europe/London", date(2026, 10, 25), "2026-10-26T00:00:00+00:00"),  # a day of 25 hours
        ("Australia/Sydney", date(2026, 4, 4), "2026-04-04T13:00:00+00:00"),
        ("Australia/Sydney", date(2026, 4, 5), "2026-04-05T14:00:00+00:00"),
        ("America/New_York", date(2026, 3, 8), "2026-03-09T04:00:00+00:00"),
        ("America/New_York", date(2026, 11, 1), "2026-11-02T05:00:00+00:00"),
    ],
)
def test_a_lead_goes_at_the_midnight_that_ends_its_last_day_in_the_lists_zone(zone, last_day, midnight):
    instant = expiry_instant(Expiry(on=last_day), date(2026, 1, 1), ZoneInfo(zone))

    assert instant is not None
    assert instant.astimezone(UTC).isoformat() == midnight


def test_days_are_counted_from_the_import_date():
    zone = ZoneInfo("Europe/London")

    assert expiry_instant(Expiry(in_days=0), date(2026, 3, 2), zone) == start_of(date(2026, 3, 3), zone)
    assert expiry_instant(Expiry(in_days=30), date(2026, 3, 2), zone) == start_of(date(2026, 4, 2), zone)


def test_an_expiry_before_the_import_date_is_refused():
    with pytest.raises(UserError, match="before the import date"):
        expiry_instant(Expiry(on=date(2026, 3, 1)), date(2026, 3, 2), ZoneInfo("UTC"))


def test_the_import_date_is_today_in_the_lists_zone(home, drop):
    late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)

    sydney = import_drop(drop("+61 3 8174 9123"), make_template(time_zone="Australia/Sydney"), home, now=late)
    new_york = import_drop(
        drop("+1 504 621 8927"), make_template(time_zone="America/New_York", list={"name": "East"}), home, now=late
    )

    assert sydney.import_date == date(2026, 3, 3)
    assert new_york.import_date == date(2026, 3, 2)


@pytest.mark.feature("MA-013")
def test_a_list_per_import_is_named_by_prefix_and_date_and_numbered_within_a_day(home, drop):
    template = make_template(list={"mode": "per_import", "prefix": "Acme "})

    names = [
        import_drop(drop(number), template, home, on=day, now=NOW).list
        for number, day in (
            ("07400 123456", date(2026, 3, 2)),
            ("07400 123457", date(2026, 3, 2)),
            ("07400 123458", date(2026, 3, 3)),
        )
    ]

    assert names == ["Acme 2026-03-02", "Acme 2026-03-02 (2)", "Acme 2026-03-03"]


@pytest.mark.feature("MA-014")
def test_a_list_per_day_is_used_again_on_its_day(home, drop):
    template = make_template(list={"mode": "per_day", "prefix": "Acme "})

    for number in ("07400 123456", "07400 123457"):
        import_drop(drop(number), template, home, on=date(2026, 3, 2), now=NOW)

    lists = list_lists(home, NOW)
    assert [(row["name"], row["leads"]) for row in lists] == [("Acme 2026-03-02", 2)]


@pytest.mark.feature("MA-013", "MA-014")
def test_a_new_list_has_the_settings_of_the_one_it_is_cloned_from_and_none_of_its_leads(home, drop):
    import_drop(drop("07400 123456"), make_template(list={"name": "Base"}), home, now=NOW)

    template = make_template(list={"mode": "per_day", "prefix": "New ", "clone_from": "Base"}, time_zone="UTC")
    import_drop(drop("07400 123457"), template, home, on=date(2026, 3, 2), now=NOW)

    made = next(row for row in list_lists(home, NOW) if row["name"] == "New 2026-03-02")
    assert (made["time_zone"], made["cloned_from"], made["leads"]) == ("Europe/London", "Base", 1)


def test_a_list_to_clone_that_is_not_there_is_an_error_and_nothing_is_loaded(home, drop):
    import_drop(drop("07400 123456"), make_template(list={"name": "Base"}), home, now=NOW)

    with pytest.raises(UserError, match="Did you mean 'Base'"):
        import_drop(drop("07400 123457"), make_template(list={"mode": "per_day", "clone_from": "Bose"}), home, now=NOW)

    assert [row["leads"] for row in list_lists(home, NOW)] == [1]


def test_a_lead_is_not_seen_from_the_very_instant_of_its_expiry(home, drop):
    result = import_drop(drop("07400 123456"), make_template(expiry={"in_days": 1}), home, on=date(2026, 3, 2), now=NOW)

    assert result.expires_at is not None
    before, after = (list_lists(home, result.expires_at - timedelta(microseconds=d))[0]["leads"] for d in (1, 0))
    assert (before, after) == (1, 0)


def test_an_expired_lead_is_no_duplicate_any_more(home, drop, tmp_path):
    dedupe = {"keys": ["phone"], "scope": ["destination"], "action": "keep_existing"}
    import_drop(drop("07400 123456"), make_template(expiry={"in_days": 1}), home, on=date(2026, 3, 2), now=NOW)
    again = tmp_path / "again.csv"
    again.write_text("Tel\n+447400123456\n")

    meanwhile = import_drop(
        again, make_template(dedupe=dedupe, hold_above=1), home, on=date(2026, 3, 3), dry_run=True, now=NOW
    )
    later = import_drop(again, make_template(dedupe=dedupe, hold_above=1), home, on=date(2026, 3, 4), now=NOW)

    assert (meanwhile.rejected, later.created) == (1, 1)


def test_the_same_drop_on_the_same_date_gives_the_same_leads_whatever_the_clock_says(tmp_path, drop):
    path = drop("07400 123456", "07400 123457")
    leads = []
    for number, now in enumerate((NOW, NOW + timedelta(days=400))):
        home = Home(tmp_path / str(number))
        import_drop(path, make_template(expiry={"in_days": 9}), home, on=date(2026, 3, 2), now=now)
        parts = sorted((home.published / "current").glob("leads/*/*.parquet"))
        leads.append([part.read_bytes() for part in parts])

    assert leads[0] == leads[1]
