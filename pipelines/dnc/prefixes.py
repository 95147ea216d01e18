"""Area codes and other prefixes: `+1416*`, `0161*`, or any text of a list that is told to hold prefixes."""

import polars as pl
from phonenumbers import PhoneMetadata, country_code_for_region

PREFIXES = {
    "prefix": pl.Int64,
    "digits": pl.UInt8,
    "listed_on": pl.Date,
    "expires_on": pl.Date,
    "is_removal": pl.Boolean,
    "place": pl.Int64,
}
MOST_DIGITS = 15
_TEXT = r"^[+0-9 ().\-\x{00a0}]+\**\s*$"


def find_prefixes(marked: pl.DataFrame, region: str) -> pl.DataFrame:
    """Return the prefixes of rows as E.164 digits, with the columns of ``PREFIXES``; what is none is left out.

    ``marked`` has ``raw`` (String) and the other columns. What begins with + or 00 has its country's code; all else is
    of ``region``, with or without the digit that is dialled before an area code there.
    """
    code = str(country_code_for_region(region))
    metadata = PhoneMetadata.metadata_for_region(region)
    trunk = (metadata.national_prefix if metadata else None) or ""
    text = pl.col("raw")
    digits = text.str.replace_all("[^0-9]", "")
    is_whole = text.str.contains(r"^\s*\+")
    is_abroad = text.str.contains(r"^\s*00")
    national = digits.str.strip_prefix(trunk) if trunk else digits
    whole = pl.when(is_whole).then(digits).when(is_abroad).then(digits.str.slice(2)).otherwise(pl.lit(code) + national)
    # A calling code alone is a prefix where it was written out, and a slip where nothing but the area code is missing.
    is_empty = pl.when(is_whole | is_abroad).then(whole == "").otherwise(national == "")
    found = marked.with_columns(text=whole).filter(
        text.str.contains(_TEXT) & ~is_empty & (whole.str.len_chars() <= MOST_DIGITS)
    )
    return found.select(
        prefix=pl.col("text").cast(pl.Int64),
        digits=pl.col("text").str.len_chars().cast(pl.UInt8),
        **{name: pl.col(name) for name in ("listed_on", "expires_on", "is_removal", "place")},
    )
