"""What is unusual about an import, beside the imports of its template before it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.feeds.figures import ImportFigures
from pipelines.feeds.unusual import ENOUGH, find_unusual

START = datetime(2026, 3, 2, 6, tzinfo=UTC)
USUAL = ImportFigures("0", "usual.csv", "acme", "completed", START, 1000, 100, 10, 20, "aaaa")
# What a month of a feed that varies a little looks like.
ROWS = (1000, 1100, 950, 1020, 980, 1200, 900, 1010, 1040, 990)


def measured(odd: ImportFigures, past: list[ImportFigures] | None = None) -> list[str]:
    """What is unusual about one import after ten of which each is usual."""
    history = past if past is not None else [replace(USUAL, import_id=f"{n}", rows=rows) for n, rows in enumerate(ROWS)]
    return [oddity.what for oddity in find_unusual([*history, replace(odd, import_id="odd")]).get("odd", ())]


@pytest.mark.parametrize("rows", [800, 1000, 1300])
def test_a_file_as_the_others_is_not_unusual(rows: int) -> None:
    assert measured(replace(USUAL, rows=rows)) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"rows": 300, "rejected": 30, "quarantined": 3, "dnc": 6}, "rows"),
        ({"rows": 5000, "rejected": 500, "quarantined": 50, "dnc": 100}, "rows"),
        ({"rejected": 300}, "rejected rows"),
        ({"quarantined": 200}, "quarantined rows"),
        ({"dnc": 200}, "rows on do-not-call lists"),
        ({"fingerprint": "bbbb"}, "columns"),
    ],
)
def test_what_is_far_from_the_others_is_told_and_nothing_else(change: dict, told: str) -> None:
    assert measured(replace(USUAL, **change)) == [told]


def test_fewer_bad_rows_than_usual_are_no_worry() -> None:
    assert measured(replace(USUAL, rejected=0, quarantined=0, dnc=0)) == []


def test_an_empty_file_is_unusual_and_an_empty_share_is_none() -> None:
    assert measured(replace(USUAL, rows=0, rejected=0, quarantined=0, dnc=0)) == ["rows"]


def test_before_there_are_enough_imports_nothing_is_said() -> None:
    few = [replace(USUAL, import_id=str(number)) for number in range(ENOUGH - 1)]

    assert measured(replace(USUAL, rows=1), few) == []


def test_one_odd_file_in_the_past_does_not_make_the_next_one_usual() -> None:
    past = [replace(USUAL, import_id=str(number)) for number in range(9)] + [replace(USUAL, import_id="9", rows=9)]

    assert measured(replace(USUAL, rows=9, rejected=1, quarantined=0, dnc=0), past) == ["rows"]


def test_held_imports_are_measured_and_say_nothing_of_what_is_usual() -> None:
    past = [replace(USUAL, import_id=str(number), status="held") for number in range(20)]

    assert measured(replace(USUAL, rows=1), past) == []
    assert measured(replace(USUAL, rows=1, rejected=0, quarantined=0, dnc=0, status="held")) == ["rows"]


def test_a_lasting_change_becomes_usual() -> None:
    past = [replace(USUAL, import_id=str(n), rows=1000 if n < 30 else 4000) for n in range(50)]

    assert measured(replace(USUAL, rows=4000), past) == []


def test_small_files_vary_by_chance_alone() -> None:
    past = [replace(USUAL, import_id=str(n), rows=10, rejected=1, quarantined=0, dnc=0) for n in range(20)]

    assert measured(replace(USUAL, rows=10, rejected=3, quarantined=0, dnc=0), past) == []
    assert measured(replace(USUAL, rows=10, rejected=9, quarantined=0, dnc=0), past) == ["rejected rows"]


def test_other_templates_play_no_part() -> None:
    others = [replace(USUAL, import_id=str(number), template="zeal", rows=100_000) for number in range(20)]
    own = [replace(USUAL, import_id=f"own{number}") for number in range(10)]

    assert measured(USUAL, [*others, *own]) == []


def test_a_message_says_file_figure_usual_range_and_what_to_do() -> None:
    past = [replace(USUAL, import_id=str(n), started_at=START + timedelta(days=n)) for n in range(20)]

    (oddity,) = find_unusual([*past, replace(USUAL, import_id="i-7", file="mon.csv", rejected=400)])["i-7"]

    assert str(oddity) == (
        "mon.csv: rejected rows: 40.0%; usual for acme: up to 13.5%. See the reasons: leadmill show i-7."
    )
