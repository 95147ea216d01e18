"""Find how the records of a CSV drop are written: delimiter, quotes and escapes, judged by a sample.

Every candidate is tried with the code that will cut the whole file; the one under which most records are sound and
agree on their number of fields wins. Quotes other than ``"`` need evidence of their own, so that an apostrophe in a
name never becomes one.
"""

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from pipelines.errors import UserError
from pipelines.reading import flaws
from pipelines.reading.headers import fold_name
from pipelines.reading.records import Records, cut_records
from pipelines.reading.settings import FileSettings
from pipelines.reading.source import Source
from pipelines.reading.tokens import DELIMITER, NO_DELIMITER, QUOTE, Bytes, Dialect, find_tokens, find_word

SAMPLE_BYTES = 128 << 10
SAMPLE_RECORDS = 1000
PREAMBLE_MOST = 30
_DELIMITERS = (",", ";", "\t", "|", "\u00ac", "~")
# Suppliers who write a blank behind the delimiter, and quotes behind the blank.
_SPACED = (", ", "; ", "| ")
# Without quotes altogether: so many damaged records, and such a share, speak against quotes.
_STRAY_LEAST, _STRAY_SHARE = 3, 0.02
_UNQUOTED_SHARE = 0.95
_LINES_LEAST = 10
_QUOTED_LEAST, _QUOTED_SHARE = 2, 0.9
# Two delimiters under which the sample is as good a table, or nearly: the choice is little more than a guess.
_NEAR, _NEAR_CONFIDENCE = 0.1, 0.6


@dataclass(frozen=True)
class Sample:
    """The first records of a file, cut at a record's end."""

    view: Bytes
    encoding: str
    start: int  # in work bytes
    skipped_lines: int
    is_whole: bool

    def cut(self, dialect: Dialect, width: int = 0) -> Records:
        """Cut the sample into records."""
        return cut_records(self.view, dialect, width, is_last=True)

    def cells(self, records: Records, number: int, dialect: Dialect) -> list[str]:
        """Return the cells of one of the records, unquoted."""
        piece = self.view[records.start[number] : records.end[number]]
        return [cell.decode(self.encoding, "replace") for cell in split_cells(piece, dialect)]


@dataclass(frozen=True)
class Choice:
    """A dialect, its delimiter's name (null where there is one column), and how sure that is (0 to 1).

    ``soundness`` is the share of the sample's records that are sound and of one width under it.
    """

    dialect: Dialect
    delimiter: str | None
    confidence: float
    soundness: float


def split_cells(record: Bytes, dialect: Dialect) -> list[bytes]:
    """Return the cells of one record, unquoted: the slow path, for headers and samples."""
    return [_unquote(cell, dialect) for cell in _part(record, dialect)]


def _part(record: Bytes, dialect: Dialect) -> list[bytes]:
    """Cut one record at its delimiters; quotes stay."""
    text = record.tobytes()
    if not dialect.quote or dialect.quote not in text:
        return text.split(dialect.delimiter)
    tokens = find_tokens(record, dialect)
    outside = (np.cumsum(tokens.kind == QUOTE) & 1) == 0
    is_cut = (tokens.kind == DELIMITER) & outside
    starts, ends = [0, *tokens.end[is_cut].tolist()], [*tokens.start[is_cut].tolist(), len(record)]
    return [text[a:b] for a, b in zip(starts, ends, strict=True)]


def _unquote(cell: bytes, dialect: Dialect) -> bytes:
    quote = dialect.quote
    if not quote or len(cell) < 2 or not (cell.startswith(quote) and cell.endswith(quote)):
        return cell
    inner = cell[1:-1]
    if dialect.has_escapes:
        inner = re.sub(rb"\\([\\" + re.escape(quote) + rb"])", rb"\1", inner)
    return inner.replace(quote * 2, quote)


def unescape(text: str) -> str:
    r"""Return a declared delimiter with ``\t``, ``\r`` and ``\n`` as the characters they stand for."""
    return text.replace("\\t", "\t").replace("\\r", "\r").replace("\\n", "\n")


def encode_setting(source: Source, key: str, declared: str) -> bytes | None:
    """Return a declared delimiter in work bytes, null for auto. Raises UserError where it cannot be one."""
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


def take_sample(source: Source, row_delimiter: bytes | None, first_row: int | str) -> Sample:
    """Take the first records behind the declared first line, whole ones where that is possible."""
    start, skipped = source.start, 0
    if isinstance(first_row, int) and first_row > 1:
        start, skipped = _skip_lines(source, row_delimiter, first_row - 1), first_row - 1
    view = np.array(source.work[start : start + SAMPLE_BYTES])
    is_whole = start + len(view) >= len(source.work)
    while not is_whole:
        whole = cut_records(view, Dialect(NO_DELIMITER, row_delimiter), 0, is_last=False).consumed
        if whole or len(view) > 64 << 20:
            view = view[:whole] if whole else view
            break
        view = np.array(source.work[start : start + 4 * len(view)])
        is_whole = start + len(view) >= len(source.work)
    return Sample(view, source.work_encoding, start, skipped, is_whole)


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


def find_dialect(
    source: Source, sample: Sample, settings: FileSettings, row_delimiter: bytes | None, mapped: Collection[str]
) -> Choice:
    """Choose how the sample's records are written; what ``settings`` declares is not put to the question.

    ``mapped`` are the headers that the template maps. Raises UserError for a setting that cannot be.
    """
    given = encode_setting(source, "delimiter", settings.delimiter)
    names = [unescape(settings.delimiter)] if given else list(_DELIMITERS)
    finder = _Finder(sample, names, given is not None, {fold_name(name) for name in mapped})
    if len(settings.quote) == 1 and settings.quote in names[0] and given:
        raise UserError(source.name, "file.quote stands in file.delimiter.", "One character cannot be both.")
    quote = b'"' if settings.quote == "auto" else b"" if settings.quote == "none" else settings.quote.encode()
    plain = Dialect(NO_DELIMITER, row_delimiter, quote, settings.escape == "backslash")
    choice = finder.choose(plain)
    text = sample.view.tobytes()
    if settings.escape == "auto" and quote and b"\\" + quote in text:
        choice = max(choice, finder.choose(replace(plain, has_escapes=True)), key=lambda each: each.soundness)
    if settings.quote == "auto":
        apostrophe = replace(plain, quote=b"'", has_escapes=False)
        # One writer has one quote: where cells stand in quotation marks, apostrophes are letters.
        if b"'" in text and not finder.encloses_cells(choice.dialect):
            wrapped = finder.choose(apostrophe)
            if wrapped.soundness >= choice.soundness and finder.wraps_columns(wrapped.dialect):
                return wrapped
        if finder.has_stray_quotes(choice) or (choice.delimiter is None and finder.has_quotes_inside_only()):
            unquoted = finder.choose(replace(plain, quote=b""))
            if unquoted.delimiter and unquoted.soundness >= _UNQUOTED_SHARE:
                choice = unquoted
    return choice


class _Finder:
    """Tries delimiters on a sample, under one way of quoting or another."""

    def __init__(self, sample: Sample, names: list[str], is_declared: bool, mapped: set[str]) -> None:
        self.sample, self.is_declared, self.mapped = sample, is_declared, mapped
        self.text = sample.view.tobytes()
        self.names = names

    def choose(self, plain: Dialect) -> Choice:
        """Return the delimiter under which the most records are sound and of one width."""
        best: tuple[float, int] = (0.0, 0)
        second = 0.0
        chosen = Choice(plain, None, 0.7, self._score(plain)[0])
        spaced = [name for name in _SPACED if not self.is_declared and name.encode() + plain.quote in self.text]
        for name in [*self.names, *spaced]:
            try:
                dialect = replace(plain, delimiter=name.encode(self.sample.encoding))
            except UnicodeEncodeError:
                continue
            share, width, hits = self._score(dialect)
            if self.is_declared:
                return Choice(dialect, name, 1.0, share)
            if width < 2 or (share < 0.5 and not hits):
                continue
            second = max(second, min(best[0], share + hits))
            if (share + hits, width) > best:
                best, chosen = (share + hits, width), Choice(dialect, name, round(share, 2), share)
        if second and second > best[0] - _NEAR:
            return replace(chosen, confidence=min(chosen.confidence, _NEAR_CONFIDENCE))
        return chosen

    def _score(self, dialect: Dialect) -> tuple[float, int, int]:
        """Return which share of the records is sound and of the usual width, that width, and if mapped headers show."""
        if dialect.delimiter != NO_DELIMITER and dialect.delimiter not in self.text:
            return 0.0, 1, 0
        records = self.sample.cut(dialect)
        data = np.flatnonzero(~records.is_blank)[:SAMPLE_RECORDS]
        if not len(data):
            return 0.0, 1, 0
        is_sound = (records.flaw[data] == flaws.GOOD) | (records.flaw[data] == flaws.CONTROL)
        usual = Counter(records.fields[data][is_sound].tolist()).most_common(1)
        width = int(usual[0][0]) if usual else 1
        share = float(np.mean((records.fields[data] == width) & is_sound))
        tops = data[:PREAMBLE_MOST].tolist() if self.mapped and width > 1 else []
        rows = (self.sample.cells(records, number, dialect) for number in tops)
        return share, width, int(any(len(row) > 1 and self.mapped & {fold_name(cell) for cell in row} for row in rows))

    def wraps_columns(self, dialect: Dialect) -> bool:
        """Say whether nearly all cells of some column stand in the dialect's quotes, the header aside."""
        records = self.sample.cut(dialect)
        filled: Counter[int] = Counter()
        quoted: Counter[int] = Counter()
        for number in np.flatnonzero(~records.is_blank)[1:200].tolist():
            cells = _part(self.sample.view[records.start[number] : records.end[number]], dialect)
            for column, cell in enumerate(cells):
                filled[column] += bool(cell)
                quoted[column] += len(cell) > 1 and cell.startswith(dialect.quote) and cell.endswith(dialect.quote)
        return any(count >= max(_QUOTED_LEAST, _QUOTED_SHARE * filled[column]) for column, count in quoted.items())

    def has_quotes_inside_only(self) -> bool:
        """Say whether there are quotes and no line of several begins with one: they may be letters of a later cell.

        To be asked where no delimiter was found: under each, most records are damaged or of many widths.
        """
        lines = self.text.splitlines()
        return b'"' in self.text and len(lines) >= _LINES_LEAST and not any(line.startswith(b'"') for line in lines)

    def has_stray_quotes(self, choice: Choice) -> bool:
        """Say whether quotes damage many records and enclose no cell at all: then they are letters like any other."""
        records = self.sample.cut(choice.dialect)
        data = np.flatnonzero(~records.is_blank)[:SAMPLE_RECORDS]
        stray = int(np.count_nonzero((records.flaw[data] == flaws.STRAY) | (records.flaw[data] == flaws.UNCLOSED)))
        if stray < max(_STRAY_LEAST, _STRAY_SHARE * len(data)):
            return False
        return not self.encloses_cells(choice.dialect)

    def encloses_cells(self, dialect: Dialect) -> bool:
        """Say whether some cell stands in quotation marks."""
        mark = re.escape(dialect.delimiter)
        enclosed = rb"(?:^|[\r\n]|" + mark + rb')"(?:[^"]|"")*"(?=' + mark + rb"|[\r\n]|$)"
        return re.search(enclosed, self.text) is not None
