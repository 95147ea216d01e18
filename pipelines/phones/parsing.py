"""Parses columns of phone numbers: libphonenumber's answers at the speed of columns.

A cell takes one of three ways: read straight to a key and looked up (nearly all); taken apart first, or looked up a
second time (text around it, extensions, prefixes for calls abroad); or, distinct cells only, parsed by `phonenumbers`.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import phonenumbers
import polars as pl
from phonenumbers import NumberParseException, PhoneNumberFormat

from pipelines.phones.explore import ASK_LIBRARY, FIRST_ERROR, MOST_DIGITS
from pipelines.phones.library import Row, ask_library, describe_number
from pipelines.phones.numbering import Ints, Readings, load_kinds, load_readings
from pipelines.phones.reading import read_keys, read_odd_keys
from pipelines.phones.schema import PHONE_SCHEMA, check_region
from pipelines.phones.writing import write_numbers

CHUNK_ROWS = 1 << 17
NO_EXTENSIONS = pl.DataFrame(schema={"row": pl.Int64, "extension": pl.String})
T = TypeVar("T")


@dataclass(frozen=True)
class PathCounts:
    """How many rows took which way; `distinct` is how many strings `phonenumbers` itself had to parse for `library`."""

    rows: int
    fast: int
    second: int
    library: int
    distinct: int

    def __add__(self, other: "PathCounts") -> "PathCounts":
        return PathCounts(
            self.rows + other.rows,
            self.fast + other.fast,
            self.second + other.second,
            self.library + other.library,
            self.distinct + other.distinct,
        )


@dataclass
class Resolved:
    """The numbers of a chunk, and what cannot be said by numbers alone: extensions, and numbers beyond the tables."""

    numbers: Ints
    extensions: pl.DataFrame
    beyond: dict[int, Row]
    counts: PathCounts


def parse_distinct(distinct: pl.Series, region: str | None) -> tuple[Ints, list[str | None], dict[int, Row]]:
    """Parse cells one by one with `phonenumbers`: their numbers, extensions, and in full those beyond the tables."""
    numbers = np.empty(len(distinct), dtype=np.int64)
    extensions: list[str | None] = [None] * len(distinct)
    beyond: dict[int, Row] = {}
    for at, text in enumerate(distinct):
        try:
            number = phonenumbers.parse(text, region)
        except NumberParseException as error:
            numbers[at] = -(FIRST_ERROR + error.error_type)
            continue
        digits = int(phonenumbers.format_number(number, PhoneNumberFormat.E164)[1:])
        if digits < 10**MOST_DIGITS:
            numbers[at] = digits
            extensions[at] = number.extension or None
        else:
            numbers[at] = -ASK_LIBRARY
            beyond[at] = describe_number(number)
    return numbers, extensions, beyond


def resolve_numbers(raw: pl.Series, region: str | None, readings: Readings) -> Resolved:
    """Turn the cells of a chunk into numbers, each by the quickest way that is sure of its answer."""
    keys = read_keys(raw)
    numbers, abroad = readings.find_numbers(keys)
    odd = np.flatnonzero(numbers == -ASK_LIBRARY)
    if not len(odd):
        return Resolved(numbers, NO_EXTENSIONS, {}, PathCounts(len(raw), len(raw) - abroad, abroad, 0, 0))
    cells = raw.gather(odd)
    taken_apart = read_odd_keys(cells)
    numbers[odd], _ = readings.find_numbers(taken_apart.keys)
    with_extension = np.flatnonzero(taken_apart.extensions.is_not_null().to_numpy())
    extensions = pl.DataFrame({"row": odd[with_extension], "extension": taken_apart.extensions.gather(with_extension)})

    still = np.flatnonzero(numbers[odd] == -ASK_LIBRARY)
    rows, cells = odd[still], cells.gather(still)
    distinct = cells.unique()
    places = pl.Series(np.arange(len(distinct)))
    which = cells.replace_strict(distinct, places, return_dtype=pl.Int64).to_numpy() if len(cells) else still
    answers, labels, beyond = parse_distinct(distinct, region)
    numbers[rows] = answers[which]
    asked = pl.DataFrame({"row": rows, "extension": pl.Series(labels, dtype=pl.String).gather(which)})
    return Resolved(
        numbers,
        pl.concat([extensions.join(asked, on="row", how="anti"), asked.drop_nulls()]),
        {int(row): beyond[at] for row, at in zip(rows.tolist(), which.tolist(), strict=True) if at in beyond},
        PathCounts(len(raw), len(raw) - len(odd) - abroad, len(odd) - len(still) + abroad, len(still), len(distinct)),
    )


def append_extensions(frame: pl.DataFrame, labels: pl.Series, extensions: pl.DataFrame) -> pl.DataFrame:
    """Append extensions to the national format of their rows, as libphonenumber does."""
    rows = extensions["row"]
    written = frame["national_format"].gather(rows) + labels.gather(rows) + extensions["extension"]
    return frame.with_columns(frame["national_format"].scatter(rows, written))


def patch_rows(frame: pl.DataFrame, rows: dict[int, Row]) -> pl.DataFrame:
    """Put the library's own answers in for some rows."""
    values = pl.DataFrame(list(rows.values()), schema=PHONE_SCHEMA, orient="row")
    return frame.with_columns(column.scatter(list(rows), values[column.name]) for column in frame)


def parse_chunk(raw: pl.Series, region: str | None, schema: pl.Schema) -> tuple[pl.DataFrame, PathCounts]:
    """Parse some rows; answers the columns of a part of PHONE_SCHEMA and the counts."""
    resolved = resolve_numbers(raw, region, load_readings(region))
    kinds = load_kinds()
    classes = kinds.find_classes(resolved.numbers)
    shown = [name for name in kinds.columns.columns if name in schema]
    frame = kinds.columns.select(pl.col(shown).gather(pl.Series(classes)))
    number = pl.Series("number", resolved.numbers)
    frame = frame.with_columns(
        pl.when(number > 0).then(number).alias("number"),
        *write_numbers(resolved.numbers, classes, kinds, schema),
    ).select(*schema)
    if len(resolved.extensions) and "national_format" in schema:
        labels = kinds.columns["extension_label"].gather(pl.Series(classes))
        frame = append_extensions(frame, labels, resolved.extensions)
    undescribed = np.flatnonzero((resolved.numbers > 0) & ~kinds.is_described[classes])
    resolved.beyond.update((row, ask_library(raw[row], region)) for row in undescribed.tolist())
    if resolved.beyond:
        frame = patch_rows(frame, resolved.beyond)
    return frame, resolved.counts


def split_rows(raw: pl.Series) -> Iterator[pl.Series]:
    """Split a column into chunks, so that memory does not grow with it."""
    for at in range(0, len(raw), CHUNK_ROWS):
        yield raw.slice(at, CHUNK_ROWS)


def _map_chunks(parse: Callable[[pl.Series], T], raw: pl.Series, threads: int | None = None) -> list[T]:
    """Parse the chunks of a column, several at once; a single one without a thread."""
    chunks = list(split_rows(raw.cast(pl.String)))
    if len(chunks) < 2:
        return [parse(chunk) for chunk in chunks]
    with ThreadPoolExecutor(threads or pl.thread_pool_size()) as pool:
        return list(pool.map(parse, chunks))


def parse_phones_with_stats(
    raw: pl.Series, region: str | None, *, columns: Sequence[str] = tuple(PHONE_SCHEMA), threads: int | None = None
) -> tuple[pl.DataFrame, PathCounts]:
    """Parse a column as `parse_phones` does, and count how many rows took which way.

    `columns` are those of PHONE_SCHEMA that are asked for, and given in that order; texts that nobody asks for are
    not written. `threads` is how many chunks are parsed at once: None for as many as Polars uses.
    """
    check_region(region)
    schema = pl.Schema({name: PHONE_SCHEMA[name] for name in columns})
    done = _map_chunks(lambda chunk: parse_chunk(chunk, region, schema), raw, threads)
    frame = pl.concat([schema.to_frame(), *(chunk for chunk, _ in done)])
    return frame, sum((counts for _, counts in done), PathCounts(0, 0, 0, 0, 0))


def parse_phones(raw: pl.Series, region: str | None) -> pl.DataFrame:
    """Parse a column of phone numbers exactly as the installed `phonenumbers` does.

    `raw` is String; `region` is the ISO country whose habits numbers without + follow, or None for none.
    One row per cell, in the same order, with the columns of PHONE_SCHEMA: `number` (Int64, the digits of E.164; null
    too where they do not fit 64 bits), `e164` (String, with +), `country_code` (Int16), `national_number` (String, with
    its leading zeros), `region` (String; `region_code_for_number`, null where it says None), `possible` (String: the
    name of a ValidationResult, or of a NumberParseException error type where the cell does not parse), `is_valid`
    (Boolean), `type` (String: the name of a PhoneNumberType) and `national_format` (String, with its extension).

    A null cell gives nulls throughout. A cell that does not parse gives its error in `possible`, `is_valid` False and
    nulls elsewhere. Raises ValueError for a region without numbering plan. Source: phonenumbers' metadata, through
    the tables of `storing.py`; what they cannot decide is asked of `phonenumbers` itself.
    """
    return parse_phones_with_stats(raw, region)[0]


def parse_keys(raw: pl.Series, region: str | None) -> pl.Series:
    """Return only `number` of what `parse_phones` answers, in much less time: Int64, null where there is none."""
    check_region(region)

    def parse(chunk: pl.Series) -> pl.Series:
        resolved = resolve_numbers(chunk, region, load_readings(region))
        numbers = pl.Series("number", resolved.numbers)
        keys = numbers.zip_with(numbers > 0, pl.Series([None], dtype=pl.Int64))
        if resolved.beyond:
            rows = pl.DataFrame(list(resolved.beyond.values()), schema=PHONE_SCHEMA, orient="row")
            keys = keys.scatter(list(resolved.beyond), rows["number"])
        return keys

    return pl.concat([pl.Series("number", [], pl.Int64), *_map_chunks(parse, raw)])
