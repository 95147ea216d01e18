"""Cells without the blanks around them. Where no cell of a column has any, which is usual, none is touched."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.columns.headers import BLANKS

# Fewer cells than these are stripped at once.
FEW = 1_000
# Of an Arrow string view: its bytes; those of a text that stands in the view itself; where such a text begins.
_VIEW, _INLINE, _TEXT_AT = 16, 12, 4
# Texts whose ends lie in more pieces of memory than this are stripped: there is a loop over them.
_MOST_RUNS = 100


def tidy(column: str) -> pl.Expr:
    """Return a cell without the blanks around it; null where nothing is left."""
    return pl.col(column).map_batches(tidy_cells, return_dtype=pl.String, is_elementwise=True)


def tidy_cells(cells: pl.Series) -> pl.Series:
    """Return cells (String) without the blanks around them, null where nothing is left; row for row.

    Where all of many are ASCII the blanks are the ones that Polars strips by itself, which takes half the time.
    """
    text = cells
    if len(cells) < FEW:
        text = cells.str.strip_chars(BLANKS)
    elif not has_plain_ends(cells.drop_nulls()):
        is_ascii = cells.str.len_bytes().sum() == cells.str.len_chars().sum()
        text = cells.str.strip_chars(None if is_ascii else BLANKS)
    is_blank = text == ""
    return text.set(is_blank, None) if is_blank.any() else text


def has_plain_ends(cells: pl.Series) -> bool:
    """Tell whether each of the cells (String, no nulls) is empty or begins and ends with a visible sign of ASCII.

    Looks at two bytes of each. False may also mean that this is not easily told.
    """
    array = cells.to_arrow(compat_level=pl.CompatLevel.newest())
    _, views, *texts = array.buffers()
    held = np.frombuffer(views, np.uint8)[array.offset * _VIEW : (array.offset + len(cells)) * _VIEW]
    words = held.view(np.uint32).reshape(-1, _VIEW // 4)  # size, first bytes, number of the buffer, place in it
    sizes = words[:, 0]
    filled = np.count_nonzero(sizes)
    if _count_visible(held[_TEXT_AT::_VIEW]) != filled:
        return False
    is_long = sizes > _INLINE
    ends = np.arange(_TEXT_AT - 1, len(held), _VIEW) + sizes
    if not is_long.any():
        return _count_visible(held.take(ends)) == filled
    long = np.flatnonzero(is_long)
    buffers, long_ends = words[long, 2], words[long, 3].astype(np.int64) + sizes[long] - 1
    edges = [0, *(np.flatnonzero(np.diff(buffers)) + 1).tolist(), len(long)]
    if len(edges) > _MOST_RUNS:
        return False
    visible = _count_visible(held.take(ends[~is_long]))
    for start, end in pairwise(edges):
        text = np.frombuffer(texts[buffers[start]], np.uint8)
        visible += _count_visible(text.take(long_ends[start:end]))
    return visible == filled


def _count_visible(signs: npt.NDArray[np.uint8]) -> int:
    """Count the bytes that are visible signs of ASCII."""
    return int(np.count_nonzero((signs - np.uint8(0x21)) < 0x7F - 0x21))
