"""Phone cells that are a valid number and nothing else: nearly all, cleaned without looking for damage."""

import polars as pl

from pipelines.cleaning.dial_strings import PRESETS, add_dial
from pipelines.phones.parsing import PathCounts
from pipelines.phones.plain import PlainNumbers, find_plain_numbers
from pipelines.templates.parts import PhoneOptions


def clean_plain(texts: pl.Series, options: PhoneOptions, tally: list[PathCounts] | None = None) -> pl.DataFrame:
    """Return ``key``, ``dial`` and ``type`` of the texts that are a valid number and nothing else; null for all others.

    Row for row. Nothing of what ``clean_cells`` repairs or cuts off can stand in them; what is not valid or breaks a
    rule of the template has to go through it, which says why.
    """
    refused = options.types.refused if options.types else ()
    found = find_plain_numbers(texts, options.resolved_region, refused)
    if tally is not None:
        tally.append(PathCounts(len(texts), len(texts) - found.abroad, found.abroad, 0, 0))
    cells = pl.DataFrame([found.list_keys().alias("key"), _write_dial(texts, found, options), found.list_kinds("type")])
    dial = pl.col("dial")
    if options.resolved_format in PRESETS or options.remove_non_digits:
        length = dial.str.len_bytes()
    else:
        length = dial.str.count_matches("[0-9]")
    rules = [length >= options.min_length] if options.min_length else []
    rules += [length <= options.max_length] if options.max_length else []
    if not rules:
        return cells
    is_usable = pl.lit(cells.select(pl.all_horizontal(rules)).to_series())
    return cells.select(pl.when(is_usable).then(pl.all()))


def _write_dial(texts: pl.Series, found: PlainNumbers, options: PhoneOptions) -> pl.Series:
    """Return ``dial``, by the template's Format; null where no number was found."""
    if options.resolved_format in PRESETS:
        prefix, code = PRESETS[options.resolved_format]
        return found.write_prefixed("dial", code, prefix)
    parts = [found.list_kinds("country_code"), *found.write("national_number", "national_format")]
    cells = pl.DataFrame([texts.rename("text"), *parts]).pipe(add_dial, options)
    return cells.select(pl.when(pl.lit(found.list_keys()).is_not_null()).then("dial").alias("dial")).to_series()
