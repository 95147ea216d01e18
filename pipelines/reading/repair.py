"""Cut a block in which quotes break the rule, so that a damaged record costs itself and not what follows.

Every physical line is judged twice, as if it began outside and as if it began inside a quoted field. Lines that are
whole records by themselves (nearly all) need no more thought; only the others are walked one by one. Where a quoted
field never ends, or ends in the middle of text, reading starts again at the first following line that looks like a
record of the table, if what stands between speaks for it.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipelines.reading import flaws
from pipelines.reading.tokens import DELIMITER, LINE_END, QUOTE, Mask, Positions, Tokens

# How many lines to look ahead for the place to start again: a window, so that a file full of damage stays linear.
_WINDOW = 1000


def opens_swallowing(tokens: Tokens, ends: Positions, fields: Positions, width: int, longest: int) -> bool:
    """Say whether a record over several lines is suspect: too long, of a wrong width, or full of rows."""
    if not width or not len(ends):
        return False
    lines_through = np.cumsum(tokens.kind == LINE_END)[ends]
    several = np.flatnonzero(np.diff(lines_through, prepend=0) > 1)
    if not len(several):
        return False
    lengths = np.diff(tokens.end[ends], prepend=0)
    if bool((fields[several] != width).any()) or int(lengths[several].max()) > longest:
        return True
    quoted = np.diff(np.cumsum(tokens.kind == DELIMITER)[ends], prepend=0) - (fields - 1)
    inner = np.diff(lines_through, prepend=0) - 2
    return bool(((inner >= 2) & (quoted >= 0.8 * inner * (width - 1)))[several].any()) and width >= 3


@dataclass(frozen=True)
class _Lines:
    """Each physical line, as if it began outside a quoted field (0) and as if inside one (1)."""

    end_token: Positions
    start: Positions
    end: Positions
    closed0: Mask  # a whole record by itself
    open0: Mask  # keeps the rule and ends inside a quoted field
    close1: Mask
    inside1: Mask
    fields0: Positions
    delimiters1: Positions  # how many before each line, were all begun inside

    def looks_like_record(self, width: int) -> Mask:
        return self.closed0 & ((self.fields0 == width) if width else True)


def cut_damaged(
    tokens: Tokens, length: int, width: int, longest: int, *, is_last: bool, has_literals: bool = True
) -> tuple[Positions, Positions, npt.NDArray[np.uint8], bool]:
    """Cut a block into records: the token that ends each, its fields, its flaw; and whether the last never closes.

    ``has_literals`` says whether quotes in pairs inside an unquoted field are text.
    """
    lines = _judge_lines(tokens, has_literals=has_literals)
    walk = _Walk(lines, length, width, longest, is_last)
    walk.run()
    ends = walk.is_end.copy()
    ends[walk.stop :] = False
    return lines.end_token[ends], walk.fields[ends], walk.flaw[ends], walk.unclosed_at_end


def _judge_lines(tokens: Tokens, *, has_literals: bool) -> _Lines:
    end_token = np.flatnonzero(tokens.kind == LINE_END)
    count = len(end_token)
    whole = slice(0, int(end_token[-1]) + 1 if count else 0)
    start, end, kind = tokens.start[whole], tokens.end[whole], tokens.kind[whole]
    line = np.cumsum(kind == LINE_END) - (kind == LINE_END)
    quotes_before = np.cumsum(kind == QUOTE) - (kind == QUOTE)
    first_token = np.concatenate([np.zeros(1, dtype=np.int64), end_token[:-1] + 1])[:count]
    is_odd = ((quotes_before - quotes_before[first_token][line]) & 1).astype(bool) if count else np.zeros(0, bool)
    touches_before = start == np.concatenate([np.zeros(1, dtype=np.int64), end[:-1]])[: len(start)]
    touches_next = np.append(end[:-1] == start[1:], True)[: len(start)]
    quote, delimiter = np.flatnonzero(kind == QUOTE), np.flatnonzero(kind == DELIMITER)
    is_literal, starts_odd = _find_literal(kind, quote, touches_before, is_odd)
    is_literal &= has_literals
    legal_even = np.where(is_odd, touches_next, touches_before)[quote] | (is_literal & ~starts_odd)
    legal_odd = np.where(is_odd, touches_before, touches_next)[quote] | (is_literal & starts_odd)
    legal0 = np.bincount(line[quote][~legal_even], minlength=count) == 0
    legal1 = np.bincount(line[quote][~legal_odd], minlength=count) == 0
    odd_quotes = (np.bincount(line[quote], minlength=count) & 1).astype(bool)
    fields0 = np.bincount(line[delimiter][~is_odd[delimiter]], minlength=count) + 1
    inner = np.bincount(line[delimiter][is_odd[delimiter]], minlength=count)
    return _Lines(
        end_token,
        end[first_token - 1] * (first_token > 0) if count else np.zeros(0, dtype=np.int64),
        end[end_token],
        closed0=legal0 & ~odd_quotes,
        open0=legal0 & odd_quotes,
        close1=legal1 & odd_quotes,
        inside1=legal1 & ~odd_quotes,
        fields0=fields0.astype(np.int64),
        delimiters1=np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(inner)]),
    )


def _find_literal(
    kind: npt.NDArray[np.uint8], quote: Positions, touches_before: Mask, is_odd: Mask
) -> tuple[Mask, Mask]:
    """Say of each quote whether it is plain text, were its field unquoted; and the parity its field begins with.

    Plain are the quotes of ``Robert "Bob" Smith``: in pairs, in a field that does not begin with one. A single one
    (``5" pipe``) may as well be the half of a pair that was lost, so it is damage.
    """
    if not len(quote):
        return np.zeros(0, dtype=bool), np.zeros(0, dtype=bool)
    part = np.cumsum(kind != QUOTE)[quote]
    is_first = np.append(True, part[1:] != part[:-1])
    group = np.cumsum(is_first) - 1
    first = quote[is_first]
    is_plain = ~touches_before[first] & (np.bincount(group) % 2 == 0)
    return is_plain[group], is_odd[first][group]


class _Walk:
    """The walk over the lines that are not whole records by themselves."""

    def __init__(self, lines: _Lines, length: int, width: int, longest: int, is_last: bool) -> None:
        self.lines, self.length, self.width, self.longest, self.is_last = lines, length, width, longest, is_last
        self.count = len(lines.end_token)
        self.is_end = np.ones(self.count, dtype=bool)
        self.fields = lines.fields0.copy()
        self.flaw = np.zeros(self.count, dtype=np.uint8)
        self.stop = self.count
        self.unclosed_at_end = False
        self.good0 = lines.looks_like_record(width)
        self.good_before = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(self.good0)])
        self.starts = self.good0 | lines.open0
        self.turns = np.append(np.flatnonzero(~lines.inside1), self.count)

    def run(self) -> None:
        odd_ones = np.flatnonzero(~self.lines.closed0)
        odd_ones = odd_ones[~self._keep_strays(odd_ones)]
        at = 0
        while at < len(odd_ones):
            first = int(odd_ones[at])
            last = (
                self._open_record(first)
                if self.lines.open0[first]
                else self._keep(first, self._next_turn(first), 0, flaws.STRAY)
            )
            if last < 0:
                self.stop = first
                return
            at = int(np.searchsorted(odd_ones, last, side="right"))

    def _keep(self, first: int, last: int, fields: int, flaw: int) -> int:
        self.is_end[first:last] = False
        self.is_end[last] = True
        self.fields[last] = fields
        self.flaw[last] = flaw
        return last

    def _next_turn(self, first: int) -> int:
        """Return the first line after this one that is more than text inside a quoted field, or the line count."""
        return int(self.turns[np.searchsorted(self.turns, first, side="right")])

    def _next_turns(self, lines: Positions) -> Positions:
        turns: Positions = self.turns[np.searchsorted(self.turns, lines, side="right")]
        return turns

    def _open_record(self, first: int) -> int:
        """Keep the record that begins at a line that ends inside quotes; -1 where its end is not in the block."""
        lines, turn = self.lines, self._next_turn(first)
        if turn == self.count:
            if not self.is_last and self.length - lines.start[first] <= self.longest:
                return -1
            last = self._start_again(first, self.count - 1)
            self.unclosed_at_end = self.is_last and last == self.count - 1
            return self._keep(first, last, int(lines.fields0[first]), flaws.UNCLOSED)
        fields = int(lines.fields0[first] + lines.delimiters1[turn + 1] - lines.delimiters1[first + 1])
        if not lines.close1[turn]:
            last = self._start_again(first, turn)
            return self._keep(first, last, fields, flaws.UNCLOSED if last < turn else flaws.STRAY)
        if self._holds_rows(first, turn):
            return self._keep(first, first, fields, flaws.UNCLOSED)
        too_long = lines.end[turn] - lines.start[first] > self.longest
        if self.width in (0, fields) and not too_long:
            return self._keep(first, turn, fields, flaws.GOOD)
        last = self._start_again(first, turn)
        return self._keep(first, last, fields, flaws.UNCLOSED if last < turn or too_long else flaws.GOOD)

    def _keep_strays(self, odd_ones: Positions) -> Mask:
        """Keep each line with a quote out of place that is a record by itself, and say which of the lines those are.

        All at once, since a file may be full of them; a record that begins before one and ends behind it takes it in.
        """
        turn = self._next_turns(odd_ones)
        behind = np.minimum(odd_ones + 1, self.count - 1)
        at, after = np.minimum(turn, self.count - 1), np.minimum(turn + 1, self.count - 1)
        # With it goes the rest of a quoted field that it may have begun.
        has_rest = (turn < self.count) & (turn - odd_ones < _WINDOW) & self.lines.close1[at] & ~self.starts[behind]
        has_rest &= ~self.lines.open0[at] & ((turn + 1 == self.count) | self.starts[after])
        alone: Mask = ~self.lines.open0[odd_ones] & ~has_rest
        self.fields[odd_ones[alone]] = 0
        self.flaw[odd_ones[alone]] = flaws.STRAY
        return alone

    def _holds_rows(self, first: int, turn: int) -> bool:
        inner = turn - first - 1
        return self.width >= 3 and inner >= 2 and self._good_share(first + 1, turn) >= 0.8

    def _good_share(self, begin: int, end: int) -> float:
        return float(self.good_before[end] - self.good_before[begin]) / max(1, end - begin)

    def _start_again(self, first: int, turn: int) -> int:
        """Return the last line of a damaged record that begins at ``first`` and goes wrong at ``turn``."""
        begin, end = first + 1, min(turn, first + _WINDOW)
        if begin > end:
            return first
        candidates = np.flatnonzero(self.starts[begin : end + 1]) + begin
        if not self.starts[turn]:
            shares = (self.good_before[turn] - self.good_before[candidates]) / np.maximum(1, turn - candidates)
            # Prose in a quoted field of a table of one column looks like rows: there it stays one record.
            enough = {0: 2.0, 1: 2.0, 2: 0.9}.get(self.width, 0.5)
            candidates = candidates[(shares >= enough) & (candidates < turn)]
        if len(candidates):
            return int(candidates[0]) - 1
        return turn if self.lines.end[turn] - self.lines.start[first] <= self.longest else first
