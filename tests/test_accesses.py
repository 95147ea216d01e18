"""Who took what is on record in files that only grow: what a power cut leaves in them harms no other line."""

from datetime import UTC, datetime, timedelta

import pytest

from pipelines import accesses
from pipelines.accesses import ACCESSES, note_access, note_refusal, read_accesses
from pipelines.home import Home

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path)


def note(home: Home, *minutes: int) -> None:
    for minute in minutes:
        note_access(home, NOON + timedelta(minutes=minute), "op", "export", f"list {minute}", "dialler")


def read(home: Home, newest: int = 50) -> list[str]:
    return [row["subject"] for row in read_accesses(home, newest)]


def test_the_newest_lines_are_read_from_the_end_of_the_file(home, monkeypatch):
    monkeypatch.setattr(accesses, "BLOCK", 100)
    note(home, *range(20))
    note_refusal(home, NOON, "op", "20260302-1", "drop.csv")

    assert read(home, 3) == ["list 17", "list 18", "list 19", "20260302-1"]
    assert read(home, 20) == [*(f"list {n}" for n in range(20)), "20260302-1"]
    assert read(home, 500) == read(home, 20)
    assert read(home, 0) == []


@pytest.mark.parametrize("left", ['{"logged_at": "2026-03', '{"logged_at": "2026-03-02T12:00:00+00:00"}', "[]", "\xff"])
def test_half_a_line_is_passed_over_and_the_next_one_is_not_lost_with_it(home, left):
    note(home, 1)
    with (home.root / ACCESSES).open("ab") as stream:
        stream.write(left.encode("latin-1"))

    note(home, 2)

    assert read(home) == ["list 1", "list 2"]
