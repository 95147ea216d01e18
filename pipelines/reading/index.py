"""The index of a file's records: found block by block, kept small, and the count that the parser is held against."""

from bisect import bisect_right as bisect
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace

import numpy as np

from pipelines.errors import UserError
from pipelines.reading import flaws
from pipelines.reading.records import Records, cut_records, flag_bad_bytes
from pipelines.reading.source import Source
from pipelines.reading.threads import work_ahead
from pipelines.reading.tokens import Bytes, Dialect, Mask

BLOCK_BYTES = 8 << 20
_GUESS_BYTES = 64 << 10
# A line without an end beyond this is not a table; it bounds the memory that a block may take.
MAX_LINE_BYTES = 64 << 20
# Offsets of this many records are kept; those of the blocks beyond are found again when they are read.
MAX_KEPT_RECORDS = 2_000_000


@dataclass
class Block:
    """A piece of the file that begins with a record; its first row and line are counted from 1."""

    start: int
    end: int
    is_last: bool
    first_row: int
    first_line: int
    rows: int
    records: Records | None


@dataclass
class Index:
    """All records of a file behind its header, and how to find any of them."""

    source: Source
    dialect: Dialect
    width: int
    blocks: list[Block] = field(default_factory=list)
    rows: int = 0
    blank_lines: int = 0
    is_padded: bool = False  # every row lacks the same last fields: the header is longer than the table
    is_truncated: bool = False
    footer_lines: int = 0

    def open_block(self, block: Block) -> tuple[memoryview, Records]:
        """Return a block's bytes, not copied, and its records."""
        content = self.source.work[block.start : block.end]
        records = block.records or self.cut(content, is_last=block.is_last)
        if block.is_last and self.footer_lines:
            data = np.flatnonzero(~records.is_blank)
            records = replace(records, is_blank=records.is_blank.copy())
            records.is_blank[data[len(data) - self.footer_lines :]] = True
        return content.data, records

    def take_footers(self, footers: int) -> None:
        """Take so many of the last block's records for footers: they are no rows."""
        last = self.blocks[-1]
        last.rows -= footers
        self.rows -= footers
        self.footer_lines = footers
        self.is_truncated = False

    def cut(self, view: Bytes, *, is_last: bool) -> Records:
        """Cut a block into records, the flaws of each found out; see pipelines.reading.records.cut_records."""
        records = cut_records(view, self.dialect, self.width, is_last=is_last)
        flag_bad_bytes(records, self.source.find_bad_bytes(view[: records.consumed]))
        _flag_ragged(records, view, self.dialect, self.width)
        return records


def build_index(source: Source, dialect: Dialect, width: int, start: int, first_line: int) -> Index:
    """Find every record from ``start`` (work bytes) on, which is line ``first_line`` of the file.

    Raises UserError where a line does not end within 64 MiB.
    """
    index = Index(source, dialect, width)
    narrowest, widest = 1 << 62, 0
    kept = 0
    for at, end, is_last, records in _walk_blocks(index, start, first_line):
        is_data = ~records.is_blank
        rows = int(np.count_nonzero(is_data))
        kept += len(records.start)
        index.blocks.append(
            Block(at, end, is_last, index.rows + 1, first_line, rows, records if kept <= MAX_KEPT_RECORDS else None)
        )
        index.rows += rows
        index.blank_lines += len(records.start) - rows
        first_line += records.lines
        narrowest = min(narrowest, int(records.fields[is_data].min(initial=narrowest)))
        widest = max(widest, int(records.fields[is_data].max(initial=0)))
        if is_last:
            index.is_truncated = _is_cut_off(source, records, width)
    index.is_padded = narrowest == widest < width
    if index.is_padded:
        index.is_truncated = False
    return index


def _walk_blocks(index: Index, start: int, first_line: int) -> Iterator[tuple[int, int, bool, Records]]:
    """Cut the file from ``start`` on, block by block: start, end, whether it is the last, records.

    Blocks are cut ahead by several threads, each from a line end that was guessed to end a record. A guess counts only
    where the block before it, whose start is known to be right, ends there too; else the block is cut anew.
    """
    work, size = index.source.work, BLOCK_BYTES
    line = first_line
    guesses = _guess_starts(work, start, index.dialect)
    ahead = _cut_ahead(index, guesses)
    with closing(ahead):
        guessed = next(ahead, None)
        while start < len(work):
            end = next((guess for guess in guesses[bisect(guesses, start) :] if guess - start >= size // 2), len(work))
            if end - start > 2 * size or size > BLOCK_BYTES:
                end = min(start + size, len(work))
            while guessed and guessed[0] < start:
                guessed = next(ahead, None)
            if guessed and guessed[0] == start and size == BLOCK_BYTES:
                end, records = guessed[1:]
            else:
                records = index.cut(work[start:end], is_last=end == len(work))
            if not records.consumed and end < len(work):
                if size >= MAX_LINE_BYTES:
                    raise UserError(
                        index.source.name,
                        f"Line {line} does not end within {MAX_LINE_BYTES >> 20} MiB.",
                        "Declare file.row_delimiter, or check that this is a table.",
                    )
                size *= 2
                continue
            yield start, start + records.consumed, end == len(work), records
            line += records.lines
            start, size = start + records.consumed, BLOCK_BYTES


def _cut_ahead(index: Index, guesses: list[int]) -> Generator[tuple[int, int, Records]]:
    work = index.source.work

    def cut(begin: int, end: int) -> tuple[int, int, Records]:
        return begin, end, index.cut(work[begin:end], is_last=end == len(work))

    yield from work_ahead(cut, zip(guesses, [*guesses[1:], len(work)], strict=False))


def _guess_starts(work: Bytes, start: int, dialect: Dialect) -> list[int]:
    """Return places about a block apart, each behind a line end: where records begin, unless it stands in quotes."""
    mark = dialect.row_delimiter or b"\n"
    guesses = [start]
    for at in range(start + BLOCK_BYTES, len(work), BLOCK_BYTES):
        found = work[at : at + _GUESS_BYTES].tobytes().find(mark)
        if found >= 0:
            guesses.append(at + found + len(mark))
    return guesses


def _flag_ragged(records: Records, view: Bytes, dialect: Dialect, width: int) -> None:
    """Flag rows of another width; empty fields behind the last column do no harm and pass."""
    good = (records.flaw == flaws.GOOD) & ~records.is_blank
    records.flaw[good & (records.fields < width)] = flaws.SHORT
    long = np.flatnonzero(good & (records.fields > width))
    for record in long.tolist():
        cells = view[records.start[record] : records.end[record]].tobytes()
        tail = cells.rsplit(dialect.delimiter, int(records.fields[record]) - width)[1:]
        if any(cell.strip(b" ") not in (b"", dialect.quote * 2) for cell in tail):
            records.flaw[record] = flaws.LONG


def _is_cut_off(source: Source, records: Records, width: int) -> bool:
    """Say whether the file ends in the middle: an open quote, or a short last row without a line end."""
    if source.odd_tail or records.unclosed_at_end:
        return True
    if not len(records.start) or records.is_blank[-1]:
        return False
    has_line_end = int(records.next[-1]) > int(records.end[-1])
    # The fields of a record with a quote out of place are not known.
    return not has_line_end and records.flaw[-1] != flaws.STRAY and int(records.fields[-1]) < width


def good_rows(records: Records, *, is_padded: bool) -> Mask:
    """Say which records of a block are rows that can be read."""
    is_good = records.flaw == flaws.GOOD
    if is_padded:
        is_good = is_good | (records.flaw == flaws.SHORT)
    is_row: Mask = is_good & ~records.is_blank
    return is_row
