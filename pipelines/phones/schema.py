"""What a parsed phone number consists of: the columns, said once, and the names of the verdicts."""

import phonenumbers
import polars as pl

PHONE_SCHEMA = pl.Schema(
    {
        "number": pl.Int64(),
        "e164": pl.String(),
        "country_code": pl.Int16(),
        "national_number": pl.String(),
        "region": pl.String(),
        "possible": pl.String(),
        "is_valid": pl.Boolean(),
        "type": pl.String(),
        "national_format": pl.String(),
    }
)

LARGEST_NUMBER = 2**63 - 1


def list_constant_names(enumeration: type) -> dict[int, str]:
    """Map the values of one of libphonenumber's enumerations to the names of its constants.

    `phonenumbers` writes an enumeration as a class with upper-case integer attributes; `PhoneNumberType`,
    `ValidationResult` and `NumberParseException` (its error types) all look like that.
    """
    return {
        value: name
        for name, value in vars(enumeration).items()
        if name.isupper() and not name.startswith("_") and isinstance(value, int)
    }


TYPE_NAMES = list_constant_names(phonenumbers.PhoneNumberType)
POSSIBLE_NAMES = list_constant_names(phonenumbers.ValidationResult)
ERROR_NAMES = list_constant_names(phonenumbers.NumberParseException)


def check_region(region: str | None) -> None:
    """Refuse a region that libphonenumber has no numbering plan for.

    `region` is a two-letter ISO 3166 code in capitals, or None for "only numbers written with +".
    Raises ValueError with the nearest thing to a remedy.
    """
    if region is None or region in phonenumbers.SUPPORTED_REGIONS:
        return
    capitals = region.upper()
    remedy = (
        f"Write {capitals!r}."
        if capitals in phonenumbers.SUPPORTED_REGIONS
        else "Give an ISO 3166 country in two capitals, such as 'GB', or None to accept only numbers written with +."
    )
    raise ValueError(f"region: {region!r} has no telephone numbering plan in phonenumbers. {remedy}")
