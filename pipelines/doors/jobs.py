"""Jobs: one per drop that came by HTTP, from its acknowledgement to what became of it."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from pipelines.doors.answers import Answer
from pipelines.doors.state import doors_folder, open_state, read_mark, read_state, read_time, set_mark, write_time
from pipelines.home import Home
from pipelines.receipts import ImportResult
from pipelines.templates.template import Template

State = Literal["received", "running", "done"]
# How long an idempotency key means the first answer (checklist LL-014).
REMEMBERED = timedelta(hours=24)
# The mark of Dagster's last look, and how long it counts as being there.
DAGSTER, SEEN = "dagster", timedelta(seconds=60)


@dataclass(frozen=True)
class Outcome:
    """What became of a drop; ``status`` is that of its import."""

    status: str
    import_id: str | None
    message: str = ""
    rows_received: int = 0
    created: int = 0
    updated: int = 0
    rejected: int = 0
    quarantined: int = 0

    @classmethod
    def of(cls, result: ImportResult) -> "Outcome":
        """Return what a result comes to."""
        return cls(**{name: getattr(result, name) for name in cls.__dataclass_fields__})

    @classmethod
    def read(cls, line: Mapping[str, Any]) -> "Outcome":
        """Return what a line of ``imports`` says."""
        return cls(**{name: line[name] for name in cls.__dataclass_fields__} | {"message": line["message"] or ""})


@dataclass(frozen=True)
class Job:
    """A drop that came by HTTP. ``request`` holds its template's settings and what its dialect wants to know again."""

    job_id: str
    number: int
    dialect: str
    tenant: str
    caller: str
    state: State
    is_large: bool
    file: str
    request: dict[str, Any]
    idempotency_key: str | None
    body_sha256: str
    received_at: datetime
    outcome: Outcome | None = None
    answer: Answer | None = None

    @property
    def template(self) -> Template:
        """The template by which it is imported."""
        return Template.model_validate_json(self.request["template"])

    @property
    def status(self) -> str:
        """How far it is: queued, processing, or what became of its import."""
        if self.outcome:
            return self.outcome.status
        return "processing" if self.state == "running" else "queued"


def drop_path(home: Home, job: Job) -> Path:
    """Return where the bytes of a job's drop lie until it is done."""
    return doors_folder(home) / "drops" / job.file


def add_job(home: Home, job: Job) -> tuple[Job, bool]:
    """Write a job down, and tell whether it is new: another that had its key within 24 hours is returned instead."""
    with open_state(home) as connection:
        if job.idempotency_key is not None:
            earlier = _find_key(connection, job.tenant, job.idempotency_key)
            if earlier and job.received_at - earlier.received_at < REMEMBERED:
                return earlier, False
            connection.execute(
                "UPDATE jobs SET idempotency_key = NULL WHERE tenant = ? AND idempotency_key = ?",
                (job.tenant, job.idempotency_key),
            )
        values = {
            **{name: getattr(job, name) for name in ("job_id", "number", "dialect", "tenant", "caller", "state")},
            "is_large": int(job.is_large),
            "file": job.file,
            "request": json.dumps(job.request),
            "idempotency_key": job.idempotency_key,
            "body_sha256": job.body_sha256,
            "received_at": write_time(job.received_at),
            **_answer_values(job.answer),
        }
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        connection.execute(f"INSERT INTO jobs ({names}) VALUES ({marks})", tuple(values.values()))
    return job, True


def find_by_key(home: Home, tenant: str, key: str, now: datetime) -> Job | None:
    """Return the job of an idempotency key, for 24 hours."""
    with read_state(home) as connection:
        job = _find_key(connection, tenant, key)
    return job if job and now - job.received_at < REMEMBERED else None


def find_job(home: Home, job_id: str | int, tenant: str | None = None, dialect: str | None = None) -> Job | None:
    """Return a job by its id or number; null for one that is not there, or is another tenant's or dialect's."""
    column = "number" if isinstance(job_id, int) else "job_id"
    with read_state(home) as connection:
        line = connection.execute(f"SELECT * FROM jobs WHERE {column} = ?", (job_id,)).fetchone()
    job = _job(line) if line is not None else None
    is_seen = job and tenant in (None, job.tenant) and dialect in (None, job.dialect)
    return job if is_seen else None


def list_open(home: Home) -> list[Job]:
    """Return the jobs that are not done, urgent ones first, then the oldest."""
    with read_state(home) as connection:
        lines = connection.execute("SELECT * FROM jobs WHERE state <> 'done' ORDER BY is_large, received_at").fetchall()
    return [_job(line) for line in lines]


def list_queued(home: Home) -> list[Job]:
    """Return the large jobs that nobody has begun, the oldest first."""
    return [job for job in list_open(home) if job.is_large and job.state == "received"]


def list_finished(home: Home, after: int, limit: int) -> dict[int, Job]:
    """Return the jobs that are done by the number of their end, from the first after a number on.

    The numbers go by the order of the commits. A job that was held is there once more when a person has decided.
    """
    with read_state(home) as connection:
        sql = "SELECT * FROM finished JOIN jobs USING (job_id) WHERE sequence > ? ORDER BY sequence LIMIT ?"
        return {line["sequence"]: _job(line) for line in connection.execute(sql, (after, limit)).fetchall()}


def note_dagster(home: Home, now: datetime) -> None:
    """Note that a Dagster looks at the jobs of this home: the large ones are left to it for a while."""
    set_mark(home, DAGSTER, now)


def is_dagster_here(home: Home, now: datetime) -> bool:
    """Tell whether a Dagster has looked at the jobs of this home within a minute."""
    seen_at = read_mark(home, DAGSTER)
    return seen_at is not None and now - seen_at < SEEN


def list_held(home: Home) -> list[Job]:
    """Return the jobs of which the import waits for a person."""
    with read_state(home) as connection:
        sql = "SELECT * FROM jobs WHERE state = 'done' AND outcome ->> 'status' = 'held'"
        return [_job(line) for line in connection.execute(sql).fetchall()]


def start_job(home: Home, job: Job) -> None:
    """Note that a job's import begins."""
    with open_state(home) as connection:
        connection.execute("UPDATE jobs SET state = 'running' WHERE job_id = ?", (job.job_id,))


def finish_job(
    connection: sqlite3.Connection, job: Job, outcome: Outcome, answer: Answer | None, now: datetime
) -> None:
    """Write what became of a job, and the answer unless it was given already."""
    kept = {} if job.answer or answer is None else _answer_values(answer)
    values = {"state": "done", "outcome": json.dumps(asdict(outcome)), "finished_at": write_time(now), **kept}
    names = ", ".join(f"{name} = ?" for name in values)
    connection.execute(f"UPDATE jobs SET {names} WHERE job_id = ?", (*values.values(), job.job_id))
    connection.execute("INSERT INTO finished (job_id) VALUES (?)", (job.job_id,))


def _find_key(connection: sqlite3.Connection, tenant: str, key: str) -> Job | None:
    sql = "SELECT * FROM jobs WHERE tenant = ? AND idempotency_key = ?"
    line = connection.execute(sql, (tenant, key)).fetchone()
    return _job(line) if line is not None else None


def _answer_values(answer: Answer | None) -> dict[str, Any]:
    if answer is None:
        return {}
    return {"answer_status": answer.status, "answer_type": answer.content_type, "answer": answer.body}


def _job(line: sqlite3.Row) -> Job:
    has_answer = line["answer_status"] is not None
    return Job(
        **{name: line[name] for name in ("job_id", "number", "dialect", "tenant", "caller", "state", "file")},
        is_large=bool(line["is_large"]),
        request=json.loads(line["request"]),
        idempotency_key=line["idempotency_key"],
        body_sha256=line["body_sha256"],
        received_at=read_time(line["received_at"]),
        outcome=Outcome(**json.loads(line["outcome"])) if line["outcome"] else None,
        answer=Answer(line["answer_status"], line["answer"], line["answer_type"]) if has_answer else None,
    )
