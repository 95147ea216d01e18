"""Messages that other systems get when an import is done: written with the outcome, sent until they are taken.

At least once: each has an event id that stays the same however often it is sent. Source: issue 8, Delivery; checklist
LL-022.
"""

import hashlib
import hmac
import json
import sqlite3
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from pipelines.doors.jobs import Job, Outcome
from pipelines.doors.settings import DoorSettings, reveal_secret
from pipelines.doors.state import doors_folder, open_state, read_state, state_path, try_lock, write_time
from pipelines.errors import UserError
from pipelines.home import Home
from pipelines.notifying.notices import Notice
from pipelines.notifying.posting import NotSentError, post
from pipelines.notifying.sending import SIGNATURE, send
from pipelines.notifying.settings import read_settings

# Channels: an address that is called, and the mail of notify.yaml, to those that it names.
WEBHOOK, MAIL = "webhook", "mail"
TIMESTAMP, EVENT = "X-Leadmill-Timestamp", "X-Leadmill-Event-Id"
# Tried after these, then daily: some three days in all.
WAITS = tuple(timedelta(seconds=seconds) for seconds in (2, 10, 60, 300, 1800, 7200, 21600, 43200, 86400, 86400))
# How many messages one delivery takes up, and after how many seconds it begins none any more.
AT_ONCE, BUDGET_SECONDS = 50, 20.0


@dataclass(frozen=True)
class Event:
    """A message: by which channel, to whom, and what it says.

    The body of a mail is JSON: ``about``, for its subject, and ``message``.
    ``key`` tells the events of one job apart; ``about`` is what it is about where that is not its job but the import.
    """

    channel: str
    target: str
    content_type: str
    body: bytes
    key: str
    about: str | None = None


def event_id(subject: str, key: str) -> str:
    """Return the id of an event, the same whenever it is made; ``subject`` is a job or an import."""
    return f"evt_{hashlib.sha256(f'{subject} {key}'.encode()).hexdigest()[:26]}"


def add_events(
    connection: sqlite3.Connection, job: Job, outcome: Outcome, events: Sequence[Event], now: datetime
) -> None:
    """Put events of a job into the outbox, in the transaction that writes its outcome."""
    for event in events:
        add_event(connection, event, job.job_id, job.tenant, outcome.import_id, now)


def add_event(
    connection: sqlite3.Connection, event: Event, job_id: str, tenant: str, import_id: str | None, now: datetime
) -> None:
    """Put an event into the outbox, unless it has been there. ``job_id`` is empty for an import that no job made."""
    values = {
        "event_id": event_id(event.about or job_id, event.key),
        "job_id": job_id,
        "import_id": import_id,
        "channel": event.channel,
        "tenant": tenant,
        "target": event.target,
        "content_type": event.content_type,
        "body": event.body,
        "created_at": write_time(now),
        "tries": 0,
        "next_at": write_time(now),
    }
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    connection.execute(f"INSERT OR IGNORE INTO outbox ({names}) VALUES ({marks})", tuple(values.values()))


def deliver(
    home: Home,
    settings: DoorSettings,
    environment: Mapping[str, str],
    now: datetime,
    imports: Collection[str] | None = None,
) -> int:
    """Send what is due (of some imports, where they are named), each once; return how many messages were taken.

    What was not taken waits longer each time. One delivers at a time: where another does, nothing is done.
    """
    if not state_path(home).exists():
        return 0
    sent, begun = 0, time.monotonic()
    with try_lock(doors_folder(home) / "outbox.lock") as is_alone:
        for line in _list_due(home, now, imports) if is_alone else ():
            if time.monotonic() - begun < BUDGET_SECONDS:
                sent += _try(home, line, settings, environment, now)
    return sent


def _list_due(home: Home, now: datetime, imports: Collection[str] | None) -> list[dict[str, Any]]:
    named = "" if imports is None else f"AND import_id IN ({', '.join('?' * len(imports))})"
    sql = f"SELECT * FROM outbox WHERE next_at IS NOT NULL AND next_at <= ? {named} ORDER BY next_at LIMIT {AT_ONCE}"
    with read_state(home) as connection:
        return [dict(row) for row in connection.execute(sql, (write_time(now), *(imports or ())))]


def _try(
    home: Home, line: dict[str, Any], settings: DoorSettings, environment: Mapping[str, str], now: datetime
) -> bool:
    """Send one message, note what came of it, and tell whether it was taken."""
    is_mail = line["channel"] == MAIL
    problem = _mail(home, line, environment, now) if is_mail else _send(line, settings, environment, now)
    tries = line["tries"] + 1
    wait = WAITS[tries - 1] if problem and tries <= len(WAITS) else None
    values = {
        "tries": tries,
        "sent_at": None if problem else write_time(now),
        "problem": problem,
        "next_at": write_time(now + wait) if wait else None,
    }
    with open_state(home) as connection:
        names = ", ".join(f"{name} = ?" for name in values)
        sql = f"UPDATE outbox SET {names} WHERE event_id = ?"
        connection.execute(sql, (*values.values(), line["event_id"]))
    return problem is None


def count_deliveries(home: Home) -> dict[str, dict[str, int]]:
    """Return by import how many of its messages are sent, waiting and given up; no entry for what has none."""
    if not state_path(home).exists():
        return {}
    with read_state(home) as connection:
        sql = "SELECT import_id, sent_at, next_at FROM outbox WHERE import_id IS NOT NULL"
        rows = connection.execute(sql).fetchall()
    counts: dict[str, dict[str, int]] = {}
    for row in rows:
        states = counts.setdefault(row["import_id"], {})
        states[_state(row)] = states.get(_state(row), 0) + 1
    return counts


def _state(row: Mapping[str, Any] | sqlite3.Row) -> str:
    return "sent" if row["sent_at"] else "waiting" if row["next_at"] else "given up"


def list_deliveries(home: Home, import_id: str) -> list[dict[str, Any]]:
    """Return the messages about an import and how far each is: channel, host, tries, when, what went wrong."""
    if not state_path(home).exists():
        return []
    with read_state(home) as connection:
        sql = "SELECT * FROM outbox WHERE import_id = ? ORDER BY created_at, event_id"
        rows = [dict(row) for row in connection.execute(sql, (import_id,))]
    return [
        {
            "event_id": row["event_id"],
            "channel": row["channel"],
            "host": _host(row["target"]),
            "state": _state(row),
            "tries": row["tries"],
            "sent_at": row["sent_at"],
            "next_at": row["next_at"],
            "problem": row["problem"],
        }
        for row in rows
    ]


def _host(target: str) -> str | None:
    """Return the host that an address names; null where it is no address."""
    try:
        return urlsplit(target).hostname
    except ValueError:
        return None


def sign_at(body: bytes, secret: str, timestamp: int) -> str:
    """Return the signature of a message: HMAC-SHA-256 of its timestamp, a dot and its bytes."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"sha256={digest}"


def _send(line: dict[str, Any], settings: DoorSettings, environment: Mapping[str, str], now: datetime) -> str | None:
    """Send one message; return what went wrong, or null."""
    try:
        secret = reveal_secret(settings, line["tenant"], environment)
        host = _host(line["target"])
        if host is None:
            return "the address is none of the web"
        if urlsplit(line["target"]).scheme != "https" and host not in settings.allow_hosts:
            return "the address is not encrypted (https://), and allow_hosts does not name its host"
        timestamp = int(now.timestamp())
        headers = {
            "Content-Type": line["content_type"],
            "User-Agent": "leadmill",
            EVENT: line["event_id"],
            TIMESTAMP: str(timestamp),
        }
        if secret:
            headers[SIGNATURE] = sign_at(line["body"], secret, timestamp)
        post(line["target"], line["body"], headers, is_guarded=True, allow_hosts=settings.allow_hosts)
    except (NotSentError, UserError) as error:
        return str(error)
    return None


def _mail(home: Home, line: dict[str, Any], environment: Mapping[str, str], now: datetime) -> str | None:
    """Send one mail to those that notify.yaml names; return what went wrong, or null."""
    try:
        settings = read_settings(home)
    except UserError as error:
        return str(error)
    if settings is None or settings.email is None:
        return "notify.yaml names nobody who gets mail"
    told = json.loads(line["body"])
    return send(
        Notice(line["event_id"], "imported", told["about"], told["message"]), "email", settings, environment, now
    )
