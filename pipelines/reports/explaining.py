"""Why a person is on a list, or is not: the path of one phone, e-mail or lead, from the rows that brought it to now.

Reads what is published, and of the kept drops only the rows in question. Whoever asks sees the person's own data, so it
is noted as an access, without that data. See docs/decisions/0021-evidence-and-options.md.
"""

from collections import defaultdict
from datetime import datetime
from typing import Any

import duckdb
import polars as pl

from pipelines.accesses import note_access
from pipelines.cleaning.numbers import clean_cells
from pipelines.cleaning.tidying import tidy
from pipelines.codes import find_code
from pipelines.dnc.status import check_phone
from pipelines.errors import UserError
from pipelines.home import Home
from pipelines.published.reading import open_reader
from pipelines.queries import read_query
from pipelines.reports.looking_back import Rows, fetch_rows
from pipelines.reports.rereading import reread_rows
from pipelines.schema import DIGITS_BASE, create_table
from pipelines.templates.parts import PhoneOptions

ASKED = {"kind": "VARCHAR", "value": "BIGINT", "e164": "VARCHAR", "digits": "VARCHAR", "email": "VARCHAR"}
# The number of a switchboard may stand on thousands of rows: so many, the newest, are told.
TOLD_ROWS = 200
TAKEN_AWAY = ("replaced", "deleted")


def explain(home: Home, text: str, now: datetime, *, region: str = "GB", user: str = "operator") -> dict[str, Any]:
    """Return the path of a person: rows and what became of them, leads and how they stand, calls, do-not-call.

    ``text`` is a phone in any spelling, an e-mail address or a lead's id. Raises UserError for what is none of them.
    """
    with open_reader(home, now, with_expired=True, reports=()) as connection:
        asked = _place_question(connection, text, region)
        for name in ("found_leads", "found_rows"):
            connection.execute(f"CREATE TEMP TABLE {name} AS {read_query(f'why/{name}')}")
        rows = fetch_rows(connection, read_query("why/rows"))
        told = rows[-TOLD_ROWS:]
        _place_rows(connection, told)
        changes = fetch_rows(connection, read_query("why/changes"))
        leads = fetch_rows(connection, read_query("why/leads"))
        calls = fetch_rows(connection, read_query("why/calls"))
        subject = f"{asked['kind']}: " + (", ".join(f"{row['import_id']}:{row['row_number']}" for row in told[-10:]))
        note_access(home, now, user, "why asked", subject, f"{len(rows):,} rows, {len(leads):,} leads")
        _add_raw_rows(home, connection, told)
        numbers = {asked["e164"] or asked["phone"]: None} if asked["kind"] == "phone" else {}
        numbers |= dict.fromkeys(number for lead in leads if lead["state"] == "live" for number in lead["e164"])
        checks = [
            {"number": number, **check_phone(connection, number, region, now.date())} for number in numbers if number
        ]
    return {
        "asked": asked,
        "rows_found": len(rows),
        "rows": [_tell_row(row, changes) for row in told],
        "leads": [_tell_lead(lead, changes, calls) for lead in leads],
        "dnc": checks,
    }


def _place_question(connection: duckdb.DuckDBPyConnection, text: str, region: str) -> dict[str, Any]:
    """Write the one-row table ``asked``; return what is asked about, in the form by which it is compared."""
    text = text.strip()
    asked: dict[str, Any] = dict.fromkeys(ASKED)
    phone = None
    if "@" in text:
        email = text.lower()
        (value,) = connection.execute("SELECT -1 - (md5_number(?) >> 82)::BIGINT", [email]).fetchall()[0]
        asked |= {"kind": "email", "value": value, "email": email}
    elif text.isdecimal() and _is_lead(connection, text):
        asked |= {"kind": "lead", "value": int(text)}
    else:
        phone = _clean_phone(text, region)
        key, dial = phone["key"], phone["dial"]
        digits = "".join(c for c in dial if c.isdigit()).lstrip("0") or "0"
        value = key or DIGITS_BASE + int(digits)
        asked |= {"kind": "phone", "value": value, "e164": f"+{key}" if key else None}
        asked["digits"] = None if key else digits
    connection.execute(create_table("asked", ASKED, temporary=True))
    connection.execute("INSERT INTO asked VALUES (?, ?, ?, ?, ?)", [asked[name] for name in ASKED])
    lead_id = asked["value"] if asked["kind"] == "lead" else None
    return {
        "kind": asked["kind"],
        "e164": asked["e164"],
        "email": asked["email"],
        "lead_id": lead_id,
        "phone": text if phone else None,
    }


def _is_lead(connection: duckdb.DuckDBPyConnection, digits: str) -> bool:
    found = "SELECT 1 FROM import_rows WHERE lead_id::VARCHAR = ? LIMIT 1"
    return bool(connection.execute(found, [digits]).fetchall())


def _clean_phone(text: str, region: str) -> dict[str, Any]:
    """Return key and dial string as an import would make them of this cell. Raises UserError where it cannot."""
    options = PhoneOptions(format="advanced", region=region, require="length")
    cells = pl.DataFrame({"text": [text]}).select(tidy("text").alias("text")).to_series().drop_nulls()
    found = clean_cells(cells, options).to_dicts() if len(cells) else []
    if not found or found[0]["flaw"] is not None:
        fact = f"'{text[:60]}' is no telephone number of {region}, no e-mail address and no lead's id."
        raise UserError("why", fact, "Check it, or --region.")
    return found[0]


def _place_rows(connection: duckdb.DuckDBPyConnection, rows: Rows) -> None:
    """Write ``rows_in_question`` and ``leads_in_question``: leads found, and those that the rows made or met."""
    connection.execute("CREATE TEMP TABLE rows_in_question (import_id VARCHAR, row_number BIGINT, lead_id BIGINT)")
    for row in rows:
        values = [row["import_id"], row["row_number"], row["lead_id"] or (row["met"] or {}).get("lead_id")]
        connection.execute("INSERT INTO rows_in_question VALUES (?, ?, ?)", values)
    connection.execute(
        "CREATE TEMP TABLE leads_in_question AS SELECT lead_id FROM found_leads"
        " UNION SELECT lead_id FROM rows_in_question WHERE lead_id IS NOT NULL"
    )


def _add_raw_rows(home: Home, connection: duckdb.DuckDBPyConnection, rows: Rows) -> None:
    """Add to each row what stands in the kept drop; null where that is not there any more."""
    by_drop: dict[tuple[str, str], Rows] = defaultdict(list)
    for row in rows:
        question = "SELECT sha256, settings FROM imports WHERE import_id = ?"
        by_drop[connection.execute(question, [row["import_id"]]).fetchall()[0]].append(row)
    for (sha256, settings), own in by_drop.items():
        read = reread_rows(home, sha256, settings, own[0]["file"], {row["row_number"] for row in own})
        for row in own:
            row |= read.get(row["row_number"], {"raw": None, "cells": [], "points": []})


def _tell_row(row: dict[str, Any], changes: Rows) -> dict[str, Any]:
    """Return a row with the meaning of its codes and what it did to leads that were there."""
    did = [
        {name: change[name] for name in ("effect", "lead_id", "slot", "lead_slot")}
        for change in changes
        if (change["import_id"], change["row_number"]) == (row["import_id"], row["row_number"])
    ]
    known = find_code(row["code"]) if row["code"] else None
    return {
        **row,
        "meaning": known.meaning if known else None,
        "remedy": known.remedy if known else None,
        "warnings": [{"code": code, "meaning": find_code(code).meaning} for code in row["warnings"] or ()],
        "effects": did,
    }


def _tell_lead(lead: dict[str, Any], changes: Rows, calls: Rows) -> dict[str, Any]:
    """Return a lead with what became of it since, and its calls; one that is gone says by what."""
    history = [
        {name: value for name, value in change.items() if name != "lead_id"}
        for change in changes
        if change["lead_id"] == lead["lead_id"]
    ]
    state = lead["state"]
    taken = [change for change in history if change["effect"] in TAKEN_AWAY and change["status"] != "undone"]
    if state != "live" and lead["list"] is None and taken:
        state = taken[-1]["effect"]
    own = [
        {name: value for name, value in call.items() if name != "lead_id"}
        for call in calls
        if call["lead_id"] == lead["lead_id"]
    ]
    replaced_by = taken[-1]["by_lead"] if state == "replaced" else None
    numbers = {name: [number for number in lead[name] if number] for name in ("phones", "e164")}
    return {**lead, **numbers, "state": state, "replaced_by": replaced_by, "history": history, "calls": own}
