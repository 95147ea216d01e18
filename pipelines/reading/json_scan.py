"""Where the items of a JSON drop stand, found from brackets, commas and quotes alone.

This is the count of a JSON drop's records that owes nothing to the parser of its cells.
"""

import json
from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from pipelines.errors import UserError
from pipelines.reading.tokens import Bytes, Mask, Positions

# Leads are flat; a document this deep is an attack on the parser.
MAX_DEPTH = 100
_OPENING, _CLOSING = np.frombuffer(b"{[", np.uint8), np.frombuffer(b"}]", np.uint8)
_BLANKS = b" \t\r\n"


@dataclass(frozen=True)
class Items:
    """The pieces of the text that each hold one item."""

    start: Positions
    end: Positions
    is_by_line: bool


def find_items(name: str, text: bytes) -> Items:
    """Find the items of an array of objects, of ``{"rows": [...]}`` or of JSON lines.

    Raises UserError where brackets do not match, or nest deeper than MAX_DEPTH.
    """
    head = text.lstrip(_BLANKS)[:1]
    if head == b"{" and _has_lines(text):
        return _find_lines(text)
    view = np.frombuffer(text, dtype=np.uint8)
    at = np.flatnonzero(np.isin(view, np.frombuffer(b'{}[],"', np.uint8)))
    at = at[~((view[at] == ord('"')) & _is_escaped(view, at))]
    is_quote = view[at] == ord('"')
    at = at[~is_quote & ((np.cumsum(is_quote) & 1) == 0)]
    mark = view[at]
    depth = np.cumsum(np.isin(mark, _OPENING).astype(np.int64) - np.isin(mark, _CLOSING))
    if len(depth) and int(depth.max()) > MAX_DEPTH:
        _refuse_depth(name)
    if head == b"[":
        level, opening = 1, 0
    elif head == b"{":
        level, opening = 2, _find_rows(text, at, mark, depth)
    else:
        raise UserError(name, "This is not JSON: it begins with neither [ nor {.", "Declare file.format: csv.")
    if opening < 0:
        begin = len(text) - len(text.lstrip(_BLANKS))
        return Items(np.array([begin]), np.array([len(text.rstrip(_BLANKS))]), is_by_line=False)
    closing = np.flatnonzero((depth == level - 1) & (np.arange(len(depth)) > opening))
    if not len(closing):
        _refuse(name, text)
    end = int(closing[0])
    _check_outside(name, text, int(at[opening]), int(at[end]))
    commas = np.flatnonzero((mark == ord(",")) & (depth == level))
    cuts = at[commas[(commas > opening) & (commas < end)]]
    start, stop = np.append(at[opening], cuts) + 1, np.append(cuts, at[end])
    if len(start) == 1 and not text[start[0] : stop[0]].strip(_BLANKS):
        start, stop = start[:0], stop[:0]
    return Items(*_trim(view, start, stop), is_by_line=False)


def _is_escaped(view: Bytes, at: Positions) -> Mask:
    """Say which of the places follow an odd number of backslashes."""
    slashes = np.flatnonzero(view == ord("\\"))
    if not len(slashes):
        return np.zeros(len(at), dtype=bool)
    is_first = np.append(True, np.diff(slashes) > 1)
    run_start = slashes[is_first][np.cumsum(is_first) - 1]
    run_length = np.zeros(len(view) + 1, dtype=np.bool_)
    run_length[slashes + 1] = ((slashes - run_start + 1) & 1).astype(bool)
    return run_length[at]


def _has_lines(text: bytes) -> bool:
    """Say whether the first filled line is a whole value and more follow."""
    first, _, rest = text.lstrip(_BLANKS).partition(b"\n")
    if not rest.strip(_BLANKS):
        return False
    return _is_value(first) or rest.lstrip(_BLANKS).startswith(b"{")


def _is_value(text: bytes) -> bool:
    if text.count(b"[") + text.count(b"{") > 10 * MAX_DEPTH:
        return True
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _find_lines(text: bytes) -> Items:
    view = np.frombuffer(text, dtype=np.uint8)
    ends = np.append(np.flatnonzero(view == 10), len(view))
    starts = np.append(0, ends[:-1] + 1)
    start, end = _trim(view, starts, ends)
    is_filled = end > start
    return Items(start[is_filled], end[is_filled], is_by_line=True)


def _trim(view: Bytes, start: Positions, end: Positions) -> tuple[Positions, Positions]:
    """Take the blanks off both ends of each piece."""
    is_text = ~np.isin(view, np.frombuffer(_BLANKS, np.uint8))
    filled = np.flatnonzero(is_text)
    if not len(filled):
        return start, start
    first = filled[np.minimum(np.searchsorted(filled, start), len(filled) - 1)]
    last = filled[np.maximum(np.searchsorted(filled, end) - 1, 0)] + 1
    is_empty = (last <= start) | (first >= end)
    return np.where(is_empty, start, first), np.where(is_empty, start, last)


def _find_rows(text: bytes, at: Positions, mark: Bytes, depth: Positions) -> int:
    for opening in np.flatnonzero((mark == ord("[")) & (depth == 2)).tolist():
        before = text[int(at[opening - 1]) + 1 : int(at[opening])] if opening else b""
        if b"".join(before.split()) == b'"rows":':
            return int(opening)
    return -1


def _check_outside(name: str, text: bytes, opening: int, closing: int) -> None:
    try:
        json.loads(text[:opening] + b"[]" + text[closing + 1 :])
    except ValueError:
        _refuse(name, text)


def _refuse_depth(name: str) -> NoReturn:
    raise UserError(name, f"The JSON nests deeper than {MAX_DEPTH} levels.", "Send flat objects.")


def _refuse(name: str, text: bytes) -> NoReturn:
    """Raise what is wrong with a text that is not JSON as a whole."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        refuse_at(name, text, error.msg, len(error.doc[: error.pos].encode()))
    except UnicodeDecodeError as error:
        refuse_at(name, text, "bytes that are not UTF-8", error.start)
    raise UserError(name, "The JSON is malformed.", "Ask the supplier to send it again.")


def refuse_at(name: str, text: bytes, message: str, offset: int) -> NoReturn:
    """Raise a UserError that names the line and column of an offset into the text."""
    line = text.count(b"\n", 0, offset) + 1
    column = len(text[text.rfind(b"\n", 0, offset) + 1 : offset].decode("utf-8", "replace")) + 1
    raise UserError(
        name, f"The JSON is malformed at line {line}, column {column}: {message}.", "Ask the supplier to send it again."
    )


def check_depth(name: str, piece: bytes) -> None:
    """Refuse an item that nests too deep for the parser, however its brackets stand."""
    if piece.count(b"[") + piece.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    in_text = escaped = False
    for byte in piece:
        if escaped:
            escaped = False
        elif byte == 0x5C:
            escaped = in_text
        elif byte == 0x22:
            in_text = not in_text
        elif not in_text and byte in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                _refuse_depth(name)
        elif not in_text and byte in b"]}":
            depth -= 1
