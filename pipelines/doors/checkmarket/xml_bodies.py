"""XML from outside and back: plain elements with text, read by the standard library's parser.

A document type declaration is refused in whatever encoding it comes, and with it every entity, bomb and file elsewhere;
depth and number of elements are counted while they are read.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn
from xml.etree.ElementTree import Element, SubElement, tostring
from xml.parsers import expat

from pipelines.doors.answers import RefusedError

MAX_DEPTH = 20
MAX_ELEMENTS = 1_000_000
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
SERIALIZATION = "http://schemas.microsoft.com/2003/10/Serialization/"
# What no XML 1.0 document may hold, even escaped.
_FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(slots=True)
class Node:
    """An element: its name without a namespace, its text as it stands, the elements in it."""

    name: str
    is_nil: bool = False
    text: str = ""
    children: list["Node"] = field(default_factory=list)


def read_xml(body: bytes) -> Node:
    """Return the root of a document. Raises RefusedError (400) for what is malformed or hostile."""
    tree = _Tree()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = tree.start, tree.end
    parser.CharacterDataHandler = tree.add_text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError):
        raise RefusedError(400, "The body is not XML.") from None
    return tree.top.children[0]


class _Tree:
    """Takes elements as they come, so many and so deep."""

    def __init__(self) -> None:
        self.top = Node("")
        self.open = [self.top]
        # Texts in the elements that are open, in parts: comments can cut one into millions.
        self.texts: list[list[str]] = [[]]
        self.elements = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if len(self.open) > MAX_DEPTH:
            raise RefusedError(400, f"The XML nests deeper than {MAX_DEPTH} levels.")
        if self.elements > MAX_ELEMENTS:
            raise RefusedError(400, f"The XML has more than {MAX_ELEMENTS:,} elements. Send fewer at once.")
        node = Node(name.rpartition(" ")[2], attributes.get(f"{INSTANCE} nil") in ("true", "1"))
        self.open[-1].children.append(node)
        self.open.append(node)
        self.texts.append([])

    def end(self, _: str) -> None:
        self.open.pop().text = "".join(self.texts.pop())

    def add_text(self, text: str) -> None:
        self.texts[-1].append(text)


def _refuse_doctype(*_: object) -> NoReturn:
    raise RefusedError(400, "XML with a document type declaration is refused: it can hold entity bombs.")


def write_xml(
    root: str, values: dict[str, Any], items: dict[str, str], order: Callable[[Sequence[str]], list[str]]
) -> bytes:
    """Return values as a document as CheckMarket writes them: elements without attributes, nulls as ``i:nil``.

    ``items`` names the elements of a list by the key that holds it, ``order`` puts the keys of one element in order.
    """
    # Plain attributes, so that they stand in the order of their documents.
    top = Element(root, {"xmlns:i": INSTANCE, "z:Id": "i1", "xmlns:z": SERIALIZATION})
    _fill(top, values, items, order)
    text: bytes = tostring(top, "utf-8", xml_declaration=False)
    return text


def _fill(element: Element, value: object, items: dict[str, str], order: Callable[[Sequence[str]], list[str]]) -> None:
    if isinstance(value, dict):
        for key in order(list(value)):
            _fill(SubElement(element, key), value[key], items, order)
    elif isinstance(value, list):
        for each in value:
            _fill(SubElement(element, items[element.tag]), each, items, order)
    elif value is None:
        element.set("i:nil", "true")
    else:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        element.text = _FORBIDDEN.sub("?", text)
