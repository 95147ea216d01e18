"""Numbers of a list without order, brought into order: sorted runs that fit in memory, then ranges of all of them."""

import mmap
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np

from pipelines.phones.numbering import Ints
from pipelines.sorting import NONE, drop_repeated, sort_numbers

RUN_ROWS = 16_000_000
SAMPLED = 256
# Memory of this process alone: what is shared, as it would be, takes half as long again to fill.
PRIVATE = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
# Ranges tile all values: these are below and above them.
LOWEST, HIGHEST = -(2**62), 2**63 - 1


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
        self._last: Future[Ints]

    def add(self, values: Ints) -> None:
        """Add numbers in any order."""
        self.rows += len(values)
        while len(values):
            if not len(self._open):  # takes memory as it is filled, by small pages: numpy asks for large ones
                self._open = np.frombuffer(mmap.mmap(-1, RUN_ROWS * NONE.itemsize, PRIVATE), dtype=np.int64)
            taken = min(len(values), len(self._open) - self._filled)
            self._open[self._filled : self._filled + taken] = values[:taken]
            self._filled += taken
            values = values[taken:]
            if self._filled == len(self._open):
                self._store()

    def seal(self) -> None:
        """Begin to bring the last numbers into order: no more come. Before, nothing can be read; who reads waits."""
        pool = ThreadPoolExecutor(1)
        self._last = pool.submit(self._close)
        pool.shutdown(wait=False)

    def read(self, low: int, high: int) -> Ints:
        """Return the numbers from ``low`` up to before ``high``, sorted, each once."""
        stored = zip(self._files, self._samples, strict=False)
        runs = [*(_read_around(file, sample, low, high) for file, sample in stored), self._last.result()]
        parts = [run[slice(*np.searchsorted(run, (low, high)))] for run in runs]
        if len(parts) == 1:
            return parts[0]
        values = np.concatenate(parts)
        sort_numbers(values)
        return drop_repeated(values)

    def sample(self) -> Ints:
        """Return one of ``SAMPLED`` numbers of each run, in no order."""
        self._last.result()
        return np.concatenate(self._samples)

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


def cut_ranges(samples: Ints, rows: int) -> list[tuple[int, int]]:
    """Return ranges that tile all values, each with about so many of the numbers that are sampled."""
    edges = np.unique(np.sort(samples)[rows // SAMPLED :: rows // SAMPLED])
    return list(pairwise([LOWEST, *edges.tolist(), HIGHEST]))
