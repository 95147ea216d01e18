"""Sets of numbers on the disk, of which only what is looked up is read.

A number is split into its last sixteen bits and the rest, its key. A set is three files of little-endian integers:
``<name>.keys`` (64 bits), sorted, each once; ``<name>.starts`` (64 bits), where in the third file begins what belongs
to each key, and where the last one ends; ``<name>.words`` (16 bits): the last bits themselves, sorted, or, for 4,096
numbers and more, one bit for each number that the key can have. Source of the layout: Roaring bitmaps (Chambi, Lemire
and others, 2016). A set never changes once it is there. See docs/decisions/0036-do-not-call-sets.md.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import pairwise, starmap
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

import numpy as np
import numpy.typing as npt

from pipelines.beside import are_whole
from pipelines.home import sync_file, sync_folder
from pipelines.phones.numbering import Ints
from pipelines.reading.tokens import Mask
from pipelines.sorting import NONE, drop_repeated, join_numbers

SUFFIXES = (".keys", ".starts", ".words")
ENTRY, WORD = np.dtype("<i8"), np.dtype("<u2")
LAST_BITS = 16
LAST = (1 << LAST_BITS) - 1
# So many words have a bit for each number that a key can have.
BITMAP = 1 << (LAST_BITS - 4)
# The numbers of so many keys are in memory at once where all of a set is read.
FEW_KEYS = 64
# So many numbers for each key of a set are looked up by reading all of it.
MANY = 16
# So many numbers are looked up, and so many are split, at once: in memory that was used before.
HELD_AT_ONCE = 1 << 16
WRITTEN_AT_ONCE = 1 << 18

Words = npt.NDArray[np.uint16]


@dataclass(frozen=True)
class NumberSet:
    """One set: where it lies, how many numbers it has, and how many keys and words its files are to have."""

    folder: Path
    name: str
    numbers: int
    keys: int
    words: int

    @property
    def files(self) -> list[Path]:
        """The files of the keys, of the starts and of the words."""
        return [self.folder / f"{self.name}{suffix}" for suffix in SUFFIXES]

    @property
    def is_whole(self) -> bool:
        """Whether all files are there and as long as they are to be."""
        lengths = [self.keys * ENTRY.itemsize, (self.keys + 1) * ENTRY.itemsize, self.words * WORD.itemsize]
        return are_whole(self.files, lengths)

    def read_keys(self) -> Ints:
        """Return the keys, sorted."""
        return np.fromfile(self.files[0], dtype=ENTRY)

    def hold(self, asked: Ints) -> Mask:
        """Tell of each number whether the set has it; they are sorted."""
        has_bitmaps = self.numbers > self.words
        return self._hold_few(asked) if has_bitmaps or len(asked) < MANY * self.keys else self._hold_many(asked)

    def _hold_many(self, asked: Ints) -> Mask:
        """Look numbers up in step with all of the set, part by part: a third of the time of looking for each."""
        edges = _cut_keys(self.read_keys())
        places = asked.searchsorted(np.array(edges) << LAST_BITS)
        is_held = np.zeros(len(asked), dtype=bool)
        for keys, here in zip(pairwise(edges), starmap(slice, pairwise(places)), strict=True):
            numbers, some = self.read(*keys), asked[here]
            is_held[here] = numbers[np.minimum(numbers.searchsorted(some), len(numbers) - 1)] == some
        return is_held

    def _hold_few(self, asked: Ints) -> Mask:
        keys, starts = self.read_keys(), np.fromfile(self.files[1], dtype=ENTRY)
        words = np.asarray(np.memmap(self.files[2], dtype=WORD, mode="r"))
        is_held = np.zeros(len(asked), dtype=bool)
        for start in range(0, len(asked), HELD_AT_ONCE):
            some = asked[start : start + HELD_AT_ONCE]
            known, places = _find_keys(keys, some)
            last = some[known].astype(WORD)  # keeps the last bits
            low, high = starts[places], starts[places + 1]
            for is_here, look in ((high - low == BITMAP, _look_at_bits), (high - low != BITMAP, _look_among)):
                is_held[start + known[is_here]] = look(words, low[is_here], high[is_here], last[is_here])
        return is_held

    def read(self, first: int, end: int) -> Ints:
        """Return the numbers whose keys are from ``first`` up to before ``end``, sorted."""
        keys = self.read_keys()
        low, high = keys.searchsorted([first, end])
        starts = np.fromfile(self.files[1], dtype=ENTRY)[low : high + 1]
        words = np.fromfile(self.files[2], dtype=WORD, count=starts[-1] - starts[0], offset=starts[0] * WORD.itemsize)
        bases, starts, lengths = keys[low:high] << LAST_BITS, starts - starts[0], np.diff(starts)
        is_bitmap = lengths == BITMAP
        parts = [np.repeat(bases[~is_bitmap], lengths[~is_bitmap]) + words[np.repeat(~is_bitmap, lengths)]]
        for place in np.flatnonzero(is_bitmap):
            bits = np.unpackbits(words[starts[place] : starts[place + 1]].view(np.uint8), bitorder="little")
            parts.append(bases[place] + np.flatnonzero(bits))
        return join_numbers(parts)


def _cut_keys(keys: Ints) -> list[int]:
    """Return between which keys there are a few; they are sorted."""
    return [*keys[::FEW_KEYS].tolist(), int(keys[-1]) + 1]


def _find_keys(keys: Ints, asked: Ints) -> tuple[Ints, Ints]:
    """Return the places of the numbers whose key is there, and those of their keys; all are sorted."""
    rest = asked >> LAST_BITS
    places = np.minimum(keys.searchsorted(rest), len(keys) - 1)
    known = np.flatnonzero(keys[places] == rest)
    return known, places[known]


def _look_at_bits(words: Words, low: Ints, _: Ints, last: Words) -> Mask:
    """Tell of each last part whether its bit is set in the bitmap that begins at ``low``."""
    is_set: Mask = words[low + (last >> 4)] >> (last & 15) & 1 == 1
    return is_set


def _look_among(words: Words, low: Ints, high: Ints, last: Words) -> Mask:
    """Tell of each last part whether it is among the words from ``low`` up to before ``high``, by halving."""
    end, top = high, len(words) - 1
    while (low < high).any():
        middle = (low + high) >> 1
        is_above = (low < high) & (words[np.minimum(middle, top)] < last)
        low, high = np.where(is_above, middle + 1, low), np.where(is_above, high, middle)
    is_there: Mask = (low < end) & (words[np.minimum(low, top)] == last)
    return is_there


class SetWriter:
    """Writes numbers to a set of a new name, in as much memory as is added at once.

    Killed meanwhile, or left by an exception, it leaves files that no store lists.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._set = NumberSet(folder, uuid4().hex, numbers=0, keys=0, words=0)
        # Numbers, their keys and their last bits, in memory that is used again: new memory takes longer than to split.
        most = WRITTEN_AT_ONCE + (1 << LAST_BITS)
        self._room, self._rest, self._last = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, WORD)
        self._waiting = NONE  # those of the last key, to which more may be added
        self._closing = ExitStack()
        self._keys, self._starts, self._words = (
            self._closing.enter_context(path.open("wb")) for path in self._set.files
        )

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the files."""
        self._closing.close()

    def add(self, values: Ints) -> None:
        """Add numbers, sorted; none is below those that were added before. One that comes again is there once."""
        for start in range(0, len(values), WRITTEN_AT_ONCE):
            self._add(values[start : start + WRITTEN_AT_ONCE])

    def _add(self, values: Ints) -> None:
        kept, end = len(self._waiting), len(self._waiting) + len(values)
        self._room[:kept] = self._waiting
        self._room[kept:end] = values
        values = drop_repeated(self._room[:end])
        last_key = values.searchsorted(values[-1] & ~LAST)
        self._waiting = values[last_key:]
        self._write(values[:last_key])

    def finish(self) -> NumberSet | None:
        """Return the set, being sure that it is on the disk; none for no numbers."""
        self._write(self._waiting)
        np.array([self._set.words], dtype=ENTRY).tofile(self._starts)
        self._closing.close()
        if not self._set.numbers:
            for path in self._set.files:
                path.unlink()
            return None
        for path in self._set.files:
            sync_file(path)
        sync_folder(self._set.folder)
        return self._set

    def _write(self, values: Ints) -> None:
        """Write the numbers of some keys, which are whole."""
        keys, last = self._rest[: len(values)], self._last[: len(values)]
        np.right_shift(values, LAST_BITS, out=keys)
        np.copyto(last, values, casting="unsafe")  # keeps the last bits
        firsts = np.append(0, np.flatnonzero(keys[1:] != keys[:-1]) + 1)[: len(keys)]
        ends = np.append(firsts[1:], len(keys))[: len(firsts)]
        lengths = np.minimum(ends - firsts, BITMAP)
        keys[firsts].astype(ENTRY).tofile(self._keys)
        (self._set.words + lengths.cumsum() - lengths).astype(ENTRY).tofile(self._starts)
        done = 0
        for place in np.flatnonzero(lengths == BITMAP):
            last[done : firsts[place]].tofile(self._words)
            bits = np.zeros(1 << LAST_BITS, dtype=bool)
            bits[last[firsts[place] : ends[place]]] = True
            np.packbits(bits, bitorder="little").tofile(self._words)
            done = ends[place]
        last[done:].tofile(self._words)
        self._set = replace(
            self._set,
            numbers=self._set.numbers + len(values),
            keys=self._set.keys + len(firsts),
            words=self._set.words + int(lengths.sum()),
        )


def merge_sets(folder: Path, sets: Sequence[NumberSet]) -> NumberSet | None:
    """Write the numbers of several sets as one, those of some keys at a time."""
    keys = join_numbers([each.read_keys() for each in sets])
    with SetWriter(folder) as writer:
        for first, end in pairwise(_cut_keys(keys)):
            writer.add(join_numbers([each.read(first, end) for each in sets]))
        return writer.finish()
