"""An XML drop: records that are elements of one path, each parsed on its own by the standard library's parser."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from xml.parsers import expat

import numpy as np

from pipelines.columns.headers import show_header
from pipelines.errors import UserError
from pipelines.reading import flaws
from pipelines.reading.choosing import WHOLE, choose_records, refuse_path
from pipelines.reading.items import MAX_ELEMENTS, MAX_PATHS, Cells, Document, ItemDrop, Items, refuse_paths
from pipelines.reading.places import count_lines
from pipelines.reading.settings import FileSettings
from pipelines.reading.source import Source
from pipelines.reading.xml_scan import (
    START_TAG,
    Element,
    find_elements,
    is_declaration,
    name_locally,
    refuse_malformed,
    require_count,
)

_HTML = re.compile(rb"\s*<(?:!doctype\s+html|html[\s>])", re.IGNORECASE)
_DECLARATION = re.compile(rb"<\?xml\s.*?\?>", re.DOTALL)
# From here on an encoding is known or declared; below it was guessed, and XML that declares none is UTF-8.
_SURE = 0.9
_MAX_NAMED = 12


class _NamedTwiceError(Exception):
    """Two fields of a record have one path."""


@dataclass(slots=True)
class _Node:
    """One element of a record."""

    attributes: dict[str, str]
    children: dict[str, list["_Node"]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)


def open_xml(source: Source, settings: FileSettings, mapped_headers: Collection[str] = ()) -> ItemDrop:
    """Find the records of an XML drop and their paths.

    ``settings.records`` names them from the root, as ``Leads.Lead``; ``$`` is the root itself. Undeclared they are
    the repeated elements with fields of their own that stand highest, of several names the most frequent; where none
    repeats, the one element that has every header of ``mapped_headers``, else the highest that is not the only child.
    A root without content has no records. Namespaces are left out of names.

    Raises UserError where the file is HTML, malformed (naming line and column) or has a document type declaration,
    where the path is not there and where more than one thing could be the records.
    """
    text = replace(source, work=source.work[source.start :], start=0)
    if _HTML.match(text.work[:4096].tobytes()):
        raise UserError(source.name, "This is an HTML page.", "Ask the supplier for the list itself.")
    is_sure = settings.encoding != "auto" or source.confidence >= _SURE
    encoding = source.work_encoding if is_sure else "utf-8"
    declared = None if settings.records in (None, "auto") else settings.records
    root = find_elements(source.name, text.work, encoding, declared)
    record = _find_declared(source.name, root, declared) if declared else _choose(source.name, root, mapped_headers)
    if source.odd_tail:
        raise UserError(source.name, "The XML ends in the middle of a character.", "Ask for the whole file.")
    require_count(source.name, text.work, root, record, encoding)
    start, end = np.array(record.starts, dtype=np.int64), np.array(record.ends, dtype=np.int64)
    if record is root and not _read_cells(source.name, text.work[start[0] : end[0]].tobytes(), encoding):
        start, end = start[:0], end[:0]
    header, footer = _cut_frame(source, text, record)
    document = Document(
        "xml", _write_notices(record, declared), header_bytes=header, footer_bytes=footer, is_first_plain=True
    )
    return _open_records(text, Items(start, end, count_lines(text.work, start)), encoding, document)


def _find_declared(name: str, root: Element, path: str) -> Element:
    if path == WHOLE:
        return root
    elements = {each.path: each for each in root.walk()}
    around = elements.get(path.rpartition(".")[0])
    if path not in elements and around is root and not root.children:
        return Element(path, root, 2)  # a delivery without leads
    if path not in elements:
        refuse_path(name, path, [each.path for each in elements.values() if each.children])
    return elements[path]


def _choose(name: str, root: Element, mapped: Collection[str]) -> Element:
    elements = {each.path: each for each in root.walk()}
    repeated = [
        each
        for each in elements.values()
        if each.count > 1 and (each.children or each.attributes) and each.parent and each.parent.is_alone
    ]
    highest = [each for each in repeated if each.depth == min(other.depth for other in repeated)]
    lists = [
        each for each in highest if each.count == max(other.count for other in highest if other.parent is each.parent)
    ]
    wholes = [each for each in elements.values() if each.is_alone and (each.children or each.attributes)]
    path = choose_records(
        name,
        {each.path: each.list_headers() for each in lists},
        {each.path: each.list_headers() for each in wholes},
        mapped,
    )
    return elements[path] if path else _descend(root)


def _descend(element: Element) -> Element:
    """Return the first element, from the root down, that is more than a wrapper around one other."""
    children = list(element.children.values())
    if len(children) == 1 and children[0].count == 1 and children[0].children:
        return _descend(children[0])
    return element


def _write_notices(record: Element, declared: str | None) -> tuple[str, ...]:
    notices = [] if declared else [f"The records are taken from {show_header(record.path)}."]
    beside: list[str] = []
    inner, around = record, record.parent
    while around:
        beside += [each.path for each in around.children.values() if each.path != inner.path]
        inner, around = around, around.parent
    if beside:
        listed = ", ".join(map(show_header, beside[:_MAX_NAMED]))
        more = f" and {len(beside) - _MAX_NAMED} more" if len(beside) > _MAX_NAMED else ""
        notices.append(f"Beside the records stand elements that are left out: {listed}{more}.")
    return tuple(notices)


def _cut_frame(source: Source, text: Source, record: Element) -> tuple[bytes, bytes]:
    """Return the supplier's own bytes of what opens and closes around the records, the root's namespaces with it."""
    data, tags = text.work.data, list[bytes]()
    around = record.parent
    while around and around.starts:
        tag = START_TAG.match(data, around.starts[0])
        if tag:
            tags.insert(0, tag.group())
        around = around.parent
    declaration = _DECLARATION.match(data)
    header = [declaration.group()] if declaration else []
    names = [re.split(rb"[\s/>]", tag[1:], maxsplit=1)[0] for tag in tags]
    footer = b"".join(b"</" + name + b">\n" for name in reversed(names))
    mark = source.work[: source.start].tobytes()
    if source.encoding.startswith(("utf-16", "utf-32")):
        mark = "\ufeff".encode(source.encoding)
    lines = b"".join(line + b"\n" for line in [*header, *tags])
    return mark + source.to_file_bytes(lines), source.to_file_bytes(footer)


def _open_records(source: Source, items: Items, encoding: str, document: Document) -> ItemDrop:
    def parse(_: int, piece: bytes) -> tuple[Cells, int]:
        try:
            cells = _read_cells(source.name, piece, encoding)
        except _NamedTwiceError:
            return {}, flaws.DUPLICATE_KEY
        if len(piece) * 4 > flaws.MAX_CELL_BYTES:
            longest = max((len(cell.encode()) for cell in cells.values() if cell), default=0)
            if longest > flaws.MAX_CELL_BYTES:
                return {}, flaws.TOO_LONG
        return cells, flaws.GOOD

    return ItemDrop(source, items, parse, document)


def _read_cells(name: str, piece: bytes, encoding: str) -> Cells:
    """Return the text by path of one record.

    ``Address.City`` is an element of an element, ``@id`` and ``Address.@type`` are attributes, ``Address.#text`` is
    what stands beside other elements. Of elements that repeat in the record the first is both ``Phone`` and
    ``Phone[0]``, the next ``Phone[1]``, up to MAX_ELEMENTS; those beyond have no path. An element with
    ``xsi:nil`` is null.
    """
    cells: Cells = {}
    _add_cells(name, cells, "", _parse_piece(name, piece, encoding))
    return cells


def _parse_piece(name: str, piece: bytes, encoding: str) -> _Node:
    parser = expat.ParserCreate(encoding)
    parser.buffer_text = True
    top = _Node({})
    stack = [top]

    def start(full_name: str, attributes: dict[str, str]) -> None:
        node = _Node(attributes)
        stack[-1].children.setdefault(name_locally(full_name), []).append(node)
        stack.append(node)

    def end(_: str) -> None:
        stack.pop()

    def add_text(text: str) -> None:
        stack[-1].texts.append(text)

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, add_text
    try:
        parser.Parse(piece, True)
    except expat.ExpatError as error:
        refuse_malformed(name, error)
    return next(iter(top.children.values()))[0]


def _add_cells(name: str, cells: Cells, path: str, node: _Node) -> None:
    below = f"{path}." if path else ""
    text = "".join(node.texts)
    is_nil = any(each.endswith(":nil") and value in ("true", "1") for each, value in node.attributes.items())
    if path and not node.children:
        _put(name, cells, path, None if is_nil else text)
    elif text.strip():
        _put(name, cells, f"{below}#text", text)
    for attribute, value in node.attributes.items():
        if not is_declaration(attribute) and not attribute.endswith(":nil"):
            _put(name, cells, f"{below}@{name_locally(attribute)}", value)
    for child, nodes in node.children.items():
        _add_cells(name, cells, below + child, nodes[0])
        if len(nodes) > 1:
            for number, each in enumerate(nodes[:MAX_ELEMENTS]):
                _add_cells(name, cells, f"{below}{child}[{number}]", each)


def _put(name: str, cells: Cells, path: str, text: str | None) -> None:
    if path in cells:
        raise _NamedTwiceError
    cells[path] = text
    if len(cells) > MAX_PATHS:
        refuse_paths(name)
