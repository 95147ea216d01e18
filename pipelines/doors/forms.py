"""Forms from outside: multipart/form-data (RFC 7578), taken apart while it comes in, with bounds on all but the file.

What is wrong with a form is said once the body has come, as whoever is still sending does not hear an answer.
"""

import logging
from collections.abc import AsyncIterator, Iterable
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from pipelines.doors.answers import RefusedError

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

KIND = b"multipart/form-data"
MAX_PARTS, MAX_TEXT = 20, 64 * 1024
# Of one part: how many headers, and how long each is.
MAX_HEADERS, MAX_HEADER = 8, 4 * 1024
# The parser warns of what it refuses, in the words of whoever sent it.
logging.getLogger("python_multipart").setLevel(logging.ERROR)


class Form:
    """The parts of a form by their names, each there at most once; only the part ``file`` may be long."""

    def __init__(self, content_type: str | None, known: Iterable[str], file: str) -> None:
        self.known, self.file = frozenset(known), file
        self.parts: dict[str, bytearray] = {}
        self.problem: RefusedError | None = None
        self._count, self._is_whole = 0, False
        self._name, self._header, self._value = b"", bytearray(), bytearray()
        self._part = bytearray()
        kind, options = parse_options_header(content_type)
        if kind.strip() != KIND:
            self.refuse(RefusedError(415, "Content-Type is multipart/form-data."))
        elif not options.get(b"boundary"):
            self.refuse(RefusedError(400, "Content-Type names no boundary."))
        else:
            self._open(options[b"boundary"])

    async def read(self, pieces: AsyncIterator[bytes]) -> None:
        """Take a whole body. Raises RefusedError for the first thing that is wrong with it."""
        async for piece in pieces:
            if self.problem is None and piece:
                self._write(piece)
        if self.problem is None and not self._is_whole:
            self.refuse(RefusedError(400, "The form ends before its last boundary."))
        if self.problem is not None:
            raise self.problem

    def refuse(self, problem: RefusedError) -> None:
        """Note what is wrong: what has come is forgotten, and what comes is passed over."""
        self.problem = problem
        self.parts.clear()
        self._part = bytearray()

    def text(self, name: str) -> str:
        """Return a part as text without blanks around it; empty where there is none. Raises RefusedError."""
        try:
            return self.parts.get(name, b"").decode().strip()
        except UnicodeDecodeError:
            raise RefusedError(400, f"The part {name} is not UTF-8.") from None

    def _open(self, boundary: bytes) -> None:
        callbacks: MultipartCallbacks = {
            "on_part_begin": self._begin,
            "on_header_field": self._add_header,
            "on_header_value": self._add_value,
            "on_header_end": self._end_header,
            "on_headers_finished": self._begin_data,
            "on_part_data": self._add_data,
            "on_end": self._end,
        }
        try:
            self._parser = MultipartParser(
                boundary,
                callbacks,
                max_header_count=MAX_HEADERS,
                max_header_size=MAX_HEADER,
            )
        except FormParserError:
            self.refuse(RefusedError(400, "The boundary of the form is too long."))

    def _write(self, piece: bytes) -> None:
        try:
            self._parser.write(piece)
        except FormParserError:
            self.refuse(RefusedError(400, "The body is no multipart/form-data that can be read."))
        except RefusedError as problem:
            self.refuse(problem)

    def _begin(self) -> None:
        self._count += 1
        if self._count > MAX_PARTS:
            raise RefusedError(400, f"The form has more than {MAX_PARTS} parts.")
        self._name = b""

    def _add_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _add_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            kind, options = parse_options_header(self._value.decode("latin-1"))
            self._name = options.get(b"name", b"") if kind.strip() == b"form-data" else b""
        self._header, self._value = bytearray(), bytearray()

    def _begin_data(self) -> None:
        name = self._name.decode(errors="replace")
        if name not in self.known:
            fact = f"The form has no part '{name[:60]}'." if name else "A part of the form has no name."
            raise RefusedError(400, f"{fact} Known: {', '.join(sorted(self.known))}.")
        if name in self.parts:
            raise RefusedError(400, f"The part {name} is there twice.")
        self._part = self.parts[name] = bytearray()

    def _add_data(self, data: bytes, start: int, end: int) -> None:
        self._part += memoryview(data)[start:end]
        if len(self._part) > MAX_TEXT and self._part is not self.parts.get(self.file):
            raise RefusedError(400, f"A part other than {self.file} has more than {MAX_TEXT // 1024} KB.")

    def _end(self) -> None:
        self._is_whole = True
