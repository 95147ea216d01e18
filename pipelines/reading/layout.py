"""Find how a CSV drop is laid out: line ends, delimiter, preamble, header and width, from its first part."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from pipelines.errors import UserError
from pipelines.reading import flaws
from pipelines.reading.dialects import (
    PREAMBLE_MOST,
    SAMPLE_RECORDS,
    Sample,
    encode_setting,
    find_dialect,
    take_sample,
    unescape,
)
from pipelines.reading.headers import fold_name, is_prose, is_title, judge_header, may_reach
from pipelines.reading.records import Records
from pipelines.reading.settings import FileSettings
from pipelines.reading.source import Source
from pipelines.reading.tokens import Dialect

# A list of leads has some dozens; beyond this it is an attack, or another delimiter.
MAX_COLUMNS = 4096


@dataclass(frozen=True)
class Layout:
    """Where the table begins and how its records are written; offsets are in work bytes, lines count from 1."""

    dialect: Dialect
    delimiter: str | None
    row_delimiter: str
    width: int
    headers: tuple[str, ...]
    has_header: bool
    header_start: int
    data_start: int
    first_row: int
    data_line: int
    preamble_lines: int
    blank_lines: int
    confidence: dict[str, float]


def find_layout(source: Source, settings: FileSettings, mapped: Collection[str]) -> Layout:
    """Find the layout of a CSV drop; what the template declares wins. Raises UserError where a setting cannot be."""
    row_delimiter = encode_setting(source, "row_delimiter", settings.row_delimiter)
    sample = take_sample(source, row_delimiter, settings.first_row)
    choice = find_dialect(source, sample, settings, row_delimiter, mapped)
    dialect = choice.dialect
    records = sample.cut(dialect)
    usual = _usual_width(records)
    records = sample.cut(dialect, usual)
    data = np.flatnonzero(~records.is_blank)[:SAMPLE_RECORDS].tolist()
    if not data:
        _refuse_blank(source, sample)
    if max(usual, int(records.fields[data[0]])) > MAX_COLUMNS:
        fact = f"A line has more than {MAX_COLUMNS:,} fields."
        raise UserError(source.name, fact, "Declare file.delimiter, or check that this is a list of leads.")
    data = [number for number in data if records.fields[number] <= MAX_COLUMNS]
    rows = [sample.cells(records, number, dialect) for number in data[:200]]
    top = 0 if settings.first_row != "auto" else _find_top(rows, usual, mapped)
    has_header, sure = _find_header(settings.has_header, rows[top], rows[top + 1 :], mapped, usual)
    first = data[top]
    line_end, line_end_share = _name_line_end(sample, settings.row_delimiter)
    headers = _trim(rows[top], usual) if has_header else [""] * max(usual, 1)
    begin = first + 1 if has_header else first
    header_start = sample.start + int(records.start[first])
    data_start = sample.start + int(records.next[first]) if has_header else header_start
    data_line = int(records.line[begin]) if begin < len(records.line) else records.lines
    return Layout(
        dialect, choice.delimiter, line_end, len(headers), tuple(headers), has_header,
        header_start, data_start, sample.skipped_lines + int(records.line[first]) + 1,
        sample.skipped_lines + data_line + 1,
        preamble_lines=sample.skipped_lines + top,
        blank_lines=int(np.count_nonzero(records.is_blank[:first])),
        confidence={"encoding": source.confidence, "delimiter": choice.confidence, "row_delimiter": line_end_share,
                    "quote": 1.0 if settings.quote != "auto" else round(choice.soundness, 2), "has_header": sure,
                    "first_row": 1.0 if settings.first_row != "auto" or top == 0 else 0.8},
    )  # fmt: skip


def _refuse_blank(source: Source, sample: Sample) -> NoReturn:
    if sample.is_whole:
        raise UserError(source.name, "The file has blank lines only.", "Ask the supplier to send it again.")
    raise UserError(source.name, "The first 128 KiB are blank.", "Declare file.first_row.")


def _usual_width(records: Records) -> int:
    data = ~records.is_blank & (records.flaw != flaws.STRAY) & (records.flaw != flaws.UNCLOSED)
    counts = Counter(records.fields[data][:SAMPLE_RECORDS].tolist())
    return max(counts, key=lambda width: (counts[width], width), default=1)


def _find_top(rows: list[list[str]], usual: int, mapped: Collection[str]) -> int:
    """Return how many records stand over the table."""
    names = {fold_name(name) for name in mapped}
    for number, row in enumerate(rows[:PREAMBLE_MOST]):
        if names and names & {fold_name(cell) for cell in row}:
            return number if len(row) > 1 or usual == 1 else 0
    top = 0
    while top < min(len(rows) - 1, PREAMBLE_MOST) and _is_preamble(rows[top], rows[top + 1 :], usual):
        top += 1
    is_table = len(rows[top]) >= usual and sum(map(bool, rows[top])) > 1
    if not is_table or judge_header(rows[top], rows[top + 1 :], ())[0]:
        return top if is_table else 0
    # Over rows without a header only prose is no row: a short first row is put aside, and not passed over.
    is_told = is_prose(rows[0]) and all(is_title(row) and not may_reach("".join(row)) for row in rows[:top])
    return top if is_told else 0


def _is_preamble(row: list[str], below: list[list[str]], usual: int) -> bool:
    if usual < 2 or len(row) > usual:
        return False
    if is_title(row):
        return len(row) == 1 or usual >= 3
    if not any(cell.strip() for cell in row):
        return True
    if len(row) == usual:
        return False
    following = next((number for number, other in enumerate(below[:10]) if len(other) == usual), -1)
    return following >= 0 and judge_header(below[following], below[following + 1 :], ()) > (True, 0.75)


def _find_header(
    declared: bool | str, first: list[str], below: list[list[str]], mapped: Collection[str], usual: int
) -> tuple[bool, float]:
    if isinstance(declared, bool):
        return declared, 1.0
    has_header, sure = judge_header(first, below, mapped)
    # A line without a delimiter is no header of a table of several columns.
    return (False, 0.6) if has_header and sure < 1.0 and len(first) < 2 <= usual else (has_header, sure)


def _trim(headers: list[str], usual: int) -> list[str]:
    """Drop blank headers beyond the usual width of a row: a delimiter too many at the end of the header."""
    while len(headers) > max(usual, 1) and not headers[-1].strip():
        headers = headers[:-1]
    return headers


def _name_line_end(sample: Sample, declared: str) -> tuple[str, float]:
    """Return the line end that most lines have, or ``mixed``, and the share of lines that have it."""
    if declared != "auto":
        return unescape(declared), 1.0
    text = sample.view.tobytes()
    pairs = text.count(b"\r\n")
    counts = {"\r\n": pairs, "\n": text.count(b"\n") - pairs, "\r": text.count(b"\r") - pairs}
    common = max(counts, key=lambda end: counts[end])
    share = round(counts[common] / max(1, sum(counts.values())), 2)
    return (common, share or 1.0) if share >= 0.9 or not share else ("mixed", 1.0)
