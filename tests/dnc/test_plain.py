"""Long lists of digits are read as integers, in blocks, runs and slices; nothing of that is to be seen."""

import random
import re
from collections import Counter
from datetime import UTC, datetime

import polars as pl
import pytest

from pipelines import sorting
from pipelines.dnc import differing, plain, runs
from pipelines.dnc.loading import load_dnc
from pipelines.dnc.staging import How, find_values, stage_list
from pipelines.home import Home
from pipelines.published.publishing import current_generation
from pipelines.replaying.comparing import count_differences
from pipelines.schema import DIGITS_BASE

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LOWEST, HIGHEST = -(2**62), 2**63 - 1
FIRST = {"": "07400123456", ",": "202,5550199"}


def draw_line(chance: random.Random, between: str) -> str:
    """Draw a line as lists have them, dirt among it: too short, too long, filler, a plus, a prefix for calls abroad."""
    start = (
        chance.choice(["", "", "", "+", "00", "44", "1", "0"]) if not between else chance.choice(["20", "212", "00"])
    )
    digits = "".join(chance.choice("0123456789") for _ in range(chance.choice([3, 6, 7, 7, 9, 10, 10, 11, 13, 16, 20])))
    filler = chance.choice(["", "", "", "", "000000", "777777", "+1"])
    return f"{start}{between}{digits}{filler}"


@pytest.mark.parametrize("region", ["GB", "US"])
@pytest.mark.parametrize("between", ["", ","])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_list_of_digits_says_what_each_of_its_lines_says_as_text(tmp_path, monkeypatch, region, between, end):
    chance = random.Random(f"{region}{between}{end}")
    drawn = [draw_line(chance, between) for _ in range(3000)]
    monkeypatch.setattr(plain, "HEAD_BYTES", 14)
    monkeypatch.setattr(plain, "BLOCK_BYTES", 10_000)
    (tmp_path / "list.txt").write_text(end.join([FIRST[between], *drawn, "", *drawn[:5]]), newline="")

    staged = stage_list(tmp_path / "list.txt", "list.txt", How(region), tmp_path)

    texts = pl.Series("raw", [line.replace(",", "") for line in [FIRST[between], *drawn, *drawn[:5]]])
    values = find_values(texts, region)
    assert staged.numbers.read(LOWEST, HIGHEST).tolist() == sorted(set(values.drop_nulls()))
    assert (staged.lines, staged.blank, staged.staged) == (3006, 1, 3006 - values.null_count())
    assert staged.unparsed == (values.fill_null(DIGITS_BASE) >= DIGITS_BASE).sum()


@pytest.mark.parametrize(
    "shape", ["07#########", "+447#########", "02#####", "12345678#######", "202,5##0###", "20,#####"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("odd", ["1", "+"])
def test_lines_of_one_length_say_what_each_of_them_says_as_text(tmp_path, monkeypatch, shape, end, odd):
    chance, region = random.Random(shape), "US" if "," in shape else "GB"
    lines = [re.sub("#", lambda _: str(chance.randrange(10)), shape) for _ in range(1000)]
    lines += [lines[0]] * 300
    lines[500] = shape.replace("#", "1")[: -len(odd)] + odd  # as long as the others
    lines[700] = f"{lines[700]}6"
    monkeypatch.setattr(plain, "HEAD_BYTES", 20)
    monkeypatch.setattr(plain, "BLOCK_BYTES", 1_200)
    (tmp_path / "list.txt").write_text(end.join(lines), newline="")

    staged = stage_list(tmp_path / "list.txt", "list.txt", How(region), tmp_path)

    values = find_values(pl.Series("raw", [line.replace(",", "") for line in lines]), region)
    assert staged.numbers.read(LOWEST, HIGHEST).tolist() == sorted(set(values.drop_nulls()))
    assert (staged.lines, staged.staged) == (len(lines), len(lines) - values.null_count())
    assert staged.unparsed == (values.fill_null(DIGITS_BASE) >= DIGITS_BASE).sum()


@pytest.mark.parametrize(
    "text", ["2025550101\n202,5550102\n", "202,5550101\n2025550102\n", "2025550101\n(202) 555-0102\n"]
)
def test_a_list_that_turns_out_not_to_be_plain_is_read_as_a_table(tmp_path, monkeypatch, text):
    monkeypatch.setattr(plain, "HEAD_BYTES", 12)
    (tmp_path / "list.txt").write_text(text)
    work = tmp_path / "work"
    work.mkdir()

    staged = stage_list(tmp_path / "list.txt", "list.txt", How("US"), work)

    assert staged.lines == text.count("\n")
    assert 12025550101 in staged.numbers.read(LOWEST, HIGHEST)


@pytest.mark.parametrize("deleted", [differing.DELETED_VECTORS, -1], ids=["deleted where they are", "written anew"])
def test_a_list_in_many_runs_and_slices_is_published_as_it_is_in_one(tmp_path, monkeypatch, deleted):
    chance = random.Random("slices")
    months = [[f"07{chance.randrange(40_000):09}" for _ in range(20_000)] for _ in range(2)]
    months[1] += months[0][:10_000]
    homes = [Home(tmp_path / "one"), Home(tmp_path / "many")]
    for month, lines in enumerate(months):
        (tmp_path / f"{month}.txt").write_text("\n".join(lines))
    counts = Counter()

    for home in homes:
        load_dnc(home, tmp_path / "0.txt", "Own", now=NOW)
        for month, mode in enumerate(("add", "full")):
            done = load_dnc(home, tmp_path / f"{month}.txt", "TPS", mode=mode, now=NOW)
            counts[done.added, done.already_there, done.removed] += 1
        monkeypatch.setattr(plain, "BLOCK_BYTES", 20_000)
        monkeypatch.setattr(runs, "RUN_ROWS", 3_000)
        monkeypatch.setattr(sorting, "SHARED_ROWS", 2_000)
        monkeypatch.setattr(runs, "SAMPLED", 16)
        monkeypatch.setattr(differing, "SAMPLED", 16)
        monkeypatch.setattr(differing, "SLICE_ROWS", 5_000)
        monkeypatch.setattr(differing, "BATCH_ROWS", 1_000)
        monkeypatch.setattr(differing, "DELETED_VECTORS", deleted)

    first, second = (set(month) for month in months)
    generations = [current_generation(home) for home in homes]
    assert all(generations)
    assert count_differences(*generations) == {}
    assert counts == {
        (len(first), 0, 0): 2,
        (len(second - first), len(second & first), len(first - second)): 2,
    }
    for category, numbers in (("TPS", second), ("Own", first)):
        listed = pl.read_parquet(generations[1] / "dnc" / f"category={category}" / "*.parquet")["e164"]
        assert sorted(listed) == sorted(f"+44{number[1:]}" for number in numbers)


def test_the_files_of_a_category_say_in_words_what_is_known_of_each_entry(lists, home):
    lists.load(
        "number,listed_on,expires_on\n2025550101,2026-01-05,\n2025550102,,2026-09-01\n123,,\n",
        "--region", "US", "--source", "registry", "--as-of", "2026-01-01",
    )  # fmt: skip

    entries = pl.read_parquet(home.published / "current" / "dnc" / "category=TPS" / "*.parquet")

    columns = ["e164", "digits", "category", "source", "listed_on", "expires_on"]
    assert entries.schema == dict.fromkeys(columns[:4], pl.String) | dict.fromkeys(columns[4:], pl.Date)
    assert [tuple(map(str, row)) for row in entries.rows()] == [
        ("+12025550101", "None", "TPS", "registry", "2026-01-05", "None"),
        ("+12025550102", "None", "TPS", "registry", "2026-01-01", "2026-09-01"),
        ("None", "123", "TPS", "registry", "2026-01-01", "None"),
    ]
