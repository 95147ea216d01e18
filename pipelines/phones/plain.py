"""Numbers that are written plainly, digits in groups and perhaps a plus: most cells of most columns.

What is found here is what ``parsing.py`` would find. A cell that is not written so, whose number is not valid, or that
is likely filler is left to it.
"""

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.phones.explore import MOST_DIGITS
from pipelines.phones.numbering import NO_KEY, NOTHING, Ints, Kinds, load_kinds, load_readings
from pipelines.phones.reading import Digits, read_digits, strip_punctuation
from pipelines.phones.templates import Text, plan_prefixed
from pipelines.phones.writing import write_numbers, write_texts

FEWEST_PLAIN, MOST_PLAIN = 7, 15
# Digits in groups and nothing else, too few to be two numbers.
GROUPED = rf"^\+?\(?[0-9](?:[ ()-]{{0,2}}[0-9]){{{FEWEST_PLAIN - 1},{MOST_PLAIN - 1}}}$"
# A number that ends so was likely filled up by a spreadsheet.
_ZEROS = 1_000_000
_REPEATED_ONES = np.array([int("1" * digits or "0") for digits in range(MOST_DIGITS + 1)], dtype=np.int64)


class PlainNumbers(NamedTuple):
    """Valid numbers, row for row, and their classes in ``kinds``; minus NOTHING where there is none.

    ``abroad`` is how many of the cells needed a second look-up.
    """

    numbers: Ints
    classes: npt.NDArray[np.uint16]
    kinds: Kinds
    abroad: int

    def list_keys(self) -> pl.Series:
        """Return the numbers, null where there is none."""
        return pl.Series("number", self.numbers).set(pl.Series(self.numbers < 0), None)

    def list_kinds(self, column: str) -> pl.Series:
        """Return one of the columns that say of which kind a number is (see PHONE_SCHEMA)."""
        return self.kinds.columns[column].gather(pl.Series(self.classes))

    def write(self, *names: str) -> list[pl.Series]:
        """Write the numbers as some of TEXTS, in the order of those."""
        return write_numbers(self.numbers, self.classes, self.kinds, names)

    def write_prefixed(self, name: str, home_code: int, home_prefix: str) -> pl.Series:
        """Write the national digits behind a prefix, abroad behind 00 and the calling code: String."""

        def plan(country_code: int | None, _: str | None, digits: int) -> list[Text]:
            text = plan_prefixed(country_code, digits, home_code, home_prefix)
            return [text] if text else []

        return write_texts(self.numbers, self.classes, self.kinds, [name], plan)[0]


def find_plain_numbers(cells: pl.Series, region: str | None, refused: Collection[str] = ()) -> PlainNumbers:
    """Find the valid numbers of the cells (String) that are written plainly, but for those of a ``refused`` type."""
    kinds = load_kinds()
    numbers, abroad = load_readings(region).find_numbers(_read_plain_keys(cells))
    classes = kinds.find_classes(numbers)
    of_class = kinds.columns
    is_good = of_class["is_valid"].fill_null(value=False) & (of_class["possible"] == "IS_POSSIBLE")
    is_good &= ~of_class["type"].fill_null("UNKNOWN").is_in(list(refused))
    is_wanted = is_good.fill_null(value=False).to_numpy()[classes]
    nothing = kinds.find_classes(np.array([-NOTHING], dtype=np.int64))[0]
    return PlainNumbers(np.where(is_wanted, numbers, -NOTHING), np.where(is_wanted, classes, nothing), kinds, abroad)


def _read_plain_keys(cells: pl.Series) -> Ints:
    """Read the keys of the cells that are written plainly, as ``read_keys`` does; NO_KEY for all others."""
    keys = _make_plain_keys(read_digits(cells))
    odd = (pl.Series(keys == NO_KEY) & cells.is_not_null()).arg_true()
    if len(odd):
        written = cells.gather(odd)
        is_grouped = written.str.contains(GROUPED)
        if is_grouped.any():
            bare = strip_punctuation(written.filter(is_grouped))
            keys[odd.filter(is_grouped).to_numpy()] = _make_plain_keys(read_digits(bare))
    return keys


def _make_plain_keys(digits: Digits) -> Ints:
    """Make the keys of so many digits as a number has, NO_KEY for those that are one digit only or end in zeros."""
    values, counts, _ = digits
    is_plain = (counts >= FEWEST_PLAIN) & (counts <= MOST_PLAIN)
    is_plain &= values // _ZEROS * _ZEROS != values
    is_plain &= (values - values // 10 * 10) * _REPEATED_ONES[counts] != values
    return np.where(is_plain, digits.make_keys(), NO_KEY)
