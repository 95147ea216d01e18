"""Imports as their results were told when they were made, from the published tables."""

import json
from collections import Counter
from collections.abc import Collection
from datetime import datetime

from pipelines.home import Home
from pipelines.receipts import ImportResult
from pipelines.reports.looking_back import ask
from pipelines.schema import EFFECTS

SAME = [
    "import_id", "status", "file", "sha256", "template", "supplier", "list", "import_date", "expires_at",
    "rows_received", "blank_lines", "created", "updated", "rejected", "quarantined",
]  # fmt: skip
COST = {"unit": "cost_unit", "currency": "currency", "total": "cost_total", "basis": "cost_basis"}


def recall_results(home: Home, import_ids: Collection[str], now: datetime) -> dict[str, ImportResult]:
    """Return by id the results of imports; samples, paths of numbers and durations are not kept."""
    if not import_ids:
        return {}
    marks = ", ".join("?" * len(import_ids))
    lines = ask(home, now, f"SELECT * FROM imports WHERE import_id IN ({marks})", [*import_ids])
    codes = ask(home, now, f"SELECT * FROM import_reasons WHERE import_id IN ({marks})", [*import_ids])
    results = {}
    for line in lines:
        reasons, warnings = Counter[str](), Counter[str]()
        for row in (row for row in codes if row["import_id"] == line["import_id"]):
            (warnings if row["fate"] == "warning" else reasons)[row["code"]] += row["rows"]
        found = json.loads(line["found"] or "{}")
        results[line["import_id"]] = ImportResult(
            **{name: line[name] for name in SAME},
            message=line["message"] or "",
            effects={name: line[name] for name in EFFECTS},
            cost={name: line[column] for name, column in COST.items()},
            found=found,
            notices=found.get("notices", ()),
            rounds=found.get("rounds", 0),
            reasons=dict(reasons),
            warnings=dict(warnings),
        )
    return results
