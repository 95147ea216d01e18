"""Are the time zones of numbers those that the package tells?"""

import random

import phonenumbers
import polars as pl
import pytest
from phonenumbers.timezone import time_zones_for_number

from pipelines.phones import parse_phones
from pipelines.phones.library import build_number
from pipelines.phones.zones import time_zones
from tests.phones.spellings import CODES, REGIONS, draw_digits, draw_number, list_examples, list_global_examples

SEED = random.SystemRandom().randrange(2**32)


def join_digits(number: phonenumbers.PhoneNumber) -> int:
    return int(f"{number.country_code}{phonenumbers.national_significant_number(number)}")


def test_example_numbers_of_every_type_have_the_zones_that_the_library_tells() -> None:
    numbers = [*list_global_examples(), *(number for region in REGIONS for number in list_examples(region))]

    zones = time_zones(pl.Series([join_digits(number) for number in numbers]))

    assert zones.to_list() == [list(time_zones_for_number(number)) for number in numbers]


def test_numbers_drawn_by_lot_have_the_zones_that_the_library_tells() -> None:
    rng = random.Random(SEED)
    numbers = []
    for _ in range(4_000):
        code = rng.choice([1, 1, 7, *CODES])
        numbers.append(build_number(code, draw_digits(rng, 2, 18 - len(str(code)))))
    parsed = parse_phones(pl.Series([draw_number(rng, "US") for _ in range(4_000)]), "US").drop_nulls("number")
    numbers += [
        build_number(code, national) for code, national in parsed.select("country_code", "national_number").iter_rows()
    ]

    zones = time_zones(pl.Series([join_digits(number) for number in numbers]))

    assert zones.to_list() == [list(time_zones_for_number(number)) for number in numbers], SEED


@pytest.mark.parametrize(
    ("number", "zones"),
    [
        (None, None),
        (442079460000, ["Europe/London"]),
        (12125550123, ["America/New_York"]),
        (0, ["Etc/Unknown"]),
        (-5, ["Etc/Unknown"]),
        (210123456, ["Etc/Unknown"]),
        (2**63 - 1, ["Etc/Unknown"]),
    ],
)
def test_a_number_has_its_zones(number: int | None, zones: list[str] | None) -> None:
    told = time_zones(pl.Series([number], dtype=pl.Int64))

    assert told.to_list() == [zones]
    assert told.dtype == pl.List(pl.String)
