"""From tokens to records: which line ends are real, how many fields each record has, and which records are damaged.

The rule is RFC 4180's: a quote opens a field only at its start, is doubled inside, and closes it only at its end. A
block in which every quote keeps the rule is cut with the parity of its quotes, vectorised; any other block goes to
pipelines.reading.repair.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipelines.reading import flaws
from pipelines.reading.repair import cut_damaged, opens_swallowing
from pipelines.reading.tokens import (
    CR,
    DELIMITER,
    LF,
    LINE_END,
    QUOTE,
    Bytes,
    Dialect,
    Mask,
    Positions,
    Tokens,
    find_special_bytes,
    find_tokens,
)

# A record longer than this is an unclosed quote, not a note.
MAX_RECORD_BYTES = 4 << 20


@dataclass(frozen=True)
class Records:
    """Records of a block in order, blank ones too; offsets are within the block.

    ``start`` to ``end`` is the content, ``next`` where the following record begins; ``line`` counts physical lines
    of the block from 0; ``fields`` counts fields; ``flaw`` is a number of pipelines.reading.flaws.
    """

    start: Positions
    end: Positions
    next: Positions
    line: Positions
    fields: Positions
    flaw: npt.NDArray[np.uint8]
    is_blank: Mask
    lines: int
    consumed: int
    unclosed_at_end: bool = False


def cut_records(block: Bytes, dialect: Dialect, width: int, *, is_last: bool) -> Records:
    """Cut a block that starts with a record into records; of width 0 any number of fields is right.

    Bytes behind the last whole record are left unless the block is the file's last; ``consumed`` says how far it got.
    """
    special = find_special_bytes(block, dialect)
    plain = _cut_plain(block, special, dialect, width)
    if plain is not None and not (is_last and plain.consumed < len(block)):
        return plain
    tokens = find_tokens(block, dialect, special)
    if not is_last and dialect.row_delimiter is None and len(block) and block[-1] == 13:
        # The other half of a CRLF may follow.
        keep = tokens.end < len(block)
        tokens = Tokens(tokens.start[keep], tokens.end[keep], tokens.kind[keep], tokens.controls)
    last_end = int(tokens.end[-1]) if len(tokens.end) and tokens.kind[-1] == LINE_END else -1
    if is_last and last_end != len(block):
        tokens = tokens.close_last_line(len(block))
    ends, unclosed_at_end = _find_record_ends(block, tokens, dialect, width, is_last=is_last)
    return _describe(block, dialect, tokens, ends, width, unclosed_at_end=unclosed_at_end)


def _cut_plain(block: Bytes, special: tuple[Positions, Bytes], dialect: Dialect, width: int) -> Records | None:
    """Cut a block that has no quote, and no control characters but one kind of line end: none of it needs a thought.

    Null where the block is not of that kind; the general way gives the same answer at twice the time.
    """
    at, value = special
    if len(dialect.delimiter) > 1 or dialect.row_delimiter is not None:
        return None
    feeds = np.flatnonzero(value == LF)
    is_other = value != dialect.delimiter[0]
    returns = np.flatnonzero(value == CR) if np.count_nonzero(is_other) > len(feeds) else feeds[:0]
    if np.count_nonzero(is_other) > len(feeds) + len(returns):
        return None
    ends, mark = feeds, 1
    if len(returns):
        is_crlf = len(returns) == len(feeds) and bool((at[returns] + 1 == at[feeds]).all())
        if not is_crlf:
            return None
        ends, mark = returns, 2
    end, following = at[ends], at[ends] + mark
    start = np.concatenate([np.zeros(1, dtype=np.int64), following[:-1]])[: len(end)]
    if int((end - start).max(initial=0)) > flaws.MAX_CELL_BYTES:
        return None
    fields = np.diff(ends, prepend=-mark) - (mark - 1)
    is_blank = _find_blank(block, dialect, start, end, fields, width)
    return Records(
        start, end, following, np.arange(len(end)), fields, np.zeros(len(end), dtype=np.uint8), is_blank,
        lines=len(end),
        consumed=int(following[-1]) if len(following) else 0,
    )  # fmt: skip


@dataclass(frozen=True)
class Ends:
    """Which tokens end a record, how many fields each record has, and the damage known so far."""

    at: Positions
    fields: Positions
    flaw: npt.NDArray[np.uint8]


def _find_record_ends(
    block: Bytes, tokens: Tokens, dialect: Dialect, width: int, *, is_last: bool
) -> tuple[Ends, bool]:
    is_quote = tokens.kind == QUOTE
    quotes = np.flatnonzero(is_quote)
    if not len(quotes):
        ends = np.flatnonzero(tokens.kind == LINE_END)
        return Ends(ends, np.diff(ends, prepend=-1), np.zeros(len(ends), dtype=np.uint8)), False
    if _quotes_keep_the_rule(tokens, quotes):
        outside = (np.cumsum(is_quote) & 1) == 0
        at = np.flatnonzero((tokens.kind == LINE_END) & outside)
        delimiters = np.cumsum((tokens.kind == DELIMITER) & outside)[at]
        fields = np.diff(delimiters, prepend=0) + 1
        closed_in_time = len(quotes) % 2 == 0 or (not is_last and _rest(tokens, at, len(block)) < MAX_RECORD_BYTES)
        if closed_in_time and not opens_swallowing(tokens, at, fields, width, MAX_RECORD_BYTES):
            return Ends(at, fields, np.zeros(len(at), dtype=np.uint8)), False
    at, fields, flaw, unclosed = cut_damaged(
        tokens, len(block), width, MAX_RECORD_BYTES, is_last=is_last, has_literals=not dialect.has_escapes
    )
    return Ends(at, fields, flaw), unclosed


def _rest(tokens: Tokens, ends: Positions, length: int) -> int:
    return length - (int(tokens.end[ends[-1]]) if len(ends) else 0)


def _quotes_keep_the_rule(tokens: Tokens, quotes: Positions) -> bool:
    opening, closing = quotes[0::2], quotes[1::2]
    before = np.where(opening > 0, tokens.end[opening - 1], 0)
    if not bool((before == tokens.start[opening]).all()):
        return False
    followed = closing[closing + 1 < len(tokens.start)]
    # A closing quote with nothing behind it stands at the end of an unfinished block: the next block decides.
    return bool((tokens.start[followed + 1] == tokens.end[followed]).all())


def _describe(
    block: Bytes, dialect: Dialect, tokens: Tokens, ends: Ends, width: int, *, unclosed_at_end: bool
) -> Records:
    end = tokens.start[ends.at]
    following = tokens.end[ends.at]
    start = np.concatenate([np.zeros(1, dtype=np.int64), following[:-1]])[: len(end)]
    line_ends = np.cumsum(tokens.kind == LINE_END)[ends.at] if len(ends.at) else np.zeros(0, dtype=np.int64)
    line = np.concatenate([np.zeros(1, dtype=np.int64), line_ends[:-1]])[: len(end)]
    flaw = ends.flaw
    _flag(flaw, start, tokens.controls[tokens.controls < (following[-1] if len(following) else 0)], flaws.CONTROL)
    if dialect.has_escapes and len(start):
        _flag(flaw, start, _find_bare_escapes(block[: int(following[-1])], dialect, tokens, start), flaws.STRAY)
    for record in np.flatnonzero(end - start > flaws.MAX_CELL_BYTES):
        inside = tokens.start[(tokens.start >= start[record]) & (tokens.start <= end[record])]
        if flaw[record] == flaws.GOOD and np.diff(inside, prepend=start[record]).max() > flaws.MAX_CELL_BYTES:
            flaw[record] = flaws.TOO_LONG
    is_blank = _find_blank(block, dialect, start, end, ends.fields, width)
    return Records(
        start, end, following, line, ends.fields, flaw, is_blank,
        lines=int(line_ends[-1]) if len(line_ends) else 0,
        consumed=int(following[-1]) if len(following) else 0,
        unclosed_at_end=unclosed_at_end,
    )  # fmt: skip


def _find_bare_escapes(block: Bytes, dialect: Dialect, tokens: Tokens, start: Positions) -> Positions:
    """Return the escaped quotes that stand outside quotes: no text there, and Polars would take them for quotes."""
    quotes = tokens.start[tokens.kind == QUOTE]
    escaped = np.setdiff1d(np.flatnonzero(block == dialect.quote[0]), quotes)
    record = np.searchsorted(start, escaped, side="right") - 1
    before = np.searchsorted(quotes, escaped) - np.searchsorted(quotes, start[record])
    bare: Positions = escaped[(before & 1) == 0]
    return bare


def _flag(flaw: npt.NDArray[np.uint8], starts: Positions, places: Positions, code: int) -> None:
    """Put a flaw on the good records that hold one of the places."""
    if len(places):
        hit = np.unique(np.searchsorted(starts, places, side="right") - 1)
        flaw[hit[flaw[hit] == flaws.GOOD]] = code


def flag_bad_bytes(records: Records, places: list[int]) -> None:
    """Put the flaw of undecodable bytes on the good records that hold one of the places."""
    _flag(records.flaw, records.start, np.array(places, dtype=np.int64), flaws.BAD_BYTES)


def _find_blank(
    block: Bytes, dialect: Dialect, start: Positions, end: Positions, fields: Positions, width: int
) -> Mask:
    is_blank: Mask = start == end
    single = np.flatnonzero((fields == 1) & ~is_blank) if width != 1 else np.zeros(0, dtype=np.int64)
    blanks = b" " if dialect.delimiter == b"\t" else b" \t"
    single = single[np.isin(block[start[single]], np.frombuffer(blanks, np.uint8))]
    if len(single):
        texts = np.flatnonzero(~np.isin(block, np.frombuffer(blanks, np.uint8)))
        is_blank[single] = np.searchsorted(texts, start[single]) == np.searchsorted(texts, end[single])
    return is_blank
