"""What is on record without the store, which only those open who change it.

In ``<home>/accesses.jsonl`` who took people's data out of a home, one line per export or reject file (checklist
ML-009), and each request by HTTP; in ``<home>/refusals.jsonl``, which the Supplier Summary counts, the drops that were
refused as their content was imported before. ``leadmill log`` shows both among the acts of the audit log. No number,
name or address belongs in them.
"""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from pipelines.errors import UserError
from pipelines.home import Home

# Where they stand in a home.
ACCESSES, REFUSALS = "accesses.jsonl", "refusals.jsonl"
# The action of a refused drop; the subject is the import that brought its content, the detail its file.
REFUSED = "import refused"
BLOCK = 1 << 16
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
    text = json.dumps(line, ensure_ascii=False) + "\n"
    try:
        with path.open("a+b") as stream:
            if stream.tell() and _read_back(stream, stream.tell(), 1) != b"\n":
                text = "\n" + text  # a power cut has left half a line: this one is not to be lost with it
            stream.write(text.encode())
    except OSError as error:
        fact = f"The access cannot be noted: {error.strerror}."
        raise UserError(str(path), fact, "Whoever takes people's data has to be on record.") from None


def note_refusal(home: Home, at: datetime, user: str, import_id: str, file: str) -> None:
    """Append that a drop was refused, in no more time than a line takes; raises as ``note_access``."""
    _append(home.root / REFUSALS, at, user, REFUSED, import_id, file)


def read_accesses(home: Home, newest: int) -> list[dict[str, Any]]:
    """Return the ``newest`` accesses and as many refusals in the columns of the audit log, each oldest first.

    ``logged_at`` has its zone; a line that was cut short is passed over. The files are read from their ends.
    """
    paths = [path for name in (ACCESSES, REFUSALS) if (path := home.root / name).is_file()]
    found = [row for path in paths for line in _read_last(path, newest) if (row := _parse(line))]
    return [{**row, "logged_at": datetime.fromisoformat(row["logged_at"])} for row in found]


def _parse(line: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) and row.keys() >= COLUMNS.keys() else None


def _read_last(path: Path, lines: int) -> list[bytes]:
    """Return the last lines of a file, oldest first, in a time that does not grow with the file."""
    with path.open("rb") as stream:
        start, tail = stream.seek(0, os.SEEK_END), b""
        while start and tail.count(b"\n") <= lines:
            step = min(start, BLOCK)
            start -= step
            tail = _read_back(stream, start + step, step) + tail
    return tail.splitlines()[-lines:] if lines else []


def _read_back(stream: BinaryIO, end: int, size: int) -> bytes:
    stream.seek(end - size)
    return stream.read(size)


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
