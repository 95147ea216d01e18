"""Which column of a do-not-call list holds what: by its header, or by its cells where there is none."""

from dataclasses import dataclass

import polars as pl

from pipelines.cleaning.tidying import tidy
from pipelines.columns.headers import fold_header, list_headers
from pipelines.errors import UserError

NUMBER_HEADERS = (
    *("number", "phone", "phone number", "phone_number", "telephone", "telephone number", "msisdn", "e164", "tel"),
    *("mobile", "prefix", "area code or number"),
)
AREA_HEADERS = ("area", "area code", "area_code", "areacode")
LISTED_HEADERS = (
    *("listed_on", "listed on", "listed", "date", "date listed", "registered", "added", "added_on"),
    *("washed_on", "washed on", "washed", "wash date"),
)
EXPIRES_HEADERS = ("expires_on", "expires on", "expires", "expiry")
ACTION_HEADERS = ("action", "change", "change type", "change_type", "add/delete", "a/d", "operation")
RESULT_HEADERS = ("result", "status", "wash result", "wash_result", "is_listed", "on list")

# What an action or the result of a wash may be called; true is a removal, or a number that is listed.
ACTIONS = dict.fromkeys(("A", "ADD", "ADDED", "ADDITION", "INSERT", "+"), False) | dict.fromkeys(
    ("D", "DEL", "DELETE", "DELETED", "DELETION", "R", "REMOVE", "REMOVED", "REMOVAL", "-"), True
)
RESULTS = dict.fromkeys(("N", "NO", "CLEAN", "WASHED", "NOT LISTED", "NOT REGISTERED", "FALSE", "0", "OK"), False) | (
    dict.fromkeys(("Y", "YES", "LISTED", "REGISTERED", "ON LIST", "TRUE", "1", "MATCH"), True)
)
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}"


@dataclass(frozen=True)
class Columns:
    """What to read of a row: its number, the dates listed and expiring, and the word that says what to do with it."""

    number: pl.Expr
    listed: pl.Expr | None = None
    expires: pl.Expr | None = None
    word: pl.Expr | None = None

    @property
    def is_detailed(self) -> bool:
        """Tell whether there is more than a number."""
        return not (self.listed is None and self.expires is None and self.word is None)


def choose_columns(
    headers: tuple[str, ...], first: pl.DataFrame, file: str, *, has_header: bool, is_wash: bool = False
) -> Columns:
    """Return what is where; ``first`` are the first rows, columns ``c1``….

    Raises UserError where there are headers and none is a number's.
    """
    if not has_header:
        return _choose_by_cells(first)
    folded = [fold_header(header) for header in headers]

    def find(names: tuple[str, ...]) -> pl.Expr | None:
        return next((tidy(f"c{i + 1}") for i, header in enumerate(folded) if header in names), None)

    number, area = find(NUMBER_HEADERS), find(AREA_HEADERS)
    if number is None:
        raise UserError(file, f"No column holds the numbers. {list_headers(headers)}", "Name it 'number'.")
    return Columns(
        number if area is None else area + number,
        find(LISTED_HEADERS),
        find(EXPIRES_HEADERS),
        find(RESULT_HEADERS if is_wash else ACTION_HEADERS),
    )


def _choose_by_cells(first: pl.DataFrame) -> Columns:
    """Choose for a list without header: `area,number`, perhaps a date, a word that says add or delete."""
    names = [name for name in first.columns if name.startswith("c") and name[1:].isdigit()]
    one = tidy(names[0])
    number = one
    if len(names) > 1:
        # `area,number` per line, as the US and Canadian lists have it.
        two = tidy(names[1])
        is_area = one.str.contains(r"^[0-9]{2,5}$") & two.str.contains(r"^[0-9][0-9 -]{3,}$")
        number = pl.when(is_area).then(one + two).otherwise(one)
    listed = word = None
    for name in names[1:]:
        cells = first.select(tidy(name)).to_series().drop_nulls()
        if len(cells) and cells.str.contains(_DATE).all():
            listed = tidy(name) if listed is None else listed
        elif len(cells) and cells.str.to_uppercase().is_in(list(ACTIONS)).all():
            word = tidy(name)
    return Columns(number, listed, None, word)


def parse_date(text: pl.Expr) -> pl.Expr:
    """Return the date that a text begins with, ISO; null where it does not."""
    return text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
