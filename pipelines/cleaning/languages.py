"""Language cells: as tags, with the template's default where there is none."""

import polars as pl

from pipelines.languages import read_language


def add_language(rows: pl.DataFrame, default: str | None, *, is_mapped: bool) -> pl.DataFrame:
    """Add what a lead's language is, to rows with ``language`` (String, tidied).

    ``language_tag`` (String): the cell's own, null where blank or no language; ``language_used`` (String): with the
    template's default in its place; ``language_warnings`` (List of codes): W_LANGUAGE_UNKNOWN, and W_LANGUAGE_DEFAULT
    where a column is mapped. Each distinct cell is looked up once. Source: checklist CM-029.
    """
    cells = rows["language"].drop_nulls().unique().to_list()
    lookup = {"language": cells, "language_tag": [read_language(cell) for cell in cells]}
    tags = pl.DataFrame(lookup, {"language": pl.String, "language_tag": pl.String})
    rows = rows.join(tags, on="language", how="left", maintain_order="left")
    has_none = pl.col("language_tag").is_null() & pl.col("flaw").is_null()
    is_unknown = has_none & pl.col("language").is_not_null()
    is_default = has_none if is_mapped and default else pl.lit(value=False)
    warnings = pl.concat_list(
        pl.when(is_default).then(pl.lit("W_LANGUAGE_DEFAULT")), pl.when(is_unknown).then(pl.lit("W_LANGUAGE_UNKNOWN"))
    )
    return rows.with_columns(
        language_used=pl.coalesce("language_tag", pl.lit(default, pl.String)),
        language_warnings=warnings.list.drop_nulls(),
    )
