"""The part of the walk that needs nothing but the row: map, tidy, numbers, e-mail, language, contact data, policy."""

import re
from datetime import date, timedelta
from typing import Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_number

from tests.oracle.model_fields import DATE_FORMAT, FIELDS, TABLE, read_day, read_field
from tests.oracle.model_phones import read_phone
from tests.oracle.model_records import SLOTS, Number, Row

# Languages as docs/templates.md tells them; any other cell names none.
TAGS = {"EN": "en", "eng": "en", "English": "en", "Englisch": "en", "en_gb": "en-GB", "fr": "fr"}


def tidy(cell: str) -> str | None:
    return cell.strip() or None


def is_mapped(field: str, settings: dict[str, Any]) -> bool:
    """Tell whether a field is filled; what is not told apart is always mapped."""
    mapping = settings.get("mapping")
    return field in mapping if mapping is not None else field in (*SLOTS, "first_name", "email", "skill_group")


def read_email(cell: str) -> tuple[str | None, str | None]:
    """Return the address as it was written, or what is wrong with it."""
    text = tidy(cell)
    if text is None:
        return None, None
    try:
        validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return None, "R_EMAIL_INVALID"
    return text, None


def read_tags(cell: str, settings: dict[str, Any]) -> tuple[str, ...]:
    """Return the template's tags, then the row's own, each once."""
    own = [tag.strip() for tag in cell.split(";") if tag.strip()]
    return tuple(dict.fromkeys([*settings.get("tags", ()), *own]))


def read_row(cells: dict[str, str], settings: dict[str, Any], day: date) -> Row:
    """Map, tidy and clean one row that comes on this day."""
    told = {field: cell for field, cell in cells.items() if is_mapped(field, settings)}
    row = Row(
        first_name=tidy(told.get("first_name", "")),
        phones={},
        email=None,
        own_skill_group=tidy(told.get("skill_group", "")),
        own_language=None,
        time_zone=None,
        tags=read_tags(told.get("tags", ""), settings),
    )
    for slot in SLOTS:
        read = read_phone(told.get(slot, ""), settings.get("phone", {}))
        row.phones[slot] = read.number
        row.warnings |= read.warnings
        if read.flaw:
            row.phone_flaws.append(read.flaw)
            row.warnings.add("W_PHONE_DROPPED")
    row.email, row.email_flaw = read_email(told.get("email", ""))
    if row.email_flaw:
        row.warnings.add("W_EMAIL_DROPPED")
    row.time_zone = find_zone(row.phones, settings.get("time_zone"))
    add_language(row, told.get("language", ""), settings)
    add_captured(row, told.get("captured_on", ""), settings, day)
    add_contact_data(row, told, settings)
    return row


def find_zone(phones: dict[str, Number | None], asked: str | None) -> str | None:
    """Return the template's zone, or that of the first number, where it has only one."""
    if asked != "by_number":
        return asked
    for number in phones.values():
        if number is not None and number.key is not None:
            zones = time_zones_for_number(phonenumbers.parse(f"+{number.key}", None))
            return zones[0] if len(zones) == 1 and zones[0] != UNKNOWN_TIMEZONE else None
    return None


def add_language(row: Row, cell: str, settings: dict[str, Any]) -> None:
    text = tidy(cell)
    row.own_language = TAGS.get(text) if text else None
    if row.own_language is None:
        if text:
            row.warnings.add("W_LANGUAGE_UNKNOWN")
        if settings.get("default_language") and is_mapped("language", settings):
            row.warnings.add("W_LANGUAGE_DEFAULT")


def read_captured(text: str, date_format: str) -> date | None:
    """Return the day that is written, whatever clock stands behind it; null where there is none."""
    written, *clock = re.split("[T ]", text, maxsplit=1)
    is_day = all(re.match("[0-9]{1,2}:[0-9]{2}", each) for each in clock)
    return read_day(written, date_format) if is_day else None


def add_captured(row: Row, cell: str, settings: dict[str, Any], day: date) -> None:
    """Keep the day on which the row was captured; one later than tomorrow is not known."""
    text = tidy(cell)
    if text is None:
        return
    ours = settings.get("file", {}).get("date_format", DATE_FORMAT)
    read = read_captured(text, settings.get("captured", {}).get("date_format", ours))
    if read is None or read > day + timedelta(days=1):
        row.warnings.add("W_CAPTURED_ON")
    else:
        row.captured_on = read


def add_contact_data(row: Row, told: dict[str, str], settings: dict[str, Any]) -> None:
    """Read what the template puts into the contact data table; a row of blanks is a row there, too."""
    fields = [name for name in FIELDS if is_mapped(f"secondary.{TABLE}.{name}", settings)]
    if settings.get("ignore_secondary") or not fields:
        return
    row.extra = {}
    for name in fields:
        cell = told.get(f"secondary.{TABLE}.{name}", "")
        row.extra[name], warnings = read_field(cell, FIELDS[name].kind, settings)
        row.warnings |= warnings
        if tidy(cell) and row.extra[name] is None:
            row.has_strict_misfit |= FIELDS[name].strict
            row.warnings.add("W_FIELD_TYPE")


def has_contact(row: Row, settings: dict[str, Any]) -> bool:
    """Tell whether a contact point of the kind that counts is left."""
    counts = settings.get("contact", "any")
    by_phone = any(number is not None for number in row.phones.values())
    by_email = row.email is not None
    return (by_phone and counts != "email") or (by_email and counts != "phone")


def judge_cells(row: Row, settings: dict[str, Any]) -> str | None:
    """Return why the row is rejected for its own cells, or null: number validity, e-mail, contact, contact data."""
    email = settings.get("email", {})
    counts = settings.get("contact", "any")
    is_enough = has_contact(row, settings)
    if not is_enough and counts != "email" and row.phone_flaws:
        return row.phone_flaws[0]
    if email.get("validate") and row.email_flaw:
        return row.email_flaw
    if email.get("required") and row.email is None:
        return row.email_flaw or "R_EMAIL_MISSING"
    if not is_enough:
        return row.email_flaw if counts != "phone" and row.email_flaw else "R_NO_CONTACT"
    return "R_FIELD_TYPE" if row.has_strict_misfit else None


def judge_age(row: Row, settings: dict[str, Any], day: date) -> str | None:
    """Return the code of a row that was captured longer ago than the template allows."""
    most = settings.get("captured", {}).get("max_age_days")
    is_known = row.captured_on is not None and most is not None
    return "R_TOO_OLD" if is_known and day - row.captured_on > timedelta(days=most) else None
