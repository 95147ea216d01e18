"""Lists in the tags of the North American registries: ``<ac val='416'><ph val='1234567'/></ac>``, as a stream."""

import re
from collections.abc import Iterator
from typing import NoReturn
from xml.parsers import expat

import polars as pl

from pipelines.errors import UserError
from pipelines.reading.tokens import Bytes

BLOCK_BYTES = 1 << 20
BATCH_ROWS = 500_000
SCHEMA = {"raw": pl.String, "date": pl.String, "action": pl.String}
_HEAD = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml|!--|!doctype|[a-z])", re.IGNORECASE)
_FRAGMENT = re.compile(rb"(?:\xef\xbb\xbf)?\s*<ac\s", re.IGNORECASE)


class _HostileError(Exception):
    """The file declares a document type: with it entities, and files elsewhere."""


class _Collector:
    """Takes the tags as they come and keeps nothing but rows."""

    def __init__(self) -> None:
        self.area = ""
        self.rows: list[tuple[str | None, str | None, str | None]] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Note an area code, or add a number of the area that is open."""
        name = tag.rpartition(":")[2].lower()
        if name == "ac":
            self.area = attributes.get("val", "")
        elif name == "ph":
            number = attributes.get("val")
            told = attributes.get("date") or attributes.get("listed_on")
            self.rows.append((self.area + number if number else None, told, attributes.get("action")))

    def end(self, tag: str) -> None:
        """Leave an area code behind."""
        if tag.rpartition(":")[2].lower() == "ac":
            self.area = ""

    def take(self) -> pl.DataFrame:
        """Return the rows so far, and begin anew."""
        taken, self.rows = self.rows, []
        return pl.DataFrame(taken, schema=SCHEMA, orient="row")


def is_tagged(work: Bytes) -> bool:
    """Say whether a file begins as XML does."""
    return _HEAD.match(work[:256].tobytes()) is not None


def read_tagged(name: str, work: Bytes) -> Iterator[pl.DataFrame]:
    """Yield ``raw`` (area and number), ``date`` and ``action`` (String, null where not told), in the file's order.

    A file of tags without a root is read as well. Raises UserError where it is malformed, holds no number, or has a
    document type declaration, which no list needs.
    """
    tags, is_any = _Collector(), False
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = tags.start, tags.end
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        if is_fragment := _FRAGMENT.match(work[:256].tobytes()) is not None:
            parser.Parse(b"<list>")
        for start in range(0, len(work), BLOCK_BYTES):
            parser.Parse(work[start : start + BLOCK_BYTES].tobytes())
            if len(tags.rows) >= BATCH_ROWS:
                is_any = True
                yield tags.take()
        parser.Parse(b"</list>" if is_fragment else b"", True)
    except _HostileError:
        raise UserError(name, "The XML has a document type declaration.", "No list needs one: take it out.") from None
    except expat.ExpatError as error:
        at = f"line {error.lineno}, column {error.offset + 1}"
        raise UserError(name, f"{at}: this is not XML.", "Ask for the whole file.") from None
    if tags.rows:
        yield tags.take()
    elif not is_any:
        raise UserError(name, "The XML has no <ph val='…'/> in an <ac val='…'>.", "Send a list of one number per line.")


def _refuse_doctype(*_: object) -> NoReturn:
    raise _HostileError
