"""Numbers on a list are found whatever becomes of the sets beside the store by which they are looked for."""

from datetime import UTC, datetime

import pytest

from pipelines.beside import FANOUT
from pipelines.dnc import index
from pipelines.dnc.loading import load_dnc
from pipelines.dnc.sets import SUFFIXES
from pipelines.home import Home
from pipelines.maintaining import maintain
from pipelines.store import open_writer

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def load(home: Home, tmp_path):
    """Load a list of numbers from one up to before another."""

    def load(first, end, category="TPS", **options):
        path = tmp_path / "list.txt"
        path.write_text("".join(f"07400 {number:06}\n" for number in range(first, end)))
        return load_dnc(home, path, category, now=NOW, **options)

    return load


@pytest.fixture
def screen(lists):
    """Bring leads with these numbers; return the numbers that may be called."""

    def screen(*numbers, categories=("TPS",)):
        drop = "Name,Tel,Mail\n" + "".join(f"P{lists.drops},07400 {number:06},\n" for number in numbers)
        fates = lists.fates(lists.bring(drop, dnc={"categories": categories}))
        return [number for number, fate in zip(numbers, fates, strict=True) if fate == "created"]

    return screen


@pytest.fixture
def list_files(home: Home):
    return lambda: sorted(path.name for path in (home.store.parent / "dnc").glob("*"))


def test_numbers_on_a_list_are_found_after_many_loads_in_few_sets(screen, load, list_files):
    for number in range(1, 12):
        load(number, number + 1, f"List {number % 3}")

    assert 3 <= len(list_files()) < 3 * FANOUT
    assert screen(*range(13), categories=["List 0", "List 1", "List 2"]) == [0, 12]


def test_what_a_list_takes_off_and_tells_again_is_judged_by_the_list(screen, load):
    load(1, 4)
    load(1, 3, mode="removal")
    assert screen(1, 2, 3) == [1, 2]

    load(2, 3)
    load(2, 4, replace=True)

    assert screen(1, 2, 3) == [1]


def test_dated_entries_are_found_as_others_are(lists, screen, load):
    lists.load("number,listed_on\n07400 000001,2026-01-05\n07400 000002,2026-01-06\n")
    load(3, 4)

    assert screen(1, 2, 3, 4) == [4]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_home_that_lost_a_file_of_a_set_finds_all_numbers_all_the_same(home, lists, screen, load, list_files, suffix):
    load(1, 3)
    load(3, 5)
    for path in (home.store.parent / "dnc").glob(f"*{suffix}"):
        path.unlink()
    drop = "Name,Tel,Mail\nP,07400 000001,\nP,07400 000005,\n"

    rehearsed = lists.bring(drop, "--dry-run", dnc={"categories": ["TPS"]})

    assert rehearsed["reasons"] == {"R_DNC_TPS": 1}
    assert screen(1, 4, 5) == [5]
    maintain(home, NOW)
    assert len(list_files()) == 3


def test_what_breaks_down_leaves_at_most_files_that_maintenance_removes(home, screen, load, list_files, monkeypatch):
    load(1, 3)
    before = list_files()
    with monkeypatch.context() as patch:
        patch.setattr("pipelines.dnc.loading._record", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            load(3, 5)
    assert len(list_files()) == len(before) + 3

    maintain(home, NOW)

    assert list_files() == before
    assert screen(2, 3) == [3]


def test_numbers_that_stand_on_no_list_any_more_are_dropped_once_they_are_many(home, screen, load, monkeypatch):
    monkeypatch.setattr(index, "SHORT", 4)
    load(1, 9)
    load(2, 9, mode="removal")

    done, again = maintain(home, NOW), maintain(home, NOW)

    assert (done.sorted, again.sorted) == ({"do-not-call numbers": 1}, {})
    with open_writer(home) as connection:
        assert [each.numbers for each in index.list_sets(connection)] == [1]
    assert screen(1, 2) == [2]
