"""Which feeds are late, by what is declared or by their own rhythm."""

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.feeds.figures import ImportFigures
from pipelines.feeds.lateness import find_late
from pipelines.templates.template import build_template

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def make_template(**feed):
    values = {"name": "acme", "supplier": "Acme", "list": {"name": "Warm"}, "mapping": {"phone1": "Tel"}}
    return build_template(values | {"time_zone": "Europe/London"} | ({"feed": feed} if feed else {}), "acme")


def came(*instants: datetime) -> list[ImportFigures]:
    return [ImportFigures(str(at), "f.csv", "acme", "completed", at, 10, 0, 0, 0) for at in instants]


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """An instant so many days after Monday 2 March 2026 in London, where it is winter."""
    return MONDAY + timedelta(days=day, hours=hour, minutes=minute)


def is_late(template, now: datetime, *arrivals: datetime) -> bool:
    return bool(find_late([template], came(*arrivals), now))


@pytest.mark.parametrize(
    ("now", "arrivals", "late"),
    [
        (at(1, 7, 59), [at(0, 6)], False),
        (at(1, 8), [at(0, 6)], True),
        (at(1, 8), [at(0, 6), at(1, 7)], False),
        (at(1, 9), [at(0, 6), at(1, 8, 30)], False),
        (at(1, 9), [], True),
    ],
)
def test_a_feed_is_late_when_its_time_has_passed_and_no_file_of_the_day_was_taken(now, arrivals, late) -> None:
    assert is_late(make_template(expected_by="08:00"), now, *arrivals) is late


def test_on_days_on_which_no_file_is_expected_none_is_missed() -> None:
    template = make_template(expected_by="08:00", expected_on=["mon", "tue", "wed", "thu", "fri"])

    assert not is_late(template, at(6, 12), at(4, 6))
    assert is_late(template, at(7, 8), at(4, 6))


def test_the_time_is_that_of_the_templates_zone() -> None:
    summer = datetime(2026, 7, 1, tzinfo=UTC)
    template = make_template(expected_by="08:00")

    day_before = summer - timedelta(hours=12)
    assert not is_late(template, summer + timedelta(hours=6, minutes=59), day_before)
    assert is_late(template, summer + timedelta(hours=7), day_before)


def test_without_a_word_a_working_day_feed_is_late_only_after_more_than_its_weekends() -> None:
    days = [at(day, 6) for day in range(19) if day % 7 < 5]  # three weeks, the last day a Friday

    assert not is_late(make_template(), at(21, 12), *days)
    assert is_late(make_template(), at(23, 12), *days)


def test_one_holiday_in_the_past_does_not_stretch_the_rhythm_of_a_daily_feed() -> None:
    days = [at(day, 6) for day in (*range(20), *range(30, 45))]

    assert is_late(make_template(), at(46, 12), *days)


def test_too_few_files_make_no_rhythm() -> None:
    assert not is_late(make_template(), at(300), *(at(day, 6) for day in range(5)))


def test_a_template_for_one_import_has_no_feed() -> None:
    once = make_template(expected_by="08:00").model_copy(update={"reusable": False})

    assert find_late([once], [], at(3)) == []


def test_a_message_says_which_feed_what_was_expected_and_what_to_do() -> None:
    (late,) = find_late([make_template(expected_by="08:00")], came(at(0, 6)), at(1, 9))

    assert str(late) == (
        "acme: Its feed is late: the last file was taken 2026-03-02 06:00 GMT; one was expected by 2026-03-03 08:00"
        " GMT. Ask the supplier, and look into landing/acme/ for files that wait."
    )
