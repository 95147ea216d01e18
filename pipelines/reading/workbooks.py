r"""An Excel workbook (.xlsx, .xlsm): one sheet of it as a CSV text, in which a line is a row of the sheet.

Rows without a filled cell are blank lines, so line numbers are the sheet's row numbers; filled cells are quoted, line
ends in them are ``\n``. From there on it is a CSV drop. What texts the cells become: pipelines.reading.cell_texts.
"""

import re
import warnings
import zipfile
import zlib
from array import array
from collections.abc import Collection, Iterator
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

import polars as pl
import pyarrow as pa

from pipelines.errors import UserError, nearest
from pipelines.reading.archives import list_names, open_archive, read_member
from pipelines.reading.cell_texts import write_cell
from pipelines.reading.containers import Content
from pipelines.reading.csv_drops import CsvDrop, open_csv
from pipelines.reading.expanding import PIECE, Allowance, store_pieces
from pipelines.reading.settings import FileSettings
from pipelines.reading.sheets import Sheet, SheetCount, count_sheet, find_blank_strings, list_sheets, refuse_entities
from pipelines.reading.source import open_source

MAX_WORKBOOK_BYTES = 4 << 30
# openpyxl holds these parts in memory, several times their size.
MAX_STRINGS_BYTES = 512 << 20
MAX_PART_BYTES = 16 << 20
MAX_PART_TAGS = 500_000
_DOCTYPES = (b"<!DOCTYPE", b"<\x00!\x00D\x00O\x00C\x00")
_CARRIAGE = re.compile(r"(?:\r|_x000D_)\n?", re.IGNORECASE)
# What openpyxl raises where a part is not as the standard has it.
_DAMAGE = (
    ArithmeticError, AttributeError, LookupError, OSError, SyntaxError, TypeError, ValueError, zipfile.BadZipFile,
    zlib.error,
)  # fmt: skip
_NOT_READ = "Save it as .xlsx or CSV anew and send that."


def open_workbook(content: Content, settings: FileSettings, mapped_headers: Collection[str]) -> "WorkbookDrop":
    """Open the sheet that ``settings`` names, else the only visible one with rows.

    Raises UserError where that is not one sheet, a part is damaged, expands beyond bounds or declares entities, where
    openpyxl and our own count differ, or where the extra ``excel`` is not installed.
    """
    name = content.name
    if settings.format not in ("auto", "xlsx"):
        raise UserError(name, f"It is a workbook; file.format is '{settings.format}'.", "Set file.format: auto.")
    if not find_spec("openpyxl") or not find_spec("defusedxml"):
        raise UserError(name, "It is a workbook.", "Install leadmill[excel], or send it as CSV.")
    archive, _ = open_archive(name, content.work)
    check_parts(name, archive, len(content.work))
    sheets = list_sheets(archive, name)
    blank = find_blank_strings(archive, name)
    counts = {sheet.name: count_sheet(archive, sheet.part, name, blank) for sheet in sheets}
    sheet = choose_sheet(name, sheets, counts, settings.sheet)
    count = counts[sheet.name]
    conversion = _Conversion(count.width)
    allowance = Allowance(name, len(content.work))
    table = store_pieces(conversion.write_rows(name, _open_sheet(content, sheet)), allowance)
    _require_equal(name, count, conversion)
    as_csv = replace(settings, encoding="utf-8", delimiter=",", row_delimiter="\r\n", quote='"', escape="doubled")
    drop = open_csv(open_source(Content(name, table), "utf-8"), as_csv, mapped_headers)
    return WorkbookDrop(drop, conversion, _note(sheets, counts, sheet))


class WorkbookDrop:
    """An opened sheet; see pipelines.reading.drops.Drop. Raw records are the rows as CSV."""

    def __init__(self, drop: CsvDrop, conversion: "_Conversion", notices: tuple[str, ...]) -> None:
        self._drop = drop
        self._numeric = pl.DataFrame(
            {
                "line_number": pl.Series(conversion.numeric_rows, dtype=pl.Int64),
                "numeric_cells": pl.Series(conversion.numeric_cells, dtype=pl.UInt32),
            }
        ).set_sorted("line_number")
        self.header_bytes, self.footer_bytes = drop.header_bytes, drop.footer_bytes
        self.found = replace(drop.found, format="xlsx", notices=drop.found.notices + notices)

    def chunks(self, rows: int = 250_000) -> Iterator[pl.DataFrame]:
        """Yield the data rows with ``numeric_cells``; see pipelines.reading.drops.Drop."""
        for chunk in self._drop.chunks(rows):
            first, last = chunk["line_number"][0], chunk["line_number"][-1]
            mine = self._numeric.filter(pl.col("line_number").is_between(first, last))
            numeric = mine.group_by("line_number", maintain_order=True).agg("numeric_cells")
            joined = chunk.join(numeric, on="line_number", how="left", maintain_order="left")
            yield joined.with_columns(pl.col("numeric_cells").fill_null([]))

    def raw_records(self, row_numbers: pl.Series) -> pl.DataFrame:
        """Return these rows as CSV; see pipelines.reading.drops.Drop."""
        return self._drop.raw_records(row_numbers)


def check_parts(name: str, archive: zipfile.ZipFile, compressed: int) -> None:
    """Expand every part once, for nothing but its size, its checksum and declared entities. Raises UserError."""
    allowance = Allowance(name, compressed, MAX_WORKBOOK_BYTES)
    for member in archive.infolist():
        part = member.filename.lower()
        is_xml = part.endswith((".xml", ".rels"))
        most = MAX_STRINGS_BYTES if "sharedstrings" in part else MAX_PART_BYTES
        size, tags, tail = 0, 0, b""
        for piece in read_member(name, archive, member):
            allowance.spend(len(piece))
            size += len(piece)
            if is_xml and any(mark in tail + piece for mark in _DOCTYPES):
                refuse_entities(name)
            tags += piece.count(b"<")
            is_small = size <= most and (most == MAX_STRINGS_BYTES or tags <= MAX_PART_TAGS)
            if is_xml and not is_small and "/worksheets/" not in part:
                fact = f"A part beside its sheets has more than {most >> 20} MiB or {MAX_PART_TAGS:,} tags."
                raise UserError(name, fact, "Send the sheet as CSV.")
            tail = piece[-16:]


def choose_sheet(name: str, sheets: list[Sheet], counts: dict[str, SheetCount], wanted: str | None) -> Sheet:
    """Return the sheet to read. Raises UserError, naming the sheets, where the wanted is not there or it is not one."""
    names = [sheet.name for sheet in sheets]
    if wanted is not None:
        exact = [sheet for sheet in sheets if sheet.name == wanted]
        found = exact or [sheet for sheet in sheets if sheet.name.strip().casefold() == wanted.strip().casefold()]
        if not found:
            fact = f"It has no sheet '{wanted}'. Found: {list_names(names)}."
            raise UserError(name, fact, f"{nearest(wanted, names)} Correct file.sheet.")
        if not counts[found[0].name].rows:
            raise UserError(name, f"The sheet '{found[0].name}' has no rows.", "Correct file.sheet.")
        return found[0]
    filled = [sheet for sheet in sheets if counts[sheet.name].rows]
    visible = [sheet for sheet in filled if not sheet.is_hidden]
    if len(visible) == 1:
        return visible[0]
    if visible:
        fact = f"Several sheets have rows: {list_names([sheet.name for sheet in visible])}."
        raise UserError(name, fact, "Name one as file.sheet.")
    if filled:
        fact = f"Only hidden sheets have rows: {list_names([sheet.name for sheet in filled])}."
        raise UserError(name, fact, "Name one as file.sheet.")
    raise UserError(name, "The workbook has no rows.", "Ask the supplier to send it again.")


def _note(sheets: list[Sheet], counts: dict[str, SheetCount], chosen: Sheet) -> tuple[str, ...]:
    notices = []
    others = [sheet for sheet in sheets if sheet is not chosen and counts[sheet.name].rows]
    if hidden := [sheet.name for sheet in others if sheet.is_hidden]:
        notices.append(f"Hidden sheets with rows were not read: {list_names(hidden)}.")
    if visible := [sheet.name for sheet in others if not sheet.is_hidden]:
        notices.append(f"Other sheets with rows were not read: {list_names(visible)}.")
    if missing := counts[chosen.name].without_result:
        notices.append(f"{missing:,} formulas have no result in the file; their cells were read as empty.")
    return tuple(notices)


def _open_sheet(content: Content, sheet: Sheet) -> Iterator[tuple[Any, ...]]:
    """Return openpyxl's rows of a sheet, each a tuple of its cells up to the last; missing rows are empty tuples."""
    import openpyxl

    try:
        with warnings.catch_warnings(action="ignore"):
            book = openpyxl.load_workbook(
                pa.BufferReader(content.work), read_only=True, data_only=True, keep_links=False
            )
            found: Any = book[sheet.name]
    except _DAMAGE as error:
        raise UserError(content.name, "The workbook cannot be read by openpyxl.", _NOT_READ) from error
    # What a sheet says of its size may be wrong.
    found.reset_dimensions()
    return iter(found.iter_rows())


class _Conversion:
    """A sheet on its way to CSV: what was written, and which cells were numbers."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.rows = self.cells = self._blank = 0
        self.numeric_rows, self.numeric_cells = array("q"), array("I")

    def write_rows(self, name: str, sheet: Iterator[tuple[Any, ...]]) -> Iterator[bytes]:
        """Yield the CSV text in pieces. Raises UserError where openpyxl cannot read a cell."""
        rows = enumerate(sheet, start=1)
        while lines := self._take_lines(name, rows):
            yield ("\r\n".join(lines) + "\r\n").encode()

    def _take_lines(self, name: str, rows: Iterator[tuple[int, tuple[Any, ...]]]) -> list[str]:
        """Return the next lines, blank ones only where a filled one follows; none at the end."""
        lines: list[str] = []
        size = 0
        try:
            with warnings.catch_warnings(action="ignore"):
                for number, row in rows:
                    line = self._write_row(number, row) if row else ""
                    if not line:
                        self._blank += 1
                        continue
                    lines += [""] * self._blank + [line]
                    self._blank, size = 0, size + len(line)
                    if size > PIECE:
                        break
        except _DAMAGE as error:
            raise UserError(name, "A row of the sheet cannot be read by openpyxl.", _NOT_READ) from error
        return lines

    def _write_row(self, number: int, row: tuple[Any, ...]) -> str:
        """Return a row as a line without its end, '' where it has no filled cell."""
        texts = [""] * self.width
        filled = 0
        for at, cell in enumerate(row[: self.width]):
            value = cell.value
            if value is None or value == "":
                continue
            if not isinstance(value, str):
                text = write_cell(value, cell.number_format)
                if isinstance(value, int | float) and not isinstance(value, bool):
                    self.numeric_rows.append(number)
                    self.numeric_cells.append(at + 1)
            elif "\r" in value or "_x" in value:
                text = _CARRIAGE.sub("\n", value)
            else:
                text = value
            filled += 1
            texts[at] = '"' + text.replace('"', '""') + '"'
        self.rows += filled > 0
        self.cells += filled
        return ",".join(texts) if filled else ""


def _require_equal(name: str, count: SheetCount, conversion: _Conversion) -> None:
    """Refuse a sheet of which openpyxl gives other rows or cells than its XML was counted to have."""
    if (count.rows, count.cells) != (conversion.rows, conversion.cells):
        raise UserError(
            name,
            f"The sheet has {count.rows:,} rows with {count.cells:,} cells, but {conversion.rows:,} rows with"
            f" {conversion.cells:,} cells were read.",
            "Nothing was loaded. Please report this file.",
        )
