"""The Response URL of a template: whoever imports by it, that address is told once the import is done or has failed.

A drop that came by HTTP is told with its job. All other imports are looked at, not hooked into: whichever command, run
or release brought one, it stands in ``imports``, and a process that was killed after its commit loses no message.
Nothing of before the first look is told, so a home that was replayed or restored calls nobody for its past.
Source: checklist MA-015..017; docs/decisions/0029-maxcontact-door.md.
"""

import json
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from pipelines.doors.access import DEFAULT_TENANT
from pipelines.doors.answers import JSON, XML
from pipelines.doors.jobs import Job, Outcome
from pipelines.doors.outbox import Event, add_event, deliver, event_id, list_deliveries
from pipelines.doors.settings import read_door_settings
from pipelines.doors.state import open_state, read_mark, read_state, set_mark
from pipelines.doors.xml_bodies import write_xml
from pipelines.home import Home
from pipelines.reports.looking_back import ask

KEY, CHANNEL, SINCE = "response", "response_url", "responses"
TOLD = ("completed", "failed", "cancelled")
# Older imports are history.
NEWEST = timedelta(days=2)
DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
LOOK = """
SELECT
  import_id, status, message, rows_received, created, updated, rejected, quarantined, file, template,
  settings ->> 'response_url' AS response_url, settings ->> 'request_format' AS request_format
FROM imports LEFT JOIN (
  SELECT subject, max(logged_at) AS cancelled_at FROM audit_log WHERE action = 'import cancelled' GROUP BY subject
) ON subject = import_id
WHERE status IN ('completed', 'failed', 'cancelled') AND (settings ->> 'response_url') <> ''
  AND greatest(started_at, cancelled_at) >= ?
ORDER BY sequence
"""


def tell_outcome(job_id: str | None, template: str, outcome: Outcome) -> dict[str, Any]:
    """Return what is told of an import: which it is, how it ended, and its counts; nothing of a person."""
    counts = ("rows_received", "created", "updated", "rejected", "quarantined")
    told = {"job_id": job_id, "import_id": outcome.import_id, "template": template, "status": outcome.status}
    return {**told, **{name: getattr(outcome, name) for name in counts}, "message": outcome.message or None}


def write_document(document: Mapping[str, Any], root: str, request_format: str) -> tuple[bytes, str]:
    """Return a document in the request format of a template, and its content type."""
    if request_format == "xml":
        return DECLARATION + write_xml(Element(root), document, lambda name: name.removesuffix("s")), XML
    return json.dumps(document, ensure_ascii=False).encode(errors="replace"), JSON


def respond_to(job: Job, outcome: Outcome) -> list[Event]:
    """Return the message to the Response URL of a job's template; none where it has none or the import is held."""
    template = job.template
    if not template.response_url or outcome.status not in TOLD:
        return []
    return [_make_event(template.response_url, template.request_format, job.job_id, template.name, outcome)]


def watch_responses(home: Home, now: datetime) -> datetime:
    """Return since when imports are told, which is from now on where nobody has looked before."""
    since = read_mark(home, SINCE)
    if since is None:
        home.make()
        set_mark(home, SINCE, now)
    return since or now


def watch_held(home: Home, import_id: str, now: datetime) -> bool:
    """Tell whether an import has a Response URL; if so, imports are told from now on."""
    sql = "SELECT 1 AS one FROM imports WHERE import_id = ? AND (settings ->> 'response_url') <> ''"
    if not home.published.is_dir() or not ask(home, now, sql, [import_id]):
        return False
    watch_responses(home, now)
    return True


def collect_responses(home: Home, now: datetime) -> int:
    """Put into the outbox what is to be told of imports and is not there; return how many messages that were."""
    since = max(watch_responses(home, now), now - NEWEST)
    lines = ask(home, now, LOOK, [since]) if home.published.is_dir() else []
    ids = {event_id(line["import_id"], KEY): line for line in lines}
    with read_state(home) as connection:
        sql = f"SELECT event_id FROM outbox WHERE event_id IN ({', '.join('?' * len(ids))})"
        known = {row["event_id"] for row in connection.execute(sql, tuple(ids))}
    fresh = [line for found, line in ids.items() if found not in known]
    if fresh:
        with open_state(home) as connection:
            for line in fresh:
                sql = "SELECT job_id, tenant FROM jobs WHERE job_id = ? AND file = ?"
                job = connection.execute(sql, (Path(line["file"]).stem, line["file"])).fetchone()
                job_id, tenant = (job["job_id"], job["tenant"]) if job else ("", DEFAULT_TENANT)
                outcome = Outcome.read(line)
                asked = (line["response_url"], line["request_format"])
                event = _make_event(*asked, job_id or None, line["template"], outcome)
                add_event(connection, event, job_id, tenant, outcome.import_id, now)
    return len(fresh)


def call_back(
    home: Home, environment: Mapping[str, str], now: datetime, imports: Collection[str] | None = None
) -> tuple[int, list[str]]:
    """Tell what is due, by the Response URLs of imports (all, where none is named) and what else the outbox holds.

    Return how many messages were taken, and what went wrong with those of ``imports``. Raises UserError where
    ``doors.yaml`` is wrong.
    """
    collect_responses(home, now)
    sent = deliver(home, read_door_settings(home), environment, now, imports)
    waiting = [line for import_id in imports or () for line in list_deliveries(home, import_id)]
    return sent, [f"{line['host']}: {line['problem']}" for line in waiting if line["problem"]]


def _make_event(target: str, request_format: str, job_id: str | None, template: str, outcome: Outcome) -> Event:
    body, content_type = write_document(tell_outcome(job_id, template, outcome), "import", request_format)
    return Event(CHANNEL, target, content_type, body, KEY, about=outcome.import_id)
