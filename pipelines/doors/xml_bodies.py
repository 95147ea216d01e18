"""XML from outside and back: plain elements with text, read by the standard library's parser.

A document type declaration is refused in whatever encoding it comes, and with it every entity, bomb and file elsewhere;
depth and number of elements are counted while they are read.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NoReturn
from xml.etree.ElementTree import Element, SubElement, tostring
from xml.parsers import expat

from pipelines.doors.answers import RefusedError

MAX_DEPTH = 100
MAX_ELEMENTS = 1_000_000
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
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
    _parse(body, tree.start, tree.end, tree.add_text)
    return tree.top.children[0]


def count_elements(body: bytes) -> int:
    """Return how many elements of one name stand beside each other at most; raises as ``read_xml``."""
    most, beside = 1, [Counter[str]()]

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal most
        beside[-1][name] += 1
        most = max(most, beside[-1][name])
        beside.append(Counter())

    def end(_: str) -> None:
        beside.pop()

    _parse(body, start, end)
    return most


def write_xml(
    root: Element,
    values: Mapping[str, object],
    name_entry: Callable[[str], str],
    *,
    order: Callable[[list[str]], Iterable[str]] = iter,
    null: Mapping[str, str] | None = None,
) -> bytes:
    """Return values as a document in UTF-8 without a declaration: a key is an element, each entry of a list one in it.

    ``name_entry`` names the entries by the key that holds them, ``order`` puts the keys of one element in order, and
    ``null`` are the attributes of an element without a value. What XML cannot say becomes a question mark.
    """
    _fill(root, values, name_entry, order, null or {})
    text: bytes = tostring(root, "utf-8", xml_declaration=False)
    return text


class _Tree:
    """Takes elements as they come."""

    def __init__(self) -> None:
        self.top = Node("")
        self.open = [self.top]
        # Texts in the elements that are open, in parts: comments can cut one into millions.
        self.texts: list[list[str]] = [[]]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        node = Node(name.rpartition(" ")[2], attributes.get(f"{INSTANCE} nil") in ("true", "1"))
        self.open[-1].children.append(node)
        self.open.append(node)
        self.texts.append([])

    def end(self, _: str) -> None:
        self.open.pop().text = "".join(self.texts.pop())

    def add_text(self, text: str) -> None:
        self.texts[-1].append(text)


def _parse(
    body: bytes,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    add_text: Callable[[str], None] | None = None,
) -> None:
    """Tell of elements as they come, so many and so deep."""
    depth = elements = 0

    def counted(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, elements
        depth, elements = depth + 1, elements + 1
        if depth > MAX_DEPTH:
            raise RefusedError(400, f"The XML nests deeper than {MAX_DEPTH} levels.")
        if elements > MAX_ELEMENTS:
            raise RefusedError(400, f"The XML has more than {MAX_ELEMENTS:,} elements. Send fewer at once.")
        start(name, attributes)

    def ended(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(name)

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = counted, ended
    parser.StartDoctypeDeclHandler = _refuse_doctype
    if add_text:
        parser.CharacterDataHandler = add_text
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError):
        raise RefusedError(400, "The body is not XML.") from None


def _refuse_doctype(*_: object) -> NoReturn:
    raise RefusedError(400, "XML with a document type declaration is refused: it can hold entity bombs.")


def _fill(
    element: Element,
    value: object,
    name_entry: Callable[[str], str],
    order: Callable[[list[str]], Iterable[str]],
    null: Mapping[str, str],
) -> None:
    if isinstance(value, Mapping):
        for key in order(list(value)):
            _fill(SubElement(element, key), value[key], name_entry, order, null)
    elif isinstance(value, list | tuple):
        for each in value:
            _fill(SubElement(element, name_entry(element.tag)), each, name_entry, order, null)
    elif value is None:
        element.attrib |= null
    else:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        element.text = _FORBIDDEN.sub("?", text)
