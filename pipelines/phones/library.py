"""Ask the installed ``phonenumbers`` package, once per distinct text."""

import phonenumbers as library
import polars as pl

SCHEMA = pl.Schema(
    {
        "number": pl.Int64,
        "e164": pl.String,
        "country_code": pl.Int16,
        "national_number": pl.String,
        "region": pl.String,
        "possible": pl.String,
        "is_valid": pl.Boolean,
        "type": pl.String,
        "national_format": pl.String,
    }
)
MAX_INT64 = 2**63 - 1
ERRORS = {
    value: name for name, value in vars(library.NumberParseException).items() if name.isupper() and type(value) is int
}


def parse_phones(raw: pl.Series, region: str | None) -> pl.DataFrame:
    """Parse texts as phone numbers of a region.

    ``raw`` is String, null allowed; ``region`` an ISO 3166 country, or null when every number must carry its country
    code. Returns one row per input in the same order: ``number`` (Int64, E.164 digits; null where there is none or it
    is too great), ``e164`` (String), ``country_code`` (Int16), ``national_number`` (String, leading zeros kept),
    ``region`` (String, null where no single region has it), ``possible`` (String: the ValidationResult, or the error
    type where the text is no number), ``is_valid`` (Boolean), ``type`` (String), ``national_format`` (String). A null
    gives nulls throughout; a text that is no number gives nulls but for ``possible`` and ``is_valid`` (false).
    Source: the installed ``phonenumbers``, whose answers these are.
    Raises ValueError for a region that the package does not know.
    """
    if region is not None and region not in library.SUPPORTED_REGIONS:
        raise ValueError(f"'{region}' is not a region of the telephone plans.")
    distinct = raw.rename("raw").drop_nulls().unique()
    rows = [_ask_library(text, region) for text in distinct]
    answers = pl.DataFrame(rows, schema=SCHEMA, orient="row").with_columns(distinct)
    return raw.rename("raw").to_frame().join(answers, on="raw", how="left", maintain_order="left").drop("raw")


def _ask_library(text: str, region: str | None) -> tuple[object, ...]:
    try:
        number = library.parse(text, region)
    except library.NumberParseException as error:
        return (None, None, None, None, None, ERRORS[error.error_type], False, None, None)
    e164 = library.format_number(number, library.PhoneNumberFormat.E164)
    digits = int(e164[1:])
    return (
        digits if digits <= MAX_INT64 else None,
        e164,
        number.country_code,
        library.national_significant_number(number),
        library.region_code_for_number(number),
        library.ValidationResult.to_string(library.is_possible_number_with_reason(number)),
        library.is_valid_number(number),
        library.PhoneNumberType.to_string(library.number_type(number)),
        library.format_number(number, library.PhoneNumberFormat.NATIONAL),
    )
