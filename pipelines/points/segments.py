"""Sorted arrays of contact points on the disk: values, and beside each the lead that has it.

A segment is three files of little-endian 64-bit integers: ``<name>.values``, sorted; ``<name>.leads``, in the same
order; and ``<name>.samples``, the first value of each page of values. It never changes once it is there. See
docs/decisions/0033-contact-points.md.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise, starmap
from pathlib import Path
from uuid import uuid4

import numpy as np

from pipelines.beside import are_whole
from pipelines.home import sync_file, sync_folder
from pipelines.phones.numbering import Ints
from pipelines.reading.threads import WORKERS, work_ahead
from pipelines.reading.tokens import Mask
from pipelines.sorting import NONE, join_numbers, list_places

WIDTH = 8
ENTRY = np.dtype("<i8")
SUFFIXES = (".values", ".leads", ".samples")
PAGE = 512  # values of a page of memory, which is what is read of a mapped file
MERGED_POINTS = 250_000  # in memory at once, which is used again for the next: what is new takes longer than to merge
FEW = 50_000  # are looked up one by one
BLOCK = PAGE << 8  # values that are read at once where many are looked up: a core has so much memory of its own
MARKS = 1 << 20  # one for all values with the same last bits tells which of them may be asked for,
MOST_MARKED = 0.25  # as long as few of the marks are set


@dataclass(frozen=True)
class Segment:
    """One segment: where it lies, and of how many points it is to be."""

    folder: Path
    name: str
    points: int

    @property
    def files(self) -> list[Path]:
        """The files of the values, of the leads and of the samples."""
        return [self.folder / f"{self.name}{suffix}" for suffix in SUFFIXES]

    @property
    def is_whole(self) -> bool:
        """Whether all files are there and as long as they are to be."""
        return are_whole(self.files, [length * WIDTH for length in (self.points, self.points, -(-self.points // PAGE))])

    def open(self) -> tuple[Ints, Ints]:
        """Return the values and the leads, mapped: only what is looked at is read."""
        values, leads = (np.asarray(np.memmap(file, dtype=ENTRY, mode="r")) for file in self.files[:2])
        return values, leads

    def sample(self) -> Ints:
        """Return the first value of each page."""
        return np.fromfile(self.files[2], dtype=ENTRY)


def write_segment(folder: Path, batches: Iterable[tuple[Ints, Ints]]) -> Segment | None:
    """Write points, sorted by value, as a segment of a new name, and be sure that they are on the disk; none for none.

    Killed meanwhile it leaves files that no store lists.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name, points = uuid4().hex, 0
    paths = [folder / f"{name}{suffix}" for suffix in SUFFIXES]
    with paths[0].open("wb") as values_file, paths[1].open("wb") as leads_file, paths[2].open("wb") as samples_file:
        for values, leads in batches:
            values.astype(ENTRY, copy=False).tofile(values_file)
            leads.astype(ENTRY, copy=False).tofile(leads_file)
            values[-points % PAGE :: PAGE].astype(ENTRY).tofile(samples_file)
            points += len(values)
    if not points:
        for path in paths:
            path.unlink()
        return None
    for path in paths:
        sync_file(path)
    sync_folder(folder)
    return Segment(folder, name, points)


def merge_segments(folder: Path, segments: Sequence[Segment]) -> Segment | None:
    """Write the points of several segments as one, a range of values at a time."""
    samples = join_numbers([segment.sample() for segment in segments])
    step = MERGED_POINTS // PAGE
    return write_segment(folder, _merge([segment.open() for segment in segments], samples[step::step]))


def _merge(opened: list[tuple[Ints, Ints]], edges: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Yield the points of several segments between edges, sorted by value, while the next ones are merged."""

    def merge(*bounds: slice) -> tuple[Ints, Ints]:
        values = np.concatenate([values[bound] for (values, _), bound in zip(opened, bounds, strict=True)])
        leads = np.concatenate([leads[bound] for (_, leads), bound in zip(opened, bounds, strict=True)])
        order = np.argsort(values, kind="stable")
        return values[order], leads[order]

    cuts = [[0, *values.searchsorted(edges).tolist(), len(values)] for values, _ in opened]
    return work_ahead(merge, zip(*(starmap(slice, pairwise(cut)) for cut in cuts), strict=True), ahead=1)


def find_leads_in(segment: Segment, asked: Ints) -> Ints:
    """Return the leads that have any of the values, in no order; these are sorted, each once."""
    samples = segment.sample()
    values, leads = segment.open()
    if len(asked) < FEW:
        return _find_few(values, leads, samples, asked)
    low, high = samples.searchsorted(asked[0]) - 1, samples.searchsorted(asked[-1], "right")
    first, last = max(low, 0) * PAGE, min(high * PAGE, segment.points)
    edges = [*range(first, last, BLOCK), last]
    shares = [edges[len(edges) * part // WORKERS : len(edges) * (part + 1) // WORKERS + 1] for part in range(WORKERS)]
    with ThreadPoolExecutor(WORKERS) as pool:
        return np.concatenate(list(pool.map(lambda share: _find_many(segment, leads, samples, asked, share), shares)))


def _find_many(segment: Segment, leads: Ints, samples: Ints, asked: Ints, edges: list[int]) -> Ints:
    """Look many up in step with the blocks between these places.

    They are read into the same memory one after the other: to map them all takes thrice as long.
    """
    block, room = np.empty(BLOCK, dtype=ENTRY), np.empty(BLOCK, dtype=np.int64)
    is_marked = np.zeros(MARKS, dtype=bool)
    found = [NONE]
    with segment.files[0].open("rb") as stream:
        for start, end in pairwise(edges):
            low = asked.searchsorted(samples[start // PAGE])
            high = asked.searchsorted(samples[end // PAGE], "right") if end < segment.points else len(asked)
            if low == high:
                continue
            values, part = block[: end - start], asked[low:high]
            stream.seek(start * WIDTH)
            stream.readinto(values.data)
            places = _find_near(values, part, is_marked, room[: end - start])
            near = values[places]
            is_asked = part[np.minimum(part.searchsorted(near), len(part) - 1)] == near
            found.append(leads[start:end][places[is_asked]])
    return np.concatenate(found)


def _find_near(values: Ints, asked: Ints, is_marked: Mask, room: Ints) -> Ints:
    """Return the places of values among which are all that are asked for, by their last bits; of all, for very many.

    ``is_marked`` has a mark for each of these, none of them set, ``room`` is for as many numbers as there are values.
    """
    if len(asked) > MOST_MARKED * MARKS:
        return np.arange(len(values))
    marks = asked & (MARKS - 1)
    is_marked[marks] = True
    places = np.flatnonzero(is_marked[np.bitwise_and(values, MARKS - 1, out=room)])
    is_marked[marks] = False
    return places


def _find_few(values: Ints, leads: Ints, samples: Ints, asked: Ints) -> Ints:
    """Look few up by one page each: merely to find a page costs more than to look at it."""
    first = _count_less(values, samples, asked)
    is_held = values[np.minimum(first, len(values) - 1)] == asked
    first, asked = first[is_held], asked[is_held]
    found: Ints = leads[list_places(first, _count_less(values, samples, asked + 1))]
    return found


def _count_less(values: Ints, samples: Ints, asked: Ints) -> Ints:
    """Return how many values are less than each of those that are asked for."""
    count = np.maximum(samples.searchsorted(asked) - 1, 0) * PAGE
    step = PAGE
    while step:
        ahead = np.minimum(count + step, len(values))
        count = np.where(values[ahead - 1] < asked, ahead, count)
        step //= 2
    return count
