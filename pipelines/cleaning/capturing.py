"""On which day the supplier captured each lead, from the cell that says so. Adds columns; changes and drops none."""

import polars as pl

from pipelines.tables.field_types import find_date

# A time of day behind the day, with or without fractions, AM or PM and a zone.
TIME_OF_DAY = (
    r"(?i)[T ]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?"
    r" ?(?:[ap]\.?m\.?)? ?(?:z|utc|gmt|[+-][0-9]{2}:?(?:[0-9]{2})?)?$"
)


def add_captured(rows: pl.DataFrame, date_format: str, *, is_mapped: bool) -> pl.DataFrame:
    """Add ``captured_day`` (Date) and ``is_bad_capture`` (Boolean: the cell is no date), row for row.

    Reads ``captured_on`` (String, tidied, null where blank): a day of the format or of ISO 8601, whatever time of day
    stands behind it; the day is the one that is written. A cell that is no date costs no lead: its age is not known.
    """
    if not is_mapped:
        return rows.with_columns(captured_day=pl.lit(None, pl.Date), is_bad_capture=pl.lit(value=False))
    cell = pl.col("captured_on")
    read = rows.with_columns(captured_day=find_date(cell.str.replace(TIME_OF_DAY, ""), date_format))
    return read.with_columns(is_bad_capture=cell.is_not_null() & pl.col("captured_day").is_null())
