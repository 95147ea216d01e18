"""Open a drop: find out how it is written, count its records, and hand out its rows."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import polars as pl

from pipelines.errors import UserError
from pipelines.reading.containers import Content, unpack
from pipelines.reading.places import skip_blanks
from pipelines.reading.settings import FileSettings
from pipelines.reading.source import DOUBTFUL, Source, open_source

# A CSV header may well be `<name>,<phone>`: a tag alone is not XML.
_XML_HEAD = re.compile(
    rb"""\s*(?:<\?xml\s|<!--|<!doctype\s|<[a-z_][\w:.-]*(?:\s[^<>]*=\s*["'][^<]*)?\s*/?(?:>\s*(?:<|$)|$))""",
    re.IGNORECASE,
)
FORMATS = ("auto", "csv", "json", "xml", "xlsx")


@dataclass(frozen=True)
class Found:
    """What was found out about a drop; all of it can be pinned in a template.

    ``records`` is the count of data records by the index, which owes nothing to the parser of the cells. ``notices``
    are whole sentences on what a person may want to look at; they hold no data of anybody. ``expanded_bytes`` is the
    size of what was in an archive, null where the file was none.
    """

    format: str
    encoding: str
    delimiter: str | None
    row_delimiter: str
    quote: str | None
    has_header: bool
    first_row: int
    confidence: dict[str, float]
    headers: tuple[str, ...]
    preamble_lines: int
    blank_lines: int
    records: int
    truncated: bool
    escape: str | None = None
    footer_lines: int = 0
    notices: tuple[str, ...] = ()
    expanded_bytes: int | None = None


class Drop(Protocol):
    """A supplier's file, opened."""

    found: Found
    header_bytes: bytes
    footer_bytes: bytes  # what stands behind the records of a document, such as the end of its root

    def chunks(self, rows: int = 250_000) -> Iterator[pl.DataFrame]:
        """Yield the data rows in file order, at most ``rows`` at a time.

        Columns: ``row_number`` Int64 (data rows from 1), ``line_number`` Int64 (physical line where the record
        starts, from 1), ``flaw`` String (null, or the code of a row that cannot be read), ``c1``… ``cN`` String (exact
        cell text, '' where empty; null in a flawed row and for a null or missing value of JSON). Of a workbook also
        ``numeric_cells`` List(UInt32): the positions, from 1, of the row's cells that are numbers and not text.
        Raises UserError where the parser and the index disagree.
        """
        ...

    def raw_records(self, row_numbers: pl.Series) -> pl.DataFrame:
        """Return ``row_number`` Int64 and ``raw`` Binary: the supplier's own bytes of these rows, as asked."""
        ...


def open_drop(path: Path, settings: FileSettings, mapped_headers: Collection[str] = ()) -> Drop:
    """Open a drop: CSV, JSON, XML, a workbook, or the tables of an archive; what ``settings`` declares wins.

    ``mapped_headers`` are the header names that the template maps: the best evidence for a header. Raises UserError
    where the file is empty, of no kind that is read, or cannot be read as declared.
    """
    from pipelines.reading.joined_drop import join_drops

    if settings.format not in FORMATS:
        raise UserError(path.name, f"file.format is '{settings.format}'.", f"Use one of {', '.join(FORMATS)}.")
    unpacked = unpack(path)
    drops: list[Drop] = []
    for content in unpacked.contents:
        # What the first member's header says is the best evidence for the others'.
        known = {*mapped_headers, *drops[0].found.headers} - {""} if drops else mapped_headers
        drops.append(_open_content(content, settings, known))
    drop = drops[0] if len(drops) == 1 else join_drops(path.name, unpacked.contents, drops)
    notices = unpacked.notices + _doubt_encoding(drop.found) + drop.found.notices
    drop.found = replace(drop.found, notices=notices, expanded_bytes=unpacked.expanded_bytes)
    return drop


def _doubt_encoding(found: Found) -> tuple[str, ...]:
    if found.confidence.get("encoding", 1.0) > DOUBTFUL:
        return ()
    return (
        f"The encoding {found.encoding} is a guess and likely wrong: look at the names, and declare file.encoding.",
    )


def _open_content(content: Content, settings: FileSettings, mapped_headers: Collection[str]) -> Drop:
    """Open one table as what it is: a workbook by its bytes, else as declared, else what it looks like."""
    from pipelines.reading.csv_drops import open_csv
    from pipelines.reading.json_drops import open_json
    from pipelines.reading.workbooks import open_workbook
    from pipelines.reading.xml_drops import open_xml

    if content.kind == "xlsx":
        return open_workbook(content, settings, mapped_headers)
    source = open_source(content, settings.encoding)
    if settings.format == "json" or (settings.format == "auto" and looks_like_json(source)):
        return open_json(source, settings, mapped_headers)
    if settings.format == "xml" or (settings.format == "auto" and looks_like_xml(source)):
        return open_xml(source, settings, mapped_headers)
    return open_csv(source, settings, mapped_headers)


def looks_like_json(source: Source) -> bool:
    """Say whether a file begins as an array of objects, an object, or JSON lines do."""
    head = _read_head(source)
    behind = head[1:].lstrip(b" \t\r\n")[:1]
    return (head[:1] == b"[" and behind in (b"{", b"]")) or (head[:1] == b"{" and behind in (b'"', b"}"))


def looks_like_xml(source: Source) -> bool:
    """Say whether a file begins as XML or HTML do: with a declaration, or with a tag that a tag or nothing follows."""
    return _XML_HEAD.match(_read_head(source)) is not None


def _read_head(source: Source) -> bytes:
    begin = skip_blanks(source.work, source.start, len(source.work))
    return source.work[begin : begin + 4096].tobytes()


def count_records(path: Path, settings: FileSettings, mapped_headers: Collection[str] = ()) -> int:
    """Count a drop's data records without parsing a cell."""
    return open_drop(path, settings, mapped_headers).found.records
