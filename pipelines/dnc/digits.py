"""Reads numbers that stand as digits in bytes, eight digits at a time: no text is made of them."""

import numpy as np
import numpy.typing as npt

from pipelines.phones.numbering import Ints
from pipelines.reading.tokens import Bytes, Mask

Words = npt.NDArray[np.uint64]

# So many bytes have to stand in front of the first number.
MARGIN = 16
POWERS: Ints = 10 ** np.arange(MARGIN + 1, dtype=np.int64)
_ZEROS = np.uint64(0x3030303030303030)
_BEYOND_NINE = np.uint64(0x7676767676767676)
_HIGH_BITS = np.uint64(0x8080808080808080)
# Of eight bytes the last n: the first byte in memory is the lowest in the word.
_LAST: Words = np.array([0, *(2**64 - 2 ** (64 - 8 * n) for n in range(1, 9))], dtype=np.uint64)
# Each step makes one number of two neighbours: of digits, of numbers of two digits, of numbers of four.
_STEPS = tuple(
    (np.uint64(mask), np.uint64(factor), np.uint64(bits))
    for mask, factor, bits in (
        (0x0F0F0F0F0F0F0F0F, 2561, 8),
        (0x00FF00FF00FF00FF, 6553601, 16),
        (0x0000FFFF0000FFFF, 42949672960001, 32),
    )
)


def read_digits(text: Bytes, ends: Ints, lengths: Ints) -> tuple[Ints, Mask]:
    """Return the numbers of so many digits before each end, and which are: 0 to ``MARGIN`` signs, nothing but digits.

    ``text`` has ``MARGIN`` bytes of anything in front. What is not such a number comes with a value of no meaning.
    """
    words: Words = np.ndarray((len(text) - 7,), dtype="<u8", buffer=text, strides=(1,))
    low, bad = _read_word(words[ends - 8], np.minimum(lengths, 8))
    is_read: Mask = (lengths >= 0) & (lengths <= MARGIN)
    if (lengths > 8).any():
        high, also_bad = _read_word(words[ends - 16], np.clip(lengths - 8, 0, 8))
        low += high * POWERS[8]
        bad |= also_bad
    return low, is_read & (bad == 0)


def shift_by(digits: Ints) -> Ints:
    """Return ten to the power of so many digits; what is beyond ``MARGIN`` digits comes with a value of no meaning."""
    if len(digits) and (digits == digits[0]).all():
        digits = digits[:1]
    return POWERS[np.clip(digits, 0, MARGIN)]


def _read_word(words: Words, lengths: Ints) -> tuple[Ints, Words]:
    """Return the numbers in the last signs of words, and bits where one is no digit."""
    words = strip_zeros(words)
    words &= _LAST[lengths]
    bad = has_others(words)
    return join_digits(words), bad


def strip_zeros(words: Words) -> Words:
    """Return words of eight signs as words of eight digits: what is no digit is above nine."""
    stripped: Words = words ^ _ZEROS
    return stripped


def has_others(words: Words) -> Words:
    """Return words of which bits are set where one of eight digits is above nine."""
    bad: Words = words + _BEYOND_NINE
    bad |= words
    bad &= _HIGH_BITS
    return bad


def join_digits(words: Words) -> Ints:
    """Return the numbers that words of eight digits are, the first digit in memory counting most. Changes ``words``."""
    for mask, factor, bits in _STEPS:
        words &= mask
        words *= factor
        words >>= bits
    return words.view(np.int64)
