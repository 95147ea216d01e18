"""Whole columns of numbers as text: eight digits at a time, as many numbers at once as the processor has near it."""

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from pipelines.schema import DIGITS_BASE

Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]

# A word is eight bytes: of numbers so long the last eight digits are one, what stands before them and a plus another.
FEWEST_DIGITS, MOST_DIGITS = 8, 15
AT_ONCE = 16_384
_WORD = 10**8
_VALUE = pl.col("value")
_SPELT = (
    pl.when(_VALUE < DIGITS_BASE).then(pl.format("+{}", _VALUE)).alias("e164"),
    pl.when(_VALUE >= DIGITS_BASE).then((_VALUE - DIGITS_BASE).cast(pl.String)).alias("digits"),
)
# Each step makes two neighbours of one number: divided by `divisor` (by way of a factor and a shift) it is the first.
_STEPS = tuple(
    (np.uint64(divisor), np.uint64(factor), np.uint64(shift), np.uint64(mask), np.uint64(bits))
    for divisor, factor, shift, mask, bits in (
        (100, 5243, 19, 0x0000007F0000007F, 16),
        (10, 103, 10, 0x000F000F000F000F, 8),
    )
)
_ZEROS = np.uint64(0x3030303030303030)
_PLUS = np.uint64(ord("+"))


def spell_entries(values: Ints) -> tuple[pa.StringArray, pa.StringArray]:
    """Return ``e164`` and ``digits`` of entries, each null where it is the other; quick for numbers of one length."""
    digits = len(str(values.max()))
    if not FEWEST_DIGITS <= digits <= MOST_DIGITS or values.min() < 10 ** (digits - 1):
        columns = pl.DataFrame({"value": values}).select(_SPELT).to_arrow(compat_level=pl.CompatLevel.oldest()).columns
        e164, others = (column.combine_chunks().cast(pa.string()) for column in columns)
        return e164, others
    width = digits + 1
    text = np.empty(len(values) * width, dtype=np.uint8)
    for start in range(0, len(values), AT_ONCE):
        some = values[start : start + AT_ONCE]
        _spell_numbers(some, text[start * width : (start + len(some)) * width], width)
    ends = np.arange(0, len(text) + 1, width, dtype=np.int32)
    e164 = pa.StringArray.from_buffers(len(values), pa.py_buffer(ends), pa.py_buffer(text))
    return e164, pa.nulls(len(values), pa.string())


def _spell_numbers(values: Ints, text: npt.NDArray[np.uint8], width: int) -> None:
    """Write numbers, each in so many bytes with a plus in front."""
    heads = values // _WORD
    lasts = (values - heads * _WORD).view(np.uint64)
    if (heads == heads[0]).all():
        heads = heads[:1]
    first: Words = np.ndarray(len(values), dtype="<u8", buffer=text, strides=(width,))
    last: Words = np.ndarray(len(values), dtype="<u8", buffer=text, offset=width - 8, strides=(width,))
    first[:] = _spell_words(heads.view(np.uint64)) >> np.uint64(8 * (17 - width)) << np.uint64(8) | _PLUS
    last[:] = _spell_words(lasts)


def _spell_words(numbers: Words) -> Words:
    """Return numbers below 10 ** 8 as eight digits each, the first of them lowest in the word."""
    words = numbers // np.uint64(10_000)
    words |= (numbers - words * np.uint64(10_000)) << np.uint64(32)
    for divisor, factor, shift, mask, bits in _STEPS:
        firsts = words * factor >> shift & mask
        words = (words - firsts * divisor) << bits | firsts
    words |= _ZEROS
    return words
