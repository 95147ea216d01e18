"""The slow path, and the reference for every other: distinct strings, one by one, through `phonenumbers` itself."""

from collections.abc import Iterable

import phonenumbers
import polars as pl
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

from pipelines.phones.schema import ERROR_NAMES, LARGEST_NUMBER, PHONE_SCHEMA, POSSIBLE_NAMES, TYPE_NAMES

Row = tuple[int | None, str | None, int | None, str | None, str | None, str, bool, str | None, str | None]


def describe_number(number: PhoneNumber) -> Row:
    """Answer the columns of PHONE_SCHEMA for one parsed number, all of them from `phonenumbers`."""
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    digits = int(e164[1:])
    return (
        digits if digits <= LARGEST_NUMBER else None,
        e164,
        number.country_code,
        phonenumbers.national_significant_number(number),
        phonenumbers.region_code_for_number(number),
        POSSIBLE_NAMES[phonenumbers.is_possible_number_with_reason(number)],
        phonenumbers.is_valid_number(number),
        TYPE_NAMES[phonenumbers.number_type(number)],
        phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL),
    )


def build_number(calling_code: int, national: str) -> PhoneNumber:
    """Build the number that has these national digits; leading zeros are kept, as `phonenumbers.parse` keeps them."""
    zeros = len(national) - len(national[:-1].lstrip("0")) - 1
    return PhoneNumber(
        country_code=calling_code,
        national_number=int(national),
        italian_leading_zero=True if zeros else None,
        number_of_leading_zeros=zeros if zeros > 1 else None,
    )


def describe_error(name: str) -> Row:
    """Answer the columns of PHONE_SCHEMA for a string that does not parse: the error's name, not valid, else null."""
    return (None, None, None, None, None, name, False, None, None)


def ask_library(text: str, region: str | None) -> Row:
    """Parse one string as `phonenumbers` does and answer the columns of PHONE_SCHEMA."""
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException as error:
        return describe_error(ERROR_NAMES[error.error_type])
    return describe_number(number)


def tabulate_answers(rows: Iterable[Row]) -> pl.DataFrame:
    """Put answers into a frame with the columns of PHONE_SCHEMA, in the order given."""
    return pl.DataFrame(list(rows), schema=PHONE_SCHEMA, orient="row")


def parse_by_library(raw: pl.Series, region: str | None) -> pl.DataFrame:
    """Parse a column with `phonenumbers` alone, each distinct string once.

    `raw` is String; the answer has the columns of PHONE_SCHEMA, one row per input in the same order, all null
    where the input is null. About 40 microseconds per distinct string: for what tables cannot decide, and for tests.
    """
    distinct = raw.drop_nulls().unique()
    answers = tabulate_answers(ask_library(text, region) for text in distinct)
    position = pl.Series(range(len(distinct)), dtype=pl.UInt32)
    index = raw.replace_strict(distinct, position, default=None, return_dtype=pl.UInt32)
    return answers.select(pl.all().gather(index)) if len(answers) else tabulate_answers([describe_null()] * len(raw))


def describe_null() -> Row:
    """Answer the columns of PHONE_SCHEMA for a cell that is null: nothing at all."""
    return (None,) * 9  # type: ignore[return-value]
