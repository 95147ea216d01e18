"""Who took people's data out of a home: one line per export or reject file, in ``<home>/accesses.jsonl``.

Readers never open the store, so what they take is not in its audit log; ``leadmill log`` shows both as one. No number,
name or address belongs in it. Source: checklist ML-009.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.errors import UserError
from pipelines.home import Home

# Where they stand in a home.
ACCESSES = "accesses.jsonl"


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


def read_accesses(home: Home) -> list[dict[str, Any]]:
    """Return the accesses, the oldest first, in the columns of the audit log; ``logged_at`` with its zone."""
    if not _path(home).is_file():
        return []
    lines = _path(home).read_text(encoding="utf-8").splitlines()
    return [{**row, "logged_at": datetime.fromisoformat(row["logged_at"])} for row in map(json.loads, lines)]
