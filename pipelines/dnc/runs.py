"""Numbers of a list without order, brought into order: sorted runs that fit in memory, then ranges of all of them."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.phones.numbering import Ints

RUN_ROWS = 16_000_000
SAMPLED = 256
AT_ONCE = 1 << 16
SHARED_ROWS = 1 << 20
# Ranges tile all values: these are below and above them.
LOWEST, HIGHEST = -(2**62), 2**63 - 1
NONE: Ints = np.empty(0, dtype=np.int64)


class Runs:
    """Int64 numbers, as many as there are: one run stays in memory, the runs of a longer list lie in a folder.

    ``rows`` is how many were added; a number that was added twice may come once.
    """

    def __init__(self, folder: Path) -> None:
        self.rows = 0
        self._folder = folder
        self._open: Ints = NONE
        self._filled = 0
        self._samples: list[Ints] = []
        self._files: list[Path] = []  # of all runs but the last, in the order of their samples
        self._last: Ints = NONE

    def add(self, values: Ints) -> None:
        """Add numbers in any order."""
        self.rows += len(values)
        while len(values):
            if not len(self._open):  # takes memory as it is filled
                self._open = np.empty(RUN_ROWS, dtype=np.int64)
            taken = min(len(values), len(self._open) - self._filled)
            self._open[self._filled : self._filled + taken] = values[:taken]
            self._filled += taken
            values = values[taken:]
            if self._filled == len(self._open):
                self._store()

    def seal(self) -> None:
        """Take the last numbers in; before, nothing can be read."""
        if self._filled:
            self._last = self._close()
            self._open = NONE

    def read(self, low: int, high: int) -> Ints:
        """Return the numbers from ``low`` up to before ``high``, sorted, each once."""
        stored = zip(self._files, self._samples, strict=False)
        runs = [*(_read_around(file, sample, low, high) for file, sample in stored), self._last]
        parts = [run[slice(*np.searchsorted(run, (low, high)))] for run in runs]
        if len(parts) == 1:
            return parts[0]
        values = np.concatenate(parts)
        sort_numbers(values)
        return drop_repeated(values)

    def sample(self) -> Ints:
        """Return one of ``SAMPLED`` numbers of each run, in no order."""
        return np.concatenate([NONE, *self._samples])

    def _store(self) -> None:
        path = self._folder / f"{len(self._files)}.run"
        self._close().tofile(path)
        self._files.append(path)

    def _close(self) -> Ints:
        """Return what was filled in, sorted, each number once; the next run is filled into the same memory."""
        run = self._open[: self._filled]
        self._filled = 0
        sort_numbers(run)
        run = drop_repeated(run)
        self._samples.append(run[::SAMPLED].copy())
        return run


def _read_around(file: Path, sample: Ints, low: int, high: int) -> Ints:
    """Return what a stored run has from ``low`` up to before ``high``, and fewer than ``SAMPLED`` more at either end.

    Read, not mapped: what a mapping has touched, and what lies around it, counts as memory.
    """
    first, end = np.searchsorted(sample, (low, high))
    start = max(int(first) - 1, 0) * SAMPLED
    with file.open("rb") as stream:
        return np.fromfile(stream, dtype=np.int64, count=int(end) * SAMPLED - start, offset=start * 8)


def sort_numbers(values: Ints) -> None:
    """Sort numbers where they are; those of most lists are in order as they come."""
    for start in range(0, len(values), AT_ONCE):
        some = values[start : start + AT_ONCE + 1]
        if not (some[1:] >= some[:-1]).all():
            _sort_parts(values)
            return


def _sort_parts(values: Ints) -> None:
    """Sort numbers on all threads, if they are many: each a part that is above all of the part before."""
    if len(values) < SHARED_ROWS:
        values.sort()
        return
    threads = pl.thread_pool_size()
    edges = [len(values) * thread // threads for thread in range(threads + 1)]
    values.partition(edges[1:-1])
    with ThreadPoolExecutor(threads) as pool:
        for sorting in [pool.submit(values[slice(*part)].sort) for part in pairwise(edges)]:
            sorting.result()


def drop_repeated(values: Ints) -> Ints:
    """Return sorted numbers, each once, moved together where they are: memory that is new takes longer than that."""
    filled = last = 0
    for start in range(0, len(values), AT_ONCE):
        some = values[start : start + AT_ONCE]
        is_new = np.append(start == 0 or some[0] != last, some[1:] != some[:-1])
        last = int(some[-1])
        new = some if is_new.all() else some[is_new]
        if filled + len(new) < start + len(some):
            values[filled : filled + len(new)] = new
        filled += len(new)
    return values[:filled]


def cut_ranges(samples: Ints, rows: int) -> list[tuple[int, int]]:
    """Return ranges that tile all values, each with about so many of the numbers that are sampled."""
    edges = np.unique(np.sort(samples)[rows // SAMPLED :: rows // SAMPLED])
    return list(pairwise([LOWEST, *edges.tolist(), HIGHEST]))
