"""A shortcut to which interval an integer lies in: by its first bits, where those alone tell.

Integers that share the exponent and the first bits of the mantissa as floating-point numbers fall into one bucket, so
that buckets are about as fine, in relation, for short numbers as for long ones.
"""

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Values = npt.NDArray[np.uint16]

MANTISSA_BITS = 15
# Numbers of so many digits have buckets; all others are unsure.
_LEAST, _MOST = 10**9, 10**13 - 1
# Where the bucket does not tell.
UNSURE = np.iinfo(np.uint16).max


def find_buckets(numbers: Ints) -> Ints:
    """Return the bucket of each number; a greater number never has a lesser one."""
    buckets: Ints = numbers.astype(np.float64).view(np.int64) >> (52 - MANTISSA_BITS)
    return buckets


class Buckets:
    """The value that holds for each bucket of numbers, UNSURE where an interval begins within it."""

    def __init__(self, firsts: Ints, values: Values) -> None:
        """Take intervals by their first numbers, sorted, and the value of each."""
        self._lowest, highest = find_buckets(np.array([_LEAST, _MOST])).tolist()
        edges = np.clip(find_buckets(firsts), self._lowest - 1, highest + 1) - (self._lowest - 1)
        begun = np.bincount(edges, minlength=highest - self._lowest + 3)
        table = values[np.maximum(np.cumsum(begun) - begun - 1, 0)]
        table[begun > 0] = UNSURE
        table[[0, -1]] = UNSURE
        self._table = table

    def find_values(self, numbers: Ints) -> Values:
        """Return the value of each number, UNSURE where it has to be looked up."""
        values: Values = self._table.take(find_buckets(numbers) - (self._lowest - 1), mode="clip")
        return values
