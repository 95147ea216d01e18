"""A drop whose records are items: pieces of a document (JSON, XML), each parsed on its own into fields by path.

Of the file only the place and the line of each item are kept, so a drop larger than the memory can be read. Their
number is that of a scan of the bytes, which owes nothing to the parser of an item.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
import polars as pl

from pipelines.errors import UserError
from pipelines.reading import flaws
from pipelines.reading.drops import Found
from pipelines.reading.flaws import name_flaws
from pipelines.reading.frames import name_columns
from pipelines.reading.records import MAX_RECORD_BYTES
from pipelines.reading.source import Source
from pipelines.reading.tokens import Positions

# A lead has dozens of fields. More paths than this are data in the place of names, or an attack.
MAX_PATHS = 2_000
# Records that each name other fields make a table far larger than the file: this many cells are made whatever is in
# them, of more this share has to be there.
MAX_SPARSE_CELLS = 100_000_000
MIN_FILLED = 0.01
# Elements of an array, and repeated elements of XML, that have a path of their own.
MAX_ELEMENTS = 20
# A chunk ends early where its items are long or its columns many.
_CHUNK_BYTES = 32 << 20
_CHUNK_CELLS = 8_000_000

Cells = dict[str, str | None]
# From the number of an item, counted from 0, and its work bytes to its text by path and its flaw.
Parse = Callable[[int, bytes], tuple[Cells, int]]


@dataclass(frozen=True)
class Items:
    """The pieces of the work bytes that each hold one item, in order; ``line`` is counted from 1."""

    start: Positions
    end: Positions
    line: Positions


@dataclass(frozen=True)
class Document:
    """How a document is written: what an ItemDrop needs besides its items.

    ``header_bytes`` and ``footer_bytes`` are what stands around the records in the supplier's own bytes.
    """

    format: str
    notices: tuple[str, ...] = ()
    blank_lines: int = 0
    may_be_cut: bool = False  # its last item is cut off if it is no object
    is_first_plain: bool = False  # `Phone[0]` is `Phone`, also in an item that has only one
    header_bytes: bytes = b""
    footer_bytes: bytes = b""


class ItemDrop:
    """An opened document; see pipelines.reading.drops.Drop."""

    def __init__(self, source: Source, items: Items, parse: Parse, document: Document) -> None:
        self._source, self._items, self._parse = source, items, parse
        self._is_first_plain = document.is_first_plain
        self.header_bytes, self.footer_bytes = document.header_bytes, document.footer_bytes
        headers, last_flaw = self._find_headers()
        self.found = Found(
            format=document.format,
            encoding=source.encoding,
            delimiter=None,
            row_delimiter="\n",
            quote=None,
            has_header=True,
            first_row=1,
            confidence={"encoding": source.confidence, "format": 1.0},
            headers=headers,
            preamble_lines=0,
            blank_lines=document.blank_lines,
            records=len(items.start),
            truncated=document.may_be_cut and last_flaw == flaws.NOT_AN_OBJECT,
            notices=document.notices,
        )

    def _find_headers(self) -> tuple[tuple[str, ...], int]:
        """Parse every item once, for the paths in the order in which they are first seen, and the last item's flaw."""
        paths: dict[str, None] = {}
        flaw, filled = flaws.GOOD, 0
        for number in range(len(self._items.start)):
            cells, flaw = self._parse_item(number)
            filled += len(cells)
            if flaw == flaws.GOOD and not cells.keys() <= paths.keys():
                paths.update(dict.fromkeys(cells))
                if len(paths) > MAX_PATHS:
                    refuse_paths(self._source.name)
        made = len(paths) * len(self._items.start)
        if made > MAX_SPARSE_CELLS and filled < MIN_FILLED * made:
            share = f"on average less than {MIN_FILLED:.0%} of them"
            fact = f"The records have {len(paths):,} different fields, and each {share}."
            raise UserError(self._source.name, fact, "Send each lead with the same field names.")
        return tuple(paths), flaw

    def chunks(self, rows: int = 250_000) -> Iterator[pl.DataFrame]:
        """Yield the data rows in file order; see pipelines.reading.drops.Drop."""
        start, count = self._items.start, len(self._items.start)
        rows = max(1, min(rows, _CHUNK_CELLS // max(1, len(self.found.headers))))
        begin = 0
        while begin < count:
            fitting = int(np.searchsorted(start, int(start[begin]) + _CHUNK_BYTES))
            end = min(begin + rows, max(fitting, begin + 1), count)
            yield self._read(begin, end)
            begin = end

    def _read(self, begin: int, end: int) -> pl.DataFrame:
        parsed = [self._parse_item(number) for number in range(begin, end)]
        objects: list[Cells] = [cells if flaw == flaws.GOOD else {} for cells, flaw in parsed]
        headers = self.found.headers
        paths = [each.replace("[0]", "") for each in headers] if self._is_first_plain else headers
        columns = {
            column: pl.Series([cells.get(path) for cells in objects], dtype=pl.String)
            for column, path in zip(name_columns(len(headers)), paths, strict=True)
        }
        return pl.DataFrame(
            {
                "row_number": pl.Series(np.arange(begin + 1, end + 1, dtype=np.int64)),
                "line_number": pl.Series(self._items.line[begin:end].astype(np.int64)),
                "flaw": name_flaws(np.array([flaw for _, flaw in parsed], dtype=np.uint8)),
                **columns,
            }
        )

    def raw_records(self, row_numbers: pl.Series) -> pl.DataFrame:
        """Return the supplier's own bytes of these items; see pipelines.reading.drops.Drop."""
        numbers = row_numbers.cast(pl.Int64)
        raw = [self._source.to_file_bytes(self._piece(number - 1)) for number in numbers.to_list()]
        return pl.DataFrame({"row_number": numbers, "raw": raw}, schema={"row_number": pl.Int64, "raw": pl.Binary})

    def _parse_item(self, number: int) -> tuple[Cells, int]:
        if self._items.end[number] - self._items.start[number] > MAX_RECORD_BYTES:
            return {}, flaws.TOO_LONG
        return self._parse(number, self._piece(number))

    def _piece(self, number: int) -> bytes:
        return self._source.work[self._items.start[number] : self._items.end[number]].tobytes()


def refuse_paths(name: str) -> NoReturn:
    """Refuse a file whose records have more paths than any lead has fields. Raises UserError."""
    raise UserError(
        name,
        f"The records have more than {MAX_PATHS:,} different fields.",
        "Send each lead with the same field names, or name the path of the leads in file.records.",
    )
