"""Turns patterns into automata over digits: do all, none or some ways to go on with n more digits match."""

from functools import cache

from pipelines.phones.matching import PartialNumber, UndecidedError
from pipelines.phones.patterns import (
    ANY_DIGIT,
    Choice,
    Digit,
    End,
    Group,
    Node,
    Repeat,
    Sequence,
    UnsupportedPatternError,
    read_pattern,
)

NONE, ALL, SOME = 0, 1, 2


class Automaton:
    """A deterministic automaton, built as far as it is walked.

    `whole` asks for a match of all the digits (`re.fullmatch`), otherwise any start will do (`re.match`).
    """

    def __init__(self, pattern: str, *, whole: bool) -> None:
        self._moves: list[list[tuple[int, int]]] = []
        self._skips: list[list[int]] = []
        self._final = self._add_place()
        if not whole:
            self._moves[self._final].append((ANY_DIGIT, self._final))
        first = self._lay(read_pattern(pattern)[0], self._final)
        self._names: dict[frozenset[int], int] = {}
        self._sets: list[frozenset[int]] = []
        self._next: list[list[int]] = []
        self._fates: dict[tuple[int, int], int] = {}
        self.start = self._name(self._close({first}))

    def _add_place(self) -> int:
        self._moves.append([])
        self._skips.append([])
        return len(self._moves) - 1

    def _lay(self, node: Node, target: int) -> int:
        """Lay a node's places so that they lead to `target`; answers the place to enter by."""
        match node:
            case Digit(allowed):
                place = self._add_place()
                self._moves[place].append((allowed, target))
                return place
            case Sequence(parts):
                for part in reversed(parts):
                    target = self._lay(part, target)
                return target
            case Choice(options):
                place = self._add_place()
                self._skips[place].extend(self._lay(option, target) for _, option in options)
                return place
            case Repeat(part, least, most):
                for left in range(most, 0, -1):
                    entry = self._lay(part, target)
                    if left > least:
                        place = self._add_place()
                        self._skips[place] += [entry, target]  # later repetitions are optional too
                        entry = place
                    target = entry
                return target
            case Group(part, _):
                return self._lay(part, target)
            case End():
                raise UnsupportedPatternError("$ in a pattern of a whole number")

    def _close(self, places: set[int]) -> frozenset[int]:
        waiting = list(places)
        while waiting:
            for place in self._skips[waiting.pop()]:
                if place not in places:
                    places.add(place)
                    waiting.append(place)
        return frozenset(place for place in places if self._moves[place] or place == self._final)

    def _name(self, places: frozenset[int]) -> int:
        if places not in self._names:
            self._names[places] = len(self._sets)
            self._sets.append(places)
            self._next.append([])
        return self._names[places]

    def step(self, state: int) -> list[int]:
        """Answer the ten states that the ten digits lead to."""
        if not self._next[state]:
            self._next[state] = [
                self._name(
                    self._close(
                        {
                            to
                            for place in self._sets[state]
                            for allowed, to in self._moves[place]
                            if allowed >> digit & 1
                        }
                    )
                )
                for digit in range(10)
            ]
        return self._next[state]

    def foresee(self, state: int, more: int) -> int:
        """Say whether ALL, NONE or SOME continuations by `more` digits match."""
        key = (state, more)
        if key not in self._fates:
            if more == 0:
                fate = ALL if self._final in self._sets[state] else NONE
            else:
                fates = {self.foresee(after, more - 1) for after in set(self.step(state))}
                fate = fates.pop() if len(fates) == 1 else SOME
            self._fates[key] = fate
        return self._fates[key]

    def matches(self, number: PartialNumber) -> bool:
        """Say whether a partly known number matches; raises UndecidedError where that hangs on unknown digits."""
        state, following = self.start, self._next
        for digit in number.known:
            state = (following[state] or self.step(state))[ord(digit) - 48]
        fate = self.foresee(state, number.unknown)
        if fate == SOME:
            raise UndecidedError
        return fate == ALL


@cache
def build_automaton(pattern: str, *, whole: bool) -> Automaton:
    """Build the automaton of a pattern, once per process."""
    return Automaton(pattern, whole=whole)
