"""What only some rows have, brought to their places among all rows, in order: quicker than to sort all of them."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

# Places of rows, from 0.
Places = npt.NDArray[np.int64]


def spread(values: pa.Array, places: Places, height: int) -> pa.Array:
    """Return a column of that height with these values at these places, which are in order, and nulls in all others.

    Whole numbers and days are copied to their places. Texts and lists stay as they lie: only where each begins is said
    anew. Structs are spread by their parts. To gather texts takes Polars five times as long.
    """
    known = _mark(places[_find_known(values)], height)
    if pa.types.is_struct(values.type):
        parts = [spread(values.field(number), places, height) for number in range(values.type.num_fields)]
        return pa.StructArray.from_buffers(values.type, height, [known], children=parts)
    if pa.types.is_list(values.type):
        offsets, inner = _spread_lists(values, places, height)
        return pa.ListArray.from_buffers(values.type, height, [known, offsets.buffers()[1]], children=[inner])
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        ends = _read(values, np.int32 if pa.types.is_string(values.type) else np.int64, 1)
        starts = pa.py_buffer(_spread_bounds(ends, places, height, first=ends[0]))
        return pa.Array.from_buffers(values.type, height, [known, starts, values.buffers()[2]])
    kind = np.dtype(f"i{values.type.bit_width // 8}")
    column = np.zeros(height, dtype=kind)
    column[places] = _read(values, kind)
    return pa.Array.from_buffers(values.type, height, [known, pa.py_buffer(column)])


def spread_lists(values: pa.Array, places: Places, height: int) -> pa.Array:
    """Return a column of lists as ``spread`` does, but with empty lists in all other places."""
    return pa.ListArray.from_arrays(*_spread_lists(values, places, height))


def _spread_lists(values: pa.Array, places: Places, height: int) -> tuple[pa.Array, pa.Array]:
    """Return where the lists of all places begin and end, and what is in them; the places are in order."""
    bounds = values.offsets.to_numpy()
    return pa.array(_spread_bounds(bounds, places, height)), values.values.slice(bounds[0], bounds[-1] - bounds[0])


def _spread_bounds(bounds: npt.NDArray[Any], places: Places, height: int, first: int = 0) -> npt.NDArray[Any]:
    """Return where what is in all places begins and ends, of which nothing is but in these; the first as is said."""
    begins = np.zeros(height + 1, dtype=bounds.dtype)
    begins[0] = first
    begins[places + 1] = np.diff(bounds)
    return np.cumsum(begins, dtype=bounds.dtype, out=begins)


def _find_known(values: pa.Array) -> npt.NDArray[np.bool_] | slice:
    """Return which values are not null."""
    validity = values.buffers()[0]
    if validity is None:
        return slice(None)
    bits = np.unpackbits(np.frombuffer(validity, np.uint8), bitorder="little")
    return bits[values.offset : values.offset + len(values)].astype(bool)


def _mark(places: Places, height: int) -> pa.Buffer:
    """Return the validity of a column that has values at these places only."""
    is_known = np.zeros(height, dtype=bool)
    is_known[places] = True
    return pa.py_buffer(np.packbits(is_known, bitorder="little"))


def _read(values: pa.Array, kind: npt.DTypeLike, further: int = 0) -> npt.NDArray[Any]:
    """Return what an array has of each value in a fixed number of bytes, and of ``further`` ones behind the last."""
    return np.frombuffer(values.buffers()[1], kind)[values.offset : values.offset + len(values) + further]
