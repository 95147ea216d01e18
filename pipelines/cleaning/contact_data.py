"""Cells of contact data become values of their fields' types, or do not fit. Adds columns; changes and drops none."""

from collections.abc import Sequence

import polars as pl

from pipelines.tables.declared import MappedField, MappedTables
from pipelines.tables.field_types import TYPES, Spelling, read_cells

NOTHING = MappedTables()


def add_contact_data(rows: pl.DataFrame, fields: Sequence[MappedField], spelling: Spelling) -> pl.DataFrame:
    """Add to each row what its cells of contact data hold.

    Reads ``secondary.<table>.<field>`` (String, tidied, null where blank); adds for each field ``<table>.<field>`` (of
    its type, null where there is no data or it does not fit), ``….key`` (Int64), ``….warnings`` (List of codes) and
    ``….is_misfit`` (Boolean). Keeps rows and order.
    """
    for field in fields:
        read = read_cells(rows[field.cell], field.field.type, spelling)
        rows = rows.with_columns(
            read["value"].alias(field.name),
            read["key"].alias(f"{field.name}.key"),
            read["warnings"].alias(f"{field.name}.warnings"),
            (rows[field.cell].is_not_null() & read["value"].is_null()).alias(f"{field.name}.is_misfit"),
        )
    return rows


def tell_misfits(fields: Sequence[MappedField]) -> pl.Expr:
    """Return which of these fields have a value that does not fit, in words and without it; null where none has."""
    told = [
        pl.when(f"{field.name}.is_misfit").then(pl.lit(f"{field.cell} is not {TYPES[field.field.type].noun}"))
        for field in fields
    ]
    if not told:
        return pl.lit(None, pl.String)
    text = pl.concat_str(told, separator="; ", ignore_nulls=True)
    return pl.when(text != "").then(text)
