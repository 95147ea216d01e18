"""What there is and what was done, from the published tables."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines.accesses import read_accesses
from pipelines.codes import find_code
from pipelines.errors import UserError, nearest
from pipelines.home import Home, raw_path
from pipelines.published.reading import open_reader
from pipelines.reports.previewing import list_settings
from pipelines.schema import EFFECTS, LEDGER_COLUMNS
from pipelines.templates.template import Template

Rows = list[dict[str, Any]]
RECEIPT = (
    "import_id",
    "status",
    "message",
    "file",
    "sha256",
    "bytes",
    "template",
    "supplier",
    "list",
    "import_date",
    "user",
    "notes",
    "cost_unit",
    "currency",
    "cost_basis",
    "cost_total",
    "expires_at",
    "started_at",
)


def ask(home: Home, now: datetime, sql: str, values: list[Any] | None = None) -> Rows:
    """Return the rows of a SELECT over the published tables as dictionaries."""
    with open_reader(home, now, reports=()) as connection:
        return fetch_rows(connection, sql, values)


def fetch_rows(connection: duckdb.DuckDBPyConnection, sql: str, values: list[Any] | None = None) -> Rows:
    """Return the rows of a statement as dictionaries."""
    cursor = connection.execute(sql, values or [])
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def list_imports(home: Home, limit: int, now: datetime) -> Rows:
    """Return the newest imports, the newest first: receipt, ledger and effects, without settings."""
    columns = ", ".join(f'"{name}"' for name in (*RECEIPT, *LEDGER_COLUMNS, *EFFECTS))
    return ask(home, now, f"SELECT {columns} FROM imports ORDER BY sequence DESC LIMIT ?", [limit])


def show_import(home: Home, import_id: str, now: datetime) -> dict[str, Any]:
    """Return one import whole: receipt, ledger, effects, reasons and their meaning, settings, notices, what was found.

    The settings are those it was made with, whatever became of the template; the receipt of an import that was undone
    also says when and by whom. Raises UserError naming the nearest id.
    """
    with open_reader(home, now, reports=()) as connection:
        line = _require_import(connection, import_id)
        counts = fetch_rows(
            connection,
            "SELECT fate, code, rows FROM import_reasons WHERE import_id = ? ORDER BY fate, rows DESC, code",
            [import_id],
        )
        undone = fetch_rows(
            connection,
            'SELECT logged_at AS undone_at, "user" AS undone_by FROM audit_log WHERE subject = ?'
            " AND action = 'import undone' ORDER BY logged_at DESC LIMIT 1",
            [import_id],
        )
    template = Template.model_validate_json(line["settings"])
    reasons = [
        {**row, "meaning": find_code(row["code"]).meaning, "remedy": find_code(row["code"]).remedy} for row in counts
    ]
    found = json.loads(line["found"] or "{}")
    return {
        "receipt": {name: line[name] for name in RECEIPT} | (undone[0] if undone else {}),
        "ledger": {name: line[name] for name in LEDGER_COLUMNS},
        "effects": {name: line[name] for name in EFFECTS},
        "reasons": reasons,
        "settings": list_settings(template, json.loads(line["origins"] or "{}")),
        "found": found,
        "notices": list(found.get("notices", ())),
    }


def _require_import(connection: duckdb.DuckDBPyConnection, import_id: str) -> dict[str, Any]:
    found = fetch_rows(connection, "SELECT * FROM imports WHERE import_id = ?", [import_id])
    if not found:
        known = [row["import_id"] for row in fetch_rows(connection, "SELECT import_id FROM imports")]
        remedy = nearest(import_id, known) or "See: leadmill history."
        raise UserError("import", f"There is none with the id '{import_id}'.", remedy)
    return found[0]


@dataclass(frozen=True)
class PastImport:
    """The settings that an import was made with, where each came from, and its drop."""

    template: Template
    origins: dict[str, str]
    file: str
    drop: Path


def recall_import(home: Home, import_id: str, now: datetime) -> PastImport:
    """Return what an import was made with, to import by it again. Raises UserError naming the nearest id."""
    with open_reader(home, now, reports=()) as connection:
        line = _require_import(connection, import_id)
    template = Template.model_validate_json(line["settings"])
    origins = json.loads(line["origins"] or "{}")
    told = {key: origin if origin == "default" else f"import {import_id}" for key, origin in origins.items()}
    return PastImport(template, told, line["file"], raw_path(home, line["sha256"]))


def list_suppliers(home: Home, now: datetime) -> Rows:
    """Return the suppliers with their completed imports and rows."""
    return ask(
        home,
        now,
        "SELECT supplier_id, name, created_on, count(import_id) AS imports, coalesce(sum(rows_received), 0)::BIGINT AS"
        " rows_received, max(import_date) AS last_received FROM suppliers LEFT JOIN imports ON supplier = name AND"
        " status = 'completed' GROUP BY ALL ORDER BY name",
    )


def list_lists(home: Home, now: datetime) -> Rows:
    """Return the lists with their live leads."""
    return ask(
        home,
        now,
        "SELECT list_id, name, count(lead_id) AS leads, lists.time_zone, cloned_from, created_on, campaign,"
        " min(expires_at) AS next_expiry FROM lists LEFT JOIN leads USING (list_id) GROUP BY ALL ORDER BY name",
    )


def read_log(home: Home, limit: int, now: datetime) -> Rows:
    """Return the newest entries of the audit log and of the accesses, the newest first."""
    changes = ask(home, now, "SELECT * FROM audit_log ORDER BY logged_at DESC, subject LIMIT ?", [limit])
    rows = sorted([*changes, *read_accesses(home, limit)], key=lambda row: row["logged_at"], reverse=True)
    return rows[:limit]
