"""Do-not-call lists: load them, say how they stand, look a number up."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from phonenumbers import SUPPORTED_REGIONS

from pipelines.cleaning.mapping import tidy
from pipelines.cleaning.numbers import clean_cells
from pipelines.columns.headers import fold_header, list_headers
from pipelines.errors import UserError
from pipelines.home import Home, keep_raw
from pipelines.published.publishing import mark_unpublished, publish
from pipelines.reading.drops import Drop, open_drop
from pipelines.reading.settings import FileSettings
from pipelines.receipts import write_log
from pipelines.schema import DIGITS_BASE, KIND_DIGITS, KIND_PHONE
from pipelines.store import count_changed, open_writer
from pipelines.templates.parts import PhoneOptions

DEFAULT_CATEGORIES = ("IVR", "Imported", "Requested")
NUMBER_HEADERS = (
    "number",
    "phone",
    "phone number",
    "phone_number",
    "telephone",
    "telephone number",
    "msisdn",
    "e164",
    "tel",
    "mobile",
)
AREA_HEADERS = ("area", "area code", "area_code", "areacode")
LISTED_HEADERS = ("listed_on", "listed on", "listed", "date", "date listed", "registered", "added", "added_on")
EXPIRES_HEADERS = ("expires_on", "expires on", "expires", "expiry")
CHUNK_ROWS = 500_000
# What most of a list should be: a list of which more than half cannot be read is the wrong file.
MIN_PARSED = 0.5


@dataclass(frozen=True)
class DncLoad:
    """What a load did, in entries; ``unparsed`` have no E.164 form and are compared by their digits."""

    category: str
    file: str
    sha256: str
    source: str
    region: str
    as_of: date
    is_replacement: bool
    lines: int
    added: int
    already_there: int
    removed: int
    unparsed: int
    blank: int

    def to_dict(self) -> dict[str, Any]:
        """Return the load for JSON."""
        return {**asdict(self), "as_of": self.as_of.isoformat()}


def load_dnc(
    home: Home,
    path: Path,
    category: str,
    *,
    region: str = "GB",
    replace: bool = False,
    source: str | None = None,
    as_of: date | None = None,
    user: str = "imports",
    now: datetime,
) -> DncLoad:
    """Load a do-not-call list into a category, which is made if it is new.

    Files: one number per line; ``area,number`` per line; CSV with a header that names a number column and perhaps the
    dates listed and expiring (ISO). A number that stands in the category already is not added twice; ``replace`` first
    removes what stands there. ``as_of`` is the date of the list (default: the day of ``now``, UTC).
    Raises UserError for a file that cannot be read, of which most lines are no numbers, or an unknown region.
    """
    if region not in SUPPORTED_REGIONS:
        raise UserError("--region", f"'{region}' is not an ISO country with a telephone plan.", "Such as GB or US.")
    if not category.strip():
        raise UserError("--category", "A category has a name.", "Such as TPS.")
    sha256, kept = keep_raw(home.make(), path)
    try:
        drop = open_drop(kept, FileSettings(format="csv"))
        day = as_of or now.date()
        with open_writer(home) as connection:
            counts = _load_entries(connection, drop, region, path.name)
            parsed = counts["lines"] - counts["unparsed"] - counts["blank"]
            if parsed < MIN_PARSED * (counts["lines"] - counts["blank"]):
                raise UserError(
                    path.name,
                    f"Only {parsed:,} of {counts['lines']:,} lines hold a number of {region}.",
                    "Is this the right file? Check --region.",
                )
            load = _store_entries(connection, counts, category.strip(), source or path.name, day, replace)
            result = DncLoad(category.strip(), path.name, sha256, source or path.name, region, day, replace, **load)
            _record_load(connection, result, user, now)
            publish(connection, home)
    except UserError as error:
        raise error.rename(kept, path.name) from None
    return result


def _load_entries(connection: duckdb.DuckDBPyConnection, drop: Drop, region: str, file: str) -> dict[str, int]:
    """Parse the list into the temporary table ``entries``; return how many lines, blanks and unparsed there were."""
    number, listed, expires = _choose_columns(drop, file)
    options = PhoneOptions(format="advanced", region=region, require="length")
    connection.execute("CREATE TEMP TABLE entries (kind UTINYINT, value BIGINT, listed_on DATE, expires_on DATE)")
    counts = {"lines": 0, "unparsed": 0, "blank": drop.found.blank_lines}
    for chunk in drop.chunks(CHUNK_ROWS):
        lines = chunk.select(raw=number, listed_on=listed, expires_on=expires)
        cells = clean_cells(lines["raw"].drop_nulls().unique(), options)
        digits = pl.col("raw").str.replace_all(r"[^0-9]", "").str.strip_chars_start("0").str.slice(0, 18)
        entries = lines.join(cells, on="raw", how="left", maintain_order="left").select(
            kind=pl.when(pl.col("key").is_null()).then(pl.lit(KIND_DIGITS)).otherwise(pl.lit(KIND_PHONE)),
            value=pl.coalesce("key", pl.lit(DIGITS_BASE) + digits.cast(pl.Int64, strict=False)),
            listed_on="listed_on",
            expires_on="expires_on",
            is_blank=pl.col("raw").is_null(),
            is_nothing=digits == "",
        )
        counts["lines"] += lines.height
        counts["blank"] += int(entries["is_blank"].sum())
        counts["unparsed"] += int(entries.select(((pl.col("kind") == KIND_DIGITS) & ~pl.col("is_blank")).sum()).item())
        usable = entries.filter(~pl.col("is_blank") & ~pl.col("is_nothing")).drop("is_blank", "is_nothing")
        connection.register("handed_over", usable.to_arrow())
        connection.execute("INSERT INTO entries SELECT kind, value, listed_on, expires_on FROM handed_over")
        connection.unregister("handed_over")
    return counts


def _choose_columns(drop: Drop, file: str) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Return where a line has its number, the date it was listed and the date it expires (null where it has none)."""
    headers = [fold_header(header) for header in drop.found.headers]
    no_date = pl.lit(None, pl.Date)

    def find(names: tuple[str, ...]) -> pl.Expr | None:
        return next((tidy(f"c{i + 1}") for i, header in enumerate(headers) if header in names), None)

    def parse_date(names: tuple[str, ...]) -> pl.Expr:
        column = find(names)
        return no_date if column is None else column.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)

    number, area = find(NUMBER_HEADERS), find(AREA_HEADERS)
    if drop.found.has_header and number is None:
        raise UserError(file, f"No column holds the numbers. {list_headers(drop.found.headers)}", "Name it 'number'.")
    if number is None:
        first, second = tidy("c1"), tidy("c2") if len(headers) > 1 else None
        # `area,number` per line, as the US and Canadian lists have it.
        is_area = first.str.contains(r"^[0-9]{2,5}$")
        number = first if second is None else pl.when(is_area).then(first + second).otherwise(first)
    elif area is not None:
        number = area + number
    return number, parse_date(LISTED_HEADERS), parse_date(EXPIRES_HEADERS)


def _store_entries(
    connection: duckdb.DuckDBPyConnection, counts: dict[str, int], category: str, source: str, day: date, replace: bool
) -> dict[str, int]:
    removed = 0
    if replace:
        connection.execute("DELETE FROM dnc WHERE category = ?", [category])
        removed = count_changed(connection)
    distinct = connection.sql("SELECT count(*) FROM (SELECT DISTINCT value FROM entries)").fetchall()[0][0]
    connection.execute(
        "INSERT INTO dnc SELECT kind, value, ?, ?, coalesce(min(listed_on), ?), max(expires_on) FROM entries"
        " ANTI JOIN (SELECT value FROM dnc WHERE category = ?) AS there USING (value)"
        " GROUP BY kind, value ORDER BY kind, value",
        [category, source, day, category],
    )
    added = count_changed(connection)
    return {**counts, "added": added, "already_there": distinct - added, "removed": removed}


def _record_load(connection: duckdb.DuckDBPyConnection, load: DncLoad, user: str, now: datetime) -> None:
    connection.execute(
        "INSERT INTO dnc_loads SELECT coalesce(max(load_id), 0) + 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
        " FROM dnc_loads",
        [
            load.category,
            load.file,
            load.sha256,
            load.source,
            load.region,
            load.as_of,
            load.is_replacement,
            load.lines,
            load.added,
            load.already_there,
            load.removed,
            load.unparsed,
            load.blank,
            now,
        ],
    )
    mark_unpublished(connection, "dnc", load.category)
    mark_unpublished(connection, "dnc_loads")
    write_log(connection, now, user, "dnc load", load.category, load.file)


def read_status(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return per category, also those that are empty: entries, loads, the newest list's date, its last load."""
    rows = connection.execute(
        "SELECT category, coalesce(entries, 0) AS entries, coalesce(loads, 0) AS loads, as_of, loaded_at"
        " FROM (SELECT unnest(?::VARCHAR[]) AS category UNION SELECT category FROM dnc_loads)"
        " LEFT JOIN (SELECT category, count(*) AS entries FROM dnc GROUP BY category) USING (category)"
        " LEFT JOIN (SELECT category, count(*) AS loads, max(as_of) AS as_of, max(loaded_at) AS loaded_at"
        " FROM dnc_loads GROUP BY category) USING (category) ORDER BY category",
        [list(DEFAULT_CATEGORIES)],
    ).fetchall()
    return [dict(zip(("category", "entries", "loads", "as_of", "loaded_at"), row, strict=True)) for row in rows]


def check_phone(connection: duckdb.DuckDBPyConnection, phone: str, region: str, today: date) -> dict[str, Any]:
    """Return whether a number may be called: its E.164 form and the entries it stands under.

    Raises UserError where the text is no number at all.
    """
    cell = clean_cells(pl.Series([phone]), PhoneOptions(format="advanced", region=region, require="length")).to_dicts()[
        0
    ]
    if cell["flaw"] is not None:
        raise UserError("dnc check", f"This is not a telephone number of {region} ({cell['flaw']}).", "Check --region.")
    e164 = f"+{cell['key']}" if cell["key"] else None
    digits = "".join(c for c in phone if c.isdigit()).lstrip("0")
    rows = connection.execute(
        "SELECT category, source, listed_on, expires_on FROM dnc WHERE (e164 = ? OR (? IS NULL AND digits = ?))"
        " AND (expires_on IS NULL OR expires_on >= ?) ORDER BY category, source",
        [e164, e164, digits, today],
    ).fetchall()
    entries = [dict(zip(("category", "source", "listed_on", "expires_on"), row, strict=True)) for row in rows]
    return {"e164": e164, "is_listed": bool(entries), "entries": entries}
