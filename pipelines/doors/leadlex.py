"""The door of LeadLex: ``POST /v1/import/contacts`` and a GET on its jobs. Source: checklist LL-001..027."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from pipelines.doors.access import Caller
from pipelines.doors.answers import Answer, RefusedError, answer_json, refuse_json
from pipelines.doors.desk import Desk, caller_of, read_key, refuse_input, respond
from pipelines.doors.gate import Door
from pipelines.doors.intake import FINISHES, Drop, digest_request, find_repeated, list_errors
from pipelines.doors.jobs import Job, Outcome, find_job
from pipelines.doors.json_bodies import read_json
from pipelines.doors.openapi import describe
from pipelines.doors.outbox import Event
from pipelines.errors import UserError, nearest
from pipelines.home import Home
from pipelines.schema import MAPPED_FIELDS
from pipelines.templates.saved import load_template, override_values
from pipelines.templates.template import Template, build_template
from pipelines.templates.turning import CALLED

NAME, PATH = "leadlex", "/v1/import/contacts"
EVENT = "import.completed"
# Their fields by ours: those of POST /v1/contacts.
FIELDS = {name: name for name in MAPPED_FIELDS if name != "tags"} | CALLED
FIELDS |= {"phone": "phone1", "mobile": "phone2", "state": "region", "zip": "postcode", "postal_code": "postcode"}
FIELDS |= {"job_title": "title", "street": "address"}
PARTS = {"rows", "csv", "has_header", "mapping", "update_existing", "tags"}
# By what contacts are imported where no template is saved as `leadlex`: nothing is held, as each row has its answer.
DEFAULTS: dict[str, Any] = {
    "name": NAME,
    "list": {"mode": "named", "name": "LeadLex"},
    "hold_above": 1.0,
    "dedupe": {"keys": ["phone", "email"], "scope": ["file", "global"], "action": "keep_existing"},
}


def refuse(refusal: RefusedError, _: Headers) -> Answer:
    """Word a refusal: ``{"error": {"code", "message"}}`` (checklist LL-023..027)."""
    return refuse_json(refusal)


DOOR = Door(NAME, PATH, refuse)


def add_routes(app: FastAPI, desk: Desk) -> None:
    """Open the door."""

    @app.post(PATH, **describe("leadlex_import"))
    async def import_contacts(request: Request) -> Response:
        caller, body = caller_of(request), await desk.read_body(request)
        key = read_key(request.headers)
        if (request.headers.get("content-type", "").partition(";")[0].strip().lower()) != "application/json":
            raise RefusedError(415, "Content-Type is application/json.")
        return respond(await desk.settle(*await run_in_threadpool(take_request, desk, caller, body, key)))

    @app.get(PATH + "/{job_id}", **describe("leadlex_job"))
    async def show_job(request: Request) -> Response:
        caller = caller_of(request)
        job = await run_in_threadpool(find_job, desk.home, request.path_params["job_id"], caller.tenant, NAME)
        if job is None:
            raise RefusedError(404, "There is no such job.")
        return respond(await run_in_threadpool(show, desk.home, job, desk.clock()))


def take_request(desk: Desk, caller: Caller, body: bytes, key: str | None) -> tuple[Job, bool]:
    """Return the job of a request and whether we are to import it at once. Raises RefusedError."""
    digest = digest_request(NAME.encode(), body)
    if earlier := find_repeated(desk.home, caller, key, digest, desk.clock()):
        return earlier, False
    webhook = desk.settings.of(caller.tenant).webhook
    return desk.take(replace(read_request(desk.home, caller, body, key, digest), extra={"webhook": webhook}))


def read_request(home: Home, caller: Caller, body: bytes, key: str | None, digest: str) -> Drop:
    """Return the drop that a request holds. Raises RefusedError (400) for a body that says it wrongly."""
    document = read_json(body)
    unknown = sorted(set(document) - PARTS)
    if unknown:
        raise RefusedError(400, f"There is no body parameter '{unknown[0][:60]}'. {nearest(unknown[0], tuple(PARTS))}")
    is_csv = document.get("csv") is not None
    if is_csv == (document.get("rows") is not None):
        raise RefusedError(400, "Supply either rows or csv" + (", not both." if is_csv else "."))
    content, rows, overrides = _read_csv(document) if is_csv else _read_rows(document)
    overrides["tags"] = _read_tags(document)
    action = "update" if _read_flag(document, "update_existing", default=False) else "keep_existing"
    try:
        template, origins = choose(home, caller, overrides, action)
    except UserError as error:
        raise refuse_input(error) from None
    suffix = ".csv" if is_csv else ".json"
    return Drop(
        NAME,
        caller,
        content,
        suffix,
        rows,
        template,
        digest,
        origins,
        idempotency_key=key,
        queued_answer=_answer_queued,
    )


def choose(home: Home, caller: Caller, overrides: dict[str, Any], action: str) -> tuple[Template, dict[str, str]]:
    """Return what a caller's contacts are imported by: its first template, or the one saved as ``leadlex``, or ours."""
    name = caller.templates[0] if caller.templates else NAME
    overrides = {**overrides, "user": caller.name}
    if not (home.templates / f"{name}.yaml").is_file():
        values: dict[str, Any] = {**DEFAULTS, "name": name, "supplier": caller.name}
        override_values(home, values, {**overrides, "dedupe.action": action}, {})
        return build_template(values, "the request"), {}
    template, _ = load_template(home, name, {"mapping": overrides["mapping"]})
    overrides["tags"] = [*template.tags, *overrides["tags"]]
    if template.dedupe is None:
        overrides["dedupe"] = DEFAULTS["dedupe"]
    return load_template(home, name, {**overrides, "dedupe.action": action})


def _read_rows(document: dict[str, Any]) -> tuple[bytes, int, dict[str, Any]]:
    rows = document["rows"]
    for part in ("mapping", "has_header"):
        if document.get(part) not in (None, {}):
            raise RefusedError(400, f"{part} goes with csv only.")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise RefusedError(400, "rows is an array of contact objects, at least one.")
    seen = {name for row in rows for name in row}
    mapping: dict[str, str] = {}
    for name in FIELDS:
        if name in seen:
            mapping.setdefault(FIELDS[name], name)
    _require_contact(mapping)
    if "name" in mapping and {"first_name", "last_name"} & set(mapping):
        del mapping["name"]
    content = json.dumps({"rows": rows}, ensure_ascii=False).encode(errors="replace")
    file = {"file.format": "json", "file.records": "rows"}
    return content, len(rows), {**file, "mapping": mapping}


def _read_csv(document: dict[str, Any]) -> tuple[bytes, int, dict[str, Any]]:
    text, mapping = document["csv"], document.get("mapping")
    if not isinstance(text, str) or not text.strip():
        raise RefusedError(400, "csv is the text of a CSV file, with at least one row.")
    has_header = _read_flag(document, "has_header", default=True)
    if not isinstance(mapping, dict) or not mapping or not all(isinstance(called, str) for called in mapping.values()):
        raise RefusedError(400, "mapping says for each column of the csv, by its header, which contact field it is.")
    turned: dict[str, str | int] = {}
    for header, called in mapping.items():
        field = FIELDS.get(called)
        if field is None:
            raise RefusedError(400, f"mapping: there is no field '{called[:60]}'. {nearest(called, tuple(FIELDS))}")
        if field in turned:
            raise RefusedError(400, f"mapping: two columns go to the field '{called}'.")
        if not has_header and not (header.isdecimal() and 0 < int(header) < 100_000):
            raise RefusedError(400, 'mapping: without a header the columns are positions, from "1".')
        turned[field] = header if has_header else int(header)
    _require_contact(turned)
    try:
        rows = sum(bool(line) for line in csv.reader(io.StringIO(text))) - has_header
    except csv.Error:
        raise RefusedError(400, "csv is no CSV that can be read.") from None
    file = {"file.format": "csv", "file.has_header": has_header, "file.encoding": "utf-8"}
    return text.encode(errors="replace"), rows, {**file, "mapping": turned}


def _require_contact(mapping: dict[str, Any]) -> None:
    if not any(name == "email" or name.startswith("phone") for name in mapping):
        raise RefusedError(400, "A contact has an email or a phone: none of the two is there.")


def _read_tags(document: dict[str, Any]) -> list[str]:
    tags = document.get("tags") or []
    if not isinstance(tags, list) or not all(isinstance(tag, str) and 0 < len(tag) <= 1000 for tag in tags):
        raise RefusedError(400, "tags is an array of texts.")
    return tags


def _read_flag(document: dict[str, Any], name: str, *, default: bool) -> bool:
    value = document.get(name)
    if not isinstance(value, bool | None):
        raise RefusedError(400, f"{name} is true or false.")
    return default if value is None else value


def tell(job_id: str, status: str, outcome: Outcome | None, errors: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return what is told of a job: what was skipped are the rows not imported; a mere duplicate is no error."""
    done = outcome or Outcome(status, None)
    data = {
        "job_id": job_id,
        "status": status,
        "created_count": done.created if status == "completed" else 0,
        "updated_count": done.updated if status == "completed" else 0,
        "skipped_count": done.rejected + done.quarantined if status == "completed" else 0,
        "errors": [*errors],
    }
    return data | ({"message": done.message} if done.message else {})


def show(home: Home, job: Job, now: datetime) -> Answer:
    """Return a job as it stands now."""
    errors = list_errors(home, job.outcome, now) if job.outcome else []
    return answer_json({"data": tell(job.job_id, job.status, job.outcome, errors)})


def finish(home: Home, job: Job, outcome: Outcome, now: datetime) -> tuple[Answer, list[Event]]:
    """Return what is answered when a job is done, and the event of one that was queued (checklist LL-022)."""
    document = {"data": tell(job.job_id, outcome.status, outcome, list_errors(home, outcome, now))}
    events = []
    target = job.request.get("webhook")
    if job.is_large and target and outcome.status != "held":
        told = {key: value for key, value in document["data"].items() if key != "errors"}
        body = {"event": EVENT, "created_at": now.isoformat(), "data": told}
        events = [Event("webhook", target, "application/json", json.dumps(body).encode(), EVENT)]
    if outcome.status == "failed":
        return refuse_json(RefusedError(400, outcome.message)), events
    return answer_json(document), events


def _answer_queued(job: Job) -> Answer:
    return answer_json({"data": tell(job.job_id, "queued", None, [])}, 202)


FINISHES[NAME] = finish
