"""The sheets of a workbook, and what is in each, straight from its XML: owes nothing to openpyxl.

Reading: ECMA-376 part 1, 18.2 (workbook), 18.3 (sheets), 18.4 (shared strings). XML entities are refused.
"""

import posixpath
import re
import zipfile
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NoReturn
from xml.parsers import expat

from pipelines.errors import UserError
from pipelines.reading.expanding import PIECE

# What Excel has; and what a list can have, else one stray cell would make millions of empty ones.
MAX_SHEET_ROWS = 1_048_576
MAX_COLUMNS = 2_000
MAX_STRINGS = 10_000_000
# What stands in a row, or between and behind rows: openpyxl holds that much at a time.
MAX_ELEMENTS = 1_000_000
_NOT_READ = "Save it as .xlsx or CSV anew and send that."
_REFERENCE = re.compile(r"\$?([A-Z]{1,4})\$?(\d{1,9})$")


@dataclass(frozen=True)
class Sheet:
    """A sheet of cells: its name, whether it is hidden, and the part of the archive that holds it."""

    name: str
    is_hidden: bool
    part: str


@dataclass
class SheetCount:
    """What a sheet holds: rows and cells that are not empty, its width in columns, formulas that lack their result."""

    rows: int = 0
    cells: int = 0
    width: int = 0
    without_result: int = 0


def list_sheets(archive: zipfile.ZipFile, name: str) -> list[Sheet]:
    """Return the sheets of cells in their order; charts are none. Raises UserError where the XML is damaged."""
    book = _find_book(archive, name)
    folder, file = posixpath.split(book)
    parts: dict[str, str] = {}
    sheets: list[Sheet] = []

    def on_relation(tag: str, values: dict[str, str]) -> None:
        if tag == "Relationship" and values.get("Type", "").endswith("/worksheet"):
            parts[values.get("Id", "")] = posixpath.normpath(posixpath.join(folder, values.get("Target", "")))

    def on_sheet(tag: str, values: dict[str, str]) -> None:
        if tag == "sheet" and (part := parts.get(values.get("id", ""))):
            sheets.append(Sheet(values.get("name", ""), values.get("state", "visible") != "visible", part.lstrip("/")))

    _Parser(on_relation).read(archive, f"{folder}/_rels/{file}.rels", name)
    _Parser(on_sheet).read(archive, book, name)
    if len({sheet.part for sheet in sheets}) < len(sheets):
        # No program writes that; a thousand names for one large sheet would be read a thousand times.
        raise UserError(name, "The workbook is damaged: two of its sheets are the same part.", _NOT_READ)
    return sheets


def find_blank_strings(archive: zipfile.ZipFile, name: str) -> set[int]:
    """Return which of the strings that a workbook's cells share are empty: their numbers, from 0."""
    blank: set[int] = set()
    state = {"number": -1, "has_text": False, "phonetic": 0, "in_text": False}

    def on_start(tag: str, _: dict[str, str]) -> None:
        if tag == "si":
            state.update(number=state["number"] + 1, has_text=False)
            if state["number"] >= MAX_STRINGS:
                _refuse_many(name, "strings", MAX_STRINGS)
        elif tag == "rPh":
            state["phonetic"] += 1
        state["in_text"] = tag == "t" and not state["phonetic"]

    def on_end(tag: str) -> None:
        state["in_text"] = False
        if tag == "rPh":
            state["phonetic"] -= 1
        elif tag == "si" and not state["has_text"]:
            blank.add(state["number"])

    def on_text(_: str) -> None:
        state["has_text"] = state["has_text"] or state["in_text"]

    part = next((each for each in archive.namelist() if each.lower() == "xl/sharedstrings.xml"), None)
    if part:
        _Parser(on_start, on_end, on_text).read(archive, part, name)
    return blank


def count_sheet(archive: zipfile.ZipFile, part: str, name: str, blank: Collection[int]) -> SheetCount:
    """Count what a sheet holds. Raises UserError where its XML is damaged or a cell stands beyond what a list has."""
    counter = _Counter(name, blank)
    _Parser(counter.on_start, counter.on_end, counter.on_text).read(archive, part, name)
    return counter.count


class _Counter:
    """Counts rows and cells of a sheet while its XML goes by."""

    def __init__(self, name: str, blank: Collection[int]) -> None:
        self.name, self.blank = name, blank
        self.count = SheetCount()
        self.row = self.column = self.elements = 0
        self.is_filled_row = self.has_formula = self.is_value = False
        self.kind, self.value = "n", ""

    def on_start(self, tag: str, values: dict[str, str]) -> None:
        self.is_value = tag == "v" or (tag == "t" and self.kind == "inlineStr")
        self.elements += 1
        if self.elements > MAX_ELEMENTS:
            _refuse_many(self.name, "elements in one place", MAX_ELEMENTS)
        if tag == "c":
            self.kind, self.value, self.has_formula = values.get("t", "n"), "", False
            self.column = self._find_column(values["r"]) if "r" in values else self.column + 1
            self._require_bounds()
        elif tag == "row":
            self.row = int(float(values["r"])) if "r" in values else self.row + 1
            self.column, self.elements, self.is_filled_row = 0, 0, False
            self._require_bounds()
        elif tag == "f":
            self.has_formula = True

    def on_text(self, text: str) -> None:
        if self.is_value:
            self.value += text

    def on_end(self, tag: str) -> None:
        self.is_value = False
        if tag == "row":
            self.count.rows += self.is_filled_row
        elif tag == "c":
            is_filled = self.value != "" and (self.kind != "s" or int(self.value) not in self.blank)
            if is_filled:
                self.is_filled_row = True
                self.count.cells += 1
                self.count.width = max(self.count.width, self.column)
            self.count.without_result += self.has_formula and not self.value and self.kind == "n"

    def _find_column(self, reference: str) -> int:
        found = _REFERENCE.match(reference)
        column = 0
        for letter in found.group(1) if found else "":
            column = column * 26 + ord(letter) - 64
        return column or MAX_COLUMNS + 1

    def _require_bounds(self) -> None:
        if self.column > MAX_COLUMNS or self.row > MAX_SHEET_ROWS:
            fact = f"Row {self.row:,} of a sheet has a cell in column {self.column:,}."
            remedy = f"A list has at most {MAX_COLUMNS:,} columns and {MAX_SHEET_ROWS:,} rows. Clear what is beyond."
            raise UserError(self.name, fact, remedy)


class _Parser:
    """An expat parser whose handlers see names without their namespace."""

    def __init__(self, on_start: Any, on_end: Any = None, on_text: Any = None) -> None:  # noqa: ANN401 (handlers)
        self._start, self._end = on_start, on_end
        self._parser = expat.ParserCreate(namespace_separator="}")
        self._parser.buffer_text = True
        self._names: dict[str, str] = {}
        self._parser.StartElementHandler = self._on_start
        if on_end:
            self._parser.EndElementHandler = self._on_end
        if on_text:
            self._parser.CharacterDataHandler = on_text

    def read(self, archive: zipfile.ZipFile, part: str, name: str) -> None:
        """Read a part. Raises UserError where it is not there, not XML, or declares entities."""
        self._parser.StartDoctypeDeclHandler = lambda *_: refuse_entities(name)
        try:
            with archive.open(part) as stream:
                while piece := stream.read(PIECE):
                    self._parser.Parse(piece)
            self._parser.Parse(b"", True)
        except (expat.ExpatError, ArithmeticError, KeyError, ValueError) as error:
            raise UserError(name, "The workbook is damaged: a part of it is missing or not XML.", _NOT_READ) from error

    def _on_start(self, tag: str, values: dict[str, str]) -> None:
        self._start(self._local(tag), {self._local(key): value for key, value in values.items()})

    def _on_end(self, tag: str) -> None:
        self._end(self._local(tag))

    def _local(self, tag: str) -> str:
        short = self._names.get(tag)
        if short is None:
            short = self._names[tag] = tag.rpartition("}")[2]
        return short


def _refuse_many(name: str, what: str, most: int) -> NoReturn:
    raise UserError(name, f"The workbook has more than {most:,} {what}.", "Send the sheet as CSV.")


def refuse_entities(name: str) -> NoReturn:
    """Raise the UserError of a workbook that declares XML entities."""
    raise UserError(name, "The workbook declares XML entities, which no spreadsheet does.", _NOT_READ)


def _find_book(archive: zipfile.ZipFile, name: str) -> str:
    """Return the part that lists the sheets, as the package's own relations say."""
    found: list[str] = []

    def on_relation(tag: str, values: dict[str, str]) -> None:
        if tag == "Relationship" and values.get("Type", "").endswith("/officeDocument"):
            found.append(values.get("Target", "").lstrip("/"))

    _Parser(on_relation).read(archive, "_rels/.rels", name)
    return found[0] if found else "xl/workbook.xml"
