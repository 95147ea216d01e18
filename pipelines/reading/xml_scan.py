"""Where the elements of an XML drop stand, by one walk of the standard library's parser over the work bytes.

The number of the records is held against the start tags that a search of the bytes finds, apart from the parser.
"""

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from pipelines.errors import UserError
from pipelines.reading.choosing import WHOLE
from pipelines.reading.items import MAX_PATHS, refuse_paths
from pipelines.reading.places import cut_blocks
from pipelines.reading.tokens import Bytes

# Leads are flat; a document this deep is an attack on the parser.
MAX_DEPTH = 100
# A tag, comment or instruction longer than this is no part of a lead; the parser reads an unfinished one anew with
# every block.
MAX_TAG_BYTES = 16 << 20
START_TAG = re.compile(rb"""<[^\s/>]++(?:[^>"']++|"[^"]*+"|'[^']*+')*+>""")
_END_TAG = re.compile(rb"</[^>]*+>")
_BREAKS_ENCODING = expat.errors.XML_ERROR_INVALID_TOKEN


@dataclass(eq=False)
class Element:
    """All elements with the same names from the root to them; ``path`` joins these by dots.

    ``starts`` and ``ends`` are places in the work bytes: of all elements of the declared path and of those around
    them, else of those that no repeated element contains.
    """

    path: str
    parent: "Element | None"
    depth: int
    count: int = 0
    children: dict[str, "Element"] = field(default_factory=dict)
    attributes: dict[str, None] = field(default_factory=dict)
    starts: "array[int]" = field(default_factory=lambda: array("q"))
    ends: "array[int]" = field(default_factory=lambda: array("q"))

    @property
    def is_alone(self) -> bool:
        """Whether the document has one such element and one of each around it."""
        return self.parent is None or (self.count == 1 and self.parent.is_alone)

    def walk(self) -> Iterator["Element"]:
        """Yield this element and all below it."""
        yield self
        for child in self.children.values():
            yield from child.walk()

    def list_headers(self) -> list[str]:
        """Return the paths that a record here would have, without the places of repeated elements."""
        below = len(self.path) + 1
        headers = [f"@{name}" for name in self.attributes]
        for each in list(self.walk())[1:]:
            headers += [each.path[below:], *(f"{each.path[below:]}.@{name}" for name in each.attributes)]
        return headers


def name_locally(name: str) -> str:
    """Return the name of an element or attribute without the prefix of its namespace."""
    return name.rpartition(":")[2]


def is_declaration(attribute: str) -> bool:
    """Say whether an attribute names a namespace and is no data."""
    return attribute == "xmlns" or attribute.startswith("xmlns:")


def find_elements(name: str, view: Bytes, encoding: str, records: str | None) -> Element:
    """Return the root element of a document, ``records`` being the declared path of the records.

    Raises UserError where the document is malformed, has a document type declaration, nests deeper than MAX_DEPTH or
    has more than MAX_PATHS different paths.
    """
    return _Walk(name, view, encoding, records).walk()


class _Walk:
    """One walk through a document."""

    def __init__(self, name: str, view: Bytes, encoding: str, records: str | None) -> None:
        self._name, self._view, self._bytes = name, view, view.data
        self._declared = None if records == WHOLE else records
        self._top = Element("", None, 0)
        self._stack: list[tuple[Element, int]] = [(self._top, 0)]
        self._paths = 0
        self._parser = parser = expat.ParserCreate(encoding)
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.StartDoctypeDeclHandler = self._refuse_doctype

    def walk(self) -> Element:
        parser = self._parser
        try:
            for start, block in cut_blocks(self._view, 0, len(self._view)):
                parser.Parse(block.tobytes(), False)
                if start - max(parser.CurrentByteIndex, 0) > MAX_TAG_BYTES:
                    fact = f"A tag at line {parser.CurrentLineNumber} does not end within {MAX_TAG_BYTES >> 20} MiB."
                    raise UserError(self._name, fact, "Send each field as an element.")
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            refuse_malformed(self._name, error)
        return next(iter(self._top.children.values()))

    def _start(self, full_name: str, attributes: dict[str, str]) -> None:
        around = self._stack[-1][0]
        local = name_locally(full_name)
        element = around.children.get(local)
        if element is None:
            path = f"{around.path}.{local}" if around.path else local
            element = around.children[local] = Element(path, around, around.depth + 1)
            self._count_path(element.depth)
        element.count += 1
        for each in attributes:
            if each not in element.attributes and not is_declaration(each):
                self._count_path(element.depth)
                element.attributes[name_locally(each)] = None
        tag_end = 0
        if self._is_kept(element, around):
            start = self._parser.CurrentByteIndex
            tag = START_TAG.match(self._bytes, start)
            tag_end = tag.end() if tag else start
            element.starts.append(start)
            element.ends.append(tag_end)
        self._stack.append((element, tag_end))

    def _is_kept(self, element: Element, around: Element) -> bool:
        if self._declared is None:
            return around.is_alone
        return element.path == self._declared or self._declared.startswith(element.path + ".")

    def _count_path(self, depth: int) -> None:
        self._paths += 1
        if self._paths > MAX_PATHS:
            refuse_paths(self._name)
        if depth > MAX_DEPTH:
            raise UserError(self._name, f"The XML nests deeper than {MAX_DEPTH} levels.", "Send flat elements.")

    def _end(self, _: str) -> None:
        element, tag_end = self._stack.pop()
        if tag_end and self._bytes[tag_end - 2] != ord("/"):
            tag = _END_TAG.match(self._bytes, self._parser.CurrentByteIndex)
            element.ends[-1] = tag.end() if tag else tag_end

    def _refuse_doctype(self, *_: object) -> None:
        raise UserError(
            self._name,
            "XML with a document type declaration (DTD) is refused: it can hold entity bombs.",
            "Send plain elements.",
        )


def refuse_malformed(name: str, error: expat.ExpatError) -> NoReturn:
    """Raise a UserError that names the line and column at which the parser stopped."""
    message = expat.ErrorString(error.code)
    remedy = "Ask the supplier to send it again"
    if message == _BREAKS_ENCODING:
        remedy += ", or declare file.encoding if it is not what the file says"
    where = f"line {error.lineno}, column {error.offset + 1}"
    raise UserError(name, f"The XML is malformed at {where}: {message}.", f"{remedy}.") from None


def require_count(name: str, view: Bytes, root: Element, record: Element, encoding: str) -> None:
    """Hold the parser's number of elements that are named as the records against the start tags in the bytes.

    Raises UserError where they differ.
    """
    local = record.path[len(record.parent.path) + 1 if record.parent and record.parent.path else 0 :]
    parsed = sum(each.count for around in root.walk() for name, each in around.children.items() if name == local)
    parsed += root.count if root.path == local else 0
    tag = rb"(?:[^\s/>:<!?]+:)?" + re.escape(local.encode(encoding)) + rb"(?=[\s/>])"
    skipped = rb"!--.*?-->|!\[CDATA\[.*?\]\]>|\?.*?\?>"
    found = re.finditer(rb"<(?:(" + tag + rb")|" + skipped + rb")", view.data, re.DOTALL)
    counted = sum(1 for each in found if each.lastindex)
    if counted != parsed:
        raise UserError(
            name,
            f"The file has {counted:,} start tags of <{local}> and the parser found {parsed:,}.",
            "Nothing was loaded. Please report this file as a bug of leadmill.",
        )
