"""A workbook's cell as the text that a person sees in it, without losing a digit.

Honoured of number formats: zeros put before a number and other digit masks (``00000000000``, ``0000 000 0000``), their
sections and conditions, per cent, and the tokens of dates and times. Not honoured: rounding for display, separators of
thousands, currency signs, fractions and exponents: there the number stands as it is, never in scientific notation.
Dates in the reader's own style (Excel's formats 14 and 22 and the long ones of the system) are written as ISO.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

Number = int | float
Moment = datetime | date | time | timedelta
Value = str | bool | Number | Moment | None

_LOCAL = ("mm-dd-yy", "m/d/yy h:mm", "general", "[$-f800]", "[$-f400]", "[$-x-sysdate]", "[$-x-systime]")
_BRACKET = re.compile(r"\[[^\]]*\]")
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)\]")
_MASK_TOKEN = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|([0#?])|([ \-+()/.])')
_DATE_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_.|\*.|(?P<elapsed>\[[hms]+\])|\[[^\]]*\]|(?P<half>am/pm|a/p)'
    r"|(?P<token>y+|m+|d+|h+|s+(?:\.0+)?|e+)|(?P<other>.)",
    re.IGNORECASE,
)
_TESTS: dict[str, Callable[[Number, float], bool]] = {
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "=": lambda a, b: a == b,
}
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def write_cell(value: Value, number_format: str) -> str:
    """Return a cell's text, '' where it is empty."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _write_formatted(value, number_format)
    return _write_moment(value, number_format)


def write_number(value: Number) -> str:
    """Return a number with all its digits, without an exponent and without a fraction that is zero."""
    if isinstance(value, int):
        return str(value)
    text = format(Decimal(repr(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _write_formatted(value: Number, number_format: str) -> str:
    if isinstance(value, float) and value - value != 0:
        return str(value)
    plain = write_number(value)
    section, is_signed = _choose_section(number_format, value)
    if section is None:
        return plain
    if section.rstrip().endswith("%"):
        return f"{format((Decimal(plain) * 100).normalize(), 'f')}%"
    mask = _read_mask(section)
    if mask is None or "." in plain:
        return plain
    sign = "-" if value < 0 and is_signed else ""
    return (sign + _fill_mask(mask, plain.lstrip("-"))) or plain


def _choose_section(number_format: str, value: Number) -> tuple[str | None, bool]:
    """Return the part of a format that is for a number, and whether that still needs its minus sign."""
    sections = _split_sections(number_format)
    for section in sections[:2]:
        if condition := _CONDITION.search(section):
            if _TESTS[condition.group(1)](value, float(condition.group(2))):
                return _BRACKET.sub("", section), True
        elif any(map(_CONDITION.search, sections)):
            return _BRACKET.sub("", section), True
    if any(map(_CONDITION.search, sections)):
        return (_BRACKET.sub("", sections[2]), True) if len(sections) > 2 else (None, True)
    if value < 0 and len(sections) > 1:
        return _BRACKET.sub("", sections[1]), False
    if value == 0 and len(sections) > 2:
        return _BRACKET.sub("", sections[2]), False
    return _BRACKET.sub("", sections[0]), True


@lru_cache(maxsize=512)
def _split_sections(number_format: str) -> list[str]:
    return re.findall(r'(?:"[^"]*"|\\.|[^;"\\])+', number_format)[:4] or [""]


@lru_cache(maxsize=512)
def _read_mask(section: str) -> tuple[tuple[str, bool], ...] | None:
    """Return the letters of a format that is made of digits' places and plain letters, and which of them are places.

    None where it is of another kind, or has no place that must be filled: then the number stands as it is.
    """
    mask: list[tuple[str, bool]] = []
    at = 0
    while at < len(section):
        found = _MASK_TOKEN.match(section, at)
        if not found:
            return None
        quoted, escaped, place, plain = found.groups()
        if place:
            mask.append((place, True))
        else:
            mask += [(letter, False) for letter in quoted or escaped or plain or ""]
        at = found.end()
    places = [number for number, (_, is_place) in enumerate(mask) if is_place]
    # A point or a stroke between places is a decimal or a fraction.
    if not places or any(not is_place and letter in "./" for letter, is_place in mask[places[0] : places[-1]]):
        return None
    return tuple(mask)


def _fill_mask(mask: tuple[tuple[str, bool], ...], digits: str) -> str:
    """Put digits into the places of a mask from its end; those that are left over go before the first place."""
    left, first = list(digits if digits != "0" else ""), next(i for i, (_, is_place) in enumerate(mask) if is_place)
    text: list[str] = []
    for number in range(len(mask) - 1, -1, -1):
        letter, is_place = mask[number]
        if not is_place:
            text.append(letter)
            continue
        text.append(left.pop() if left else {"0": "0", "?": " "}.get(letter, ""))
        if number == first:
            text += reversed(left)
    return "".join(reversed(text))


def _write_moment(value: Moment, number_format: str) -> str:
    section = number_format.split(";", maxsplit=1)[0]
    if section.lower().startswith(_LOCAL) or section.strip() in ("", "@"):
        return _write_iso(value)
    tokens = list(_DATE_TOKEN.finditer(section))
    units = [_name_unit(found) for found in tokens]
    has_half = any(found["half"] for found in tokens)
    text = [_write_token(value, found, units, number, has_half=has_half) for number, found in enumerate(tokens)]
    return _write_iso(value) if any(part is None for part in text) else "".join(filter(None, text))


def _name_unit(found: re.Match[str]) -> str:
    return (found["token"] or (found["elapsed"] or "").strip("[]"))[:1].lower()


def _write_token(value: Moment, found: re.Match[str], units: list[str], number: int, *, has_half: bool) -> str | None:
    """Return the text of one token of a date format; None where the value has no such part."""
    token, unit = (found["token"] or "").lower(), units[number]
    if not unit:
        if found["half"]:
            return ("AM", "PM")[_seconds_of(value) % 86_400 >= 43_200]
        return found["quoted"] or found["escaped"] or found["other"] or ""
    if found["elapsed"]:
        return _write_elapsed(value, found["elapsed"].strip("[]"))
    is_minute = unit == "m" and len(token) <= 2 and _stands_by_time(units, number)
    if unit in "hs" or is_minute:
        return _write_clock(value, token, has_half=has_half)
    return _write_day(value, token)


def _stands_by_time(units: list[str], number: int) -> bool:
    """Say whether an ``m`` means minutes: hours before it or seconds after it."""
    before = next((unit for unit in reversed(units[:number]) if unit), "")
    after = next((unit for unit in units[number + 1 :] if unit), "")
    return before == "h" or after == "s"


def _seconds_of(value: Moment) -> float:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, datetime | time):
        return value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6
    return 0.0


def _write_elapsed(value: Moment, token: str) -> str | None:
    seconds = _seconds_of(value)
    if seconds < 0:
        return None
    total = int(seconds) // {"h": 3600, "m": 60, "s": 1}[token[0].lower()]
    return str(total).zfill(len(token))


def _write_clock(value: Moment, token: str, *, has_half: bool) -> str | None:
    seconds = _seconds_of(value)
    if seconds < 0:
        return None
    whole = int(seconds)
    if token[0] == "h":
        hour = whole // 3600 % 24
        part = (hour % 12 or 12) if has_half else hour
    else:
        part = whole // 60 % 60 if token[0] == "m" else whole % 60
    digits = token.partition(".")[2]
    fraction = f".{int(seconds % 1 * 10 ** len(digits)):0{len(digits)}}" if digits else ""
    return str(part).zfill(2 if len(token.partition(".")[0]) > 1 else 1) + fraction


def _write_day(value: Moment, token: str) -> str | None:
    if not isinstance(value, date):
        return None
    if token[0] in "ye":
        return f"{value.year % 100:02}" if len(token) <= 2 and token[0] == "y" else f"{value.year:04}"
    number, names = (value.month, _MONTHS) if token[0] == "m" else (value.day, _DAYS)
    if len(token) <= 2:
        return str(number).zfill(len(token))
    name = names[value.month - 1] if token[0] == "m" else names[value.weekday()]
    return name[0] if len(token) == 5 else name[:3] if len(token) == 3 else name


def _write_iso(value: Moment) -> str:
    if isinstance(value, timedelta):
        total = int(value.total_seconds())
        return f"{total // 3600:02}:{total // 60 % 60:02}:{total % 60:02}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    return value.isoformat() if not isinstance(value, time) else value.isoformat("seconds")
