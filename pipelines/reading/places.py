"""Places in the work bytes of a document: blanks are stepped over, lines counted, block by block."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from pipelines.reading.tokens import Bytes, Positions

BLOCK_BYTES = 1 << 20
# Blanks stepped over for all items at once; runs beyond, deeper than any indent, are looked at one by one.
_STEPS = 64
_LF = 10
_IS_BLANK: npt.NDArray[np.bool_] = np.isin(np.arange(256), np.frombuffer(b" \t\r\n", np.uint8))


def cut_blocks(view: Bytes, begin: int, end: int) -> Iterator[tuple[int, Bytes]]:
    """Yield the pieces of ``view`` from ``begin`` up to ``end``, each with the place where it begins."""
    for start in range(begin, end, BLOCK_BYTES):
        yield start, view[start : min(start + BLOCK_BYTES, end)]


def skip_blanks(view: Bytes, begin: int, end: int) -> int:
    """Return where the first byte that is not blank stands, or ``end``."""
    for start, block in cut_blocks(view, begin, end):
        filled = np.flatnonzero(~_IS_BLANK[block])
        if len(filled):
            return start + int(filled[0])
    return end


def trim_blanks(view: Bytes, start: Positions, end: Positions) -> tuple[Positions, Positions]:
    """Return the pieces without the blanks at both ends; of a piece that is all blank start and end are equal."""
    start, end = start.copy(), end.copy()
    pending = np.flatnonzero(start < end)
    for _ in range(_STEPS):
        pending = pending[_IS_BLANK[view[start[pending]]]]
        start[pending] += 1
        pending = pending[start[pending] < end[pending]]
    for number in pending.tolist():
        start[number] = skip_blanks(view, int(start[number]), int(end[number]))
    pending = np.flatnonzero(start < end)
    for _ in range(_STEPS):
        pending = pending[_IS_BLANK[view[end[pending] - 1]]]
        end[pending] -= 1
    for number in pending.tolist():
        end[number] = _skip_blanks_back(view, int(start[number]), int(end[number]))
    return start, end


def _skip_blanks_back(view: Bytes, begin: int, end: int) -> int:
    while end > begin:
        block = view[max(begin, end - BLOCK_BYTES) : end]
        filled = np.flatnonzero(~_IS_BLANK[block])
        if len(filled):
            return end - len(block) + int(filled[-1]) + 1
        end -= len(block)
    return end


def count_lines(view: Bytes, places: Positions) -> Positions:
    """Return the line, from 1, of each of the places, which ascend."""
    lines = np.ones(len(places), dtype=np.int64)
    passed = done = 0
    for start, block in cut_blocks(view, 0, int(places[-1]) if len(places) else 0):
        ends = np.flatnonzero(block == _LF) + start
        until = int(np.searchsorted(places, start + len(block), side="right"))
        lines[done:until] += passed + np.searchsorted(ends, places[done:until])
        done, passed = until, passed + len(ends)
    lines[done:] += passed
    return lines


def locate(view: Bytes, place: int) -> tuple[int, int]:
    """Return the line and the column of a place, both from 1; the column counts characters of UTF-8."""
    line, begin = 1, 0
    for start, block in cut_blocks(view, 0, place):
        ends = np.flatnonzero(block == _LF)
        if len(ends):
            line, begin = line + len(ends), start + int(ends[-1]) + 1
    column = sum(int(np.count_nonzero(block & 0xC0 != 0x80)) for _, block in cut_blocks(view, begin, place))
    return line, column + 1
