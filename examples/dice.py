"""Draw random values from a seed, the same on every machine.

Only the raw 53-bit uniforms of PCG64 are used: numpy may change how it derives other distributions, not these.
"""

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rate = tuple[tuple[float, float, float], ...]  # (weight, low, high): a file draws one entry, then a share inside it

RUN = 40  # rows in one run of a file; faults fill some runs and spare others
HOT = 0.25  # the least share of a file's runs in which a fault lives


@dataclass(frozen=True)
class Dice:
    """A stream of uniforms that belongs to one seed and one purpose."""

    stream: np.random.Generator

    def uniforms(self, count: int) -> NDArray[np.float64]:
        """Return that many numbers in [0, 1)."""
        return self.stream.random(count)

    def below(self, limit: int, count: int) -> NDArray[np.int64]:
        """Return that many whole numbers in [0, limit); limit up to 2**53."""
        return (self.uniforms(count) * limit).astype(np.int64)

    def choose(self, weights: tuple[float, ...], count: int) -> NDArray[np.int64]:
        """Return that many positions into the weights, each drawn by its share of their sum."""
        edges = np.cumsum(np.array(weights) / sum(weights))[:-1]
        return np.searchsorted(edges, self.uniforms(count), side="right").astype(np.int64)

    def draw_rate(self, rate: Rate) -> float:
        """Return the share that one file has of a fault."""
        _, low, high = rate[int(self.choose(tuple(entry[0] for entry in rate), 1)[0])]
        return low + (high - low) * float(self.uniforms(1)[0])

    def mark_rows(self, rows: int, share: float) -> NDArray[np.bool_]:
        """Mark that share of the rows, clustered: all marks fall in a part of the file's runs."""
        runs = -(-rows // RUN)
        hot_share = max(HOT, share)
        order = np.argsort(self.uniforms(runs), kind="stable")
        hot = np.zeros(runs, dtype=np.bool_)
        exact = hot_share * runs
        hot[order[: int(exact) + int(float(self.uniforms(1)[0]) < exact - int(exact))]] = True
        return np.repeat(hot, RUN)[:rows] & (self.uniforms(rows) * hot_share < share)


def make_dice(seed: int, *purpose: str | int) -> Dice:
    """Return the dice of a seed and a purpose (a profile, a chunk's number); different purposes are independent."""
    words = [zlib.crc32(str(part).encode()) for part in purpose]
    return Dice(np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words]))))


def rate(low: float, high: float | None = None) -> Rate:
    """Return a share that is the same in every file, or lies between two."""
    return ((1.0, low, low if high is None else high),)
