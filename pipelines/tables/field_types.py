"""The eight types of a field of a contact data table: their words, how each is written, and how cells are read.

Source: checklist ML-087..092. A cell fits its type or it does not; nothing is guessed, rounded or cut. The rules and
every accepted spelling are in docs/tables.md.
"""

import re
from dataclasses import dataclass, field

import polars as pl

from pipelines.cleaning.numbers import clean_cells
from pipelines.templates.parts import PhoneOptions
from pipelines.templates.template import Template

# So many digits before and after the point fit DECIMAL(28,10).
WHOLE_DIGITS, FRACTION_DIGITS = 18, 10
DEFAULT_DATE_FORMAT = "dd/MM/yyyy"


@dataclass(frozen=True)
class FieldType:
    """A type: its word in YAML, its label in the sources, what a value is and looks like, its column in the store."""

    word: str
    label: str
    noun: str
    form: str
    column: str


TYPES: dict[str, FieldType] = {
    kind.word: kind
    for kind in (
        FieldType("text", "Text input", "a text", "any text", "VARCHAR"),
        FieldType("whole", "Whole number", "a whole number", "42", "BIGINT"),
        FieldType(
            "decimal",
            "Decimal number",
            "a decimal number",
            "42.50",
            f"DECIMAL({WHOLE_DIGITS + FRACTION_DIGITS},{FRACTION_DIGITS})",
        ),
        FieldType("date", "Date only", "a date", "dd/mm/yyyy", "DATE"),
        FieldType("time", "Time only", "a time", "hh:mm", "TIME"),
        FieldType("datetime", "Date and time", "a date and time", "dd/mm/yyyy hh:mm:ss", "TIMESTAMP"),
        FieldType("boolean", "True or false", "true or false", "yes, no, true, false, 1, 0", "BOOLEAN"),
        FieldType("phone", "Phone number", "a phone number", "+44 20 7946 0000", "VARCHAR"),
    )
}

# Compared case-folded, without a closing point. English, German, French, Spanish, Italian, Dutch.
TRUTHS: dict[str, bool] = {
    **dict.fromkeys(("true", "yes", "y", "t", "1", "on", "x", "✓", "☑"), True),
    **dict.fromkeys(("ja", "j", "wahr", "oui", "o", "vrai", "sí", "si", "sì", "s", "verdadero", "vero", "waar"), True),
    **dict.fromkeys(("false", "no", "n", "f", "0", "off", "nein", "falsch", "non", "faux", "falso", "nee"), False),
    **dict.fromkeys(("onwaar", "☐"), False),
}


@dataclass(frozen=True)
class Spelling:
    """How a supplier writes dates (as ``file.date_format``) and numbers."""

    date_format: str = DEFAULT_DATE_FORMAT
    phone: PhoneOptions = field(default_factory=PhoneOptions)


def spelling_of(template: Template) -> Spelling:
    """Return how the files of a template are written: numbers are not cut or shaped here, only recognised."""
    phone = PhoneOptions(
        format="advanced",
        region=template.phone.resolved_region,
        require=template.phone.require,
        area_code=template.phone.area_code,
    )
    return Spelling(template.file.date_format, phone)


def find_type(text: str) -> str | None:
    """Return the word of a type given by its word or by its label in the sources; null where it is neither."""
    folded = re.sub(r"\s*\(.*\)\s*$", "", text).strip().casefold()
    known = {name.casefold(): kind.word for kind in TYPES.values() for name in (kind.word, kind.label)}
    return known.get(folded)


def read_cells(cells: pl.Series, kind: str, spelling: Spelling) -> pl.DataFrame:
    """Read the cells of one field, one row per cell and in order.

    ``cells`` is String, tidied, null where there is no data. Returns ``value`` (of the type; a phone as E.164 text),
    ``key`` (Int64: a phone's E.164 digits, null for other types) and ``warnings`` (List of codes: of a phone's cell
    that was not kept whole). A value is null where there is no data or the cell does not fit.
    """
    if kind == "phone":
        return _read_phones(cells, spelling.phone)
    text = pl.lit(cells)
    value = {
        "text": lambda: text,
        "whole": lambda: _read_whole(text),
        "decimal": lambda: _read_decimal(text),
        "date": lambda: _read_date(text, spelling.date_format),
        "time": lambda: _read_time(text),
        "datetime": lambda: _read_datetime(text, spelling.date_format),
        "boolean": lambda: _read_boolean(text),
    }[kind]()
    return pl.select(value=value).with_columns(
        key=pl.lit(None, pl.Int64), warnings=pl.lit([], dtype=pl.List(pl.String))
    )


def _read_phones(cells: pl.Series, options: PhoneOptions) -> pl.DataFrame:
    """Read phones as the lead's own are read; one without an E.164 form does not fit."""
    distinct = clean_cells(cells.drop_nulls().unique(), options)
    joined = cells.rename("raw").to_frame().join(distinct, on="raw", how="left", maintain_order="left")
    not_whole = pl.col("warnings").list.set_intersection(["W_SECOND_NUMBER", "W_EXTENSION"])
    return joined.select(
        value=pl.lit("+") + pl.col("key").cast(pl.String),
        key="key",
        warnings=pl.when(pl.col("key").is_not_null()).then(not_whole).fill_null([]),
    )


def _read_whole(text: pl.Expr) -> pl.Expr:
    """Integers; a spreadsheet's ``12.0`` is one, ``12.5`` and ``1,200`` are not."""
    return text.str.extract(rf"^([+-]?[0-9]{{1,{WHOLE_DIGITS}}})(?:\.0*)?$").cast(pl.Int64)


def _read_decimal(text: pl.Expr) -> pl.Expr:
    """Exact decimals with a point; a comma could be either mark, so a number with one does not fit."""
    whole, fraction = f"[0-9]{{1,{WHOLE_DIGITS}}}", f"[0-9]{{0,{FRACTION_DIGITS}}}"
    shortest = text.str.replace(r"^([+-]?[0-9]*\.[0-9]*?)0+$", "${1}")
    plain = shortest.str.extract(rf"^([+-]?(?:{whole}(?:\.{fraction})?|\.[0-9]{fraction}))$")
    signless = plain.str.strip_prefix("+").str.strip_suffix(".")
    return signless.cast(pl.Decimal(WHOLE_DIGITS + FRACTION_DIGITS, FRACTION_DIGITS), strict=False)


def _read_time(text: pl.Expr) -> pl.Expr:
    """Hours and minutes, 00:00 to 23:59; seconds only where they are none."""
    return _find_time(text.str.extract(r"^([0-9]{1,2}:[0-9]{2})(?::00(?:\.0+)?)?$") + ":00")


def _find_time(clock: pl.Expr) -> pl.Expr:
    """Return the time of ``h:mm:ss`` or ``hh:mm:ss``, null where no clock shows it."""
    is_shown = clock.str.contains(r"^(?:[01]?[0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$")
    return pl.when(is_shown).then(clock.str.zfill(8)).str.to_time("%H:%M:%S", strict=False)


def _read_date(text: pl.Expr, date_format: str) -> pl.Expr:
    """A day in the declared order or as ISO; a spreadsheet's midnight behind it is none."""
    day = text.str.replace(r"[T ]0{1,2}:00(?::00(?:\.0+)?)?$", "")
    return find_date(day, date_format)


def _read_datetime(text: pl.Expr, date_format: str) -> pl.Expr:
    """A day and a time of day behind a blank or ``T``; without seconds they are none. No zone: it is the clock's."""
    clock = r"[T ]([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)(?:\.0+)?$"
    found = text.str.extract(clock)
    time = _find_time(pl.when(found.str.count_matches(":") == 1).then(found + ":00").otherwise(found))
    return find_date(text.str.replace(clock, ""), date_format).dt.combine(time)


def find_date(text: pl.Expr, date_format: str) -> pl.Expr:
    """Return the day that a text is by the format or by ISO 8601; null where the calendar has none."""
    pattern, directives = _to_pattern(date_format), _to_directives(date_format)
    declared = _parse_day(text, f"^{pattern}$", directives)
    if "%y" in directives:
        # As POSIX has it, 69 to 99 are of the last century.
        declared = pl.when(declared.dt.year() > 2068).then(declared.dt.offset_by("-100y")).otherwise(declared)
    return pl.coalesce(declared, _parse_day(text, r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "%Y-%m-%d"))


def _parse_day(text: pl.Expr, pattern: str, directives: str) -> pl.Expr:
    """Return the day of a text of this pattern; the year 0 is none."""
    day = pl.when(text.str.contains(pattern)).then(text).str.to_date(directives, strict=False)
    return pl.when(day.dt.year() > 0).then(day)


def _to_pattern(date_format: str) -> str:
    """Return the pattern of a date format: ``d`` and ``M`` as one or two digits, the year as many as it is written."""
    is_glued = not re.search(r"[^dMy]", date_format)
    short = "[0-9]{2}" if is_glued else "[0-9]{1,2}"
    return "".join(
        f"[0-9]{{{len(part)}}}" if part[0] == "y" else short if part[0] in "dM" else re.escape(part)
        for part in _split(date_format)
    )


def _to_directives(date_format: str) -> str:
    """Return a date format as Polars writes it."""
    names = {"d": "%d", "M": "%m", "yy": "%y", "yyyy": "%Y"}
    return "".join(names.get(part, names.get(part[0], part)) for part in _split(date_format))


def _split(date_format: str) -> list[str]:
    return re.findall(r"d+|M+|y+|.", date_format)


def _read_boolean(text: pl.Expr) -> pl.Expr:
    """A word of ``TRUTHS``; anything else does not fit."""
    folded = text.str.to_lowercase().str.strip_suffix(".")
    return folded.replace_strict(TRUTHS, default=None, return_dtype=pl.Boolean)
