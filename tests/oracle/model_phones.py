"""Phone cells, one by one: what number stands in a cell, how it is dialled, and what is wrong with it.

From decisions.md, Phone numbers, and docs/templates.md. Telephone plans are asked of ``phonenumbers`` itself.
"""

from dataclasses import dataclass, field
from typing import Any

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType, ValidationResult

from tests.oracle.model_records import Number

# What stands before the national number, and of which region a preset is.
PRESETS = {"uk": ("0", "GB"), "intl_uk": ("0044", "GB"), "intl_aus": ("0061", "AU"), "intl_sa": ("0027", "ZA")}
# Cells with more in them than a number: which number is meant, and what is warned. Said by hand, not worked out.
HIDDEN = {
    "447400123456.0": ("447400123456", "W_SPREADSHEET_REPAIRED"),
    "4.47400123456E+11": ("447400123456", "W_SPREADSHEET_REPAIRED"),
    "07400 123456 / 07400 123457": ("07400 123456", "W_SECOND_NUMBER"),
    "07400 123456 ask for Ann": ("07400 123456", "W_SECOND_NUMBER"),
    "07400 123456 ext 12": ("07400 123456", "W_EXTENSION"),
}
LOST = ("4.474E+11", "4.4740012E+11")
MOST_DIGITS = 18
# The words of phone.types for what libphonenumber calls a number.
TYPES = {
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE: "landline",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixed_line_or_mobile",
    PhoneNumberType.VOIP: "voip",
    PhoneNumberType.PREMIUM_RATE: "premium",
    PhoneNumberType.TOLL_FREE: "toll_free",
    PhoneNumberType.SHARED_COST: "shared_cost",
    PhoneNumberType.PAGER: "pager",
    PhoneNumberType.PERSONAL_NUMBER: "personal",
    PhoneNumberType.UAN: "uan",
    PhoneNumberType.VOICEMAIL: "voicemail",
    PhoneNumberType.UNKNOWN: "unknown",
}


@dataclass
class PhoneCell:
    """What a cell turned out to be: a usable number or a flaw, neither for a blank one."""

    number: Number | None = None
    flaw: str | None = None
    warnings: set[str] = field(default_factory=set)


def read_phone(cell: str, options: dict[str, Any]) -> PhoneCell:
    """Clean one cell in the order of the walk: what it holds, shape, truncation, lengths, validity."""
    text = cell.strip()
    read = PhoneCell()
    if not text:
        return read
    if text in HIDDEN:
        text, warning = HIDDEN[text]
        read.warnings.add(warning)
    if text in LOST or is_filler(text):
        read.flaw = "R_PHONE_SPREADSHEET" if text in LOST else "R_PHONE_PLACEHOLDER"
        return read
    region = find_region(options)
    number = parse(text, region)
    completed = complete(text, number, region, options.get("area_code"))
    if completed:
        text, number = completed, parse(completed, region)
        read.warnings.add("W_AREA_CODE_ADDED")
    dial = shape(text, number, options)
    if options.get("truncate") and count_digits(dial) > options["max_length"]:
        text = dial = cut(dial, options["max_length"])
        number = parse(text, region)
        read.warnings.add("W_TRUNCATED")
    read.flaw = judge(text, dial, number, options)
    if read.flaw is None:
        read.number = Number(find_key(number), dial)
    return read


def keep_digits(text: str) -> str:
    return "".join(character for character in text if character in "0123456789")


def count_digits(text: str) -> int:
    return len(keep_digits(text))


def is_filler(text: str) -> bool:
    """Tell whether a cell holds no number at all: three digits at most, or one digit over and over."""
    digits = keep_digits(text)
    return len(digits) <= 3 or len(set(digits)) == 1


def find_format(options: dict[str, Any]) -> str:
    """Return the format in force; what only manual control has asks for it."""
    manual = {"remove_non_digits": True, "truncate": False, "add_leading_zero": False}
    has_manual = any(options.get(key, usual) != usual for key, usual in manual.items())
    has_manual = has_manual or any(options.get(key) for key in ("min_length", "max_length", "calling_code"))
    named: str | None = options.get("format")
    return named or ("uk" if options.get("region", "GB") == "GB" and not has_manual else "advanced")


def find_region(options: dict[str, Any]) -> str:
    return str(options.get("region") or PRESETS.get(find_format(options), ("", "GB"))[1])


def parse(text: str, region: str) -> PhoneNumber | NumberParseException:
    try:
        return phonenumbers.parse(text, region)
    except NumberParseException as error:
        return error


def find_key(number: PhoneNumber | NumberParseException) -> int | None:
    if isinstance(number, NumberParseException):
        return None
    return int(phonenumbers.format_number(number, PhoneNumberFormat.E164)[1:])


def is_valid(number: PhoneNumber | NumberParseException) -> bool:
    return isinstance(number, PhoneNumber) and phonenumbers.is_valid_number(number)


def names_its_country(text: str) -> bool:
    return text.lstrip(" (").startswith(("+", "00"))


def complete(text: str, number: PhoneNumber | NumberParseException, region: str, area_code: str | None) -> str | None:
    """Return a local number with the list's area code, where that makes a number of it."""
    if area_code is None or is_valid(number) or names_its_country(text):
        return None
    completed = area_code + keep_digits(text)
    return completed if is_valid(parse(completed, region)) else None


def shape(text: str, number: PhoneNumber | NumberParseException, options: dict[str, Any]) -> str:
    """Return the dial string by the template's format."""
    named = find_format(options)
    if named == "advanced":
        return shape_advanced(text, number, options)
    prefix, region = PRESETS[named]
    if isinstance(number, PhoneNumber):
        return prefix + national(number) if is_of(number, region) else abroad(number)
    return keep_digits(text) if names_its_country(text) else prefix + keep_digits(text).lstrip("0")


def national(number: PhoneNumber) -> str:
    return phonenumbers.national_significant_number(number)


def is_of(number: PhoneNumber, region: str) -> bool:
    return bool(number.country_code == phonenumbers.country_code_for_region(region))


def abroad(number: PhoneNumber) -> str:
    return f"00{number.country_code}{national(number)}"


def shape_advanced(text: str, number: PhoneNumber | NumberParseException, options: dict[str, Any]) -> str:
    """Return the dial string of manual control: digits as sent, then the calling code, then the leading zero."""
    as_sent = keep_digits(text) if options.get("remove_non_digits", True) else text
    code = options.get("calling_code", "").lstrip("+")
    if isinstance(number, NumberParseException):
        dial = as_sent if as_sent.startswith(code) else code + as_sent
    elif not is_of(number, find_region(options)):
        is_asked_for = code == str(number.country_code)
        dial = code + national(number) if is_asked_for else abroad(number)
    else:
        dial = call_at_home(as_sent, text, number, code)
    return "0" + dial if options.get("add_leading_zero") and not dial.startswith("0") else dial


def call_at_home(as_sent: str, text: str, number: PhoneNumber, code: str) -> str:
    """Shape a number of the template's own region; one with its calling code before it is first brought home."""
    own = keep_digits(phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL))
    digits = keep_digits(text)
    is_as_planned = digits == own or digits.lstrip("0") == national(number).lstrip("0")
    dial = as_sent if is_as_planned else own
    if code == str(number.country_code):
        return code + national(number)
    return dial if code == "0" and dial.startswith("0") else code + dial


def cut(dial: str, most: int) -> str:
    """Return a dial string up to its last digit that is allowed."""
    end = [place for place, character in enumerate(dial) if character in "0123456789"][most - 1]
    return dial[: end + 1]


def judge(text: str, dial: str, number: PhoneNumber | NumberParseException, options: dict[str, Any]) -> str | None:
    """Return what is wrong with a number: its length first, then whether a plan has it, then its type."""
    digits = count_digits(dial)
    if digits < options.get("min_length", 0):
        return "R_PHONE_TOO_SHORT"
    if digits > options.get("max_length", digits):
        return "R_PHONE_TOO_LONG"
    asked = options.get("require", "valid")
    if asked == "valid" and not is_valid(number):
        return say_why(text, number, find_region(options))
    if asked == "possible" and reason(number) != ValidationResult.IS_POSSIBLE:
        return say_why(text, number, find_region(options))
    if find_key(number) is None and digits > MOST_DIGITS:
        return "R_PHONE_TOO_LONG"
    return None if is_wanted(number, options.get("types")) else "R_PHONE_TYPE"


def is_wanted(number: PhoneNumber | NumberParseException, types: dict[str, list[str]] | None) -> bool:
    """Tell whether a number is of a type that the template takes; one that cannot be read is of an unknown one."""
    if types is None:
        return True
    kind = TYPES[phonenumbers.number_type(number)] if isinstance(number, PhoneNumber) else "unknown"
    return kind in types["keep"] if "keep" in types else kind not in types["refuse"]


def reason(number: PhoneNumber | NumberParseException) -> int | None:
    return phonenumbers.is_possible_number_with_reason(number) if isinstance(number, PhoneNumber) else None


def say_why(text: str, number: PhoneNumber | NumberParseException, region: str) -> str:
    """Return the code of a number that no plan has: it lacks its area code, digits, has too many, or is none."""
    if is_local(text, region):
        return "R_PHONE_NO_AREA_CODE"
    if isinstance(number, NumberParseException):
        short = (NumberParseException.TOO_SHORT_AFTER_IDD, NumberParseException.TOO_SHORT_NSN)
        if number.error_type in short:
            return "R_PHONE_TOO_SHORT"
        return "R_PHONE_TOO_LONG" if number.error_type == NumberParseException.TOO_LONG else "R_PHONE_INVALID"
    codes = {
        ValidationResult.TOO_SHORT: "R_PHONE_TOO_SHORT",
        ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "R_PHONE_TOO_SHORT",
        ValidationResult.TOO_LONG: "R_PHONE_TOO_LONG",
    }
    return codes.get(reason(number), "R_PHONE_INVALID")


def is_local(text: str, region: str) -> bool:
    """Tell whether a text is as long as a landline's number without its area code, and begins with neither + nor 0."""
    digits = keep_digits(text)
    if text.lstrip(" (").startswith(("+", "0")) or not 4 <= len(digits) <= 14:
        return False
    as_long = PhoneNumber(
        country_code=phonenumbers.country_code_for_region(region), national_number=int("2" * len(digits))
    )
    answer = phonenumbers.is_possible_number_for_type_with_reason(as_long, PhoneNumberType.FIXED_LINE)
    return bool(answer == ValidationResult.IS_POSSIBLE_LOCAL_ONLY)
