"""Find how a CSV drop is laid out: line ends, delimiter, preamble, header and width, from its first part."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from pipelines.errors import UserError
from pipelines.reading import flaws
from pipelines.reading.headers import fold_name, is_title, judge_header
from pipelines.reading.records import Records, cut_records
from pipelines.reading.settings import FileSettings
from pipelines.reading.source import Source
from pipelines.reading.tokens import DELIMITER, NO_DELIMITER, QUOTE, Bytes, Dialect, find_tokens, find_word

_SAMPLE_BYTES = 128 << 10
_SAMPLE_RECORDS = 1000
_DELIMITERS = (",", ";", "\t", "|", "\u00ac", "~")
_PREAMBLE_MOST = 30


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


@dataclass(frozen=True)
class _Sample:
    view: Bytes
    encoding: str
    start: int  # in work bytes
    skipped_lines: int
    is_whole: bool

    def cut(self, dialect: Dialect, width: int = 0) -> Records:
        return cut_records(self.view, dialect, width, is_last=True)

    def cells(self, records: Records, number: int, dialect: Dialect) -> list[str]:
        piece = self.view[records.start[number] : records.end[number]]
        return [cell.decode(self.encoding, "replace") for cell in split_cells(piece, dialect)]


def split_cells(record: Bytes, dialect: Dialect) -> list[bytes]:
    """Return the cells of one record, unquoted: the slow path, for headers and samples."""
    text = record.tobytes()
    if b'"' not in text:
        return text.split(dialect.delimiter)
    tokens = find_tokens(record, dialect)
    outside = (np.cumsum(tokens.kind == QUOTE) & 1) == 0
    is_cut = (tokens.kind == DELIMITER) & outside
    starts, ends = [0, *tokens.end[is_cut].tolist()], [*tokens.start[is_cut].tolist(), len(record)]
    cells = [record[a:b].tobytes() for a, b in zip(starts, ends, strict=True)]
    return [
        cell[1:-1].replace(b'""', b'"') if len(cell) > 1 and cell.startswith(b'"') and cell.endswith(b'"') else cell
        for cell in cells
    ]


def find_layout(source: Source, settings: FileSettings, mapped: Collection[str]) -> Layout:
    """Find the layout of a CSV drop; what the template declares wins. Raises UserError where a setting cannot be."""
    row_delimiter = _encode_setting(source, "row_delimiter", settings.row_delimiter)
    sample = _take_sample(source, row_delimiter, settings.first_row)
    dialect, name, share = _find_delimiter(source, sample, settings.delimiter, row_delimiter, mapped)
    records = sample.cut(dialect)
    usual = _usual_width(records)
    records = sample.cut(dialect, usual)
    data = np.flatnonzero(~records.is_blank)[:_SAMPLE_RECORDS].tolist()
    if not data:
        _refuse_blank(source, sample)
    rows = [sample.cells(records, number, dialect) for number in data[:200]]
    top = 0 if settings.first_row != "auto" else _find_top(rows, usual, mapped)
    has_header, sure = _find_header(settings.has_header, rows[top], rows[top + 1 :], mapped)
    first = data[top]
    headers = _trim(rows[top], usual) if has_header else [""] * max(usual, 1)
    begin = first + 1 if has_header else first
    header_start = sample.start + int(records.start[first])
    data_start = sample.start + int(records.next[first]) if has_header else header_start
    data_line = int(records.line[begin]) if begin < len(records.line) else records.lines
    return Layout(
        dialect, name, _name_line_end(sample, settings.row_delimiter), len(headers), tuple(headers), has_header,
        header_start, data_start, sample.skipped_lines + int(records.line[first]) + 1,
        sample.skipped_lines + data_line + 1,
        preamble_lines=sample.skipped_lines + top,
        blank_lines=int(np.count_nonzero(records.is_blank[:first])),
        confidence={"encoding": source.confidence, "delimiter": share, "has_header": sure,
                    "first_row": 1.0 if settings.first_row != "auto" or top == 0 else 0.8},
    )  # fmt: skip


def _refuse_blank(source: Source, sample: _Sample) -> NoReturn:
    if sample.is_whole:
        raise UserError(source.name, "The file has blank lines only.", "Ask the supplier to send it again.")
    raise UserError(source.name, "The first 128 KiB are blank.", "Declare file.first_row.")


def unescape(text: str) -> str:
    r"""Return a declared delimiter with ``\t``, ``\r`` and ``\n`` as the characters they stand for."""
    return text.replace("\\t", "\t").replace("\\r", "\r").replace("\\n", "\n")


def _encode_setting(source: Source, key: str, declared: str) -> bytes | None:
    if declared == "auto":
        return None
    text = unescape(declared)
    if not 1 <= len(text) <= 10 or '"' in text or (key == "delimiter" and set(text) & {"\r", "\n"}):
        raise UserError(
            source.name,
            f"file.{key} is {declared!r}.",
            "Give 1 to 10 characters, no quote, and no line end in delimiter.",
        )
    try:
        return text.encode(source.work_encoding)
    except UnicodeEncodeError as error:
        raise UserError(
            source.name, f"file.{key} {declared!r} does not exist in {source.encoding}.", "Declare file.encoding."
        ) from error


def _take_sample(source: Source, row_delimiter: bytes | None, first_row: int | str) -> _Sample:
    start, skipped = source.start, 0
    if isinstance(first_row, int) and first_row > 1:
        start, skipped = _skip_lines(source, row_delimiter, first_row - 1), first_row - 1
    view = np.array(source.work[start : start + _SAMPLE_BYTES])
    is_whole = start + len(view) >= len(source.work)
    while not is_whole:
        whole = cut_records(view, Dialect(NO_DELIMITER, row_delimiter), 0, is_last=False).consumed
        if whole or len(view) > 64 << 20:
            view = view[:whole] if whole else view
            break
        view = np.array(source.work[start : start + 4 * len(view)])
        is_whole = start + len(view) >= len(source.work)
    return _Sample(view, source.work_encoding, start, skipped, is_whole)


def _skip_lines(source: Source, row_delimiter: bytes | None, lines: int) -> int:
    head = np.array(source.work[source.start : source.start + (16 << 20)])
    if row_delimiter is None:
        tokens = find_tokens(head, Dialect(NO_DELIMITER))
        ends = tokens.end[tokens.kind != QUOTE]
    else:
        ends = find_word(head, row_delimiter) + len(row_delimiter)
    if len(ends) < lines:
        raise UserError(
            source.name, f"file.first_row is {lines + 1}, but only {len(ends)} lines end.", "Correct first_row."
        )
    return source.start + int(ends[lines - 1])


def _find_delimiter(
    source: Source, sample: _Sample, declared: str, row_delimiter: bytes | None, mapped: Collection[str]
) -> tuple[Dialect, str | None, float]:
    given = _encode_setting(source, "delimiter", declared)
    if given is not None:
        return Dialect(given, row_delimiter), unescape(declared), 1.0
    names = {fold_name(name) for name in mapped}
    text = sample.view.tobytes()
    best: tuple[float, int] = (0.0, 0)
    chosen: tuple[Dialect, str | None, float] = (Dialect(NO_DELIMITER, row_delimiter), None, 0.7)
    for name in _DELIMITERS:
        try:
            dialect = Dialect(name.encode(sample.encoding), row_delimiter)
        except UnicodeEncodeError:
            continue
        if dialect.delimiter not in text:
            continue
        share, width, hits = _score_delimiter(sample, dialect, names)
        if width > 1 and (share >= 0.5 or hits) and (share + hits, width) > best:
            best, chosen = (share + hits, width), (dialect, name, share)
    return chosen


def _score_delimiter(sample: _Sample, dialect: Dialect, names: set[str]) -> tuple[float, int, int]:
    """Return how many records agree on their number of fields, that number, and whether mapped headers show."""
    records = sample.cut(dialect)
    data = np.flatnonzero(~records.is_blank)[:_SAMPLE_RECORDS]
    if not len(data) or int(records.fields[data].max()) < 2:
        return 0.0, 1, 0
    is_sound = (records.flaw[data] == flaws.GOOD) | (records.flaw[data] == flaws.CONTROL)
    usual = Counter(records.fields[data][is_sound].tolist()).most_common(1)
    width = int(usual[0][0]) if usual else 1
    share = float(np.mean((records.fields[data] == width) & is_sound))
    tops = [sample.cells(records, number, dialect) for number in data[:_PREAMBLE_MOST].tolist()] if names else []
    hits = int(any(len(row) > 1 and names & {fold_name(cell) for cell in row} for row in tops))
    return round(share, 2), width, hits


def _usual_width(records: Records) -> int:
    data = ~records.is_blank & (records.flaw != flaws.STRAY) & (records.flaw != flaws.UNCLOSED)
    counts = Counter(records.fields[data][:_SAMPLE_RECORDS].tolist())
    return max(counts, key=lambda width: (counts[width], width), default=1)


def _find_top(rows: list[list[str]], usual: int, mapped: Collection[str]) -> int:
    """Return how many records stand over the table."""
    names = {fold_name(name) for name in mapped}
    for number, row in enumerate(rows[:_PREAMBLE_MOST]):
        if names and names & {fold_name(cell) for cell in row}:
            return number if len(row) > 1 or usual == 1 else 0
    top = 0
    while top < min(len(rows) - 1, _PREAMBLE_MOST) and _is_preamble(rows[top], rows[top + 1 :], usual):
        top += 1
    is_table = len(rows[top]) == usual and sum(map(bool, rows[top])) > 1
    return top if is_table else 0


def _is_preamble(row: list[str], below: list[list[str]], usual: int) -> bool:
    if usual < 2 or len(row) > usual:
        return False
    if is_title(row):
        return len(row) == 1 or usual >= 3
    if usual < 4 or len(row) > usual / 2:
        return False
    following = next((number for number, other in enumerate(below[:10]) if len(other) == usual), -1)
    return following >= 0 and judge_header(below[following], below[following + 1 :], ()) > (True, 0.75)


def _find_header(
    declared: bool | str, first: list[str], below: list[list[str]], mapped: Collection[str]
) -> tuple[bool, float]:
    return (declared, 1.0) if isinstance(declared, bool) else judge_header(first, below, mapped)


def _trim(headers: list[str], usual: int) -> list[str]:
    """Drop blank headers beyond the usual width of a row: a delimiter too many at the end of the header."""
    while len(headers) > max(usual, 1) and not headers[-1].strip():
        headers = headers[:-1]
    return headers


def _name_line_end(sample: _Sample, declared: str) -> str:
    if declared != "auto":
        return unescape(declared)
    text = sample.view.tobytes()
    pairs = text.count(b"\r\n")
    counts = {"\r\n": pairs, "\n": text.count(b"\n") - pairs, "\r": text.count(b"\r") - pairs}
    common = max(counts, key=lambda end: counts[end])
    return common if counts[common] >= 0.9 * sum(counts.values()) else "mixed"
