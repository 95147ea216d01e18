"""Language cells: as tags, with the template's default where there is none."""

import polars as pl

from pipelines.languages import read_language


def add_language(rows: pl.DataFrame, default: str | None, *, is_mapped: bool) -> pl.DataFrame:
    """Add what a lead's language is, to rows with ``language`` (String, tidied).

    ``language_tag`` (String): the cell's own, null where blank or no language; ``language_used`` (String): with the
    template's default in its place; ``is_language_unknown`` (Boolean: the cell is no language) and
    ``is_language_default`` (Boolean: a column is mapped and the default was put in). Each distinct cell is looked up
    once. Source: checklist CM-029.
    """
    cells = rows["language"].unique().drop_nulls()
    tags = pl.Series([read_language(cell) for cell in cells], dtype=pl.String)
    tag = pl.col("language").replace_strict(cells, tags, return_dtype=pl.String) if len(cells) else pl.col("language")
    rows = rows.with_columns(language_tag=tag)
    has_none = pl.col("language_tag").is_null() & pl.col("flaw").is_null()
    return rows.with_columns(
        language_used=pl.coalesce("language_tag", pl.lit(default, pl.String)),
        is_language_unknown=has_none & pl.col("language").is_not_null() if len(cells) else pl.lit(value=False),
        is_language_default=has_none if is_mapped and default else pl.lit(value=False),
    )
