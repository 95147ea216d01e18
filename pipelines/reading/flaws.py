"""Why a record cannot be read; the codes are explained in pipelines.codes."""

import numpy as np
import numpy.typing as npt
import polars as pl

GOOD = 0
# The first that applies names the record; a number here is a position in this tuple.
FLAWS: tuple[str | None, ...] = (
    None,
    "Q_UNCLOSED_QUOTE",
    "Q_STRAY_QUOTE",
    "Q_CONTROL",
    "Q_BAD_BYTES",
    "Q_TOO_LONG",
    "Q_RAGGED_SHORT",
    "Q_RAGGED_LONG",
    "Q_NOT_AN_OBJECT",
    "Q_DUPLICATE_KEY",
)
UNCLOSED, STRAY, CONTROL, BAD_BYTES, TOO_LONG, SHORT, LONG, NOT_AN_OBJECT, DUPLICATE_KEY = range(1, len(FLAWS))

# A lead field is a name, a number or a note: a cell beyond this is damage, not data.
MAX_CELL_BYTES = 1 << 20


def name_flaws(flaws: npt.NDArray[np.uint8]) -> pl.Series:
    """Return the code of each flaw, null where the record is good, as a String series named ``flaw``."""
    if not flaws.any():
        return pl.Series("flaw", [None], pl.String).new_from_index(0, len(flaws))
    names = pl.Series(FLAWS, dtype=pl.String)
    return names.gather(pl.Series(flaws, dtype=pl.UInt32)).alias("flaw")
