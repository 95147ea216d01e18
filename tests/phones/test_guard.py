"""Where `phonenumbers` no longer has what we lean on, odd cells go to it and the answers stay equal."""

from collections.abc import Iterator

import polars as pl
import pytest
from phonenumbers import phonenumberutil

from pipelines.phones import reading
from pipelines.phones.library import parse_by_library
from pipelines.phones.parsing import parse_phones_with_stats
from tests.phones.spellings import draw_cells


@pytest.fixture(autouse=True)
def forgotten_knowledge() -> Iterator[None]:
    reading.forget_library()
    yield
    reading.forget_library()


@pytest.mark.parametrize("name", ["_VALID_PUNCTUATION", "_EXTN_PATTERN"])
def test_without_a_private_name_the_library_is_asked_more_and_says_the_same(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = pl.Series(draw_cells(7, "GB", 3_000))
    _, usual = parse_phones_with_stats(raw, "GB")
    kept = {mark: getattr(phonenumberutil, mark) for mark in (name,)}
    monkeypatch.setattr(reading, "phonenumberutil", _Hiding(kept))
    reading.forget_library()

    frame, counts = parse_phones_with_stats(raw, "GB")

    assert reading.list_punctuation() == []
    assert counts.library > usual.library
    assert frame.equals(parse_by_library(raw, "GB"))


def test_a_mark_that_the_library_no_longer_passes_over_is_not_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phonenumberutil, "_VALID_PUNCTUATION", "-x ")

    marks = reading.list_punctuation()

    assert marks == [" ", "-"]


def test_where_cells_are_taken_apart_otherwise_odd_cells_go_to_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = pl.Series(["Tel: 020 7946 0000", "020 7946 0000 x12"])
    parse = reading.phonenumbers.parse
    monkeypatch.setattr(reading.phonenumbers, "parse", lambda text, region: parse(text.replace("x", "y"), region))
    reading.forget_library()
    known = reading.knows_odd_cells()
    monkeypatch.undo()

    _, counts = parse_phones_with_stats(raw, "GB")

    assert not known
    assert counts.library == 2


class _Hiding:
    """`phonenumberutil` without some of its names."""

    def __init__(self, hidden: dict[str, object]) -> None:
        self._hidden = hidden

    def __getattr__(self, name: str) -> object:
        if name in self._hidden:
            raise AttributeError(name)
        return getattr(phonenumberutil, name)
