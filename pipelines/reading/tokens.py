"""Where delimiters, line ends and quotes stand in a block of bytes; nothing here knows what a record is."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Positions = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

DELIMITER, LINE_END, QUOTE = 1, 2, 3
NO_DELIMITER = b"\x1f"  # a control character: it never stands in a readable record
CR, LF, TAB, BACKSLASH = 13, 10, 9, 92
# Small enough for the processor's cache: twice as fast as a mask over a whole block.
_STRIP = 1 << 18


@dataclass(frozen=True)
class Dialect:
    """How records are written, in work bytes; ``row_delimiter`` is None where LF, CRLF and CR all end a line.

    ``quote`` is empty where nothing quotes; with ``has_escapes`` a quote behind a backslash is text.
    """

    delimiter: bytes
    row_delimiter: bytes | None = None
    quote: bytes = b'"'
    has_escapes: bool = False


@dataclass(frozen=True)
class Tokens:
    """The marks of a block in order: ``kind`` of each, from ``start`` up to ``end``; and the control characters."""

    start: Positions
    end: Positions
    kind: npt.NDArray[np.uint8]
    controls: Positions

    def close_last_line(self, length: int) -> "Tokens":
        """Return the tokens with a line end of no width at the end of the data."""
        return Tokens(
            np.append(self.start, length),
            np.append(self.end, length),
            np.append(self.kind, np.uint8(LINE_END)),
            self.controls,
        )


def find_tokens(block: Bytes, dialect: Dialect, special: tuple[Positions, Bytes] | None = None) -> Tokens:
    """Find every delimiter, line end and quote of a block, inside quotes or not; ``special`` if it is known."""
    at, value = special or find_special_bytes(block, dialect)
    kinds = np.zeros(256, dtype=np.uint8)
    if dialect.quote:
        kinds[dialect.quote[0]] = QUOTE
    if len(dialect.delimiter) == 1:
        kinds[dialect.delimiter[0]] = DELIMITER
    if dialect.row_delimiter is None:
        kinds[[LF, CR]] = LINE_END
    is_control = (value < 32) & (value != TAB) & (value != LF) & (value != CR)
    if len(dialect.delimiter) == 1 and dialect.delimiter != NO_DELIMITER:
        is_control &= value != dialect.delimiter[0]
    kind = kinds[value]
    if dialect.has_escapes:
        quotes = np.flatnonzero(kind == QUOTE)
        kind[quotes[is_escaped(block, at[quotes])]] = 0
    start, end = at, at + 1
    if dialect.row_delimiter is None:
        start, end, kind = _join_crlf(start, end, kind, value)
    keep = kind != 0
    tokens = (
        Tokens(start[keep], end[keep], kind[keep], at[is_control])
        if not keep.all()
        else Tokens(start, end, kind, at[is_control])
    )
    if dialect.row_delimiter is not None:
        ends = find_word(block, dialect.row_delimiter)
        starts = ends - (block[ends - 1] == CR) * (ends > 0) if dialect.row_delimiter == b"\n" else ends
        tokens = _add_marks(tokens, starts, ends + len(dialect.row_delimiter), LINE_END)
    if len(dialect.delimiter) > 1:
        at = find_word(block, dialect.delimiter)
        tokens = _add_marks(tokens, at, at + len(dialect.delimiter), DELIMITER)
    return tokens


def find_special_bytes(block: Bytes, dialect: Dialect) -> tuple[Positions, Bytes]:
    """Return the places of delimiters of one byte, quotes and control characters, and the byte at each."""

    def look(begin: int) -> Positions:
        strip = block[begin : begin + _STRIP]
        special = strip < 32
        if dialect.quote:
            special |= strip == dialect.quote[0]
        if len(dialect.delimiter) == 1:
            special |= strip == dialect.delimiter[0]
        return np.flatnonzero(special) + begin

    found = [look(begin) for begin in range(0, len(block), _STRIP)]
    at = np.concatenate(found) if found else np.zeros(0, dtype=np.int64)
    return at, block[at]


def is_escaped(block: Bytes, places: Positions) -> Mask:
    """Say which places stand behind an odd number of backslashes."""
    slashes = np.flatnonzero(block == BACKSLASH)
    if not len(slashes):
        return np.zeros(len(places), dtype=bool)
    last = np.searchsorted(slashes, places) - 1
    touches = (last >= 0) & (slashes[last] == places - 1)
    odd: Mask = touches & ((places - find_run_starts(slashes)[last]) & 1).astype(bool)
    return odd


def find_run_starts(places: Positions) -> Positions:
    """Return for each of some ascending places where the run of neighbours that it belongs to begins."""
    is_first = np.append(True, np.diff(places) > 1)[: len(places)]
    starts: Positions = places[is_first][np.cumsum(is_first) - 1]
    return starts


def _join_crlf(
    start: Positions, end: Positions, kind: npt.NDArray[np.uint8], value: Bytes
) -> tuple[Positions, Positions, npt.NDArray[np.uint8]]:
    returns = np.flatnonzero(value[:-1] == CR)
    pairs = returns[(value[returns + 1] == LF) & (start[returns + 1] == end[returns])]
    if len(pairs):
        start = start.copy()
        start[pairs + 1] -= 1
        kind[pairs] = 0
    return start, end, kind


def find_word(block: Bytes, word: bytes) -> Positions:
    """Return where a text of several bytes stands, from left to right, without overlaps."""
    width = len(word)
    if len(block) < width:
        return np.zeros(0, dtype=np.int64)
    at = np.flatnonzero(block[: len(block) - width + 1] == word[0])
    for offset in range(1, width):
        at = at[block[at + offset] == word[offset]]
    if width == 1 or not len(at) or int(np.diff(at).min(initial=width)) >= width:
        return at
    kept, free = [], 0
    for position in at.tolist():
        if position >= free:
            kept.append(position)
            free = position + width
    return np.array(kept, dtype=np.int64)


def _add_marks(tokens: Tokens, starts: Positions, ends: Positions, kind: int) -> Tokens:
    start = np.concatenate([tokens.start, starts])
    end = np.concatenate([tokens.end, ends])
    # Of two marks that begin together the longer counts: a row delimiter `|~|` where `|` delimits.
    order = np.lexsort((-end, start))
    start, end = start[order], end[order]
    kinds = np.concatenate([tokens.kind, np.full(len(starts), kind, dtype=np.uint8)])[order]
    # A mark inside another mark (the comma of a `,|` row delimiter) is part of it.
    inside = np.zeros(len(start), dtype=bool)
    if len(start) > 1:
        inside[1:] = start[1:] < np.maximum.accumulate(end)[:-1]
    return Tokens(start[~inside], end[~inside], kinds[~inside], tokens.controls)
