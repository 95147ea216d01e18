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


def judge_addresses(addresses: pl.Series) -> pl.DataFrame:
    """Judge distinct, non-null addresses (String); return ``email`` and ``is_well_formed`` (Boolean).

    Plain addresses are recognised set-based; the rest are put to the library one by one. The order is not kept.
    """
    text = pl.col("email").str.to_lowercase()
    judged = (
        addresses.rename("email")
        .to_frame()
        .with_columns(
            is_plain=text.str.contains(PLAIN) & (text.str.len_bytes() <= MAX_PLAIN) & ~text.str.contains(PUNYCODE)
        )
    )
    odd = judged.filter(~pl.col("is_plain"))["email"]
    verdicts = pl.DataFrame(
        {"email": odd, "is_well_formed": [is_well_formed(a) for a in odd]},
        {"email": pl.String, "is_well_formed": pl.Boolean},
    )
    plain = judged.filter("is_plain").select("email", is_well_formed=pl.lit(value=True))
    return pl.concat([plain, verdicts])


def add_email(rows: pl.DataFrame) -> pl.DataFrame:
    """Add ``email_flaw`` (String: R_EMAIL_INVALID, or null) to rows with ``email`` (String, tidied)."""
    verdicts = judge_addresses(rows["email"].drop_nulls().unique())
    rows = rows.join(verdicts, on="email", how="left", maintain_order="left")
    flaw = pl.when(~pl.col("is_well_formed")).then(pl.lit("R_EMAIL_INVALID"))
    return rows.with_columns(email_flaw=flaw).drop("is_well_formed")
