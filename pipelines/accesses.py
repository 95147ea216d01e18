"""What is on record without the store, which only those open who change it: ``<home>/accesses.jsonl``.

Who took people's data out of a home, one line per export or reject file (checklist ML-009), and which drops were
refused as their content was imported before. ``leadmill log`` shows them among the acts of the audit log. No number,
name or address belongs in it.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.errors import UserError
from pipelines.home import Home

# Where they stand in a home.
ACCESSES = "accesses.jsonl"
# The action of a refused drop; the subject is the import that brought its content, the detail its file.
REFUSED = "import refused"
COLUMNS = {
    "logged_at": "TIMESTAMPTZ",
    "user": "VARCHAR",
    "action": "VARCHAR",
    "subject": "VARCHAR",
    "detail": "VARCHAR",
}


def _path(home: Home) -> Path:
    return home.root / ACCESSES


def note_access(home: Home, at: datetime, user: str, action: str, subject: str, detail: str) -> None:
    """Append a line, before anything is handed out. Raises UserError where it cannot be written."""
    line = {"logged_at": at.isoformat(), "user": user, "action": action, "subject": subject, "detail": detail}
    try:
        with _path(home).open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")
    except OSError as error:
        fact = f"The access cannot be noted: {error.strerror}."
        raise UserError(str(_path(home)), fact, "Whoever takes people's data has to be on record.") from None


def note_refusal(home: Home, at: datetime, user: str, import_id: str, file: str) -> None:
    """Append that a drop was refused, in no more time than a line takes; raises as ``note_access``."""
    note_access(home, at, user, REFUSED, import_id, file)


def read_accesses(home: Home) -> list[dict[str, Any]]:
    """Return the accesses, the oldest first, in the columns of the audit log; ``logged_at`` with its zone."""
    if not _path(home).is_file():
        return []
    lines = _path(home).read_text(encoding="utf-8").splitlines()
    return [{**row, "logged_at": datetime.fromisoformat(row["logged_at"])} for row in map(json.loads, lines)]


def select_accesses(home: Home) -> str:
    """Return the SELECT that reads them, by ``COLUMNS``; of a home without any no row."""
    columns = ", ".join(f"{name!r}: {kind!r}" for name, kind in COLUMNS.items())
    if not _path(home).is_file():
        nulls = ", ".join(f'NULL::{kind} AS "{name}"' for name, kind in COLUMNS.items())
        return f"SELECT {nulls} LIMIT 0"
    quoted = str(_path(home).resolve()).replace("'", "''")
    return f"SELECT * FROM read_json('{quoted}', format = 'newline_delimited', columns = {{{columns}}})"
