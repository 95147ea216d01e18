"""XML from outside and to the outside: no document type declaration, not nested without end, nothing expanded."""

import html
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn
from xml.parsers import expat

from pipelines.doors.answers import RefusedError

MAX_DEPTH = 100
# What XML 1.0 has no way to say.
_UNSAID = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _HostileError(Exception):
    """The document has what no body needs."""


def count_elements(body: bytes) -> int:
    """Return how many elements of one name stand beside each other at most.

    Raises RefusedError (400) for what is not XML, has a document type declaration or is nested too deeply.
    """
    most, beside = 1, [Counter[str]()]

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal most
        beside[-1][name] += 1
        most = max(most, beside[-1][name])
        beside.append(Counter())
        if len(beside) > MAX_DEPTH:
            raise _HostileError

    def end(_: str) -> None:
        beside.pop()

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler, parser.StartDoctypeDeclHandler = start, end, _refuse_doctype
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, LookupError, ValueError, _HostileError):
        message = "The body is not XML, or has a document type declaration, or is nested without end."
        raise RefusedError(400, message) from None
    return most


def _refuse_doctype(*_: object) -> NoReturn:
    raise _HostileError


def write_xml(root: str, document: Mapping[str, Any]) -> bytes:
    """Return a document as XML in UTF-8: a key is an element, each entry of a list one of its own inside it.

    Entries of ``errors`` are called ``error``. What is null is an empty element; what XML cannot say becomes U+FFFD.
    """
    text = "".join(_write_element(root, document))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode()


def _write_element(name: str, value: object) -> Iterator[str]:
    yield f"<{name}>"
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _write_element(key, inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _write_element(name.removesuffix("s"), inner)
    elif value is not None:
        yield html.escape(_UNSAID.sub("\ufffd", str(value)), quote=False)
    yield f"</{name}>"
