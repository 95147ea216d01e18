"""A report's file becomes rows that can be matched: ids, keys of numbers, times, amounts, and what is wrong with each.

Nothing here knows what stands in the store.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import polars as pl
from babel.numbers import get_territory_currencies, list_currencies

from pipelines.cleaning.numbers import clean_cells
from pipelines.cleaning.tidying import tidy
from pipelines.dialler import flaws
from pipelines.dialler.kinds import Kind, find_columns
from pipelines.reading.drops import Drop
from pipelines.schema import DIGITS_BASE, KIND_DIGITS, KIND_PHONE
from pipelines.templates.parts import PhoneOptions

CHUNK_ROWS = 250_000
# A dialler's clock may be ahead of ours, and its zone by half a day.
AHEAD = timedelta(days=1)
REPORTED: dict[str, str] = {
    "row_number": "BIGINT",
    "given_id": "BIGINT",
    "kind": "UTINYINT",
    "value": "BIGINT",
    "happened_at": "TIMESTAMPTZ",
    "happened_local": "TIMESTAMP",
    "outcome": "VARCHAR",
    "sale_value": "DECIMAL(18,6)",
    "currency": "VARCHAR",
    "notes": "VARCHAR",
    "agent": "VARCHAR",
    "is_closed": "BOOLEAN",
    "flaw": "VARCHAR",
    "is_rounded": "BOOLEAN",
}

ISO_TIME = (
    r"^(?<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[T ](?<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?)"
    r"\s*(?<zone>Z|z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)?$"
)
LEAD_ID = r"^[0-9]{1,19}$"
# What is left of a lead id where somebody took it for a number: zeros behind the fifteenth to seventeenth digit, or a
# power of ten.
ROUNDED = r"^[1-9][0-9]{14,16}0{1,4}$|^[0-9][.,]?[0-9]*[eE]\+?[0-9]{2}$"
AMOUNT = r"^-?[0-9]{1,12}(?:\.[0-9]{1,6})?$"
OPEN_WORDS = ("open", "pending", "active", "live", "scheduled", "no", "n", "false", "0")
CLOSED_WORDS = (
    "closed", "done", "complete", "completed", "cancelled", "canceled", "inactive", "dead", "yes", "y", "true", "1", "x"
)  # fmt: skip


def read_rows(drop: Drop, kind: Kind, file: str, region: str, now: datetime) -> Iterator[pl.DataFrame]:
    """Yield a report's rows in the columns of ``REPORTED``, ``sale_value`` as text and ``flaw`` a name of ``flaws``.

    A time with a zone is in ``happened_at``, one without in ``happened_local``. Outcomes are in capitals. A sale
    without a currency has that of the region's country. Raises UserError for a file without the columns it needs.
    """
    columns = find_columns(kind, drop.found.headers, file)
    for chunk in drop.chunks(CHUNK_ROWS):
        cells = {name: tidy(column) for name, column in columns.items()}
        names = {"lead_id", "number", *kind.required, *kind.optional}
        rows = chunk.select(
            "row_number",
            broken=pl.col("flaw").is_not_null(),
            **{name: cells.get(name, pl.lit(None, pl.String)) for name in sorted(names)},
        )
        yield rows.pipe(_add_number, region).pipe(_add_time, kind, now).pipe(_add_facts, region).pipe(_judge, kind, now)


def _add_number(rows: pl.DataFrame, region: str) -> pl.DataFrame:
    """Add given_id, kind and value: what the row is matched by; null where it cannot be read."""
    options = PhoneOptions(format="advanced", region=region, require="length")
    cells = clean_cells(rows["number"].drop_nulls().unique(), options).select("raw", "key", "flaw")
    digits = pl.col("number").str.replace_all(r"[^0-9]", "").str.strip_chars_start("0").str.slice(0, 18)
    is_usable = pl.col("number").is_not_null() & pl.col("number_flaw").is_null() & (digits != "")
    plain = pl.col("lead_id").str.replace(r"\.0+$", "")
    return rows.join(
        cells.rename({"raw": "number", "flaw": "number_flaw"}), on="number", how="left", maintain_order="left"
    ).with_columns(
        given_id=pl.when(plain.str.contains(LEAD_ID)).then(plain).cast(pl.Int64, strict=False),
        is_rounded=plain.str.contains(ROUNDED),
        kind=pl.when(is_usable)
        .then(pl.when(pl.col("key").is_null()).then(KIND_DIGITS).otherwise(KIND_PHONE))
        .cast(pl.UInt8),
        value=pl.when(is_usable).then(pl.coalesce("key", pl.lit(DIGITS_BASE) + digits.cast(pl.Int64, strict=False))),
    )


def _add_time(rows: pl.DataFrame, kind: Kind, now: datetime) -> pl.DataFrame:
    """Add happened_at (with zone) or happened_local; both null where the cell is no ISO time."""
    parts = pl.col(kind.time).str.extract_groups(ISO_TIME)
    zone = parts.struct.field("zone")
    time = parts.struct.field("time").str.replace(",", ".")
    full = pl.when(time.str.len_chars() == 5).then(time + ":00").otherwise(time)
    local = (parts.struct.field("day") + "T" + full).str.to_datetime(
        "%Y-%m-%dT%H:%M:%S%.f", strict=False, time_unit="us"
    )
    figures = zone.str.replace_all(r"[^0-9]", "")
    minutes = figures.str.slice(0, 2).cast(pl.Int64, strict=False) * 60 + figures.str.slice(2, 2).cast(
        pl.Int64, strict=False
    ).fill_null(0)
    offset = pl.when(zone.str.starts_with("-")).then(-minutes).otherwise(minutes).fill_null(0)
    instant = (local - pl.duration(minutes=offset)).dt.replace_time_zone("UTC")
    rows = rows.with_columns(
        happened_at=pl.when(zone.is_not_null()).then(instant),
        happened_local=pl.when(zone.is_null()).then(local),
    )
    if kind.time not in kind.required:  # a buffer that says no times is as it is now
        rows = rows.with_columns(
            happened_at=pl.when(pl.col(kind.time).is_null())
            .then(pl.lit(now, pl.Datetime("us", "UTC")))
            .otherwise("happened_at")
        )
    return rows


def _add_facts(rows: pl.DataFrame, region: str) -> pl.DataFrame:
    """Complete the columns that only some kinds have; outcomes and currencies in capitals."""
    missing = {"outcome", "sale_value", "currency", "notes", "agent", "state"} - set(rows.columns)
    rows = rows.with_columns(pl.lit(None, pl.String).alias(name) for name in sorted(missing))
    own = next(iter(get_territory_currencies(region)), None)
    currency = pl.coalesce(pl.col("currency").str.to_uppercase(), pl.lit(own, pl.String))
    state = pl.col("state").str.to_lowercase()
    return rows.with_columns(
        outcome=pl.col("outcome").str.to_uppercase(),
        currency=pl.when(pl.col("sale_value").is_not_null()).then(currency),
        is_closed=pl.when(state.is_in(CLOSED_WORDS))
        .then(True)
        .when(state.is_in(OPEN_WORDS) | state.is_null())
        .then(False),
    )


def _judge(rows: pl.DataFrame, kind: Kind, now: datetime) -> pl.DataFrame:
    """Add the first flaw of each row and keep the columns that are stored."""
    has_number, has_time = (
        pl.col("value").is_not_null(),
        pl.col("happened_at").is_not_null() | pl.col("happened_local").is_not_null(),
    )
    latest = (now + AHEAD).replace(tzinfo=None)
    time = pl.coalesce(pl.col("happened_at").dt.replace_time_zone(None), "happened_local")
    is_amount = pl.col("sale_value").str.contains(AMOUNT)
    rules = {
        flaws.UNREADABLE: pl.col("broken"),
        flaws.NO_LEAD: pl.col("lead_id").is_null() & pl.col("number").is_null(),
        flaws.BAD_NUMBER: pl.col("lead_id").is_null() & ~has_number,
        flaws.BAD_TIME: ~has_time,
        flaws.FUTURE_TIME: (time > latest) & pl.lit(kind.time != "due_at"),
        flaws.NO_OUTCOME: pl.col("outcome").is_null() & pl.lit("outcome" in kind.required),
        flaws.BAD_AMOUNT: ~is_amount,
        flaws.BAD_CURRENCY: ~pl.col("currency").is_in(list_currencies()),
        flaws.BAD_STATE: pl.col("is_closed").is_null(),
    }
    flaw = pl.coalesce(pl.when(broken.fill_null(value=False)).then(pl.lit(name)) for name, broken in rules.items())
    return rows.with_columns(flaw=flaw, sale_value=pl.when(is_amount).then("sale_value")).select(*REPORTED)
