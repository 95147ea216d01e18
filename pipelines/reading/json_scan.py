"""Where the items of a JSON drop stand, found from brackets, commas and quotes alone, block by block.

This is the count of a JSON drop's records that owes nothing to the parser of its cells.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
import numpy.typing as npt

from pipelines.errors import UserError
from pipelines.reading.items import Items
from pipelines.reading.places import count_lines, cut_blocks, locate, skip_blanks, trim_blanks
from pipelines.reading.tokens import Bytes, Mask, Positions, find_run_starts

# Leads are flat; a document this deep is an attack on the parser.
MAX_DEPTH = 100
# What stands around the records, and a malformed document whose fault is looked for, is parsed as a whole up to this.
MAX_WHOLE_BYTES = 64 << 20
_QUOTE, _COMMA, _BACKSLASH, _LF = b'",\\\n'
_STEP: npt.NDArray[np.int64] = np.zeros(256, dtype=np.int64)
_STEP[list(b"{[")], _STEP[list(b"}]")] = 1, -1
_IS_MARK: npt.NDArray[np.bool_] = np.isin(np.arange(256), np.frombuffer(b'{}[],"', np.uint8))


@dataclass(frozen=True)
class Marks:
    """Brackets and commas outside texts, of one block: where they stand, which they are, the depth behind them."""

    at: Positions
    byte: Bytes
    depth: Positions


def walk_marks(name: str, view: Bytes, begin: int) -> Iterator[Marks]:
    """Yield the marks from ``begin``, which is outside any text. Raises UserError beyond MAX_DEPTH."""
    in_text = is_pending = False
    depth = 0
    for start, block in cut_blocks(view, begin, len(view)):
        at = np.flatnonzero(_IS_MARK[block])
        is_quote = block[at] == _QUOTE
        is_escaped, is_pending = _find_escaped(block, at, is_pending=is_pending)
        quotes = np.cumsum(is_quote & ~is_escaped) + in_text
        in_text = bool(quotes[-1] & 1) if len(quotes) else in_text
        at = at[~is_quote & ((quotes & 1) == 0)]
        byte = block[at]
        depths = depth + np.cumsum(_STEP[byte])
        if len(depths):
            depth = int(depths[-1])
            if int(depths.max()) > MAX_DEPTH:
                _refuse_depth(name)
        yield Marks(at + start, byte, depths)


def _find_escaped(block: Bytes, at: Positions, *, is_pending: bool) -> tuple[Mask, bool]:
    """Say which of the places follow an odd number of backslashes, and whether the block ends behind such a number.

    ``is_pending`` says the same of the block before.
    """
    slashes = np.flatnonzero(block == _BACKSLASH)
    if is_pending:
        slashes = np.append(-1, slashes)
    if not len(slashes):
        return np.zeros(len(at), dtype=bool), False
    is_odd = ((slashes - find_run_starts(slashes)) & 1) == 0
    nearest = np.minimum(np.searchsorted(slashes, at - 1), len(slashes) - 1)
    return (slashes[nearest] == at - 1) & is_odd[nearest], bool(is_odd[-1] and slashes[-1] == len(block) - 1)


def find_items(name: str, text: bytes | Bytes, opening: int | None = None) -> Items:
    """Find the items of the array that opens at ``opening``; by default the text is an array and nothing else.

    Raises UserError where brackets do not match, or nest deeper than MAX_DEPTH.
    """
    view: Bytes = np.frombuffer(text, dtype=np.uint8)
    begin = skip_blanks(view, 0, len(view)) if opening is None else opening
    cuts, end = [np.array([begin])], -1
    for marks in walk_marks(name, view, begin):
        closing = np.flatnonzero(marks.depth == 0)
        inside = int(closing[0]) if len(closing) else len(marks.at)
        is_comma = (marks.byte[:inside] == _COMMA) & (marks.depth[:inside] == 1)
        cuts.append(marks.at[:inside][is_comma])
        if len(closing):
            end = int(marks.at[inside])
            break
    if end < 0 or view[end] != ord("]"):
        refuse(name, view)
    if opening is None:
        if skip_blanks(view, end + 1, len(view)) < len(view):
            refuse(name, view)
    else:
        check_outside(name, view, opening, end)
    cut = np.concatenate([*cuts, np.array([end])])
    start, stop = trim_blanks(view, cut[:-1] + 1, cut[1:])
    if len(start) == 1 and start[0] == stop[0]:
        start, stop = start[:0], stop[:0]
    return Items(start, stop, count_lines(view, start))


def find_lines(view: Bytes, begin: int) -> tuple[Items, int]:
    """Return the filled lines from ``begin`` on, each one item, and how many lines are blank."""
    found: list[tuple[Positions, Positions, Positions]] = []
    line_start, line, blank_lines = begin, 1, 0

    def add(ends: Positions) -> None:
        starts = np.append(line_start, ends[:-1] + 1)
        start, end = trim_blanks(view, starts, ends)
        keep = end > start
        found.append((start[keep], end[keep], np.flatnonzero(keep) + line))

    for start, block in cut_blocks(view, begin, len(view)):
        ends = np.flatnonzero(block == _LF) + start
        if len(ends):
            add(ends)
            blank_lines += len(ends) - len(found[-1][0])
            line_start, line = int(ends[-1]) + 1, line + len(ends)
    add(np.array([len(view)]))
    starts, stops, lines = (np.concatenate(part) for part in zip(*found, strict=True))
    return Items(starts, stops, lines), blank_lines


def has_lines(view: Bytes, begin: int) -> bool:
    """Say whether the first filled line is a whole value and more follow."""
    begin = skip_blanks(view, begin, len(view))
    end = next((s + int(np.argmax(b == _LF)) for s, b in cut_blocks(view, begin, len(view)) if _LF in b), len(view))
    behind = skip_blanks(view, end, len(view))
    if behind == len(view):
        return False
    return view[behind] == ord("{") or (end - begin <= MAX_WHOLE_BYTES and _is_value(view[begin:end].tobytes()))


def _is_value(text: bytes) -> bool:
    if text.count(b"[") + text.count(b"{") > 10 * MAX_DEPTH:
        return True
    try:
        json.loads(text.decode("latin-1"))
    except ValueError:
        return False
    return True


def check_outside(name: str, view: Bytes, opening: int, closing: int) -> None:
    """Refuse a document that is not JSON around the container between two brackets. Raises UserError."""
    if len(view) - (closing - opening) > MAX_WHOLE_BYTES:
        size = f"{MAX_WHOLE_BYTES >> 20} MiB"
        raise UserError(name, f"More than {size} stand outside the records.", "Send the records alone.")
    text = view[:opening].tobytes() + b"[]" + view[closing + 1 :].tobytes()
    try:
        json.loads(text.decode("latin-1"))
    except ValueError:
        refuse(name, view)


def check_depth(name: str, piece: bytes) -> None:
    """Refuse an item that nests too deep for the parser, however its brackets stand."""
    if piece.count(b"[") + piece.count(b"{") > MAX_DEPTH:
        for _ in walk_marks(name, np.frombuffer(piece, np.uint8), 0):
            pass


def _refuse_depth(name: str) -> NoReturn:
    raise UserError(name, f"The JSON nests deeper than {MAX_DEPTH} levels.", "Send flat objects.")


def refuse(name: str, view: Bytes) -> NoReturn:
    """Raise what is wrong with a text that is not JSON as a whole."""
    if len(view) <= MAX_WHOLE_BYTES:
        try:
            # One character a byte: where the parser stops is then a place in the bytes.
            json.loads(view.tobytes().decode("latin-1"))
        except json.JSONDecodeError as error:
            refuse_at(name, view, error.msg, error.pos)
    raise UserError(name, "The JSON is malformed: its brackets do not match.", "Ask the supplier to send it again.")


def refuse_at(name: str, view: Bytes, message: str, place: int) -> NoReturn:
    """Raise a UserError that names the line and column of a place in the text."""
    line, column = locate(view, place)
    raise UserError(
        name, f"The JSON is malformed at line {line}, column {column}: {message}.", "Ask the supplier to send it again."
    )
