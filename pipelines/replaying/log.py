"""The log as a replay reads it: everything that was done to a home, in order."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from pipelines.errors import UserError
from pipelines.home import Home
from pipelines.store import open_writer

COLUMNS = 'sequence, logged_at, "user", action, subject, detail, told'


@dataclass(frozen=True)
class Entry:
    """One line of the audit log; ``told`` is what else is needed to do it again, null where nothing was kept."""

    sequence: int
    at: datetime
    user: str
    action: str
    subject: str
    detail: str
    told: dict[str, Any] | None

    @property
    def name(self) -> str:
        """What the entry is called in messages."""
        return f"log, entry {self.sequence:,} ({self.action} {self.subject}, {self.at:%Y-%m-%d})"

    def require_told(self) -> dict[str, Any]:
        """Return ``told``. Raises UserError, naming the entry, where an older leadmill has not kept it."""
        if self.told is None:
            fact = "An older leadmill wrote it and did not keep what is needed to do it again."
            raise UserError(
                self.name, fact, "A home can be replayed when all of its log was written since version 0.1."
            )
        return self.told


def read_log(connection: duckdb.DuckDBPyConnection, after: int = 0) -> list[Entry]:
    """Return the entries behind a sequence, in order, from the store's connection."""
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM audit_log WHERE sequence > ? ORDER BY sequence", [after]
    ).fetchall()
    return [_read_entry(row) for row in rows]


def _read_entry(row: Sequence[Any]) -> Entry:
    sequence, at, user, action, subject, detail, told = row
    return Entry(sequence, at, user, action, subject, detail, json.loads(told) if told else None)


def read_store_log(home: Home) -> list[Entry]:
    """Return the whole log of a home. Raises UserError where nothing was done there yet."""
    if not home.store.exists():
        raise UserError(str(home.root), "Nothing was done in this home yet.", "Name another by --home.")
    with open_writer(home) as connection:
        return read_log(connection)
