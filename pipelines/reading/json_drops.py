"""A JSON drop: an array of objects, ``{"rows": [...]}``, or JSON lines. Slower than CSV: the parser works per item."""

import json
from collections.abc import Iterator
from typing import Any, NoReturn

import numpy as np
import polars as pl

from pipelines.reading import flaws
from pipelines.reading.drops import Found
from pipelines.reading.flaws import name_flaws
from pipelines.reading.frames import name_columns
from pipelines.reading.json_scan import Items, check_depth, find_items, refuse_at
from pipelines.reading.source import Source

_CONTROLS = str.maketrans("", "", "".join(map(chr, range(32))).translate(str.maketrans("", "", "\t\n\r")))


class _Number(str):
    """A number as it was written."""

    __slots__ = ()


class _Pairs(list[tuple[str, Any]]):
    """An object as it was written, with keys that come twice."""


def open_json(source: Source) -> "JsonDrop":
    """Find the items of a JSON drop and their keys. Raises UserError where it is malformed, naming line and column."""
    piece = source.work[source.start :].tobytes()
    # Bytes that are not UTF-8 stay as they are: they cost their own item.
    text = piece if source.work_encoding == "utf-8" else source.to_utf8(piece)
    return JsonDrop(source, text, find_items(source.name, text))


class JsonDrop:
    """An opened JSON file; see pipelines.reading.drops.Drop."""

    header_bytes = b""

    def __init__(self, source: Source, text: bytes, items: Items) -> None:
        self._source, self._text, self._items = source, text, items
        ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == 10)
        self._lines = np.searchsorted(ends, items.start) + 1
        keys: dict[str, None] = {}
        last_flaw = flaws.GOOD
        for number in range(len(items.start)):
            value, last_flaw = self._parse(number)
            keys.update(dict.fromkeys(key for key, _ in value) if last_flaw == flaws.GOOD else {})
        blank = int(np.count_nonzero(np.diff(ends, prepend=-1) == 1)) if items.is_by_line else 0
        self.found = Found(
            format="json",
            encoding=source.encoding,
            delimiter=None,
            row_delimiter="\n",
            quote=None,
            has_header=True,
            first_row=1,
            confidence={"encoding": source.confidence, "format": 1.0},
            headers=tuple(keys),
            preamble_lines=0,
            blank_lines=blank,
            records=len(items.start),
            truncated=items.is_by_line and last_flaw == flaws.NOT_AN_OBJECT and not text.endswith(b"\n"),
        )

    def chunks(self, rows: int = 250_000) -> Iterator[pl.DataFrame]:
        """Yield the data rows in file order; see pipelines.reading.drops.Drop."""
        columns = name_columns(len(self.found.headers))
        for begin in range(0, self.found.records, rows):
            end = min(begin + rows, self.found.records)
            parsed = [self._parse(number) for number in range(begin, end)]
            objects = [dict(value) if flaw == flaws.GOOD else {} for value, flaw in parsed]
            cells = {
                column: pl.Series([_write_cell(each.get(header)) for each in objects], dtype=pl.String)
                for column, header in zip(columns, self.found.headers, strict=True)
            }
            yield pl.DataFrame(
                {
                    "row_number": pl.Series(np.arange(begin + 1, end + 1, dtype=np.int64)),
                    "line_number": pl.Series(self._lines[begin:end].astype(np.int64)),
                    "flaw": name_flaws(np.array([flaw for _, flaw in parsed], dtype=np.uint8)),
                    **cells,
                }
            )

    def raw_records(self, row_numbers: pl.Series) -> pl.DataFrame:
        """Return the supplier's own bytes of these items; see pipelines.reading.drops.Drop."""
        numbers = row_numbers.cast(pl.Int64)
        pieces = [self._piece(number - 1) for number in numbers.to_list()]
        source = self._source
        if source.errors == "strict" and source.work_encoding != "utf-8":
            raw = [piece.decode().encode(source.encoding) for piece in pieces]
        else:
            raw = [source.to_file_bytes(piece) for piece in pieces]
        return pl.DataFrame({"row_number": numbers, "raw": raw}, schema={"row_number": pl.Int64, "raw": pl.Binary})

    def _piece(self, number: int) -> bytes:
        return self._text[self._items.start[number] : self._items.end[number]]

    def _parse(self, number: int) -> tuple[_Pairs, int]:
        """Return an item's keys and values, and its flaw; malformed items of an array refuse the file."""
        piece = self._piece(number)
        check_depth(self._source.name, piece)
        try:
            value = json.loads(
                piece.decode(), object_pairs_hook=_Pairs, parse_int=_Number, parse_float=_Number, parse_constant=_refuse
            )
        except UnicodeDecodeError:
            return _Pairs(), flaws.BAD_BYTES
        except json.JSONDecodeError as error:
            if self._items.is_by_line:
                return _Pairs(), flaws.NOT_AN_OBJECT
            offset = int(self._items.start[number]) + len(error.doc[: error.pos].encode())
            refuse_at(self._source.name, self._text, error.msg, offset)
        return (value, _find_flaw(value)) if isinstance(value, _Pairs) else (_Pairs(), flaws.NOT_AN_OBJECT)


def _refuse(constant: str) -> NoReturn:
    raise json.JSONDecodeError(f"{constant} is not JSON", constant, 0)


def _find_flaw(value: _Pairs) -> int:
    if len({key for key, _ in value}) < len(value):
        return flaws.DUPLICATE_KEY
    for key, item in value:
        for text in (key, _write_cell(item) or ""):
            if text.translate(_CONTROLS) != text:
                return flaws.CONTROL
            try:
                size = len(text.encode())
            except UnicodeEncodeError:
                return flaws.BAD_BYTES
            if size > flaws.MAX_CELL_BYTES:
                return flaws.TOO_LONG
    return flaws.GOOD


def _write_cell(value: Any) -> str | None:  # noqa: ANN401 (whatever JSON holds)
    return None if value is None else str(value) if isinstance(value, str) else _write_nested(value)


def _write_nested(value: Any) -> str:  # noqa: ANN401 (whatever JSON holds)
    """Write a value as compact JSON, numbers as they were written."""
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, _Pairs):
        fields = (f"{json.dumps(key, ensure_ascii=False)}:{_write_nested(item)}" for key, item in value)
        return "{" + ",".join(fields) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_write_nested, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
