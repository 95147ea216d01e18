"""Phone cells become a key, a dial string and a verdict: what stands around libphonenumber's rules, apart from them.

The key is E.164 as an integer and is what everything is compared by; the dial string is what the dialler gets, shaped
by the template's Format. Source of the rules: decisions, Phone numbers; checklist ML-026..031, ML-061, MA-021..025.
"""

from functools import cache

import phonenumbers
import polars as pl
from phonenumbers import country_code_for_region
from phonenumbers.timezone import UNKNOWN_TIMEZONE

from pipelines.cleaning.dial_strings import add_dial, is_international
from pipelines.cleaning.plain_numbers import clean_plain
from pipelines.columns.headers import BLANKS
from pipelines.phones.parsing import PathCounts, parse_phones_with_stats
from pipelines.phones.schema import PHONE_SCHEMA
from pipelines.phones.zones import time_zones
from pipelines.schema import PHONE_SLOTS
from pipelines.templates.parts import PhoneOptions, TypeOptions

CELL_SCHEMA = pl.Schema(
    [
        ("raw", pl.String()),
        ("key", pl.Int64()),
        ("dial", pl.String()),
        ("type", pl.String()),
        ("flaw", pl.String()),
        ("warnings", pl.List(pl.String())),
    ]
)
# 18 digits and the sentinel still fit a BIGINT; no telephone plan comes near.
MAX_DIGITS = 18

_text = pl.col("text")
_digits = pl.col("text").str.replace_all(r"[^0-9]", "")
# A spreadsheet's way of keeping text, and invisible marks that come with copied numbers.
TEXT_MARK = r"^(?:'|=\")\s*|\"$|[\u200e\u200f\u202a-\u202e\u2066-\u2069]"
KEYED_IN = r"([0-9]{6}|[0-9][\s-]+)#+$"  # the key that ends dialling, and no extension such as "- 12#"
FLOAT = r"^\+?[0-9]+\.0+$"
SCIENTIFIC = r"^\+?([0-9])(?:[.,]([0-9]+))?[eE]\+?([0-9]{1,2})$"
EXTENSION = r"(?i)^(.*[0-9].*?)\s*[,;/]?\s*(?:;ext=|\bext(?:ension|n)?\b\.?|\bx|x|#)\s*:?\.?\s*[0-9]{1,7}\s*$"
# A whole number, then a mark that separates, then something with a whole number's digits; or then words.
SECOND_NUMBER = (
    r"(?i)^(\+?[^;,&|/\r\n]*?(?:[0-9][^0-9;,&|/\r\n]{0,3}){7,})\s*(?:[;,&|/\r\n]|\bor\b|\band\b)+"
    r"\s*\D{0,12}(?:[0-9]\D{0,3}){6,}"
)
SECOND_AFTER_BLANK = r"^(\+?(?:[0-9][^0-9]{0,3}){9,15}?)\s+[+0](?:[0-9][^0-9]{0,3}){8,}$"
PROSE = r"^(\+?[0-9(][0-9\s().\-/\u00a0\u2010-\u2015]*[0-9])[\s,;:(\-]*\pL.*$"
FOREIGN_DIGIT = r"[\p{Nd}--[0-9]]"
FILLED_WITH_ZEROS = r"^\+?[1-9][0-9]{3,8}0{6,}$"

FLAWS_BY_ANSWER = {
    "TOO_SHORT": "R_PHONE_TOO_SHORT",
    "TOO_SHORT_NSN": "R_PHONE_TOO_SHORT",
    "TOO_SHORT_AFTER_IDD": "R_PHONE_TOO_SHORT",
    "TOO_LONG": "R_PHONE_TOO_LONG",
    "IS_POSSIBLE_LOCAL_ONLY": "R_PHONE_TOO_SHORT",  # with an area code; without one it is local, see _judge
}


def clean_cells(raw: pl.Series, options: PhoneOptions, tally: list[PathCounts] | None = None) -> pl.DataFrame:
    """Clean the distinct, non-null texts of phone cells.

    ``raw`` is String without nulls and repeats. Returns one row per text: ``raw``, ``key`` (Int64, E.164 digits, null
    where the number has none), ``dial`` (String), ``type`` (String: libphonenumber's name), ``flaw`` (String: the code
    of why the cell is not usable, null where it is), ``warnings`` (List of codes). A cell with a flaw keeps no key and
    no dial string. The order is not kept. ``tally`` is told how many texts were parsed which way.
    """
    cells = raw.rename("raw").to_frame().pipe(_repair).pipe(_keep_first_number)
    cells = _parse(cells, options, tally).pipe(_add_area_code, options).pipe(add_dial, options).pipe(_truncate, options)
    flaw = pl.coalesce(pl.col("flaw"), _judge(options))
    usable = flaw.is_null()
    return cells.select(
        "raw",
        key=pl.when(usable).then(pl.col("number")),
        dial=pl.when(usable).then(pl.col("dial")),
        type=pl.when(usable).then(pl.col("type")),
        flaw=flaw,
        warnings=_collect_warnings(cells),
    ).cast(CELL_SCHEMA)


def _repair(cells: pl.DataFrame) -> pl.DataFrame:
    """Undo what spreadsheets do where no digit was lost, and name what cannot be undone."""
    plain = pl.col("raw").str.replace_all(TEXT_MARK, "").str.strip_chars(BLANKS)
    cells = cells.with_columns(text=plain.str.replace(KEYED_IN, "${1}"))
    mantissa = _text.str.extract(SCIENTIFIC, 1) + _text.str.extract(SCIENTIFIC, 2).fill_null("")
    cells = cells.with_columns(
        is_float=_text.str.contains(FLOAT),
        is_scientific=_text.str.contains(SCIENTIFIC),
        has_all_digits=mantissa.str.len_chars() == _text.str.extract(SCIENTIFIC, 3).cast(pl.Int32) + 1,
        mantissa=mantissa,
    )
    lost = (pl.col("is_scientific") & ~pl.col("has_all_digits")) | _text.str.contains(FILLED_WITH_ZEROS)
    is_one_digit = _digits.str.strip_chars_start(_digits.str.slice(0, 1)) == ""
    filler = ((_digits.str.len_chars() <= 3) | is_one_digit) & ~_text.str.contains(FOREIGN_DIGIT)
    return cells.with_columns(
        flaw=pl.when(lost).then(pl.lit("R_PHONE_SPREADSHEET")).when(filler).then(pl.lit("R_PHONE_PLACEHOLDER")),
        W_SPREADSHEET_REPAIRED=pl.col("is_float") | (pl.col("is_scientific") & pl.col("has_all_digits")),
        text=pl.when(pl.col("is_float"))
        .then(_text.str.replace(r"\.0+$", ""))
        .when(pl.col("is_scientific") & pl.col("has_all_digits"))
        .then(pl.col("mantissa"))
        .otherwise(_text),
    )


def _keep_first_number(cells: pl.DataFrame) -> pl.DataFrame:
    """Cut an extension, a second number or prose off; the whole cell stays in ``raw``."""
    extension = _text.str.extract(EXTENSION, 1)
    is_extended = extension.str.count_matches("[0-9]") >= 7
    cells = cells.with_columns(
        W_EXTENSION=is_extended.fill_null(False), text=pl.when(is_extended).then(extension).otherwise(_text)
    )
    first = pl.coalesce(_text.str.extract(pattern, 1) for pattern in (SECOND_NUMBER, SECOND_AFTER_BLANK, PROSE))
    has_rest = (first.str.count_matches("[0-9]") >= 7) & pl.col("flaw").is_null()
    return cells.with_columns(
        W_SECOND_NUMBER=has_rest.fill_null(False),
        text=pl.when(has_rest).then(first.str.strip_chars(BLANKS)).otherwise(_text),
    )


def _parse(cells: pl.DataFrame, options: PhoneOptions, tally: list[PathCounts] | None = None) -> pl.DataFrame:
    parsed, counts = parse_phones_with_stats(cells["text"], options.resolved_region)
    if tally is not None:
        tally.append(counts)
    return cells.drop(parsed.columns, strict=False).hstack(parsed)


def _add_area_code(cells: pl.DataFrame, options: PhoneOptions) -> pl.DataFrame:
    """Complete local numbers by the template's area code, where that makes a valid number."""
    if options.area_code is None:
        return cells.with_columns(W_AREA_CODE_ADDED=pl.lit(False))
    is_local = ~pl.col("is_valid") & pl.col("flaw").is_null() & ~is_international()
    completed = pl.when(is_local).then(pl.lit(options.area_code) + _digits)
    candidates = cells.with_columns(text=completed).pipe(_parse, options)
    is_completed = candidates["is_valid"].fill_null(value=False)
    chosen = {
        name: pl.when(pl.lit(is_completed)).then(pl.lit(candidates[name])).otherwise(pl.col(name))
        for name in ("text", *PHONE_SCHEMA)
    }
    return cells.with_columns(**chosen, W_AREA_CODE_ADDED=is_completed)


def _truncate(cells: pl.DataFrame, options: PhoneOptions) -> pl.DataFrame:
    """Cut what has more digits than the maximum behind the last allowed one; that is another number: parsed anew."""
    if not options.truncate or options.max_length is None:
        return cells.with_columns(W_TRUNCATED=pl.lit(False))
    too_long = (pl.col("dial").str.count_matches("[0-9]") > options.max_length).fill_null(False)
    too_long &= pl.col("flaw").is_null()
    shortened = pl.col("dial").str.extract(rf"^((?:[^0-9]*[0-9]){{{options.max_length}}})")
    cells = cells.with_columns(W_TRUNCATED=too_long, dial=pl.when(too_long).then(shortened).otherwise("dial"))
    cut = cells.filter("W_TRUNCATED").with_columns(text=pl.col("dial")).pipe(_parse, options)
    return pl.concat([cells.filter(~pl.col("W_TRUNCATED")), cut.select(cells.columns)])


def _judge(options: PhoneOptions) -> pl.Expr:
    """Return the code of the first rule that a cell breaks, in the order of the walk: length, then validity."""
    length = pl.col("dial").str.count_matches("[0-9]").fill_null(0)
    rules: list[tuple[pl.Expr, pl.Expr | str]] = []
    if options.min_length is not None:
        rules.append((length < options.min_length, "R_PHONE_TOO_SHORT"))
    if options.max_length is not None:
        rules.append((length > options.max_length, "R_PHONE_TOO_LONG"))
    is_local = _digits.str.len_chars().is_in(find_local_lengths(options.resolved_region)) & ~_text.str.contains(
        r"^[^0-9]*[+0]"
    )
    why = (
        pl.when(is_local)
        .then(pl.lit("R_PHONE_NO_AREA_CODE"))
        .otherwise(
            pl.col("possible").replace_strict(FLAWS_BY_ANSWER, default="R_PHONE_INVALID", return_dtype=pl.String)
        )
    )
    if options.require == "valid":
        rules.append((~pl.col("is_valid"), why))
    elif options.require == "possible":
        rules.append((pl.col("possible") != "IS_POSSIBLE", why))
    rules += [
        (length == 0, "R_PHONE_PLACEHOLDER"),
        (pl.col("number").is_null() & (length > MAX_DIGITS), "R_PHONE_TOO_LONG"),
    ]
    if options.types:
        rules.append((_is_refused(options.types), "R_PHONE_TYPE"))
    return pl.coalesce(pl.when(broken).then(pl.lit(code) if isinstance(code, str) else code) for broken, code in rules)


def _is_refused(types: TypeOptions) -> pl.Expr:
    """Return whether a number is of a type that the template refuses; what is not recognised is `unknown`."""
    return pl.col("type").fill_null("UNKNOWN").is_in(types.refused)


@cache
def find_local_lengths(region: str) -> list[int]:
    """Return how many digits a landline number of a region has where its area code is left out.

    Source: libphonenumber's answer for each length; empty where a region has no area codes.
    """
    code = country_code_for_region(region)
    local_only = phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY
    return [
        length
        for length in range(4, 15)
        if phonenumbers.is_possible_number_for_type_with_reason(
            phonenumbers.PhoneNumber(country_code=code, national_number=int("2" * length)),
            phonenumbers.PhoneNumberType.FIXED_LINE,
        )
        == local_only
    ]


def _collect_warnings(cells: pl.DataFrame) -> pl.Expr:
    names = sorted(name for name in cells.columns if name.startswith("W_"))
    return pl.concat_list(pl.when(name).then(pl.lit(name)) for name in names).list.drop_nulls()


def add_phones(rows: pl.DataFrame, options: PhoneOptions, tally: list[PathCounts] | None = None) -> pl.DataFrame:
    """Add to each row what its phone cells hold.

    Reads ``phone1``…``phone5`` (String, tidied); adds for each slot ``…_dial`` (String), ``…_key`` (Int64),
    ``…_type`` (String), ``…_flaw`` (String, a code) and ``…_warnings`` (List of codes). Keeps rows and order. Plain
    numbers are cleaned as they stand, those of all slots at once; of all other texts each distinct one once.
    """
    filled = [slot for slot in PHONE_SLOTS if rows[slot].count()]
    texts = pl.concat([pl.Series("raw", [], pl.String), *(rows[slot].rename("raw") for slot in filled)], rechunk=True)
    cells = _clean_all(texts, options, tally)
    columns = []
    for slot in PHONE_SLOTS:
        if slot in filled:
            found = cells.slice(filled.index(slot) * rows.height, rows.height)
            columns += [column.alias(f"{slot}_{column.name}") for column in found]
        else:
            kinds = (item for item in CELL_SCHEMA.items() if item[0] != "raw")
            nulls = (pl.Series(f"{slot}_{name}", [None], kind) for name, kind in kinds)
            columns += [null.new_from_index(0, rows.height) for null in nulls]
    return rows.with_columns(columns)


def _clean_all(texts: pl.Series, options: PhoneOptions, tally: list[PathCounts] | None) -> pl.DataFrame:
    """Return ``key``, ``dial``, ``type``, ``flaw`` and ``warnings`` of each text (String, null where blank)."""
    plain = clean_plain(texts, options, tally).with_columns(
        pl.lit(None, CELL_SCHEMA[name]).alias(name) for name in ("flaw", "warnings")
    )
    is_odd = texts.is_not_null() & plain["dial"].is_null()
    if not is_odd.any():
        return plain
    raw = texts.filter(is_odd)
    odd = raw.to_frame().join(clean_cells(raw.unique(), options, tally), on="raw", how="left", maintain_order="left")
    # Row for row: which row of the two frames, one below the other, is this row's.
    places = is_odd.cum_sum().cast(pl.Int64) + (len(is_odd) - 1)
    own = pl.Series(range(len(is_odd)), dtype=pl.Int64)
    return pl.concat([plain, odd.select(plain.columns)])[places.zip_with(is_odd, own)]


def add_number_zone(rows: pl.DataFrame) -> pl.DataFrame:
    """Add ``number_zone`` (String): the time zone of the row's first usable number, null where it has several or none.

    Source: the package's own data; a mobile number of a country with several zones has several.
    """
    number = pl.coalesce(f"{slot}_key" for slot in PHONE_SLOTS)
    first = rows.select(number=number).to_series()
    distinct = first.drop_nulls().unique()
    zones = pl.DataFrame({"number": distinct, "zones": time_zones(distinct)})
    is_one = (pl.col("zones").list.len() == 1) & (pl.col("zones").list.first() != UNKNOWN_TIMEZONE)
    zones = zones.select("number", number_zone=pl.when(is_one).then(pl.col("zones").list.first()))
    named = first.rename("number").to_frame().join(zones, on="number", how="left", maintain_order="left")
    return rows.with_columns(named["number_zone"])
