"""What is on record without the store, which only those open who change it.

In ``<home>/accesses.jsonl`` who took people's data out of a home, one line per export or reject file (checklist
ML-009), and each request by HTTP; in ``<home>/refusals.jsonl``, which the Supplier Summary counts, the drops that were
refused as their content was imported before. ``leadmill log`` shows both among the acts of the audit log. No number,
name or address belongs in them.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.errors import UserError
from pipelines.home import Home

# Where they stand in a home.
ACCESSES, REFUSALS = "accesses.jsonl", "refusals.jsonl"
# The action of a refused drop; the subject is the import that brought its content, the detail its file.
REFUSED = "import refused"
COLUMNS = {
    "logged_at": "TIMESTAMPTZ",
    "user": "VARCHAR",
    "action": "VARCHAR",
    "subject": "VARCHAR",
    "detail": "VARCHAR",
}


def note_access(home: Home, at: datetime, user: str, action: str, subject: str, detail: str) -> None:
    """Append a line, before anything is handed out. Raises UserError where it cannot be written."""
    _append(home.root / ACCESSES, at, user, action, subject, detail)


def _append(path: Path, at: datetime, user: str, action: str, subject: str, detail: str) -> None:
    line = {"logged_at": at.isoformat(), "user": user, "action": action, "subject": subject, "detail": detail}
    try:
        with path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")
    except OSError as error:
        fact = f"The access cannot be noted: {error.strerror}."
        raise UserError(str(path), fact, "Whoever takes people's data has to be on record.") from None


def note_refusal(home: Home, at: datetime, user: str, import_id: str, file: str) -> None:
    """Append that a drop was refused, in no more time than a line takes; raises as ``note_access``."""
    _append(home.root / REFUSALS, at, user, REFUSED, import_id, file)


def read_accesses(home: Home) -> list[dict[str, Any]]:
    """Return accesses and refusals in the columns of the audit log, each oldest first; ``logged_at`` with its zone."""
    paths = [path for name in (ACCESSES, REFUSALS) if (path := home.root / name).is_file()]
    lines = [line for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    return [{**row, "logged_at": datetime.fromisoformat(row["logged_at"])} for row in map(json.loads, lines)]


def select_refusals(home: Home) -> str:
    """Return the SELECT that reads the refusals, by ``COLUMNS``; a line that was cut short is passed over."""
    path = home.root / REFUSALS
    columns = ", ".join(f"{name!r}: {kind!r}" for name, kind in COLUMNS.items())
    if not path.is_file():
        nulls = ", ".join(f'NULL::{kind} AS "{name}"' for name, kind in COLUMNS.items())
        return f"SELECT {nulls} LIMIT 0"
    quoted = str(path.resolve()).replace("'", "''")
    options = f"format = 'newline_delimited', ignore_errors = true, columns = {{{columns}}}"
    return f"SELECT * FROM read_json('{quoted}', {options})"
