"""Reads cells as written numbers: text -> plus and digits -> one integer key, for whole columns.

`read_keys` reads cells of digits, punctuation and perhaps a plus: nearly all. `read_odd_keys` is for the rest: text
around the number, extensions, words on the keypad, no number at all. Both answer NO_KEY where they are not sure.
"""

import re
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import phonenumbers
import polars as pl
from phonenumbers import phonenumberutil

from pipelines.phones.explore import FEWEST_DIGITS, LONG_KEY_DIGITS, LONGEST_WRITTEN, MOST_DIGITS
from pipelines.phones.numbering import NO_DIGITS_KEY, NO_KEY, NULL_KEY, Ints

FEWEST_LETTERS = 3
LONGEST_BYTES = 250
# Punctuation that libphonenumber passes over inside a number and that no spelling of an extension uses as its label.
_PUNCTUATION = " -()./[]\u00a0\u00ad\u200b\u2010\u2011\u2012\u2013\u2014\u2212\u2060\u3000"
_POWERS = 10 ** np.arange(MOST_DIGITS + 1, dtype=np.int64)

# An odd cell: text, the number, then nothing, or an extension, or words; and marks that libphonenumber cuts off.
_TEXT = r"^[^0-9+;=[:^ascii:]]*"
_NUMBER = r"(?<number>\+?[0-9](?:[0-9 ()./\[\]-]*[0-9])?)"
_EXTENSION = r"(?:[ ,]*(?i:extension|extn|ext|x)[:.]?[ ,-]*(?<extension>[0-9]{1,7})#?)"
_WORDS = r"(?:[ ().\[\]-]*(?<words>[A-WYZa-wyz](?:[0-9A-Za-z ().\[\]-]*[A-Za-z])?))"
_MARKS = r"[^#0-9A-Za-z[:^ascii:]]*$"
_ODD_CELL = f"{_TEXT}{_NUMBER}(?:{_EXTENSION}|{_WORDS})?{_MARKS}"
_NO_NUMBER = r"^[^0-9[:^ascii:]]*[0-9]?[^0-9[:^ascii:]]*$"
_KEYPAD = {
    letter: digit
    for digit, letters in zip("23456789", ["ABC", "DEF", "GHI", "JKL", "MNO", "PQRS", "TUV", "WXYZ"], strict=True)
    for letter in letters
}


class OddKeys(NamedTuple):
    """The keys of odd cells, and the extension of each (null where there is none)."""

    keys: Ints
    extensions: pl.Series


@lru_cache(maxsize=1)
def list_punctuation() -> list[str]:
    """List the characters that may be dropped from a number written in digits.

    They are checked against the installed `phonenumbers`; where it keeps that knowledge elsewhere than we know, the
    list is empty, and whatever is not bare digits goes to the library.
    """
    known: str | None = getattr(phonenumberutil, "_VALID_PUNCTUATION", None)
    extension: re.Pattern[str] | None = getattr(phonenumberutil, "_EXTN_PATTERN", None)
    if known is None or extension is None:
        return []
    valid = re.compile(f"[{known}]")
    return [
        mark
        for mark in _PUNCTUATION
        if valid.fullmatch(mark)
        and not extension.search(f"12345{mark}678")
        and not extension.search(f"12345 {mark}678")
    ]


@lru_cache(maxsize=1)
def knows_odd_cells() -> bool:
    """Say whether the installed `phonenumbers` takes odd cells apart as we do: probes through its public functions."""
    probes = {
        "Tel: +44 20 7946 0000": ("+442079460000", None),
        "+44 20 7946 0000 ext. 12": ("+442079460000", "12"),
        "+44 20 7946 0000, x12#": ("+442079460000", "12"),
        "+44 20 7946 0000 extension:1234567": ("+442079460000", "1234567"),
        "+44 20 7946 0000 extn - 12 !": ("+442079460000", "12"),
        "+44 800 FLOWERS": ("+448003569377", None),
        "+44 20 7946 0000 or": ("+442079460000", None),
    }

    def read(text: str) -> tuple[str, str | None]:
        number = phonenumbers.parse(text, None)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), number.extension

    return bool(list_punctuation()) and all(read(text) == answer for text, answer in probes.items())


class Digits(NamedTuple):
    """Strings of digits after at most one plus: their values, how many digits they have (0: cannot be read)."""

    values: Ints
    counts: Ints
    has_plus: npt.NDArray[np.bool_]

    def make_keys(self) -> Ints:
        """Make the keys of the strings; NO_KEY where there is none.

        The key is int('1' + digits), int('2' + digits) with a plus, for FEWEST_DIGITS to MOST_DIGITS digits.
        """
        keys = self.values + _POWERS[self.counts] * (1 + self.has_plus)
        return np.where(self.counts > 0, keys, NO_KEY)


def read_digits(bare: pl.Series) -> Digits:
    """Read strings that should be FEWEST_DIGITS to MOST_DIGITS digits after at most one plus, and may be anything."""
    plus = bare.str.starts_with("+").fill_null(value=False).to_numpy()
    counts = bare.str.len_bytes().fill_null(0).to_numpy().astype(np.int64) - plus
    read = bare.cast(pl.Int64, strict=False)
    values = read.fill_null(0).to_numpy()
    readable = read.is_not_null().to_numpy() & (counts >= FEWEST_DIGITS) & (counts <= MOST_DIGITS)
    below = np.flatnonzero(readable & (values <= 0))
    if len(below):  # what is read so may have a minus, and no number has
        readable[below] &= ~bare.gather(below).str.starts_with("-").to_numpy()
    return Digits(values, np.where(readable, counts, 0), plus)


def make_keys(bare: pl.Series) -> Ints:
    """Make the keys of strings that should be digits after at most one plus; NO_KEY where they are not."""
    return read_digits(bare).make_keys()


def make_long_keys(bare: pl.Series) -> Ints:
    """Make the keys of strings of more than MOST_DIGITS digits, of which only the first ones are looked at."""
    digits = bare.str.len_bytes().to_numpy()
    start = bare.str.slice(0, LONG_KEY_DIGITS).cast(pl.Int64, strict=False).fill_null(0).to_numpy()
    readable = (digits > MOST_DIGITS) & (digits <= LONGEST_WRITTEN) & bare.str.contains("^[0-9]+$").to_numpy()
    return np.where(readable, (300 + digits.astype(np.int64)) * _POWERS[LONG_KEY_DIGITS] + start, NO_KEY)


def read_keys(raw: pl.Series) -> Ints:
    """Read the keys of cells that are digits, punctuation and perhaps a leading plus.

    `raw` is String. The answer has one key per cell, in order: NULL_KEY for null, NO_KEY for anything odd.
    """
    keys = make_keys(raw)
    written = np.flatnonzero(keys == NO_KEY)
    if len(written):
        keys[written] = make_keys(strip_punctuation(raw.gather(written)))
    size = raw.str.len_bytes()
    if (size.max() or 0) > LONGEST_BYTES:  # type: ignore[operator]
        keys[(size > LONGEST_BYTES).fill_null(value=False).to_numpy()] = NO_KEY
    if raw.null_count():
        keys[raw.is_null().to_numpy()] = NULL_KEY
    return keys


def read_odd_keys(cells: pl.Series) -> OddKeys:
    """Read the keys of cells that have more in them than a number; NO_KEY where only the library can tell.

    `cells` is String without nulls. One key and one extension per cell, in order.
    """
    frame = cells.to_frame("cell")
    if not len(cells):
        return OddKeys(np.empty(0, dtype=np.int64), pl.Series("extension", [], pl.String))
    if not knows_odd_cells():
        return OddKeys(np.full(len(cells), NO_KEY), frame.select(extension=pl.lit(None, pl.String))["extension"])
    frame = frame.select("cell", parts=pl.col("cell").str.extract_groups(_ODD_CELL)).unnest("parts")
    letters = pl.col("words").str.count_matches("[A-Za-z]").fill_null(0)
    words = (
        pl.when(letters >= FEWEST_LETTERS)
        .then(pl.col("words").str.to_uppercase().str.replace_many(list(_KEYPAD), list(_KEYPAD.values())))
        .otherwise(pl.col("words").str.replace_all("[A-Za-z]", ""))
    )
    is_sure = (letters == 0) | (pl.col("number").str.count_matches("[0-9]") >= FEWEST_DIGITS)
    is_short = pl.col("cell").str.len_bytes() <= LONGEST_BYTES
    read = frame.select(
        "extension",
        bare=drop_punctuation(pl.when(is_sure & is_short).then(pl.col("number") + words.fill_null(""))).fill_null(""),
        is_no_number=pl.col("cell").str.contains(_NO_NUMBER) & is_short,
    )
    keys = make_keys(read["bare"])
    long = read["bare"].str.len_bytes().to_numpy() > MOST_DIGITS
    keys[long] = make_long_keys(read["bare"].filter(pl.Series(long)))
    keys[read["is_no_number"].to_numpy()] = NO_DIGITS_KEY
    return OddKeys(keys, read["extension"].set(pl.Series(keys == NO_KEY), None))


def drop_punctuation(text: pl.Expr) -> pl.Expr:
    """Drop the punctuation that libphonenumber passes over."""
    marks = list_punctuation()
    return text.str.replace_many(marks, [""] * len(marks)) if marks else text


def strip_punctuation(cells: pl.Series) -> pl.Series:
    """Return cells (String) without the punctuation that libphonenumber passes over."""
    return cells.to_frame("cell").select(drop_punctuation(pl.col("cell"))).to_series()


def forget_library() -> None:
    """Forget what is known of the installed `phonenumbers`, so that the next use looks anew."""
    list_punctuation.cache_clear()
    knows_odd_cells.cache_clear()
