"""What only some rows have, brought to their places among all rows, in order: quicker than to sort all of them."""

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

# Places of rows, from 0.
Places = npt.NDArray[np.int64]


def spread(values: pa.Array, places: Places, height: int) -> pa.Array:
    """Return a column of that height with these values at these places, which are in order, and nulls in all others.

    Text comes back as ``large_string``, but within lists. Lists and structs are spread by their parts: Polars takes ten
    times as long to gather them, and Arrow's own functions take long to be imported.
    """
    if not (pa.types.is_list(values.type) or pa.types.is_struct(values.type)):
        column = pl.Series("", values)
        picks = np.zeros(height, dtype=np.uint32)
        picks[places] = np.arange(1, len(column) + 1, dtype=np.uint32)
        return pl.concat([pl.Series("", [None], column.dtype), column])[picks].to_arrow()
    is_null = np.ones(height, dtype=bool)
    is_null[places] = pl.Series("", values).is_null().to_numpy() if values.null_count else False
    if pa.types.is_struct(values.type):
        parts = [spread(values.field(number), places, height) for number in range(values.type.num_fields)]
        names = [field.name for field in values.type]
        return pa.StructArray.from_arrays(parts, names, mask=pa.array(is_null))
    return pa.ListArray.from_arrays(*_spread_lists(values, places, height), mask=pa.array(is_null))


def spread_lists(values: pa.Array, places: Places, height: int) -> pa.Array:
    """Return a column of lists as ``spread`` does, but with empty lists in all other places."""
    return pa.ListArray.from_arrays(*_spread_lists(values, places, height))


def _spread_lists(values: pa.Array, places: Places, height: int) -> tuple[pa.Array, pa.Array]:
    """Return where the lists of all places begin and end, and what is in them; the places are in order."""
    bounds = values.offsets.to_numpy()
    lengths = np.zeros(height + 1, dtype=np.int32)
    lengths[places + 1] = np.diff(bounds)
    return pa.array(np.cumsum(lengths, dtype=np.int32)), values.values.slice(bounds[0], bounds[-1] - bounds[0])
