"""What the columns of a drop hold, by their cells: shares only, never a cell."""

from collections.abc import Sequence
from typing import Any, TypedDict

import numpy as np
import polars as pl

from pipelines.columns.headers import BLANKS
from pipelines.columns.postcodes import POSTCODES
from pipelines.phones.parsing import parse_phones_with_stats

SAMPLE_ROWS = 1000
# What may be a telephone number at all: only such cells are put to the number plans.
PHONE_LIKE = (
    r"(?i)^(?:tel|phone|mob|mobile|fax|t|m|p)?[.: ]*[+(\[]?[0-9][0-9\s().\[\]\-/+\x{2010}-\x{2015}]{4,24}"
    r"(?:[,; ]*(?:ext(?:ension|n)?\.?|x|#)\s*[0-9]{1,7})?$"
)
TEXT_MARK = r"^(?:'|=\")\s*|\"$|[\x{200e}\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}]"
# A spreadsheet's way of writing a whole number.
FLOAT_TAIL = r"\.0+$"
DATE = (
    r"^(?:[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.](?:[0-9]{2}|[0-9]{4}))(?:[ T][0-9].*)?$"
    r"|^(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])$"
)
EMAIL = r"^[^@\s,;:<>()\[\]\"]+@(?:[\pL\pN](?:[\pL\pN-]*[\pL\pN])?\.)+[\pL][\pL\pN-]*[\pL\pN]$"
MAX_EMAIL_BYTES = 254
NUMBER = r"^[+-]?[0-9]+(?:[.,][0-9]+)?%?$"

_text = pl.col("text")
_plain = _text.str.replace_all(TEXT_MARK, "").str.replace(FLOAT_TAIL, "")
# Shares of the filled cells of a column, by what each cell is.
KINDS: dict[str, pl.Expr] = {
    "email": _text.str.contains(EMAIL) & (_text.str.len_bytes() <= MAX_EMAIL_BYTES),
    "words": _text.str.contains(r"\pL") & ~_text.str.contains(r"[0-9@]"),
    "number": _text.str.contains(NUMBER),
    "date": _text.str.contains(DATE),
    "container": _text.str.contains(r"^(?:\{[\s\S]*\}|\[[\s\S]*\])$"),
}


class ColumnShares(TypedDict):
    """What is kept of a column with an import: its header, and shares to three places; see ``profile_columns``."""

    header: str
    filled: float
    cells: int
    phone: float
    email: float
    postcode: float


def sample_rows(chunk: pl.DataFrame) -> pl.DataFrame:
    """Return at most 1,000 rows that could be read, taken evenly over a chunk as the reader gives it."""
    good = chunk["flaw"].is_null().arg_true()
    if len(good) > SAMPLE_ROWS:
        good = good.gather(np.linspace(0, len(good) - 1, SAMPLE_ROWS).astype(np.uint32))
    return chunk[good]


def profile_columns(chunk: pl.DataFrame, headers: Sequence[str], region: str | None) -> pl.DataFrame:
    """Say of every column of a chunk what its cells look like, by a sample of at most 1,000 rows.

    ``chunk`` is as the reader gives it (``flaw``, ``c1``…). Returns one row per column, in order: ``position`` (Int64,
    from 1), ``header`` (String), ``cells`` (Int64: filled cells of the sample), ``filled`` (Float64: their share), and
    the shares of the filled cells (Float64, 0 where there is none) that are a ``phone`` (a valid number of the region,
    or international), ``possible`` (not valid, but as long as a number or as one without its area code), ``email``,
    ``postcode`` (as the region writes them), ``words`` (letters without a digit), ``number``, ``date``, ``container``
    (nested JSON), and that are ``distinct``. A share is evidence, not proof: five digits are a ZIP code, or not. Source
    of the numbers: ``parse_phones_with_stats``.
    """
    sample = sample_rows(chunk).select(f"c{number}" for number in range(1, len(headers) + 1))
    postcode = POSTCODES.get(region or "")
    is_postcode = _text.str.to_uppercase().str.contains(f"^(?:{postcode})$") if postcode else pl.lit(value=False)
    cells = (
        sample.lazy()
        .unpivot(variable_name="column", value_name="text")
        .cast(pl.String)  # of no columns at all the type would be unknown
        .with_columns(_text.str.strip_chars(BLANKS))
        .filter(_text != "")
        .with_columns(is_postcode.alias("postcode"), plain=_plain, **KINDS)
        .collect()
    )
    shares = (
        cells.pipe(_add_phones, region)
        .group_by("column")
        .agg(
            pl.len().alias("cells").cast(pl.Int64),
            pl.col("phone", "possible", "postcode", *KINDS).mean(),
            (_text.n_unique() / pl.len()).alias("distinct"),
        )
    )
    columns = pl.DataFrame(
        {"position": range(1, len(headers) + 1), "header": headers, "column": sample.columns},
        schema={"position": pl.Int64, "header": pl.String, "column": pl.String},
    )
    filled = (pl.col("cells") / max(sample.height, 1)).alias("filled")
    return (
        columns.join(shares, on="column", how="left", maintain_order="left")
        .with_columns(pl.col("cells", "phone", "possible", "postcode", *KINDS, "distinct").fill_null(0))
        .select("position", "header", "cells", filled, "phone", "possible", "postcode", *KINDS, "distinct")
    )


def _add_phones(cells: pl.DataFrame, region: str | None) -> pl.DataFrame:
    """Add ``phone`` and ``possible`` (Boolean) by ``plain``: a ``date`` is none, though some plans have room for it."""
    distinct = cells.filter(pl.col("plain").str.contains(PHONE_LIKE) & ~pl.col("date"))["plain"].unique()
    found, _ = parse_phones_with_stats(distinct, region, columns=("is_valid", "possible"))
    parsed = found.select(
        pl.lit(distinct).alias("plain"),
        phone=pl.col("is_valid").fill_null(value=False),
        possible=pl.col("possible").is_in(["IS_POSSIBLE", "IS_POSSIBLE_LOCAL_ONLY"]) & ~pl.col("is_valid"),
    )
    joined = cells.join(parsed, on="plain", how="left", maintain_order="left")
    return joined.with_columns(pl.col("phone", "possible").fill_null(value=False))


def list_columns(profile: pl.DataFrame) -> list[ColumnShares]:
    """Return what of a profile is kept with an import, one entry per column in order; shares to three places."""
    return [
        {
            "header": row["header"],
            "filled": round(row["filled"], 3),
            "cells": row["cells"],
            "phone": round(row["phone"], 3),
            "email": round(row["email"], 3),
            "postcode": round(row["postcode"], 3),
        }
        for row in profile.iter_rows(named=True)
    ]


def recall_columns(found: dict[str, Any]) -> list[ColumnShares]:
    """Return the columns of an earlier import from what was found then; an import without a profile has no cells."""
    if "columns" in found:
        return list(found["columns"])
    return [
        {"header": header, "filled": 0.0, "cells": 0, "phone": 0.0, "email": 0.0, "postcode": 0.0}
        for header in found.get("headers", ())
    ]
