"""A JSON drop: an array of objects, an object that holds one, one object, or JSON lines.

Slower than CSV: the parser works item by item.
"""

import json
import re
from collections.abc import Collection
from dataclasses import replace
from json.encoder import encode_basestring
from typing import Any, NoReturn

import numpy as np

from pipelines.columns.headers import show_header
from pipelines.errors import UserError
from pipelines.reading import flaws
from pipelines.reading.items import MAX_ELEMENTS, MAX_PATHS, Cells, Document, ItemDrop, Items, refuse_paths
from pipelines.reading.json_outline import find_container
from pipelines.reading.json_scan import (
    check_depth,
    check_outside,
    find_items,
    find_lines,
    has_lines,
    refuse_at,
)
from pipelines.reading.places import count_lines, skip_blanks, trim_blanks
from pipelines.reading.settings import FileSettings
from pipelines.reading.source import Source
from pipelines.reading.tokens import Bytes

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


class _Number(str):
    """A number as it was written."""

    __slots__ = ()


class _Pairs(list[tuple[str, Any]]):
    """An object as it was written, with keys that come twice."""


class _FlawError(Exception):
    """An item that cannot be read, by its number in pipelines.reading.flaws."""

    def __init__(self, flaw: int) -> None:
        self.flaw = flaw


def open_json(source: Source, settings: FileSettings, mapped_headers: Collection[str] = ()) -> ItemDrop:
    """Find the items of a JSON drop and their paths.

    An array at the top, and JSON lines, are the records whatever ``settings.records`` says: so is a reject file. In
    an object the records are the array at that path (keys joined by ``.``; ``$`` is the document itself, as one
    record). Undeclared they are the array ``rows`` at the top; else the only array of objects at most three keys
    down, unless the object itself has every header of ``mapped_headers``; else the object is the one record.

    Raises UserError where the file is malformed, naming line and column, where the path is not there and where more
    than one thing could be the records.
    """
    source = replace(source, work=source.work[source.start :], start=0)
    view, name = source.work, source.name
    begin = skip_blanks(view, 0, len(view))
    head = view[begin : begin + 1].tobytes()
    if head == b"[":
        return _open_items(source, find_items(name, view), Document("json"))
    if head != b"{":
        raise UserError(name, "This is not JSON: it begins with neither [ nor {.", "Declare file.format: csv.")
    if has_lines(view, begin):
        items, blank_lines = find_lines(view, begin=0)
        is_cut = int(view[-1]) != ord("\n")
        return _open_items(source, items, Document("json", blank_lines=blank_lines, may_be_cut=is_cut), by_line=True)
    return _open_object(source, settings, mapped_headers)


def _open_object(source: Source, settings: FileSettings, mapped_headers: Collection[str]) -> ItemDrop:
    view, name = source.work, source.name
    declared = None if settings.records in (None, "auto") else settings.records
    container = find_container(name, view, declared, mapped_headers)
    if container is None:
        return _open_items(source, _find_whole(view, 0, len(view)), Document("json"))
    found = f"The records are taken from {show_header(container.path)}."
    notices = () if declared or container.path == "rows" else (found,)
    if container.is_array:
        return _open_items(source, find_items(name, view, container.opening), Document("json", notices))
    check_outside(name, view, container.opening, container.closing)
    return _open_items(source, _find_whole(view, container.opening, container.closing + 1), Document("json", notices))


def _find_whole(view: Bytes, begin: int, end: int) -> Items:
    start, stop = trim_blanks(view, np.array([begin]), np.array([end]))
    return Items(start, stop, count_lines(view, start))


def _open_items(source: Source, items: Items, document: Document, *, by_line: bool = False) -> ItemDrop:
    def parse(number: int, piece: bytes) -> tuple[Cells, int]:
        check_depth(source.name, piece)
        text = ""
        try:
            text = piece.decode(source.work_encoding)
            value = _DECODER.decode(text)
            return _read_item(source.name, value, text), flaws.GOOD
        except UnicodeDecodeError:
            return {}, flaws.BAD_BYTES
        except _FlawError as error:
            return {}, error.flaw
        except json.JSONDecodeError as error:
            if by_line:
                return {}, flaws.NOT_AN_OBJECT
            place = int(items.start[number]) + len(text[: error.pos].encode(source.work_encoding))
            refuse_at(source.name, source.work, error.msg, place)

    return ItemDrop(source, items, parse, document)


def _refuse_constant(constant: str) -> NoReturn:
    raise json.JSONDecodeError(f"{constant} is not JSON", constant, 0)


# One for all items: making one takes longer than reading an item.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_Pairs, parse_int=_Number, parse_float=_Number, parse_constant=_refuse_constant
)


def _read_item(name: str, value: object, text: str) -> Cells:
    """Return an item's text by path.

    A field of an object in an object is ``address.city``, an element of an array ``phones[0]`` and its fields
    ``phones[0].number``, counted from 0, the first MAX_ELEMENTS of each array. An object and an array are also there
    as a whole, as compact JSON. A key that holds ``.`` or ``[`` itself stands as it is written: such a key and a path
    of the same name are one column of the drop, and in one item they are a field named twice.
    """
    if not isinstance(value, _Pairs):
        raise _FlawError(flaws.NOT_AN_OBJECT)
    if "\\" in text:
        _check_texts(value)
    cells: Cells = {}
    for key, item in value:
        if isinstance(item, str) and key not in cells:
            cells[key] = item
        else:
            _add_cells(cells, key, item)
        if len(cells) > MAX_PATHS:
            refuse_paths(name)
    if len(text) * 4 > flaws.MAX_CELL_BYTES:
        longest = max((len(each.encode()) for each in (*cells, *cells.values()) if each), default=0)
        if longest > flaws.MAX_CELL_BYTES:
            raise _FlawError(flaws.TOO_LONG)
    return cells


def _add_cells(cells: Cells, path: str, value: Any) -> str:  # noqa: ANN401 (whatever JSON holds)
    """Add a value's own path and those below it, and return the value as compact JSON."""
    if path in cells:
        raise _FlawError(flaws.DUPLICATE_KEY)
    if isinstance(value, _Pairs):
        cells[path] = None  # its place among the headers: before its fields
        fields = (f"{encode_basestring(key)}:{_add_cells(cells, f'{path}.{key}', item)}" for key, item in value)
        cells[path] = written = "{" + ",".join(fields) + "}"
    elif isinstance(value, list):
        cells[path] = None
        beyond: Cells = {}
        elements = (
            _add_cells(cells if number < MAX_ELEMENTS else beyond, f"{path}[{number}]", item)
            for number, item in enumerate(value)
        )
        cells[path] = written = "[" + ",".join(elements) + "]"
    elif isinstance(value, _Number):
        cells[path] = written = value
    elif isinstance(value, str):
        cells[path], written = value, encode_basestring(value)
    else:
        written = json.dumps(value)
        cells[path] = None if value is None else written
    if len(written) > flaws.MAX_CELL_BYTES:
        raise _FlawError(flaws.TOO_LONG)
    return written


def _check_texts(value: Any) -> None:  # noqa: ANN401 (whatever JSON holds)
    """Refuse an item in which an escape stands for a control character or for half of a character."""
    if isinstance(value, str):
        if _CONTROL.search(value):
            raise _FlawError(flaws.CONTROL)
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _FlawError(flaws.BAD_BYTES) from None
    elif isinstance(value, list):
        for item in value:  # of an object: its pairs, which are tuples
            for each in item if isinstance(item, tuple) else (item,):
                _check_texts(each)
