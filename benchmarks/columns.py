"""Draws large columns of dirty telephone numbers, as call centres get them, from the numbering plans and a seed."""

import numpy as np
import polars as pl

from pipelines.phones.building import KINDS_SCHEMA, build_kinds
from pipelines.phones.storing import load_table

# How numbers are written: pieces of the national number, and the share of rows. {0} is the calling code.
LAYOUTS = {
    "GB": {
        "0aaaa bbbbbb": 0.34,
        "0aaaabbbbbb": 0.20,
        "0aaa bbb cccc": 0.10,
        "0aa bbbb cccc": 0.08,
        "(0aaa) bbb cccc": 0.03,
        "44aaaabbbbbb": 0.04,
        "+44aaaabbbbbb": 0.05,
        "+44 aaaa bbbbbb": 0.05,
        "0044aaaabbbbbb": 0.04,
        "aaaabbbbbb": 0.05,
        "+44 (0)aaaa bbbbbb": 0.01,
        "0aaaa-bbb-ccc": 0.01,
    },
    "US": {
        "(aaa) bbb-cccc": 0.48,
        "aaa-bbb-cccc": 0.16,
        "aaabbbcccc": 0.16,
        "aaa.bbb.cccc": 0.05,
        "1aaabbbcccc": 0.03,
        "1-aaa-bbb-cccc": 0.03,
        "+1aaabbbcccc": 0.04,
        "+1 aaa bbb cccc": 0.02,
        "aaa/bbb-cccc": 0.02,
        "(aaa)bbb-cccc": 0.01,
    },
}
NAMES = ["", ".", "n/a", "UNKNOWN", "-", "none", "99", "00000 0000000"]


def draw_valid_numbers(rng: np.random.Generator, region: str, rows: int) -> pl.Series:
    """Draw the national digits of valid ten-digit numbers of a region, fixed and mobile, evenly over its ranges."""
    kinds = load_table("kinds", KINDS_SCHEMA, build_kinds).with_columns(end=pl.col("first").shift(-1))
    ranges = kinds.filter(
        pl.col("region") == region,
        pl.col("is_valid"),
        pl.col("type").is_in(["MOBILE", "FIXED_LINE", "FIXED_LINE_OR_MOBILE"]),
        (pl.col("first") - pl.col("country_code").cast(pl.Int64) * 10**10).is_between(0, 10**10 - 1),
    )
    size = (ranges["end"] - ranges["first"]).to_numpy()
    which = rng.choice(len(ranges), rows, p=size / size.sum())
    numbers = ranges["first"].to_numpy()[which] + (rng.random(rows) * size[which]).astype(np.int64)
    return pl.Series(numbers % 10**10).cast(pl.String).str.zfill(10)


def spell_layout(layout: str) -> pl.Expr:
    """Write the column `digits` by a layout: letters stand for the next digits, everything else for itself."""
    pieces: list[pl.Expr] = []
    at = 0
    for piece in _split_layout(layout):
        if piece[0].isalpha():
            pieces.append(pl.col("digits").str.slice(at, len(piece)))
            at += len(piece)
        else:
            pieces.append(pl.lit(piece))
    return pl.concat_str(pieces)


def _split_layout(layout: str) -> list[str]:
    pieces: list[str] = []
    for mark in layout:
        if pieces and (pieces[-1][-1] == mark if mark.isalpha() else not pieces[-1][-1].isalpha()):
            pieces[-1] += mark
        else:
            pieces.append(mark)
    return pieces


def list_dirt() -> list[tuple[float, pl.Expr]]:
    """List what goes wrong in a cell and how often; together about nine in a hundred rows."""
    cell, other = pl.col("cell"), pl.col("cell").shift(1).fill_null("0")
    return [
        (0.020, pl.lit(None, dtype=pl.String)),
        (0.013, pl.lit(pl.Series(NAMES)).gather(pl.int_range(pl.len()) % len(NAMES))),
        (0.020, " " + cell + " "),
        (0.008, cell.str.slice(0, cell.str.len_chars() - 1)),
        (0.004, cell + "7"),
        (0.006, pl.concat_str(pl.lit("Tel: "), cell)),
        (0.003, cell + " ext " + pl.col("digits").str.slice(6, 3)),
        (0.003, cell + " x" + pl.col("digits").str.slice(7, 3)),
        (0.003, cell.str.replace_all(" ", "\u00a0")),
        (0.002, cell + "\t"),
        (0.001, cell.str.replace_all("2", "A")),
        (0.002, cell + " (home)"),
        (0.002, cell + " mob"),
        (0.003, cell + " / " + other),
        (0.001, cell + " or " + other),
        (0.002, cell + ".0"),
    ]


def draw_column(region: str, rows: int, seed: int) -> pl.Series:
    """Draw a column of dirty cells (String, some null) for 'GB' or 'US'; the same seed gives the same column."""
    rng = np.random.default_rng(seed)
    layouts = LAYOUTS[region]
    shares = np.array(list(layouts.values()))
    frame = pl.DataFrame(
        {
            "row": np.arange(rows),
            "digits": draw_valid_numbers(rng, region, rows),
            "layout": rng.choice(len(layouts), rows, p=shares / shares.sum()),
            "fault": rng.random(rows),
        }
    )
    parts = [
        group.with_columns(cell=spell_layout(list(layouts)[int(str(layout))]))
        for (layout,), group in frame.group_by("layout")
    ]
    frame = pl.concat(parts).sort("row")
    spoilt, upto = pl.when(pl.lit(value=False)).then(pl.lit("")), 0.0
    for share, dirt in list_dirt():
        upto += share
        spoilt = spoilt.when(pl.col("fault") < upto).then(dirt)
    return frame.select(phone=spoilt.otherwise(pl.col("cell")))["phone"]
