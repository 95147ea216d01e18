"""Blocks of a plain list whose lines are all of one length, as registries write them: no line has to be looked for."""

import numpy as np

from pipelines.dnc.digits import POWERS, Words, has_others, join_digits, strip_zeros
from pipelines.phones.numbering import Ints
from pipelines.reading.tokens import Bytes

# Lines of so many bytes are read as digits, in lists of two columns without the comma; what else is odd stays text.
FEWEST_BYTES, MOST_BYTES = 7, 15
FEWEST_AREA, MOST_AREA = 2, 5
_MARKS = _NEWLINE, _RETURN, _COMMA, _PLUS = b"\n\r,+"
_WORD = 8


def read_even(block: Bytes, columns: int) -> Ints | None:
    """Return the keys of all lines of a block, each of as many bytes and nothing but digits; null where they are not.

    ``columns`` is 2 for an area and a number per line; before all numbers, or none, may stand a plus.
    """
    width = block[: MOST_BYTES + 4].tobytes().find(b"\n") + 1
    if width < _WORD or len(block) % width:
        return None
    lines = block.reshape(-1, width)
    first = lines[0].tobytes()
    end = width - 1 - (first[-2] == _RETURN)
    comma = first.find(b",")
    is_pair, is_whole = comma >= 0, first[0] == _PLUS
    if is_pair != (columns > 1) or not FEWEST_BYTES <= end - is_pair <= MOST_BYTES:
        return None
    if is_pair and not (FEWEST_AREA <= comma <= MOST_AREA and comma + 1 < end):
        return None
    marks = [place for place, byte in enumerate(first) if byte in _MARKS]
    if not all((lines[:, place] == first[place]).all() for place in marks):
        return None
    area = _read_number(block, width, 0, comma) if is_pair else None
    start = comma + 1 if is_pair else int(is_whole)
    number = _read_number(block, width, start, end - start)
    if number is None or (is_pair and area is None):
        return None
    front = POWERS[end - start] * (1 + is_whole if area is None else area + POWERS[comma])
    keys: Ints = np.empty(len(lines), dtype=np.int64)
    np.add(number, front, out=keys)
    return keys


def _read_number(block: Bytes, width: int, start: int, digits: int) -> Ints | None:
    """Return the numbers of so many digits that begin at one place of each line; null where there is something else."""
    low = _read_word(block, width, start + max(digits - _WORD, 0), min(digits, _WORD))
    if digits <= _WORD or low is None:
        return low
    high = _read_word(block, width, start, digits - _WORD)
    if high is None:
        return None
    high *= POWERS[_WORD]
    return low + high


def _read_word(block: Bytes, width: int, start: int, digits: int) -> Ints | None:
    """Return numbers of one to eight digits; one for all lines where they have it in common."""
    offset = min(start, width - _WORD)
    words: Words = np.ndarray((len(block) // width,), dtype="<u8", buffer=block, offset=offset, strides=(width,))
    words = strip_zeros(words)
    words >>= np.uint64(8 * (start - offset))
    words <<= np.uint64(8 * (_WORD - digits))
    if words[0] == words[-1] and (words == words[0]).all():
        words = words[:1]
    return None if has_others(words).any() else join_digits(words)
