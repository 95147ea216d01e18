"""How the do-not-call lists stand, whether every live lead was held against them, and whether a number is listed."""

from datetime import date
from typing import Any

import duckdb
import polars as pl

from pipelines.cleaning.numbers import clean_cells
from pipelines.dnc.freshness import find_standings
from pipelines.dnc.rules import Rule
from pipelines.errors import UserError
from pipelines.queries import read_query
from pipelines.templates.parts import PhoneOptions

DEFAULT_CATEGORIES = ("IVR", "Imported", "Requested")
COUNTED = {"entries": "dnc", "prefixes": "dnc_prefixes", "washed": "dnc_washed"}


def read_status(connection: duckdb.DuckDBPyConnection, today: date) -> list[dict[str, Any]]:
    """Return per category, also those that are empty or only have a rule: counts, version, age, rule, freshness.

    ``connection`` is a reader's. ``version`` is the newest load's number, ``as_of`` the newest list's date, ``due_on``
    the last day on which it is fresh, ``unchecked`` the live leads that were not held against one of its versions.
    """
    counts = {
        name: dict(connection.execute(f"SELECT category, count(*) FROM {table} GROUP BY category").fetchall())
        for name, table in COUNTED.items()
    }
    unchecked: dict[str, int] = {}
    for row in find_unchecked(connection):
        unchecked[row["category"]] = max(unchecked.get(row["category"], 0), row["leads"])
    rows = []
    for standing in find_standings(connection, DEFAULT_CATEGORIES, today):
        rule = Rule(*(standing.pop(key) for key in ("max_age_days", "clock_days", "wash_days")))
        category = standing.pop("category")
        is_stale = standing.pop("is_stale")
        asked = str(rule) or None
        rows.append(
            {"category": category, **{name: found.get(category, 0) for name, found in counts.items()}}
            | standing
            | {"rule": asked, "freshness": ("stale" if is_stale else "fresh") if asked else None}
            | {"unchecked": unchecked.get(category, 0)}
        )
    return rows


def find_unchecked(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return the live leads that were never held against a version of a category which their import checks.

    One row per import and version, columns of sql/dnc/unchecked.sql; empty is the proof that there is no gap.
    """
    answer = connection.sql(read_query("dnc/unchecked"))
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.fetchall()]


def check_phone(connection: duckdb.DuckDBPyConnection, phone: str, region: str, today: date) -> dict[str, Any]:
    """Return whether a number may be called: its E.164 form and the entries it stands under, prefixes among them.

    Raises UserError where the text is no number at all.
    """
    options = PhoneOptions(format="advanced", region=region, require="length")
    cell = clean_cells(pl.Series([phone]), options).to_dicts()[0]
    if cell["flaw"] is not None:
        raise UserError("dnc check", f"This is not a telephone number of {region} ({cell['flaw']}).", "Check --region.")
    e164 = f"+{cell['key']}" if cell["key"] else None
    digits = "".join(c for c in phone if c.isdigit()).lstrip("0")
    names = ("category", "source", "listed_on", "expires_on")
    rows = connection.execute(
        f"SELECT {', '.join(names)} FROM (SELECT {', '.join(names)} FROM dnc WHERE e164 = $e164"
        " OR ($e164 IS NULL AND digits = $digits) UNION ALL SELECT category, concat_ws(', ', source, prefix || '*'),"
        " listed_on, expires_on FROM dnc_prefixes WHERE starts_with($e164, prefix))"
        " WHERE expires_on IS NULL OR expires_on >= $today ORDER BY category, source",
        {"e164": e164, "digits": digits, "today": today},
    ).fetchall()
    entries = [dict(zip(names, row, strict=True)) for row in rows]
    return {"e164": e164, "is_listed": bool(entries), "entries": entries}
