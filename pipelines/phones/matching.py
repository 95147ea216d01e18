"""Matches patterns as Python's `re` does, on numbers of which only the first digits are known.

Alternatives are tried in order and groups are captured, as `re` would. Where the answer hangs on a digit that is not
known, `UndecidedError` is raised.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.phones.patterns import ANY_DIGIT, Choice, Digit, End, Group, Node, Repeat, Sequence, read_pattern


class UndecidedError(Exception):
    """The answer depends on digits that are not known yet."""


@dataclass(frozen=True)
class PartialNumber:
    """A number whose first digits are known and whose further digits are only counted."""

    known: str
    unknown: int

    def __len__(self) -> int:
        return len(self.known) + self.unknown

    def drop(self, count: int) -> "PartialNumber":
        """Take `count` digits off the start; they must be known, or the rest is not the key plus a constant."""
        if count > len(self.known):
            raise UndecidedError
        return PartialNumber(self.known[count:], self.unknown)

    def allows(self, at: int, allowed: int) -> bool:
        """Say whether the digit at a position is one of a set."""
        if at >= len(self.known) + self.unknown:
            return False
        if allowed == ANY_DIGIT:
            return True
        if at >= len(self.known):
            raise UndecidedError
        return bool(allowed >> ord(self.known[at]) - 48 & 1)


class WatchedNumber(PartialNumber):
    """A partly known number that remembers what was looked at.

    `looked`: how many of its digits; `reach`: how many it must have for that; `measured`: whether its end was found.
    """

    looked = 0
    reach = 0
    measured = False

    def allows(self, at: int, allowed: int) -> bool:
        """Say whether the digit at a position is one of a set, and remember what was looked at."""
        if at >= len(self.known):
            if at >= len(self.known) + self.unknown:
                object.__setattr__(self, "measured", True)
                return False
            if allowed != ANY_DIGIT:
                raise UndecidedError
        if at >= self.reach:
            object.__setattr__(self, "reach", at + 1)
        if allowed == ANY_DIGIT:
            return True
        if at >= self.looked:
            object.__setattr__(self, "looked", at + 1)
        return bool(allowed >> ord(self.known[at]) - 48 & 1)

    def ends(self, at: int) -> bool:
        """Say whether a position is the end."""
        object.__setattr__(self, "measured", True)
        return at == len(self)


Spans = tuple[tuple[int, int] | None, ...]
Answer = tuple[int, Spans] | None


def _match(node: Node, number: WatchedNumber, at: int, spans: Spans) -> Iterator[tuple[int, Spans]]:
    """Yield every way that a node matches from a position, in the order in which `re` would try them."""
    match node:
        case Digit(allowed):
            if number.allows(at, allowed):
                yield at + 1, spans
        case Sequence(parts):
            yield from _match_all(parts, number, at, spans)
        case Choice(options):
            for starts, option in options:
                if starts is None or number.allows(at, starts):
                    yield from _match(option, number, at, spans)
        case Repeat():
            yield from _match_repeated(node, number, at, spans)
        case Group(part, index):
            for after, found in _match(part, number, at, spans):
                yield after, (*found[: index - 1], (at, after), *found[index:])
        case End():
            if number.ends(at):
                yield at, spans


def _match_repeated(node: Repeat, number: WatchedNumber, at: int, spans: Spans) -> Iterator[tuple[int, Spans]]:
    if node.most > 0:
        less = Repeat(node.part, max(node.least - 1, 0), node.most - 1)
        for after, found in _match(node.part, number, at, spans):
            yield from _match(less, number, after, found)
    if node.least == 0:
        yield at, spans


def _match_all(parts: tuple[Node, ...], number: WatchedNumber, at: int, spans: Spans) -> Iterator[tuple[int, Spans]]:
    if not parts:
        yield at, spans
        return
    for after, found in _match(parts[0], number, at, spans):
        yield from _match_all(parts[1:], number, after, found)


class StartPattern:
    """A pattern that `re` would match at the start of a number, captures included.

    An answer is kept under the digits that were looked at for it, which answer for all numbers that start with them.
    """

    def __init__(self, pattern: str) -> None:
        self.tree, self.groups = read_pattern(pattern)
        self._answers: dict[str, tuple[int, Answer]] = {}
        self._measured: dict[tuple[int, str], Answer] = {}

    def match_start(self, number: PartialNumber) -> Answer:
        """Answer where the match ends and what the groups span, or None; raises UndecidedError."""
        length = len(number)
        for looked in range(len(number.known) + 1):
            start = number.known[:looked]
            if start in self._answers and self._answers[start][0] <= length:
                return self._answers[start][1]
            if (length, start) in self._measured:
                return self._measured[length, start]
        watched = WatchedNumber(number.known, number.unknown)
        answer = next(_match(self.tree, watched, 0, (None,) * self.groups), None)
        start = number.known[: watched.looked]
        if watched.measured:
            self._measured[length, start] = answer
        else:
            self._answers[start] = (watched.reach, answer)
        return answer

    def forget(self) -> None:
        """Drop the answers that were kept."""
        self._answers.clear()
        self._measured.clear()
