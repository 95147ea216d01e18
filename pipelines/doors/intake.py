"""The one intake of all doors: a drop's bytes and its job are on disk before anybody is answered; then it is imported.

A job is carried out by whoever holds its lock, which the kernel frees when its process dies. What a killed process had
committed is found by the job's file name, so no drop is imported twice, and none that was acknowledged is lost.
"""

import hashlib
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.doors.access import Caller
from pipelines.doors.answers import Answer, RefusedError
from pipelines.doors.jobs import Job, Outcome, add_job, drop_path, find_by_key, find_job, finish_job, start_job
from pipelines.doors.outbox import Event, add_events
from pipelines.doors.responses import respond_to
from pipelines.doors.state import doors_folder, open_state, try_lock
from pipelines.errors import UserError
from pipelines.home import Home, sync_folder, write_whole
from pipelines.importing import import_drop
from pipelines.published.publishing import publish
from pipelines.reports.answering import list_results
from pipelines.store import open_writer
from pipelines.templates.template import Template

# Up to here a drop is imported before its request is answered (checklist LL-011).
AT_ONCE_ROWS = 500
# An ask for what is there already: no error of the row.
DUPLICATES = {"R_DUP_IN_FILE", "R_DUP_SAME_SUPPLIER", "R_DUP_OTHER_SUPPLIER"}
ID_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
Finish = Callable[[Home, Job, Outcome, datetime], tuple[Answer | None, Sequence[Event]]]
# By dialect: what is answered when a job is done, and who is to be called. Filled by the modules of the dialects.
FINISHES: dict[str, Finish] = {}


@dataclass(frozen=True)
class Drop:
    """A drop as a dialect has read it off a request: bytes, how they are written, and by what they are imported."""

    dialect: str
    caller: Caller
    content: bytes
    suffix: str
    rows: int
    template: Template
    body_sha256: str
    origins: dict[str, str] = field(default_factory=dict)
    notes: str | None = None
    idempotency_key: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    queued_answer: Callable[[Job], Answer] | None = None

    @property
    def is_large(self) -> bool:
        """Tell whether its import waits in the queue: high priority overtakes (checklist MA-009)."""
        return self.queued_answer is not None and self.rows > AT_ONCE_ROWS and not self.template.high_priority


def digest_request(*parts: bytes) -> str:
    """Return what tells one request from another."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def find_repeated(home: Home, caller: Caller, key: str | None, body_sha256: str, now: datetime) -> Job | None:
    """Return the job that the same request with the same key made within 24 hours; null for none.

    Raises RefusedError where that key came with another request.
    """
    job = find_by_key(home, caller.tenant, key, now) if key is not None else None
    if job and job.body_sha256 != body_sha256:
        message = "This Idempotency-Key came with another request within 24 hours. Send a new key."
        raise RefusedError(409, message, "idempotency_conflict")
    return job


def receive(home: Home, drop: Drop, now: datetime) -> tuple[Job, bool]:
    """Keep a drop's bytes and write its job down, both on disk; return the job and whether it is new.

    Of requests that come at once with one idempotency key the first makes the job. Raises RefusedError as
    ``find_repeated`` does.
    """
    home.make()
    job_id = f"imp_{_new_id(now)}"
    job = Job(
        job_id=job_id,
        number=int.from_bytes(secrets.token_bytes(8), "big") % (1 << 52) + 1,
        dialect=drop.dialect,
        tenant=drop.caller.tenant,
        caller=drop.caller.name,
        state="received",
        is_large=drop.is_large,
        file=f"{job_id}{drop.suffix}",
        request={
            "template": drop.template.model_dump_json(by_alias=True),
            "origins": drop.origins,
            "notes": drop.notes,
            "rows": drop.rows,
            **drop.extra,
        },
        idempotency_key=drop.idempotency_key,
        body_sha256=drop.body_sha256,
        received_at=now,
    )
    if drop.is_large and drop.queued_answer:
        job = replace(job, answer=drop.queued_answer(job))
    path = drop_path(home, job)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, drop.content)
    sync_folder(path.parent.parent)
    kept, is_new = add_job(home, job)
    if not is_new:
        path.unlink()
        return find_repeated(home, drop.caller, drop.idempotency_key, drop.body_sha256, now) or kept, False
    return job, True


def carry_out(home: Home, job_id: str, now: datetime) -> Job:
    """Import a job's drop and write down what became of it; a job that another process is at is left to that.

    The drop's logical time is that of its arrival. Nothing is done for a job that is done. Raises UserError where it
    cannot be imported for no fault of the drop's (a stale do-not-call list, a store kept locked): the job waits.
    """
    with _claimed(home, job_id) as is_ours:
        job = find_job(home, job_id)
        if job is None:
            raise UserError("job", f"There is none with the id '{job_id[:60]}'.")
        if not is_ours or job.state == "done":
            return job
        outcome = _find_committed(home, job) if job.state == "running" else None
        if outcome is None:
            start_job(home, job)
            outcome = _import(home, job)
        answer, events = FINISHES[job.dialect](home, job, outcome, now)
        with open_state(home) as connection:
            finish_job(connection, job, outcome, answer, now)
            add_events(connection, job, outcome, [*events, *respond_to(job, outcome)], now)
        drop_path(home, job).unlink(missing_ok=True)
    return find_job(home, job_id) or job


def settle_held(home: Home, job: Job, now: datetime) -> Job | None:
    """Write down what became of an import that was held, once a person has decided; null while it waits."""
    from pipelines.reports.looking_back import ask

    columns = "status, import_id, message, rows_received, created, updated, rejected, quarantined"
    assert job.outcome  # noqa: S101  a job that is held has one
    lines = ask(home, now, f"SELECT {columns} FROM imports WHERE import_id = ?", [job.outcome.import_id])
    if not lines or lines[0]["status"] == "held":
        return None
    outcome = Outcome.read(lines[0])
    _, events = FINISHES[job.dialect](home, job, outcome, now)
    with open_state(home) as connection:
        finish_job(connection, job, outcome, None, now)
        add_events(connection, job, outcome, [*events, *respond_to(job, outcome)], now)
    return find_job(home, job.job_id)


def list_rows(home: Home, outcome: Outcome, now: datetime, dialect: str = "leadmill") -> list[dict[str, Any]]:
    """Return what became of each row of a completed import: ``row_number``, ``code``, ``message``, ``fate``."""
    if outcome.status != "completed" or outcome.import_id is None:
        return []
    return list_results(home, outcome.import_id, dialect, now).to_dicts()


def list_errors(home: Home, outcome: Outcome, now: datetime) -> list[dict[str, Any]]:
    """Return ``row_number``, ``code`` and ``message`` of each row not imported that is no mere duplicate."""
    if not outcome.rejected + outcome.quarantined:
        return []
    rows = list_rows(home, outcome, now)
    bad = [row for row in rows if row["fate"] in ("rejected", "quarantined") and row["code"] not in DUPLICATES]
    return [{"row_number": row["row_number"], "code": row["code"], "message": row["message"]} for row in bad]


def _import(home: Home, job: Job) -> Outcome:
    result = import_drop(
        drop_path(home, job),
        job.template,
        home,
        force=True,  # each request is a drop of its own, whatever it holds
        now=job.received_at,
        origins=job.request["origins"],
        notes=job.request["notes"],
        name=job.file,
    )
    return Outcome.of(result)


def _find_committed(home: Home, job: Job) -> Outcome | None:
    """Return what a process that died had committed of a job; null for nothing. Readers see it from then on."""
    columns = ("status", "import_id", "message", "rows_received", "created", "updated", "rejected", "quarantined")
    with open_writer(home) as connection:
        sql = f"SELECT {', '.join(columns)} FROM imports WHERE file = ? ORDER BY sequence DESC LIMIT 1"
        line = connection.execute(sql, [job.file]).fetchone()
        publish(connection, home)
    if line is None:
        return None
    return Outcome.read(dict(zip(columns, line, strict=True)))


@contextmanager
def _claimed(home: Home, job_id: str) -> Iterator[bool]:
    """Hold a job's lock if nobody else does; tell whether we do."""
    folder = doors_folder(home) / "claims"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{Path(job_id).name}.lock"
    with try_lock(path) as is_ours:
        yield is_ours
        if is_ours:
            path.unlink(missing_ok=True)


def _new_id(now: datetime) -> str:
    """Return 26 characters that sort by time and that nobody can guess: a ULID."""
    number = (int(now.timestamp() * 1000) << 80) | int.from_bytes(os.urandom(10), "big")
    return "".join(ID_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))
