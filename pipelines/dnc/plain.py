"""Lists that are nothing but digits, `number` or `area,number` per line, in blocks: bounded memory at any length.

Lines of digits are read as integers, eight bytes at a time, and never become text; the few others do.
"""

import mmap
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.dnc.digits import MARGIN, read_digits, shift_by
from pipelines.dnc.even import FEWEST_AREA, FEWEST_BYTES, MOST_AREA, MOST_BYTES, read_even
from pipelines.phones.numbering import Ints
from pipelines.reading.threads import work_ahead
from pipelines.reading.tokens import Bytes, Mask

BLOCK_BYTES = 1 << 20
BLOCKS_AHEAD = 32
HEAD_BYTES, TAIL_BYTES = 1 << 16, 1 << 10
_LINE = re.compile(rb"\+?[0-9]{5,18}|[0-9]{2,5},[0-9]{4,12}")
_ALLOWED = np.zeros(256, dtype=bool)
_ALLOWED[list(b"0123456789+,")] = True
_NEWLINE, _RETURN, _COMMA, _PLUS = b"\n\r,+"

Find = Callable[[Ints], tuple[Ints, pl.Series]]


class NotPlainError(Exception):
    """A list that began plain holds something else further on."""


@dataclass(frozen=True)
class PlainBlock:
    """What some lines hold, in no order: what was found for their numbers in digits, and texts that are ``odd``.

    ``lines`` are those that are not ``blank``.
    """

    values: Ints
    odd: pl.Series
    lines: int
    blank: int


@dataclass(frozen=True)
class PlainList:
    """A plain list, mapped: how many columns it has, and its bytes."""

    work: Bytes
    columns: int

    def read(self, find: Find) -> Iterator[PlainBlock]:
        """Yield the list block by block; area and number are one.

        ``find`` is given keys as ``read_keys`` makes them, and answers values and the texts of others that it leaves;
        blocks go through it beside each other. Raises NotPlainError where something else turns up.
        """

        def read(start: int, end: int) -> tuple[PlainBlock, int]:
            return self._read_block(find, self.work[start:end]), end

        for number, (block, end) in enumerate(work_ahead(read, _cut_blocks(self.work), BLOCKS_AHEAD), 1):
            yield block
            if not number % BLOCKS_AHEAD:
                _let_go(self.work, end)

    def _read_block(self, find: Find, block: Bytes) -> PlainBlock:
        even = read_even(block, self.columns)
        if even is not None:
            return PlainBlock(*find(even), len(even), 0)
        returns = np.flatnonzero(block == _RETURN)
        if len(returns) and not (block[np.minimum(returns + 1, len(block) - 1)] == _NEWLINE).all():
            block, returns = block[block != _RETURN], returns[:0]
        text = np.concatenate((np.zeros(MARGIN, dtype=np.uint8), block))
        ends = np.flatnonzero(text == _NEWLINE)
        if text[-1] != _NEWLINE:
            ends = np.append(ends, len(text))
        starts = np.concatenate(([MARGIN], ends[:-1] + 1))
        if len(returns):
            ends -= text[ends - 1] == _RETURN
        is_blank = ends == starts
        blank = int(np.count_nonzero(is_blank))
        if blank:
            starts, ends = starts[~is_blank], ends[~is_blank]
        keys, is_read = (_read_pairs if self.columns == 2 else _read_lines)(text, starts, ends)
        if is_read.all():
            return PlainBlock(*find(keys), len(starts), blank)
        values, odd = find(keys[is_read])
        return PlainBlock(values, odd.append(_spell(text, starts[~is_read], ends[~is_read])), len(starts), blank)


def _read_lines(text: Bytes, starts: Ints, ends: Ints) -> tuple[Ints, Mask]:
    """Return the keys of lines of one number, and which lines they are right for."""
    if (text == _COMMA).any():
        raise NotPlainError
    is_whole = text[starts] == _PLUS
    digits = ends - starts - is_whole
    values, is_read = read_digits(text, ends, digits)
    is_read &= _is_short(ends - starts)
    return values + shift_by(digits) * (1 + is_whole), is_read


def _read_pairs(text: Bytes, starts: Ints, ends: Ints) -> tuple[Ints, Mask]:
    """Return the keys of lines of an area and a number, and which lines they are right for."""
    commas = np.flatnonzero(text == _COMMA)
    if len(commas) != len(starts) or not ((starts < commas) & (commas < ends - 1)).all():
        raise NotPlainError
    areas, numbers = commas - starts, ends - commas - 1
    if not ((areas >= FEWEST_AREA) & (areas <= MOST_AREA)).all():
        raise NotPlainError
    values, is_read = read_digits(text, ends, numbers)
    before, is_area = read_digits(text, commas, areas)
    is_read &= is_area & _is_short(areas + numbers)
    before += shift_by(areas)
    before *= shift_by(numbers)
    before += values
    return before, is_read


def _is_short(size: Ints) -> Mask:
    return (size >= FEWEST_BYTES) & (size <= MOST_BYTES)


def _spell(text: Bytes, starts: Ints, ends: Ints) -> pl.Series:
    """Return lines as text without the comma behind an area. Raises NotPlainError for other signs than +."""
    marks = np.zeros(len(text) + 1, dtype=np.int8)
    marks[starts] += 1
    marks[ends] -= 1
    is_inside = np.cumsum(marks[:-1], dtype=np.int8).astype(bool)
    if not _ALLOWED[text[is_inside]].all():
        raise NotPlainError
    is_inside[ends[ends < len(text)]] = True  # the line's end stands for what is there
    spelt = text[is_inside]
    lines = pl.Series("raw", [spelt[spelt != _COMMA].tobytes().decode("ascii")])
    return lines.str.extract_all("[0-9+]+").explode()


def find_plain(work: Bytes) -> PlainList | None:
    """Return the list if its beginning is plain, all lines in one shape; null otherwise."""
    head = work[:HEAD_BYTES].tobytes()
    if len(work) > HEAD_BYTES:
        head = head[: head.rfind(b"\n") + 1]
    lines = [line.rstrip(b"\r") for line in head.split(b"\n") if line.strip()]
    if not lines or not all(map(_LINE.fullmatch, lines)):
        return None
    shapes = {1 + line.count(b",") for line in lines}
    return PlainList(work, shapes.pop()) if len(shapes) == 1 else None


def _let_go(work: Bytes, end: int) -> None:
    """Let the system have the memory of a mapped file's bytes that were read: they would count as ours to the end."""
    base: object = work
    while isinstance(base, np.ndarray):
        base = base.base
    if isinstance(base, mmap.mmap) and (pages := end // mmap.PAGESIZE):
        base.madvise(mmap.MADV_DONTNEED, 0, pages * mmap.PAGESIZE)


def _cut_blocks(work: Bytes) -> Iterator[tuple[int, int]]:
    """Yield the edges of blocks, whose lines are whole."""
    start = 0
    while start < len(work):
        end = _find_end(work, start)
        yield start, end
        start = end


def _find_end(work: Bytes, start: int) -> int:
    """Return where a block ends: behind its last whole line."""
    end = min(start + BLOCK_BYTES, len(work))
    if end == len(work):
        return end
    for tail in (max(end - TAIL_BYTES, start), start):
        cut = work[tail:end].tobytes().rfind(b"\n")
        if cut >= 0:
            return tail + cut + 1
    return end
