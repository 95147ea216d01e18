"""E-mail cells: well formed or not, by the rules of the ``email-validator`` library. Nothing is looked up."""

import polars as pl
from email_validator import EmailNotValidError, validate_email

# A plain address that the library accepts as it stands: everything else goes to the library itself. A test holds the
# two together.
PLAIN = (
    r"^[a-z0-9_+%-]+(?:\.[a-z0-9_+%-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?\.){1,3}"
    r"(?:com|org|net|info|biz|edu|gov|io|co|me|tv|uk|ie|us|ca|au|nz|za|de|fr|es|it|nl|be|ch|at|se|no|dk|fi|pl|pt|in)$"
)
MAX_PLAIN = 60
PUNYCODE = r"(?:^|[@.])..--"


def is_well_formed(address: str) -> bool:
    """Tell whether the library accepts an address by its form."""
    try:
        validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


def is_plain(addresses: pl.Series) -> pl.Series:
    """Tell which addresses (String) are plain, so that the library need not be asked: Boolean, null for null."""
    plain = _look_plain(addresses)
    # Capitals are rare: only what is not plain as it stands is looked at without them.
    odd = (~plain).arg_true()
    return plain.scatter(odd, _look_plain(addresses.gather(odd).str.to_lowercase())) if len(odd) else plain


def _look_plain(addresses: pl.Series) -> pl.Series:
    plain = addresses.str.contains(PLAIN) & (addresses.str.len_bytes() <= MAX_PLAIN)
    if addresses.str.contains("--", literal=True).any():
        plain &= ~addresses.str.contains(PUNYCODE)
    return plain


def judge_addresses(addresses: pl.Series) -> pl.Series:
    """Tell which addresses (String) are well formed: Boolean, row for row, null for null.

    Plain addresses are recognised set-based; of the rest each distinct one is put to the library.
    """
    plain = is_plain(addresses)
    odd = addresses.filter(~plain).unique()
    if odd.is_empty():
        return plain
    verdicts = pl.Series([is_well_formed(address) for address in odd], dtype=pl.Boolean)
    judged = addresses.replace_strict(odd, verdicts, default=None, return_dtype=pl.Boolean)
    return plain.zip_with(plain, judged)


def add_email(rows: pl.DataFrame) -> pl.DataFrame:
    """Add ``email_flaw`` (String: R_EMAIL_INVALID, or null) to rows with ``email`` (String, tidied)."""
    judged = judge_addresses(rows["email"])
    return rows.with_columns(email_flaw=pl.when(~pl.lit(judged)).then(pl.lit("R_EMAIL_INVALID")))
