"""What is kept and told of an import: its result, its line in ``imports``, its place in the audit log."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import polars as pl

from pipelines.accesses import note_refusal
from pipelines.columns.profile import ColumnShares, recall_columns
from pipelines.committing import Ledger
from pipelines.errors import UserError
from pipelines.home import Home
from pipelines.order import Order
from pipelines.published.publishing import current_generation, mark_parts, mark_unpublished
from pipelines.published.relations import WHOLE
from pipelines.queries import execute
from pipelines.run import Run
from pipelines.schema import EFFECTS, FATES, IMPORTS

Sample = tuple[dict[str, Any], ...]
Sentences = Sequence[str]  # a field of the result is called list, which hides the type


@dataclass(frozen=True)
class ImportResult:
    """The outcome of one drop, as ``leadmill import --json`` prints it."""

    import_id: str | None
    status: str
    file: str
    sha256: str
    template: str
    supplier: str
    list: str
    import_date: date | None
    message: str = ""
    rows_received: int = 0
    blank_lines: int = 0
    created: int = 0
    updated: int = 0
    rejected: int = 0
    quarantined: int = 0
    effects: dict[str, int] = field(default_factory=lambda: dict.fromkeys(EFFECTS, 0))
    reasons: dict[str, int] = field(default_factory=dict)
    warnings: dict[str, int] = field(default_factory=dict)
    cost: dict[str, Any] = field(default_factory=lambda: dict.fromkeys(("unit", "currency", "total", "basis")))
    expires_at: datetime | None = None
    seconds: float = 0.0
    is_rehearsal: bool = False
    found: dict[str, Any] = field(default_factory=dict)
    notices: Sentences = ()
    steps: dict[str, float] = field(default_factory=dict)
    phone_paths: dict[str, int] = field(default_factory=dict)
    rounds: int = 0
    sample: Sample = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the result for JSON: dates as ISO text, money as numbers, samples left out."""
        values = {**vars(self), "dry_run": self.is_rehearsal, "seconds": round(self.seconds, 3)}
        values["notices"] = [*self.notices]
        for name in ("is_rehearsal", "sample"):
            del values[name]
        values["import_date"] = self.import_date.isoformat() if self.import_date else None
        values["expires_at"] = self.expires_at.isoformat() if self.expires_at else None
        values["cost"] = {k: float(v) if isinstance(v, Decimal) else v for k, v in self.cost.items()}
        return values


def outline_import(order: Order, status: str, import_id: str | None, message: str) -> ImportResult:
    """Return what is known of any import, whatever became of it."""
    return ImportResult(
        import_id=import_id,
        status=status,
        file=order.name,
        sha256=order.sha256,
        template=order.template.name,
        supplier=order.template.supplier,
        list=order.template.list.name or "",
        import_date=order.on,
        message=message,
        is_rehearsal=order.is_rehearsal,
    )


def refuse_again(order: Order, import_id: str, status: str, file: str) -> ImportResult:
    """Answer for a content that was brought before: nothing is done, but it is on record."""
    is_run_again = order.is_landed and order.name == file
    if not order.is_rehearsal and not is_run_again:
        note_refusal(order.home, order.now, order.template.user, import_id, order.name)
    if status == "held":
        return outline_import(order, "held", import_id, "This content is held already: release or cancel the import.")
    message = f"Template {order.template.name} has brought this content as {import_id}; --force imports it again."
    return outline_import(order, "already_imported", import_id, message)


def count_cost(run: Run, ledger: Ledger) -> dict[str, Any]:
    """Return unit, currency, basis and total of an import; unit and total null where no cost is known, never zero.

    Source: checklist ML-019; docs/decisions/0007-cost-basis.md.
    """
    unit = run.template.cost_per_lead
    accepted = ledger.fates["created"] + ledger.fates["updated"]
    rows = {"received": ledger.rows, "accepted": accepted, "created": ledger.fates["created"]}[run.template.cost_basis]
    return {
        "unit": unit,
        "currency": run.template.cost_currency,
        "total": None if unit is None else unit * rows,
        "basis": run.template.cost_basis,
    }


def find_earlier(connection: duckdb.DuckDBPyConnection, sha256: str, template: str) -> tuple[str, str, str] | None:
    """Return id, status and file of the import that brought this content by this template, or holds it, or null."""
    rows = execute(
        connection,
        "SELECT import_id, status, file FROM imports"
        " WHERE sha256 = ? AND template = ? AND status IN ('completed', 'held') ORDER BY sequence LIMIT 1",
        [sha256, template],
    ).fetchall()
    return (rows[0][0], rows[0][1], rows[0][2]) if rows else None


def find_last_columns(connection: duckdb.DuckDBPyConnection, template: str) -> list[ColumnShares] | None:
    """Return the columns of the last import that this template completed, or null; ``imports`` is table or view."""
    rows = execute(
        connection,
        "SELECT found FROM imports WHERE template = ? AND status = 'completed' ORDER BY sequence DESC LIMIT 1",
        [template],
    ).fetchall()
    return recall_columns(json.loads(rows[0][0])) if rows else None


def require_held(connection: duckdb.DuckDBPyConnection, import_id: str) -> None:
    """Raise UserError where there is no such import or it is not held."""
    lines = connection.execute("SELECT status FROM imports WHERE import_id = ?", [import_id]).fetchall()
    if not lines:
        raise UserError("import", f"There is none with the id '{import_id}'.", "See: leadmill history.")
    if lines[0][0] != "held":
        fact = f"{import_id} is {lines[0][0]}, not held."
        raise UserError("import", fact, "Only a held import is released or cancelled.")


def find_published(home: Home, sha256: str, template: str) -> tuple[str, str, str] | None:
    """Answer as ``find_earlier`` does, from what is published: no lock, and no reading of a drop for nothing."""
    generation = current_generation(home)
    if generation is None:
        return None
    found = (
        pl.scan_parquet(generation / "imports" / "*" / "*.parquet", hive_partitioning=False)
        .filter(sha256=sha256, template=template)
        .filter(pl.col("status").is_in(["completed", "held"]))
        .sort("sequence")
        .select("import_id", "status", "file")
        .head(1)
        .collect()
    )
    return found.row(0) if found.height else None


def record_import(
    connection: duckdb.DuckDBPyConnection, run: Run, values: dict[str, Any], ledger: Ledger, told: Mapping[str, Any]
) -> None:
    """Write an import's line, its counts by reason and its entry in the audit log; ``told`` as ``write_log`` has it."""
    cost = count_cost(run, ledger)
    line = {
        "import_id": run.import_id,
        "sequence": run.sequence,
        "template": run.template.name,
        "supplier": run.template.supplier,
        "list_id": run.destination.list_id,
        "list": run.destination.name,
        "import_date": run.import_date,
        "user": run.template.user,
        "rows_received": ledger.rows,
        **{name: ledger.fates[name] for name in FATES},
        **ledger.effects,
        "cost_unit": cost["unit"],
        "currency": cost["currency"],
        "cost_basis": cost["basis"],
        "cost_total": cost["total"],
        "expires_at": run.expires_at,
        "settings": run.template.model_dump_json(by_alias=True),
        **values,
    }
    _insert(connection, line)
    fates, codes, rows = zip(*ledger.by_fate, strict=True) if ledger.by_fate else ((), (), ())
    execute(
        connection,
        "INSERT INTO import_reasons SELECT ?, unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::BIGINT[])",
        [run.import_id, fates, codes, rows],
    )
    day = run.import_date.isoformat()
    mark_parts(connection, ("imports", day, WHOLE), ("import_reasons", day, WHOLE), ("import_rows", day, run.import_id))
    action = f"import {values['status']}"
    write_log(connection, values["started_at"], run.template.user, action, run.import_id, values["file"], told=told)


def _insert(connection: duckdb.DuckDBPyConnection, line: dict[str, Any]) -> None:
    columns = [name for name in IMPORTS if name in line]
    names = ", ".join(f'"{name}"' for name in columns)
    marks = ", ".join("?" * len(columns))
    values = [json.dumps(v, default=str) if isinstance(v, dict) else v for v in (line[name] for name in columns)]
    execute(connection, f"INSERT INTO imports ({names}) VALUES ({marks})", values)


def forget_import(connection: duckdb.DuckDBPyConnection, import_id: str) -> None:
    """Take a held import's lines away, before it goes on under the same id."""
    for table in ("imports", "single_rows", "row_spans", "row_evidence", "import_reasons", "import_ages"):
        connection.execute(f"DELETE FROM {table} WHERE import_id = ?", [import_id])


def write_log(
    connection: duckdb.DuckDBPyConnection,
    at: datetime,
    user: str,
    action: str,
    subject: str,
    detail: str,
    *,
    told: Mapping[str, Any] | None = None,
) -> None:
    """Append to the audit log: who did what to what. No number, name or address belongs in it (checklist ML-009).

    ``told`` is what else is needed to do it again: see pipelines/replaying/acts.py, which has to know every action.
    """
    execute(
        connection,
        "INSERT INTO audit_log SELECT ?, ?, ?, ?, ?, coalesce(max(sequence), 0) + 1, ? FROM audit_log",
        [at, user, action, subject, detail, None if told is None else json.dumps(told, ensure_ascii=False)],
    )
    mark_unpublished(connection, "audit_log", at.astimezone(UTC).date().isoformat())
