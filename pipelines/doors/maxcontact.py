"""The door of MaxContact: leads sent against a saved template, ``POST /v1/templates/{template}/leads``, as JSON or XML.

The template says all: request format, list, mapping, Response URL. Source: checklist MA-001, MA-009, MA-015..017;
docs/decisions/0029-maxcontact-door.md.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from pipelines.doors.access import Caller
from pipelines.doors.answers import JSON, XML, Answer, RefusedError
from pipelines.doors.desk import Desk, caller_of, read_key, refuse_input, respond
from pipelines.doors.gate import Door
from pipelines.doors.intake import FINISHES, Drop, digest_request, find_repeated, list_rows
from pipelines.doors.jobs import Job, Outcome, find_job
from pipelines.doors.json_bodies import count_records
from pipelines.doors.openapi import describe
from pipelines.doors.openapi_maxcontact import IMPORT_LEADS, SHOW_IMPORT
from pipelines.doors.outbox import Event
from pipelines.doors.responses import tell_outcome, write_document
from pipelines.doors.xml_bodies import count_elements
from pipelines.errors import UserError
from pipelines.home import Home
from pipelines.templates.template import Template

NAME, PREFIX = "maxcontact", "/v1/templates"
PATH = PREFIX + "/{template}/leads"
ROOT = "import"
# By request format: which content types are taken.
TAKEN = {"json": (JSON,), "xml": (XML, "text/xml")}


def refuse(refusal: RefusedError, headers: Headers) -> Answer:
    """Word a refusal where the template is not known: in XML for whoever sends XML or asks for it, else in JSON."""
    asked = headers.get("content-type") or headers.get("accept", "")
    return write_refusal(refusal, "xml" if "xml" in asked.lower() else "json")


def write_refusal(refusal: RefusedError, request_format: str) -> Answer:
    """Word a refusal in a template's request format: ``error`` with ``code`` and ``message``."""
    said = {"code": refusal.code, "message": refusal.message}
    document, root = ({"error": said}, "") if request_format == "json" else (said, "error")
    body, content_type = write_document(document, root, request_format)
    return Answer(refusal.status, body, content_type, refusal.headers)


DOOR = Door(NAME, PREFIX, refuse)


def add_routes(app: FastAPI, desk: Desk) -> None:
    """Open the door."""

    @app.post(PATH, **describe(IMPORT_LEADS))
    async def import_leads(request: Request) -> Response:
        caller, name = caller_of(request), request.path_params["template"]
        template, _ = await run_in_threadpool(find, desk, caller, name)
        try:
            body = await desk.read_body(request)
            settled = await run_in_threadpool(take_request, desk, caller, name, template, body, request.headers)
            return respond(await desk.settle(*settled))
        except RefusedError as refusal:
            return respond(write_refusal(refusal, template.request_format))

    @app.get(PATH + "/{job_id}", **describe(SHOW_IMPORT))
    async def show_job(request: Request) -> Response:
        caller, name = caller_of(request), request.path_params["template"]
        job = await run_in_threadpool(find_job, desk.home, request.path_params["job_id"], caller.tenant, NAME)
        if job is None or job.request["called"] != name or not caller.may_use(name):
            raise RefusedError(404, "There is no such import.")
        return respond(await run_in_threadpool(show, desk.home, job, desk.clock()))


def find(
    desk: Desk, caller: Caller, name: str, overrides: dict[str, object] | None = None
) -> tuple[Template, dict[str, str]]:
    """Return the saved template that a caller names, and where its settings are from.

    Raises RefusedError: 404 where there is none for this caller, 400 where it is wrong.
    """
    try:
        found = desk.find_template(caller, name, overrides or {})
    except UserError as error:
        raise refuse_input(error) from None
    if found is None:
        raise RefusedError(404, "There is no such template.")
    return found


def take_request(
    desk: Desk, caller: Caller, name: str, template: Template, body: bytes, headers: Headers
) -> tuple[Job, bool]:
    """Return the job of a request and whether we are to import it at once. Raises RefusedError."""
    key, taken = read_key(headers), TAKEN[template.request_format]
    if headers.get("content-type", "").partition(";")[0].strip().lower() not in taken:
        raise RefusedError(415, f"Content-Type is {taken[0]}, as the template's request format says.")
    digest = digest_request(NAME.encode(), name.encode(), body)
    if earlier := find_repeated(desk.home, caller, key, digest, desk.clock()):
        return earlier, False
    rows = count_records(body) if template.request_format == "json" else count_elements(body)
    made, origins = find(desk, caller, name, {"file": _describe_file(template)})
    suffix = f".{template.request_format}"
    drop = Drop(NAME, caller, body, suffix, rows, made, digest, origins, idempotency_key=key)
    return desk.take(replace(drop, extra={"called": name}, queued_answer=_answer_queued))


def _describe_file(template: Template) -> dict[str, object]:
    """Return how a request is written: what the template says of a supplier's files is not about it, but for paths."""
    kept = template.file.model_dump(include={"records", "date_format"})
    file = {**kept, "format": template.request_format, "missing_columns": "empty"}
    return file | ({"encoding": "utf-8"} if template.request_format == "json" else {})


def tell(home: Home, job: Job, outcome: Outcome, now: datetime) -> dict[str, Any]:
    """Return what is told of a job: its outcome, and each row that became no lead."""
    rows = list_rows(home, outcome, now) if outcome.rejected + outcome.quarantined else []
    bad = [row for row in rows if row["fate"] in ("rejected", "quarantined")]
    errors = [{"row_number": row["row_number"], "code": row["code"], "message": row["message"]} for row in bad]
    return {**tell_outcome(job.job_id, job.template.name, outcome), "errors": errors}


def show(home: Home, job: Job, now: datetime) -> Answer:
    """Return a job as it stands now, in its template's request format."""
    return _write(job, tell(home, job, job.outcome or Outcome(job.status, None), now))


def finish(home: Home, job: Job, outcome: Outcome, now: datetime) -> tuple[Answer, list[Event]]:
    """Return what is answered when a job is done; its Response URL is called by the intake, as for every door."""
    if outcome.status == "failed":
        return write_refusal(RefusedError(400, outcome.message), job.template.request_format), []
    return _write(job, tell(home, job, outcome, now)), []


def _answer_queued(job: Job) -> Answer:
    queued = {**tell_outcome(job.job_id, job.template.name, Outcome("queued", None)), "errors": []}
    return _write(job, queued, 202)


def _write(job: Job, document: dict[str, Any], status: int = 200) -> Answer:
    return Answer(status, *write_document(document, ROOT, job.template.request_format))


FINISHES[NAME] = finish
