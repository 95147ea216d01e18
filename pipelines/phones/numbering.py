"""Looks written numbers up: key -> number -> kind, each by one binary search over a whole column."""

import logging
import threading
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt
import polars as pl
from phonenumbers import NumberParseException

from pipelines.phones.buckets import UNSURE, Buckets
from pipelines.phones.building import (
    KINDS_SCHEMA,
    READINGS_SCHEMA,
    build_kinds,
    build_readings,
    build_world_readings,
)
from pipelines.phones.explore import ABROAD, ASK_LIBRARY, ELSEWHERE, FIRST_ERROR, NUMBER
from pipelines.phones.patterns import UnsupportedPatternError
from pipelines.phones.schema import ERROR_NAMES
from pipelines.phones.storing import load_table

Ints = npt.NDArray[np.int64]

# What stands in place of a number where there is none: minus an outcome of `explore.py`, or this for a null cell.
NOTHING = 100
NO_KEY, NULL_KEY, NO_DIGITS_KEY = -1, -2, -3
# From so many numbers on it pays to have buckets, and to have them searched for by Polars.
FEW = 10_000
WORLD, KINDS = "world", "kinds"

_lock = threading.Lock()
_log = logging.getLogger(__name__)


def search(firsts: pl.Series, keys: Ints) -> npt.NDArray[np.uint32]:
    """Find for each key the interval that it lies in, by the first keys of the intervals; none may lie before all."""
    if len(keys) < FEW:
        few: npt.NDArray[np.uint32] = firsts.to_numpy().searchsorted(keys, side="right").astype(np.uint32)
        return few - np.uint32(1)
    found: npt.NDArray[np.uint32] = firsts.search_sorted(pl.Series(keys), side="right").to_numpy()
    return found - np.uint32(1)


@dataclass(frozen=True)
class Kinds:
    """The kinds of numbers: from each of `firsts` on (sorted), `classes` names the row of `columns` that holds.

    `layouts` says, by class, which of `ways` (country code, template, digits) numbers are written in.
    """

    firsts: pl.Series
    classes: npt.NDArray[np.uint16]
    columns: pl.DataFrame
    is_described: npt.NDArray[np.bool_]
    layouts: npt.NDArray[np.int16]
    ways: list[tuple[int | None, str | None, int]]

    def find_classes(self, numbers: Ints) -> npt.NDArray[np.uint16]:
        """Find the class of each number (or of what stands in its place)."""
        if len(numbers) < FEW:
            return self._look_up(numbers)
        found = self.buckets.find_values(numbers)
        unsure = np.flatnonzero(found == UNSURE)
        found[unsure] = self._look_up(numbers[unsure])
        return found

    def _look_up(self, numbers: Ints) -> npt.NDArray[np.uint16]:
        found: npt.NDArray[np.uint16] = self.classes[search(self.firsts, numbers)]
        return found

    @cached_property
    def buckets(self) -> Buckets:
        """The classes by the first bits of a number: made once, for whoever asks for many at once."""
        return Buckets(self.firsts.to_numpy(), self.classes)


@dataclass(frozen=True)
class Readings:
    """What written numbers mean in a region, by key: `firsts` are sorted."""

    firsts: pl.Series
    outcomes: npt.NDArray[np.int8]
    shifts: Ints

    def find_numbers(self, keys: Ints) -> tuple[Ints, int]:
        """Turn keys of written numbers into numbers, or minus an outcome where there is none.

        Answers also how many needed a second look-up: those with a prefix for calls abroad.
        """
        numbers = self._look_up(keys)
        abroad = np.flatnonzero(numbers == -ABROAD)
        if len(abroad):
            numbers[abroad] = self._look_abroad(keys[abroad])
        return numbers, len(abroad)

    def find_numbers_at_once(self, keys: Ints) -> Ints:
        """Turn keys into what ``find_numbers`` answers: one search per interval that they meet, none per key.

        Those of one length mostly lie in one interval; others are sorted where they are.
        """
        if not len(keys):
            return keys
        firsts = self.firsts.to_numpy()
        first, last = (np.searchsorted(firsts, (keys.min(), keys.max()), side="right") - 1).tolist()
        numbers: Ints
        if first == last and self.outcomes[first] == NUMBER:
            numbers = keys + self.shifts[first]
            return numbers
        keys.sort()
        edges = np.searchsorted(keys, firsts[first + 1 : last + 1])
        counts = np.diff(edges, prepend=0, append=len(keys))
        outcomes = self.outcomes[first : last + 1]
        is_number = outcomes == NUMBER
        numbers = keys + np.repeat(np.where(is_number, self.shifts[first : last + 1], 0), counts)
        for at in np.flatnonzero(~is_number & (counts > 0)).tolist():
            start, end = edges[at - 1] if at else 0, edges[at] if at < len(edges) else len(keys)
            met = keys[start:end]
            numbers[start:end] = self._look_abroad(met) if outcomes[at] == ABROAD else -int(outcomes[at])
        return numbers

    def _look_up(self, keys: Ints) -> Ints:
        found = search(self.firsts, keys)
        outcomes = self.outcomes[found]
        numbers: Ints = np.where(outcomes == NUMBER, keys + self.shifts[found], -outcomes.astype(np.int64))
        return numbers

    def _look_abroad(self, keys: Ints) -> Ints:
        """Read keys on with the prefix for calls abroad taken off, as if there were a plus, in no region."""
        found = search(self.firsts, keys)
        return load_readings(None)._look_up(keys + self.shifts[found])


def frame_readings(local: pl.DataFrame, world: pl.DataFrame) -> Readings:
    """Join a region's readings with the world's; together they tile all keys."""
    nothing = pl.DataFrame(
        [
            (np.iinfo(np.int64).min, NOTHING, 0),
            (NO_DIGITS_KEY, FIRST_ERROR + NumberParseException.NOT_A_NUMBER, 0),
            (NULL_KEY, NOTHING, 0),
            (NO_KEY, ASK_LIBRARY, 0),
        ],
        schema=READINGS_SCHEMA,
        orient="row",
    )
    joined = pl.concat([nothing, local, world]).filter(pl.col("outcome") != ELSEWHERE).sort("first")
    return Readings(joined["first"], joined["outcome"].to_numpy(), joined["shift"].to_numpy())


def name_region_table(region: str | None) -> str:
    """Name the table of a region's readings."""
    return f"region-{region or 'none'}"


def load_readings(region: str | None) -> Readings:
    """Load the readings of a region, once per process."""
    with _lock:
        return _load_readings(region)


@cache
def _load_readings(region: str | None) -> Readings:
    try:
        world = load_table(WORLD, READINGS_SCHEMA, build_world_readings)
        local = load_table(name_region_table(region), READINGS_SCHEMA, lambda: build_readings(region))
    except UnsupportedPatternError as error:
        _log.warning("phone numbers of %s go to the library, slowly: its plan has the pattern %s", region, error)
        local = world = READINGS_SCHEMA.to_frame()
    return frame_readings(local, world)


def load_kinds() -> Kinds:
    """Load the kinds of numbers, once per process."""
    with _lock:
        return _load_kinds()


@cache
def _load_kinds() -> Kinds:
    return frame_kinds(load_table(KINDS, KINDS_SCHEMA, build_kinds))


def frame_kinds(table: pl.DataFrame) -> Kinds:
    """Make kinds searchable; what stands in place of numbers gets kinds of its own: errors, and nothing at all."""
    errors = {FIRST_ERROR + value: name for value, name in ERROR_NAMES.items()}
    standing_in = pl.DataFrame(
        [
            {"first": -outcome, "possible": errors.get(outcome), "is_valid": False if outcome in errors else None}
            for outcome in sorted((*errors, ASK_LIBRARY, ABROAD, NOTHING), reverse=True)
        ],
        schema=KINDS_SCHEMA,
    )
    kinds = pl.concat([standing_in, table]).with_columns(
        digits=pl.when(pl.col("country_code").is_not_null())
        .then(pl.col("first").cast(pl.String).str.len_bytes())
        .otherwise(0)
    )
    what = pl.exclude("first")
    columns = kinds.select(what).unique(maintain_order=True).with_row_index("class")
    classes = kinds.join(columns, on=columns.columns[1:], how="left", nulls_equal=True, maintain_order="left")["class"]
    ways = columns.select("country_code", "template", "digits").unique(maintain_order=True).with_row_index("layout")
    layouts = columns.join(ways, on=ways.columns[1:], how="left", nulls_equal=True, maintain_order="left")["layout"]
    return Kinds(
        kinds["first"],
        classes.to_numpy().astype(np.uint16),
        columns.drop("class", "template", "digits"),
        columns["country_code"].is_not_null().to_numpy(),
        layouts.to_numpy().astype(np.int16),
        ways.drop("layout").rows(),
    )


def forget_tables() -> None:
    """Forget the tables that are in memory, so that the next use reads them anew."""
    with _lock:
        _load_readings.cache_clear()
        _load_kinds.cache_clear()
