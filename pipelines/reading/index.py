"""The index of a file's records: found block by block, kept small, and the count that the parser is held against."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from pipelines.errors import UserError
from pipelines.reading import flaws
from pipelines.reading.records import Records, cut_records, flag_bad_bytes
from pipelines.reading.source import Source
from pipelines.reading.tokens import Bytes, Dialect, Mask

BLOCK_BYTES = 8 << 20
# A line without an end beyond this is not a table; it bounds the memory that a block may take.
MAX_LINE_BYTES = 64 << 20
# Offsets of this many records are kept; those of the blocks beyond are found again when they are read.
MAX_KEPT_RECORDS = 8_000_000


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

    def open_block(self, block: Block) -> tuple[memoryview, Records]:
        """Return a block's bytes, not copied, and its records."""
        content = self.source.work[block.start : block.end]
        return content.data, block.records or self._cut(content, is_last=block.is_last)

    def _cut(self, view: Bytes, *, is_last: bool) -> Records:
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
    work, size = index.source.work, BLOCK_BYTES
    line = first_line
    while start < len(work):
        is_last = start + size >= len(work)
        records = index._cut(work[start : start + size], is_last=is_last)
        if not records.consumed and not is_last:
            if size >= MAX_LINE_BYTES:
                raise UserError(
                    index.source.name,
                    f"Line {line} does not end within {MAX_LINE_BYTES >> 20} MiB.",
                    "Declare file.row_delimiter, or check that this is a table.",
                )
            size *= 2
            continue
        yield start, start + records.consumed, is_last, records
        line += records.lines
        start, size = start + records.consumed, BLOCK_BYTES


def _flag_ragged(records: Records, view: Bytes, dialect: Dialect, width: int) -> None:
    """Flag rows of another width; empty fields behind the last column do no harm and pass."""
    good = (records.flaw == flaws.GOOD) & ~records.is_blank
    records.flaw[good & (records.fields < width)] = flaws.SHORT
    long = np.flatnonzero(good & (records.fields > width))
    for record in long.tolist():
        cells = view[records.start[record] : records.end[record]].tobytes()
        tail = cells.rsplit(dialect.delimiter, int(records.fields[record]) - width)[1:]
        if any(cell.strip(b" ") not in (b"", b'""') for cell in tail):
            records.flaw[record] = flaws.LONG


def _is_cut_off(source: Source, records: Records, width: int) -> bool:
    """Say whether the file ends in the middle: an open quote, or a short last row without a line end."""
    if source.odd_tail or records.unclosed_at_end:
        return True
    if not len(records.start) or records.is_blank[-1]:
        return False
    has_line_end = int(records.next[-1]) > int(records.end[-1])
    return not has_line_end and int(records.fields[-1]) < width


def good_rows(records: Records, *, is_padded: bool) -> Mask:
    """Say which records of a block are rows that can be read."""
    is_good = records.flaw == flaws.GOOD
    if is_padded:
        is_good = is_good | (records.flaw == flaws.SHORT)
    is_row: Mask = is_good & ~records.is_blank
    return is_row
