"""What the HTTP doors remember, in ``<home>/doors/doors.sqlite``: who may come in, jobs, configurations, the outbox.

Beside the store and not in it: whoever brings a drop is answered for it while another import holds the lock, and
a process that is killed leaves each of these lines whole. No lead is here. See docs/decisions/0025-http-doors.md.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import filelock

from pipelines.errors import UserError
from pipelines.home import Home

BUSY_SECONDS = 30.0
TABLES = """
CREATE TABLE IF NOT EXISTS credentials (
  credential_id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, tenant TEXT NOT NULL,
  scopes TEXT NOT NULL, templates TEXT NOT NULL, created_at TEXT NOT NULL, expires_at TEXT, revoked_at TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS jobs (
  job_id TEXT PRIMARY KEY, number INTEGER NOT NULL UNIQUE, dialect TEXT NOT NULL, tenant TEXT NOT NULL,
  caller TEXT NOT NULL, state TEXT NOT NULL, is_large INTEGER NOT NULL, file TEXT NOT NULL, request TEXT NOT NULL,
  idempotency_key TEXT, body_sha256 TEXT NOT NULL, received_at TEXT NOT NULL, finished_at TEXT, outcome TEXT,
  answer_status INTEGER, answer_type TEXT, answer BLOB
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS jobs_by_key ON jobs (tenant, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX IF NOT EXISTS jobs_by_state ON jobs (state) WHERE state <> 'done';
CREATE TABLE IF NOT EXISTS configurations (
  configuration_id INTEGER PRIMARY KEY AUTOINCREMENT, tenant TEXT NOT NULL, settings TEXT NOT NULL,
  created_at TEXT NOT NULL, removed_at TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS outbox (
  event_id TEXT PRIMARY KEY, job_id TEXT NOT NULL, import_id TEXT, channel TEXT NOT NULL, tenant TEXT NOT NULL,
  target TEXT NOT NULL, content_type TEXT NOT NULL, body BLOB NOT NULL, created_at TEXT NOT NULL,
  tries INTEGER NOT NULL,
  next_at TEXT, sent_at TEXT, problem TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS finished (sequence INTEGER PRIMARY KEY AUTOINCREMENT, job_id TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS marks (name TEXT PRIMARY KEY, marked_at TEXT NOT NULL) STRICT;
"""
# Of the tables: a file of an older version is given those that are new.
VERSION = 2


def doors_folder(home: Home) -> Path:
    """Return where the doors keep what is theirs."""
    return home.root / "doors"


def state_path(home: Home) -> Path:
    """Return the file of the doors' memory."""
    return doors_folder(home) / "doors.sqlite"


@contextmanager
def open_state(home: Home) -> Iterator[sqlite3.Connection]:
    """Open the doors' memory for writing; yield a connection inside one transaction, on disk once the block is left.

    An exception rolls everything back. Raises UserError where the file is none of ours.
    """
    doors_folder(home).mkdir(parents=True, exist_ok=True)
    with closing(_connect(home)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


@contextmanager
def read_state(home: Home) -> Iterator[sqlite3.Connection]:
    """Open the doors' memory for reading: what was committed; nobody waits for anybody."""
    doors_folder(home).mkdir(parents=True, exist_ok=True)
    with closing(_connect(home)) as connection:
        yield connection


def _connect(home: Home) -> sqlite3.Connection:
    path = state_path(home)
    is_new = not path.exists()
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    connection.row_factory = sqlite3.Row
    try:
        if is_new:
            path.chmod(0o600)
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        if connection.execute("PRAGMA user_version").fetchone()[0] < VERSION:
            connection.executescript(f"{TABLES} PRAGMA user_version = {VERSION};")
    except sqlite3.DatabaseError as error:
        connection.close()
        fact = f"The memory of the HTTP doors cannot be opened: {error}."
        raise UserError(str(path), fact, "Restore it, or move it away.") from None
    return connection


def read_mark(home: Home, name: str) -> datetime | None:
    """Return an instant that was kept under a name; null where none was, or where nothing came by HTTP ever."""
    if not state_path(home).exists():
        return None
    with read_state(home) as connection:
        line = connection.execute("SELECT marked_at FROM marks WHERE name = ?", (name,)).fetchone()
    return read_time(line["marked_at"]) if line else None


def set_mark(home: Home, name: str, at: datetime) -> None:
    """Keep an instant under a name."""
    with open_state(home) as connection:
        connection.execute("INSERT OR REPLACE INTO marks VALUES (?, ?)", (name, write_time(at)))


def write_time(at: datetime) -> str:
    """Return an instant as it is kept, so that texts sort as instants do: UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def read_time(text: str) -> datetime:
    """Return the instant that ``write_time`` wrote."""
    return datetime.fromisoformat(text)


@contextmanager
def try_lock(path: Path) -> Iterator[bool]:
    """Hold a lock if nobody else does; tell whether we do. The kernel frees it when its process dies."""
    lock = filelock.FileLock(path, timeout=0, thread_local=False)
    try:
        lock.acquire()
    except filelock.Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()
