"""Cells of contact data, one by one: the eight types as docs/tables.md tells them, in plain Python."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple

from tests.oracle.model_phones import find_region, read_phone

TABLE = "extra"
DATE_FORMAT = "dd/MM/yyyy"
MIDNIGHT = time()


class Declared(NamedTuple):
    """A field of the table: its type, whether it is strict, and its default as it is declared and as it is shown."""

    kind: str
    strict: bool = False
    default: str | None = None
    shown: object = None


FIELDS = {
    "usage": Declared("whole", strict=True),
    "price": Declared("decimal", default="0.50", shown=Decimal("0.50")),
    "end_date": Declared("date", strict=True),
    "best_time": Declared("time"),
    "read_on": Declared("datetime"),
    "is_dual": Declared("boolean", default="no", shown=False),
    "landlord": Declared("phone"),
    "tariff": Declared("text", default="Unknown", shown="Unknown"),
}
YES = {"yes", "true", "1", "y", "t", "on", "x", "ja", "oui", "si", "wahr"}
NO = {"no", "false", "0", "n", "f", "off", "nein", "non", "falsch"}
NOT_WHOLE = ("W_SECOND_NUMBER", "W_EXTENSION")


def read_field(cell: str, kind: str, settings: dict[str, Any]) -> tuple[object, set[str]]:
    """Return a cell's value, null where it is blank or does not fit, and what is warned of a kept phone."""
    text = cell.strip()
    if not text:
        return None, set()
    if kind == "phone":
        return read_number(text, settings.get("phone", {}))
    date_format = settings.get("file", {}).get("date_format", DATE_FORMAT)
    readers: dict[str, Callable[[], object]] = {
        "text": lambda: text,
        "whole": lambda: read_whole(text),
        "decimal": lambda: read_decimal(text),
        "date": lambda: read_date(text, date_format),
        "time": lambda: read_time(text),
        "datetime": lambda: read_datetime(text, date_format),
        "boolean": lambda: read_truth(text),
    }
    return readers[kind](), set()


def read_number(text: str, phone: dict[str, Any]) -> tuple[object, set[str]]:
    """A phone is recognised as the lead's own are, neither cut nor shaped; without an E.164 form it does not fit."""
    asked = {key: phone[key] for key in ("require", "area_code") if key in phone}
    read = read_phone(text, {"format": "advanced", "region": find_region(phone), **asked})
    if read.number is None or read.number.key is None:
        return None, set()
    return f"+{read.number.key}", read.warnings & set(NOT_WHOLE)


def read_whole(text: str) -> int | None:
    found = re.fullmatch(r"([+-]?[0-9]{1,18})(\.0*)?", text)
    return int(found[1]) if found else None


def read_decimal(text: str) -> Decimal | None:
    found = re.fullmatch(r"[+-]?([0-9]*)(?:\.([0-9]*))?", text)
    if not found or not (found[1] or found[2]) or len(found[1]) > 18 or len((found[2] or "").rstrip("0")) > 10:
        return None
    return Decimal(text)


def read_day(text: str, date_format: str) -> date | None:
    """Return the day in the order and with the marks of the format, leading zeros or not; ISO always."""
    named = {"d": "(?P<day>[0-9]{1,2})", "M": "(?P<month>[0-9]{1,2})", "y": "(?P<year>[0-9]{4})"}
    pattern = "".join(named.get(part[0], re.escape(part)) for part in re.findall(r"d+|M+|y+|.", date_format))
    for each in (pattern, r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"):
        found = re.fullmatch(each, text)
        if found:
            try:
                return date(int(found["year"]), int(found["month"]), int(found["day"]))
            except ValueError:
                continue
    return None


def read_date(text: str, date_format: str) -> date | None:
    """Return the day; a spreadsheet's midnight behind it is none."""
    day, *clock = re.split("[T ]", text, maxsplit=1)
    if clock and read_clock(clock[0]) != MIDNIGHT:
        return None
    return read_day(day, date_format)


def read_clock(text: str) -> time | None:
    found = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?", text)
    try:
        return time(int(found[1]), int(found[2]), int(found[3] or 0)) if found else None
    except ValueError:
        return None


def read_time(text: str) -> time | None:
    clock = read_clock(text)
    return clock if clock and not clock.second else None


def read_datetime(text: str, date_format: str) -> datetime | None:
    day, *rest = re.split("[T ]", text, maxsplit=1)
    read, clock = read_day(day, date_format), read_clock(rest[0]) if rest else None
    return datetime.combine(read, clock) if read and clock is not None else None


def read_truth(text: str) -> bool | None:
    word = text.lower()
    return True if word in YES else False if word in NO else None


def show_defaults(extra: dict[str, object]) -> tuple[object, ...]:
    """Return a lead's contact data as readers see it: defaults where there is no data."""
    return tuple(declared.shown if extra.get(name) is None else extra[name] for name, declared in FIELDS.items())
