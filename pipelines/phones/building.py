"""Turns the explorers' intervals into frames: what `storing.py` keeps and `numbering.py` searches."""

from collections.abc import Iterator

import phonenumbers
import polars as pl

from pipelines.phones.explore import MOST_DIGITS, Kind, Reading, explore_kinds, explore_region, explore_world
from pipelines.phones.library import build_number, describe_number
from pipelines.phones.patterns import UnsupportedPatternError
from pipelines.phones.plans import load_plan, load_plans
from pipelines.phones.templates import fill_template, write_template
from pipelines.phones.tracing import LONGEST, SHORTEST

READINGS_SCHEMA = pl.Schema({"first": pl.Int64(), "outcome": pl.Int8(), "shift": pl.Int64()})
KINDS_SCHEMA = pl.Schema(
    {
        "first": pl.Int64(),
        "country_code": pl.Int16(),
        "region": pl.String(),
        "possible": pl.String(),
        "is_valid": pl.Boolean(),
        "type": pl.String(),
        "template": pl.String(),
        "extension_label": pl.String(),
    }
)

Description = tuple[int, str | None, str, bool, str | None, str, str]


def build_readings(region: str | None) -> pl.DataFrame:
    """Build the readings that hang on a region (READINGS_SCHEMA), in order of their first key."""
    return _frame_readings(explore_region(None if region is None else load_plan(region)))


def build_world_readings() -> pl.DataFrame:
    """Build the readings of numbers written with plus (READINGS_SCHEMA), in order of their first key."""
    return _frame_readings(explore_world())


def _frame_readings(readings: list[Reading]) -> pl.DataFrame:
    return pl.DataFrame(readings, schema=READINGS_SCHEMA, orient="row")


def describe_kind(kind: Kind) -> Description:
    """Describe a kind as `phonenumbers` does its example; raises UnsupportedPatternError if we write it otherwise."""
    plan = load_plans(kind.calling_code)[0]
    _, _, code, _, region, possible, is_valid, type_, written = describe_number(
        build_number(kind.calling_code, kind.example)
    )
    template = write_template(plan, kind.example)
    if fill_template(template, kind.example) != written:
        raise UnsupportedPatternError(f"+{code} {kind.example}: {template}")
    label = plan.metadata.preferred_extn_prefix
    return kind.calling_code, region, possible, is_valid, type_, template, " ext. " if label is None else label


def list_kinds(calling_code: int, length: int) -> Iterator[tuple[int, Description | None]]:
    """List the kinds of the numbers of a calling code and length, neighbours that say the same joined; then None."""
    described: dict[tuple[int, ...], Description] = {}
    last = None
    for kind in explore_kinds(calling_code, length):
        if kind.answers not in described:
            described[kind.answers] = describe_kind(kind)
        if described[kind.answers] != last:
            last = described[kind.answers]
            yield kind.first, last
    yield (calling_code + 1) * 10**length, None


def build_kinds() -> pl.DataFrame:
    """Build the kinds of all numbers (KINDS_SCHEMA), in order of their first number.

    They tile the integers from 0 on. What is no number of any calling code has nulls, and so have the numbers of a
    calling code whose patterns are not understood: of those the library is asked.
    """
    found: dict[int, Description | None] = {0: None}
    for code in sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE):
        for length in range(SHORTEST, min(LONGEST, MOST_DIGITS - len(str(code))) + 1):
            try:
                kinds = list(list_kinds(code, length))
            except UnsupportedPatternError:
                kinds = [(code * 10**length, None), ((code + 1) * 10**length, None)]
            for first, description in kinds:
                if description is not None or first not in found:
                    found[first] = description
    nothing = (None,) * (len(KINDS_SCHEMA) - 1)
    rows = [(first, *(found[first] or nothing)) for first in sorted(found)]
    return pl.DataFrame(rows, schema=KINDS_SCHEMA, orient="row")
