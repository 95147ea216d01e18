"""A load's own part is written beside the store, and is what would be published from it."""

import random
from datetime import UTC, datetime

import polars as pl
import pytest

from pipelines.dnc import differing
from pipelines.dnc.loading import load_dnc
from pipelines.dnc.preparing import OwnPart
from pipelines.home import Home
from pipelines.published import entries, publishing
from pipelines.published.publishing import current_generation
from pipelines.replaying.comparing import count_differences

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def months(tmp_path):
    """Write three lists: British numbers, others among them, and what is no number; each repeats half of the first."""
    chance, paths = random.Random("months"), [tmp_path / f"{month}.txt" for month in range(3)]
    first = [f"07400{chance.randrange(10**6):06}" for _ in range(2_000)]
    for path in paths:
        drawn = [f"07{chance.choice('45')}00{chance.randrange(10**6):06}" for _ in range(2_000)]
        abroad = [f"00{code}{chance.randrange(10**8, 10**9)}" for code in (1202, 353, 61, 49) for _ in range(20)]
        path.write_text("\n".join([*first[:1_000], *drawn, *abroad, "12345678"]))
    return paths


@pytest.fixture(autouse=True)
def short_slices_and_groups(monkeypatch):
    monkeypatch.setattr(differing, "SLICE_ROWS", 1_000)
    monkeypatch.setattr(entries, "ROW_GROUP_ROWS", 400)
    monkeypatch.setattr(entries, "FILE_GROUPS", 2)


def read_published(home):
    """Return the numbers of the list by the files of its parts."""
    files = (current_generation(home) / "dnc" / "category=TPS").iterdir()
    number = pl.coalesce("e164", "digits")
    return {file.name: pl.read_parquet(file).select(number).to_series().to_list() for file in files}


def load_months(home, months):
    for path, mode in zip(months, ("add", "add", "full"), strict=True):
        load_dnc(home, path, "TPS", mode=mode, now=NOW)


def test_what_was_written_beside_the_store_is_what_would_be_published_from_it(tmp_path, months, monkeypatch):
    beside, later = Home(tmp_path / "beside"), Home(tmp_path / "later")

    load_months(beside, months)
    monkeypatch.setattr(OwnPart, "finish", lambda *_: {})
    load_months(later, months)

    one, other = current_generation(beside), current_generation(later)
    assert one
    assert other
    assert count_differences(one, other) == {}
    files = [sorted((end / "dnc" / "category=TPS").iterdir()) for end in (one, other)]
    assert {file.name for file in files[0]} > {"1.parquet", "1+1.parquet", "3.parquet", "3+1.parquet"}
    assert [file.read_bytes() for file in files[0]] == [file.read_bytes() for file in files[1]]


def test_a_part_that_gets_shorter_leaves_none_of_its_files_behind(tmp_path, months):
    home = Home(tmp_path / "home")
    few = tmp_path / "few.txt"
    few.write_text("\n".join(months[0].read_text().splitlines()[:500]))

    load_dnc(home, months[0], "TPS", now=NOW)
    before = read_published(home)
    gone = load_dnc(home, few, "TPS", mode="full", now=NOW)

    left = read_published(home)
    assert set(before) >= {"1.parquet", "1+1.parquet", "1+2.parquet"}
    assert set(left) == {"1.parquet"}
    assert sum(map(len, left.values())) == sum(map(len, before.values())) - gone.removed
    assert set().union(*left.values()) < set().union(*before.values())


def test_a_part_that_was_not_published_after_its_commit_is_published_by_the_next_load(tmp_path, months, monkeypatch):
    quiet, broken = Home(tmp_path / "quiet"), Home(tmp_path / "broken")

    def break_down(*_):
        raise OSError("the disk is full")

    load_dnc(broken, months[0], "TPS", now=NOW)
    with monkeypatch.context() as patched:
        patched.setattr(publishing, "write_version", break_down)
        with pytest.raises(OSError, match="full"):
            load_dnc(broken, months[1], "TPS", now=NOW)
    load_dnc(broken, months[2], "TPS", mode="full", now=NOW)
    load_months(quiet, months)

    one, other = current_generation(quiet), current_generation(broken)
    assert one
    assert other
    assert count_differences(one, other) == {}


def test_a_load_whose_part_cannot_be_written_has_loaded_nothing(tmp_path, months, full_disk):
    home = Home(tmp_path / "home")
    load_dnc(home, months[0], "TPS", now=NOW)
    before = current_generation(home)

    with full_disk(), pytest.raises(OSError, match="full"):
        load_dnc(home, months[1], "TPS", now=NOW)

    assert current_generation(home) == before
    assert list(home.work.iterdir()) == []
    assert load_dnc(home, months[1], "TPS", now=NOW).load_id == 2


def test_a_load_whose_raw_copy_is_not_safe_has_loaded_nothing(tmp_path, months, monkeypatch):
    home = Home(tmp_path / "home")
    load_dnc(home, months[0], "TPS", now=NOW)
    before = current_generation(home)

    def break_down(*_):
        raise OSError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr("pipelines.home._place", break_down)
        with pytest.raises(OSError, match="full"):
            load_dnc(home, months[1], "TPS", now=NOW)

    assert current_generation(home) == before
    assert load_dnc(home, months[1], "TPS", now=NOW).load_id == 2


@pytest.mark.parametrize("few", [0, 100_000])
def test_numbers_that_stand_are_not_added_whether_they_are_looked_for_or_compared(tmp_path, months, monkeypatch, few):
    monkeypatch.setattr(differing, "FEW", few)
    monkeypatch.setattr(differing, "BATCH_ROWS", 300)
    home = Home(tmp_path / "home")

    loads = [load_dnc(home, months[month], "TPS", now=NOW) for month in (0, 1, 2, 1)]

    numbers = [number for part in read_published(home).values() for number in part]
    assert len(set(numbers)) == len(numbers) == sum(load.added for load in loads)
    assert [load.already_there > 500 for load in loads] == [False, True, True, True]
    assert loads[3].added == 0
