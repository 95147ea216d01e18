"""The dial string: what the dialler gets, shaped by the template's Format.

Source of the rules: decisions, Phone numbers; checklist ML-026..031, ML-061, MA-021, MA-022, MA-034.
"""

import polars as pl
from phonenumbers import country_code_for_region

from pipelines.templates.parts import PhoneOptions

# What stands before the national digits in the country of a calling code; abroad it is 00 and the number's own code.
PRESETS = {"uk": ("0", 44), "intl_uk": ("0044", 44), "intl_aus": ("0061", 61), "intl_sa": ("0027", 27)}

_text = pl.col("text")
_digits = pl.col("text").str.replace_all(r"[^0-9]", "")


def is_international() -> pl.Expr:
    """Tell whether ``text`` begins as a number does that names its country."""
    return _text.str.contains(r"^[^0-9]*[+\uff0b]|^[^0-9]*00")


def add_dial(cells: pl.DataFrame, options: PhoneOptions) -> pl.DataFrame:
    """Add ``dial``, the number as the dialler gets it, by the template's Format."""
    if options.resolved_format not in PRESETS:
        return cells.with_columns(dial=_shape_advanced(options))
    abroad = pl.concat_str([pl.lit("00"), pl.col("country_code").cast(pl.String), pl.col("national_number")])
    prefix, code = PRESETS[options.resolved_format]
    home = pl.lit(prefix) + pl.col("national_number")
    without_key = (
        pl.when(is_international()).then(_digits).otherwise(pl.lit(prefix) + _digits.str.strip_chars_start("0"))
    )
    return cells.with_columns(
        dial=pl.when(pl.col("country_code") == code)
        .then(home)
        .when(pl.col("country_code").is_not_null())
        .then(abroad)
        .otherwise(without_key)
    )


def _shape_advanced(options: PhoneOptions) -> pl.Expr:
    """Return the dial string of manual control: the digits as sent, then calling code, then leading zero.

    What was not sent as the plan's own digits (``+44 (0)…``, ``0044…``, ``44…``) is first brought to them, or to
    ``00`` and its own calling code where it is of another country: else the prefixes would ring a stranger.
    """
    code = pl.col("country_code").cast(pl.String)
    is_home = pl.col("country_code") == country_code_for_region(options.resolved_region)
    is_abroad = (~is_home).fill_null(value=False)
    national = pl.col("national_format").str.replace_all(r"[^0-9]", "")
    as_sent = _digits if options.remove_non_digits else _text
    own_digits = pl.col("national_number").str.strip_chars_start("0")
    is_as_planned = (_digits == national) | (_digits.str.strip_chars_start("0") == own_digits)
    dial = (
        pl.when(is_abroad)
        .then(pl.lit("00") + code + pl.col("national_number"))
        .when(is_as_planned | pl.col("country_code").is_null())
        .then(as_sent)
        .otherwise(national)
    )
    if options.calling_code:
        wanted = options.calling_code.lstrip("+")
        has_it = dial.str.starts_with(wanted) & (pl.lit(wanted == "0") | pl.col("country_code").is_null())
        is_plans_own = (code == wanted).fill_null(value=False)
        dial = (
            pl.when(is_plans_own)
            .then(pl.lit(wanted) + pl.col("national_number"))
            .when(is_abroad | has_it)
            .then(dial)
            .otherwise(pl.lit(wanted) + dial)
        )
    if options.add_leading_zero:
        dial = pl.when(dial.str.starts_with("0")).then(dial).otherwise(pl.lit("0") + dial)
    return dial
