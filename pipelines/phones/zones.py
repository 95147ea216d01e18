"""Tells the time zones of numbers, from the data that comes with `phonenumbers`."""

from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
import polars as pl
from phonenumbers import PhoneNumberType, phonenumberutil
from phonenumbers.timezone import UNKNOWN_TIMEZONE
from phonenumbers.tzdata import TIMEZONE_DATA, TIMEZONE_LONGEST_PREFIX

from pipelines.phones.explore import MOST_DIGITS
from pipelines.phones.numbering import load_kinds
from pipelines.phones.schema import TYPE_NAMES

_TYPES = {name: value for value, name in TYPE_NAMES.items()}
ZONES = pl.List(pl.String)


class ZoneTable(NamedTuple):
    """From each of `firsts` on (numbers filled up with zeros to MOST_DIGITS digits), their zones."""

    firsts: pl.Series
    zones: pl.Series


def find_zones(digits: str) -> tuple[str, ...]:
    """Find the zones of the longest prefix of some digits that the data knows."""
    for length in range(TIMEZONE_LONGEST_PREFIX, 0, -1):
        if digits[:length] in TIMEZONE_DATA:
            return tuple(TIMEZONE_DATA[digits[:length]])
    return (UNKNOWN_TIMEZONE,)


def find_country_zones(country_code: int) -> tuple[str, ...]:
    """Find the zones of a whole calling code, as `time_zones_for_number` does for types without a place."""
    digits = str(country_code)
    for length in range(len(digits), min(len(digits), 2) - 1, -1):
        if digits[:length] in TIMEZONE_DATA:
            return tuple(TIMEZONE_DATA[digits[:length]])
    return (UNKNOWN_TIMEZONE,)


@lru_cache(maxsize=1)
def load_zones() -> ZoneTable:
    """Load the zones by number, once per process."""
    edges = {0}
    for prefix in TIMEZONE_DATA:
        scale = 10 ** (MOST_DIGITS - len(prefix))
        edges |= {int(prefix) * scale, (int(prefix) + 1) * scale}
    firsts = sorted(edge for edge in edges if edge < 10**MOST_DIGITS)
    zones = [find_zones(f"{first:0{MOST_DIGITS}d}") for first in firsts]
    return ZoneTable(pl.Series(firsts), pl.Series(zones, dtype=ZONES))


@cache
def is_geographical(type_name: str, country_code: int) -> bool:
    """Say whether numbers of a type have a place in a country."""
    return bool(phonenumberutil.is_number_type_geographical(_TYPES[type_name], country_code))


def list_country_zones(columns: pl.DataFrame) -> pl.DataFrame:
    """List, by type and country code, the zones that hold whatever the digits; null where the digits decide."""
    pairs = columns.select("type", "country_code").unique()
    unknown = TYPE_NAMES[PhoneNumberType.UNKNOWN]
    zones = [
        (UNKNOWN_TIMEZONE,)
        if type_ is None or type_ == unknown
        else (None if is_geographical(type_, code) else find_country_zones(code))
        for type_, code in pairs.iter_rows()
    ]
    return pairs.with_columns(pl.Series("zones", zones, dtype=ZONES))


def time_zones(number: pl.Series) -> pl.Series:
    """Tell the time zones of numbers, equal to `phonenumbers.timezone.time_zones_for_number`.

    `number` is Int64: the digits of E.164, as in the column `number` of `parse_phones`. The answer is a list of IANA
    names per number, in the same order; `Etc/Unknown` alone where a number is not valid or its zone is not known, null
    where the number is null. Source: `phonenumbers.tzdata`.
    """
    kinds = load_kinds()
    numbers = number.cast(pl.Int64).fill_null(0).to_numpy()
    numbers = np.where((numbers < 0) | (numbers >= 10**MOST_DIGITS), 0, numbers)  # valid ones are shorter
    classes = pl.Series(kinds.find_classes(numbers))
    columns = kinds.columns.select("type", "country_code").gather(classes)
    fixed = columns.join(
        list_country_zones(columns), on=["type", "country_code"], how="left", nulls_equal=True, maintain_order="left"
    )["zones"]
    lengths = pl.Series(numbers).cast(pl.String).str.len_bytes().to_numpy().astype(np.int64)
    filled = numbers * 10 ** (MOST_DIGITS - lengths)
    table = load_zones()
    by_digits = table.zones.gather(table.firsts.search_sorted(pl.Series(filled), side="right") - 1)
    zones = fixed.zip_with(fixed.is_not_null(), by_digits)
    return zones.zip_with(number.is_not_null(), pl.Series([None], dtype=ZONES)).alias("time_zones")
