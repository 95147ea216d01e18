"""Is every interval of every table right at its edges? Drawn cells do not see one moved boundary; this does."""

import random

import numpy as np
import phonenumbers
import polars as pl
import pytest

from pipelines.phones.building import KINDS_SCHEMA, build_kinds
from pipelines.phones.explore import ASK_LIBRARY, ELSEWHERE, FEWEST_DIGITS, FIRST_ERROR, MOST_DIGITS, NUMBER
from pipelines.phones.library import build_number, describe_number
from pipelines.phones.numbering import Ints, Kinds, Readings, frame_kinds, load_kinds, load_readings
from pipelines.phones.schema import ERROR_NAMES
from pipelines.phones.storing import load_table
from pipelines.phones.writing import write_numbers
from tests.phones.spellings import REGIONS

SEED = random.SystemRandom().randrange(2**32)
OTHERS = [region for region in REGIONS if region not in ("GB", "US")]


def list_edges(firsts: Ints, rng: np.random.Generator) -> Ints:
    """List the first, the last and a random key of every interval."""
    lasts = np.append(firsts[1:], firsts[-1] + 1) - 1
    anywhere = firsts + (rng.random(len(firsts)) * (lasts - firsts + 1)).astype(np.int64)
    return np.unique(np.concatenate([firsts, lasts, np.minimum(anywhere, lasts)]))


def spell_key(key: int) -> str | None:
    """Write the number of a key; None where no written number has it (too long, too short, or no such sentinel)."""
    text = str(key)
    if key < 0 or len(text) - 1 < FEWEST_DIGITS or len(text) - 1 > MOST_DIGITS or text[0] not in "12":
        return None
    return ("+" if text[0] == "2" else "") + text[1:]


def ask_parse(text: str, region: str | None) -> int:
    """Ask the library for the number of a text, or minus the outcome of its error."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        return -(FIRST_ERROR + error.error_type)
    return int(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:])


def find_wrong_keys(readings: Readings, keys: Ints, region: str | None) -> list[str]:
    """List the written numbers at the edges of a table that the library reads otherwise."""
    spelt = [(key, text) for key in keys.tolist() if (text := spell_key(key)) is not None]
    numbers, _ = readings.find_numbers(np.array([key for key, _ in spelt], dtype=np.int64))
    return [
        text
        for (_, text), number in zip(spelt, numbers.tolist(), strict=True)
        if number != -ASK_LIBRARY and number != ask_parse(text, region)
    ]


def find_wrong_numbers(kinds: Kinds, numbers: Ints) -> list[int]:
    """List the numbers at the edges of the kinds of which the library says otherwise."""
    numbers = numbers[(numbers > 0) & (numbers < 10**MOST_DIGITS)]
    classes = kinds.find_classes(numbers)
    columns = kinds.columns.select(pl.all().gather(pl.Series(classes))).with_columns(
        write_numbers(numbers, classes, kinds), number=pl.Series(numbers)
    )
    wrong = []
    for row in columns.drop_nulls("country_code").iter_rows(named=True):
        theirs = describe_number(build_number(row["country_code"], row["national_number"]))
        names = (
            "number",
            "e164",
            "country_code",
            "national_number",
            "region",
            "possible",
            "is_valid",
            "type",
            "national_format",
        )
        if tuple(row[name] for name in names) != theirs:
            wrong.append(row["number"])
    return wrong


def list_own_intervals(readings: Readings) -> Ints:
    """List the intervals that a region has for itself: the world's are looked at once, not per region."""
    return np.flatnonzero(~np.isin(readings.firsts.to_numpy(), load_readings(None).firsts.to_numpy()))


def list_region_edges(readings: Readings) -> Ints:
    """List the edges of the intervals that a region has for itself."""
    edges = list_edges(readings.firsts.to_numpy(), np.random.default_rng(SEED))
    intervals = readings.firsts.search_sorted(pl.Series(edges), side="right").to_numpy() - 1
    own = list_own_intervals(readings)
    return np.unique(np.concatenate([edges[np.isin(intervals, own)], readings.firsts.to_numpy()[own] - 1]))


@pytest.mark.parametrize("region", ["GB", "US"])
def test_a_regions_readings_are_right_at_every_edge(region: str) -> None:
    readings = load_readings(region)

    wrong = find_wrong_keys(readings, list_region_edges(readings), region)

    assert wrong == [], f"seed {SEED}"


def test_a_sample_of_the_worlds_readings_is_right_at_the_edges() -> None:
    rng = np.random.default_rng(SEED)
    readings = load_readings(None)
    edges = rng.choice(list_edges(readings.firsts.to_numpy(), rng), 12_000, replace=False)

    wrong = find_wrong_keys(readings, edges, None)

    assert wrong == [], f"seed {SEED}"


def test_a_sample_of_the_kinds_is_right_at_the_edges() -> None:
    rng = np.random.default_rng(SEED)
    kinds = load_kinds()
    edges = rng.choice(list_edges(kinds.firsts.to_numpy(), rng), 4_000, replace=False)

    wrong = find_wrong_numbers(kinds, edges)

    assert wrong == [], f"seed {SEED}"


@pytest.mark.full
def test_the_worlds_readings_are_right_at_every_edge() -> None:
    readings = load_readings(None)

    wrong = find_wrong_keys(readings, list_edges(readings.firsts.to_numpy(), np.random.default_rng(SEED)), None)

    assert wrong == [], f"seed {SEED}"


@pytest.mark.full
@pytest.mark.parametrize("region", OTHERS)
def test_every_regions_readings_are_right_at_every_edge(region: str) -> None:
    readings = load_readings(region)

    wrong = find_wrong_keys(readings, list_region_edges(readings), region)

    assert wrong == [], f"seed {SEED}"


@pytest.mark.full
@pytest.mark.parametrize("part", range(10))
def test_the_kinds_are_right_at_every_edge(part: int) -> None:
    kinds = load_kinds()
    edges = list_edges(kinds.firsts.to_numpy(), np.random.default_rng(SEED))

    wrong = find_wrong_numbers(kinds, edges[part::10])

    assert wrong == [], f"seed {SEED}"


def test_moving_any_boundary_of_the_readings_is_seen() -> None:
    readings = load_readings("GB")
    decided = (readings.outcomes == NUMBER) | (readings.outcomes >= FIRST_ERROR)
    own = [
        at
        for at in list_own_intervals(readings)
        if decided[at] and decided[at - 1] and spell_key(readings.firsts[int(at)])
    ]

    for at in random.Random(SEED).sample(own, 20):
        moved = readings.firsts.to_numpy().copy()
        moved[at] += 1
        mutant = Readings(pl.Series(moved), readings.outcomes, readings.shifts)
        wrong = find_wrong_keys(mutant, list_edges(moved[at - 2 : at + 3], np.random.default_rng(SEED)), "GB")
        assert len(wrong) >= 1, (SEED, readings.firsts[int(at)])


@pytest.mark.parametrize("step", [-1, 1])
def test_moving_one_boundary_of_the_kinds_is_seen(step: int) -> None:
    table = load_table("kinds", KINDS_SCHEMA, build_kinds)
    at = random.Random(SEED).randrange(1_000, len(table) - 1_000)
    moved = frame_kinds(table.with_columns(first=pl.col("first") + step * (pl.int_range(pl.len()) == at)))
    edges = moved.firsts.to_numpy()[at : at + 12]

    wrong = find_wrong_numbers(moved, np.unique(np.concatenate([edges, edges - 1])))

    assert len(wrong) >= 1, f"seed {SEED}"


def test_swapping_two_types_is_seen() -> None:
    table = load_table("kinds", KINDS_SCHEMA, build_kinds)
    swapped = frame_kinds(table.with_columns(pl.col("type").replace({"MOBILE": "PAGER", "PAGER": "MOBILE"})))
    edges = table.filter(pl.col("type") == "MOBILE")["first"].head(200).to_numpy()

    wrong = find_wrong_numbers(swapped, edges)

    assert len(wrong) == 200


def test_tables_tile_all_written_numbers_without_a_gap() -> None:
    for region in ("GB", "US", None):
        readings = load_readings(region)

        firsts = set(readings.firsts.to_list())

        assert ELSEWHERE not in readings.outcomes
        for length in range(FEWEST_DIGITS, MOST_DIGITS + 1):
            assert {10**length, 2 * 10**length} <= firsts


def test_every_error_has_a_name() -> None:
    kinds = load_kinds()
    standing_in = np.array([-(FIRST_ERROR + error) for error in ERROR_NAMES])

    named = kinds.columns["possible"].gather(pl.Series(kinds.find_classes(standing_in)))

    assert named.to_list() == list(ERROR_NAMES.values())
