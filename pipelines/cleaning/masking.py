"""Rows that may be shown where people's data may not: enough to recognise a pattern, not a person."""

from typing import Any

import polars as pl

from pipelines.schema import PHONE_SLOTS


def mask_text(column: str) -> pl.Expr:
    """Return a text with all but its first two characters as dots, at most eight of them."""
    text = pl.col(column)
    dots = pl.lit("••••••••").str.slice(0, (text.str.len_chars().cast(pl.Int64) - 2).clip(0, 8))
    return pl.when(text.is_not_null()).then(text.str.slice(0, 2) + dots)


def mask_sample(cleaned: pl.DataFrame, rows: int) -> list[dict[str, Any]]:
    """Return the first cleaned rows, people's data masked: row_number, code, name, phone and e-mail."""
    shown = cleaned.head(max(rows, 0)).select(
        "row_number",
        "code",
        name=mask_text("last_name"),
        phone=pl.coalesce(mask_text(slot) for slot in PHONE_SLOTS),
        email=mask_text("email"),
        warnings=pl.col("warnings").list.join(" "),
    )
    return shown.to_dicts()
