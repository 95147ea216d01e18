"""Writes numbers: E.164, national digits and national format, for whole columns.

Numbers are sorted by layout, so that the bytes of a text stand at the same places for a whole stretch of rows. The
bytes become a String column through Arrow's string views: 16 bytes per row that hold a text of up to 12 bytes, or its
first 4 and where the rest is.
"""

from collections.abc import Callable, Collection, Iterator, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from pipelines.phones.numbering import Ints, Kinds
from pipelines.phones.templates import DIGITS_WIDTH, Text, plan_layout

Bytes = npt.NDArray[np.uint8]

_INLINE, _VIEW = 12, 16
_FOUR_DIGITS = np.frombuffer("".join(f"{four:04d}" for four in range(10_000)).encode(), dtype=np.uint32)
TEXTS = ("e164", "national_number", "national_format")


def write_digits(numbers: Ints) -> Bytes:
    """Write numbers as DIGITS_WIDTH digits each, with leading zeros: one row of bytes per number."""
    written = np.full((len(numbers), DIGITS_WIDTH // 4), _FOUR_DIGITS[0])
    fours = -(-len(str(numbers.max(initial=0))) // 4)
    for at in range(written.shape[1] - 1, written.shape[1] - 1 - fours, -1):
        rest = numbers // 10_000
        written[:, at] = _FOUR_DIGITS[numbers - rest * 10_000]
        numbers = rest
    return written.view(np.uint8)


class TextColumn:
    """A String column in the making."""

    def __init__(self, rows: int) -> None:
        self.views = np.zeros((rows, _VIEW), dtype=np.uint8)
        self.long: list[Bytes] = []
        self.long_bytes = 0

    def fill(self, at: int, digits: Bytes, text: Text) -> None:
        """Write a stretch of rows from their digits, all by one text."""
        width = len(text.sources)
        written = digits[:, text.sources]
        written[:, text.literal_at] = text.literals
        views = self.views[at : at + len(digits)]
        words = views.view(np.uint32)
        words[:, 0] = width
        if width <= _INLINE:
            views[:, 4 : 4 + width] = written
            return
        views[:, 4:8] = written[:, :4]
        words[:, 3] = self.long_bytes + width * np.arange(len(digits))
        self.long.append(written.reshape(-1))
        self.long_bytes += written.size

    def finish(self, name: str, order: npt.NDArray[np.intp], is_written: npt.NDArray[np.bool_]) -> pl.Series:
        """Put the rows back into their order and make the Series; null where nothing is written."""
        views = np.empty(len(order), dtype=np.complex128)  # 16 bytes each, moved as they are
        views[order] = self.views.view(np.complex128)[:, 0]
        buffers = [
            pa.py_buffer(np.packbits(is_written, bitorder="little")),
            pa.py_buffer(views),
            pa.py_buffer(np.concatenate(self.long) if self.long else np.empty(0, dtype=np.uint8)),
        ]
        array = pa.Array.from_buffers(pa.string_view(), len(order), buffers)
        return pl.Series(name, pl.from_arrow(array))


def find_stretches(sorted_layouts: npt.NDArray[np.int16]) -> Iterator[tuple[int, int, int]]:
    """Yield (layout, start, end) of the stretches of equal layouts."""
    ends = np.flatnonzero(np.diff(sorted_layouts, append=-1)) + 1
    start = 0
    for end in ends.tolist():
        yield int(sorted_layouts[start]), start, end
        start = end


def write_numbers(
    numbers: Ints, classes: npt.NDArray[np.uint16], kinds: Kinds, wanted: Collection[str] = TEXTS
) -> list[pl.Series]:
    """Write numbers of known classes, as those of TEXTS that are wanted; null where there is no number."""
    texts = [name for name in TEXTS if name in wanted]

    def plan(country_code: int | None, template: str | None, digits: int) -> list[Text]:
        layout = plan_layout(country_code, template, digits)
        return [getattr(layout, name) for name in texts] if layout else []

    return write_texts(numbers, classes, kinds, texts, plan)


def write_texts(
    numbers: Ints,
    classes: npt.NDArray[np.uint16],
    kinds: Kinds,
    names: Sequence[str],
    plan: Callable[[int | None, str | None, int], Sequence[Text]],
) -> list[pl.Series]:
    """Write numbers of known classes by plans of one's own, a String column per name.

    ``plan`` answers for a way of writing (country code, template, digits) the text of each column, or none at all.
    """
    layouts = kinds.layouts[classes]
    order = np.argsort(layouts, kind="stable")
    digits = write_digits(np.maximum(numbers[order], 0))
    columns = [TextColumn(len(numbers)) for _ in names]
    for which, start, end in find_stretches(layouts[order]):
        for column, text in zip(columns, plan(*kinds.ways[which]), strict=False):
            column.fill(start, digits[start:end], text)
    return [column.finish(name, order, numbers > 0) for name, column in zip(names, columns, strict=True)]
