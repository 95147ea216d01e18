"""Sorting whole numbers by the million where they are: numpy's own way to keep one of each takes ten times as long."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import polars as pl

from pipelines.phones.numbering import Ints

AT_ONCE = 1 << 16
SHARED_ROWS = 1 << 20
NONE: Ints = np.empty(0, dtype=np.int64)


def join_numbers(parts: Sequence[Ints]) -> Ints:
    """Return the numbers of several arrays, sorted, each once."""
    values = np.concatenate([NONE, *parts])
    sort_numbers(values)
    return drop_repeated(values)


def sort_numbers(values: Ints) -> None:
    """Sort numbers where they are; those of most lists are in order as they come."""
    for start in range(0, len(values), AT_ONCE):
        some = values[start : start + AT_ONCE + 1]
        if not (some[1:] >= some[:-1]).all():
            _sort_parts(values)
            return


def sort_places(values: Ints) -> Ints:
    """Return the places of numbers, by the order of these, which lie less than 2^63 apart; of equal ones in any order.

    As numbers alone are sorted several times as fast as places are, each place is put below the highest bits of its
    number; where these are not all that differ, what they leave in disorder is mended.
    """
    if not len(values):
        return NONE
    low, bits = values.min(), len(values).bit_length()
    left_out = max((int(values.max()) - int(low)).bit_length() + bits - 63, 0)
    packed: Ints = values - low
    packed >>= left_out
    packed <<= bits
    packed |= np.arange(len(values))
    packed.sort()
    packed &= (1 << bits) - 1
    return packed[values[packed].argsort(kind="stable")] if left_out else packed


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


def list_places(starts: Ints, ends: Ints) -> Ints:
    """Return the places of several ranges, one range after the other."""
    counts = ends - starts
    before = counts.cumsum() - counts
    places: Ints = np.arange(counts.sum()) + np.repeat(starts - before, counts)
    return places


def find_span(known: pl.Series, asked: pl.Series) -> slice:
    """Return where in sorted numbers those lie that may be among others, which are sorted as well."""
    if not asked.len():
        return slice(0, 0)
    low, high = known.search_sorted(pl.Series([asked[0], asked[-1] + 1]))
    return slice(low, high)
