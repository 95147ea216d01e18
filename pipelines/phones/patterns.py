r"""Reads libphonenumber's regular expressions over digits into trees, for `automata.py` and `matching.py`.

Only what the metadata uses is understood: digits, classes, `\d`, groups, `|`, `?`, `{m}`, `{m,n}` and `$`.
Anything else raises `UnsupportedPatternError` rather than being guessed.
"""

import re
from dataclasses import dataclass

ANY_DIGIT = 0b1111111111


class UnsupportedPatternError(Exception):
    """A pattern uses a construct that this module does not read."""


@dataclass(frozen=True)
class Digit:
    """One digit out of a set, as ten bits."""

    allowed: int


@dataclass(frozen=True)
class Sequence:
    """One part after the other."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True)
class Choice:
    """Alternatives in order, each with the digits that it can start with (None: it may match nothing at all)."""

    options: "tuple[tuple[int | None, Node], ...]"


@dataclass(frozen=True)
class Repeat:
    """A part several times, as often as possible first."""

    part: "Node"
    least: int
    most: int


@dataclass(frozen=True)
class Group:
    """A part whose place is captured."""

    part: "Node"
    index: int


@dataclass(frozen=True)
class End:
    """`$`, which for digits is the end of the number."""


Node = Digit | Sequence | Choice | Repeat | Group | End

_TOKEN = re.compile(r"\(\?:|[()|?$]|\{\d+(?:,\d+)?\}|\[[0-9\\d-]+\]|\\d|[0-9~A-Za-z]")


def read_class(text: str) -> int:
    r"""Turn the inside of a character class into ten bits: digits, ranges and `\d`."""
    bits = 0
    for low, high, single in re.findall(r"(\d)-(\d)|(\\d|.)", text):
        if single == "\\d":
            bits |= ANY_DIGIT
        elif single and not single.isdigit():
            raise UnsupportedPatternError(f"[{text}]")
        else:
            for digit in range(int(low or single), int(high or single) + 1):
                bits |= 1 << digit
    return bits


def list_starts(node: Node) -> int | None:
    """Answer the digits that a match of a node can start with, as ten bits; None where it may match nothing."""
    match node:
        case Digit(allowed):
            return allowed
        case Group(part, _):
            return list_starts(part)
        case Repeat(part, least, _):
            return list_starts(part) if least else None
        case End():
            return None
        case Choice(options):
            starts = 0
            for first, _ in options:
                if first is None:
                    return None
                starts |= first
            return starts
        case Sequence(parts):
            starts = 0
            for part in parts:
                first = list_starts(part)
                if first is not None:
                    return starts | first
                if not isinstance(part, Repeat):
                    return None
                starts |= list_starts(part.part) or 0
            return None


class _Reader:
    """Reads one pattern by recursive descent."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.tokens: list[str] = _TOKEN.findall(pattern)
        if "".join(self.tokens) != pattern:
            raise UnsupportedPatternError(pattern)
        self.at = 0
        self.groups = 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1]

    def read_choice(self) -> Node:
        options = [self.read_sequence()]
        while self.peek() == "|":
            self.take()
            options.append(self.read_sequence())
        return options[0] if len(options) == 1 else Choice(tuple((list_starts(option), option) for option in options))

    def read_sequence(self) -> Node:
        parts: list[Node] = []
        while self.peek() not in ("", "|", ")"):
            part = self.read_one()
            if self.peek() == "?":
                self.take()
                part = Repeat(part, 0, 1)
            elif self.peek().startswith("{"):
                bounds = self.take()[1:-1].split(",")
                part = Repeat(part, int(bounds[0]), int(bounds[-1]))
            if self.peek() == "?" or self.peek().startswith("{"):
                raise UnsupportedPatternError(self.pattern)
            parts.append(part)
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def read_one(self) -> Node:
        mark = self.take()
        if mark in ("(", "(?:"):
            index = 0
            if mark == "(":
                self.groups += 1
                index = self.groups
            part = self.read_choice()
            if self.peek() != ")":
                raise UnsupportedPatternError(self.pattern)
            self.take()
            return Group(part, index) if index else part
        if mark == "$":
            return End()
        if mark == "\\d":
            return Digit(ANY_DIGIT)
        if mark.startswith("["):
            return Digit(read_class(mark[1:-1]))
        if len(mark) == 1 and mark not in "?|)":
            return Digit(1 << int(mark) if mark.isdigit() else 0)
        raise UnsupportedPatternError(self.pattern)


def read_pattern(pattern: str) -> tuple[Node, int]:
    """Read a pattern into a tree; answers the tree and the number of its capturing groups."""
    reader = _Reader(pattern)
    tree = reader.read_choice()
    if reader.at != len(reader.tokens):
        raise UnsupportedPatternError(pattern)
    return tree, reader.groups
