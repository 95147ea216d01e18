"""The door of Ameyo: ``POST …/contact-upload-tasks`` and a GET on its tasks. Source: checklist AM-001..020."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from pipelines.doors.access import DEFAULT_TENANT, Caller
from pipelines.doors.answers import Answer, RefusedError, answer_json
from pipelines.doors.desk import Desk, caller_of, refuse_input, respond
from pipelines.doors.forms import Form
from pipelines.doors.gate import Door
from pipelines.doors.intake import AT_ONCE_ROWS, FINISHES, Drop, digest_request, list_errors
from pipelines.doors.jobs import Job, Outcome, find_job
from pipelines.doors.json_bodies import read_json
from pipelines.doors.openapi import describe
from pipelines.doors.outbox import Event
from pipelines.doors.settings import AmeyoList
from pipelines.errors import UserError
from pipelines.home import Home
from pipelines.reading.kinds import HEAD_BYTES, recognise
from pipelines.schema import PHONE_SLOTS
from pipelines.tables.declared import load_mapped_tables
from pipelines.templates.saved import load_template, override_values
from pipelines.templates.template import Template, build_template
from pipelines.templates.turning import BESIDE, CURLY, turn_mapping

NAME, PREFIX = "ameyo", "/v1/cc-list"
PATH = PREFIX + "/{cc}/process-list/{process}/leads/{lead_list}/contact-upload-tasks"
FILE = "file"
PARTS = (FILE, "user_id", "update_duplicate", "churn_updated_records", "migrate", "header_mapping")
FLAGS = {"": None, "true": True, "false": False}
MAX_USER, MAX_HEADER = 255, 1000
# Tasks are 64-bit numbers (checklist AM-018).
MAX_TASK = (1 << 63) - 1
# What is open to a tenant of which doors.yaml does not say: the list of their document, so that its sample works.
OPEN = {"1/13/17": AmeyoList()}
UNKNOWN = "There is no such lead list. The operator opens lead lists in doors.yaml."


@dataclass(frozen=True)
class Upload:
    """What a form says. A flag that it does not say is null: then it is as the template has it."""

    content: bytes
    user: str
    mapping: dict[str, Any]
    updates: bool | None
    churns: bool | None
    migrates: bool | None


def refuse(refusal: RefusedError, _: Headers) -> Answer:
    """Word a refusal: the envelope of an answer, with ``error_data``."""
    return _envelop(refusal.method, refusal.status, None, {"code": refusal.code, "message": refusal.message})


DOOR = Door(NAME, PREFIX, refuse)


def add_routes(app: FastAPI, desk: Desk) -> None:
    """Open the door."""

    @app.post(PATH, **describe("ameyo_upload"))
    async def upload_contacts(request: Request) -> Response:
        caller, address = caller_of(request), _address(request)
        form = Form(request.headers.get("content-type"), PARTS, FILE)
        place = find_list(desk, caller, address)
        if place is None:
            form.refuse(RefusedError(404, UNKNOWN))
        await form.read(desk.stream(request))
        taken = await run_in_threadpool(take_form, desk, caller, address, place or AmeyoList(), form)
        return respond(await desk.settle(*taken))

    @app.get(PATH + "/{task_id}", **describe("ameyo_task"))
    async def show_task(request: Request) -> Response:
        job = await run_in_threadpool(_find_task, desk, caller_of(request), request)
        return respond(await run_in_threadpool(show, desk.home, job, desk.clock()))


def find_list(desk: Desk, caller: Caller, address: str) -> AmeyoList | None:
    """Return how a lead list of a caller's tenant is imported; null where none is open at that address."""
    lists = desk.settings.of(caller.tenant).ameyo
    place = (OPEN if lists is None else lists).get(address)
    return None if place and place.template and not caller.may_use(place.template) else place


def take_form(desk: Desk, caller: Caller, address: str, place: AmeyoList, form: Form) -> tuple[Job, bool]:
    """Return the job of a form and whether we are to import it at once. Raises RefusedError."""
    upload = read_upload(form, place)
    try:
        template, origins = choose(desk.home, caller, address, place, upload)
        load_mapped_tables(desk.home, template)
        rows = _count_rows(upload.content)
    except UserError as error:
        raise refuse_input(error) from None
    parts = [name.encode() + b"=" + form.parts[name] for name in PARTS if name in form.parts]
    drop = Drop(
        NAME,
        caller,
        upload.content,
        ".csv",
        rows,
        template,
        digest_request(NAME.encode(), address.encode(), *parts),
        origins,
        extra={"address": address},
        queued_answer=_answer_task,
    )
    return desk.take(drop)


def read_upload(form: Form, place: AmeyoList) -> Upload:
    """Return what a form says. Raises RefusedError (400) for one that says it wrongly."""
    missing = [name for name in (FILE, "user_id", "header_mapping") if not form.parts.get(name)]
    if missing:
        raise RefusedError(400, f"{missing[0]} is required.")
    user = form.text("user_id")
    if not (0 < len(user) <= MAX_USER and user.isprintable()):
        raise RefusedError(400, f"user_id has 1 to {MAX_USER} printable characters.")
    mapping = read_header_mapping(form.text("header_mapping"), place.table)
    flags = (_read_flag(form, name) for name in ("update_duplicate", "churn_updated_records", "migrate"))
    return Upload(bytes(form.parts[FILE]), user, mapping, *flags)


def read_header_mapping(text: str, table: str | None) -> dict[str, Any]:
    """Return our fields by the headers that they come from; typographic quotes do no harm (checklist AM-013, AM-014).

    What no lead has goes to the contact data ``table``. Raises RefusedError (400).
    """
    values = None
    for spelling in (text, text.translate(CURLY)):
        try:
            values = read_json(spelling.encode(errors="replace"))
            break
        except RefusedError:
            continue
    if values is None or not all(isinstance(header, str | None) for header in values.values()):
        raise RefusedError(400, "header_mapping is a JSON object that says for each field, by its name, the header.")
    if any(len(text) > MAX_HEADER for text in (*values, *values.values()) if text):
        raise RefusedError(400, f"header_mapping: a field and a header have at most {MAX_HEADER} characters.")
    beside = [name for name in BESIDE if values.get(name)]
    if beside and table is None:
        message = f"header_mapping: '{beside[0]}' goes to no lead, and no table is open for it. Leave it empty."
        raise RefusedError(400, message)
    try:
        return turn_mapping(values, "header_mapping", "field", table)[0]
    except UserError as error:
        raise refuse_input(error) from None


def choose(
    home: Home, caller: Caller, address: str, place: AmeyoList, upload: Upload
) -> tuple[Template, dict[str, str]]:
    """Return by what an upload is imported: the template of its lead list, or the caller's, or ``ameyo``, or ours.

    Raises UserError for what cannot go together, RefusedError where the template of the list is not there any more.
    """
    name = place.template or (caller.templates[0] if caller.templates else NAME)
    if place.template and not _is_saved(home, name):
        raise RefusedError(404, "The template of this lead list is not there any more. The operator has to save it.")
    overrides = {
        "user": upload.user,
        "file.format": "csv",
        "file.has_header": True,
        "mapping": upload.mapping,
        **_name_list(caller, address, place),
    }
    template, _ = _make(home, name, caller, overrides)
    return _make(home, name, caller, {**overrides, "dedupe": _rule(template, upload)})


def _make(home: Home, name: str, caller: Caller, overrides: Mapping[str, Any]) -> tuple[Template, dict[str, str]]:
    if _is_saved(home, name):
        return load_template(home, name, overrides)
    # Nothing is held: an upload that is sent again holds nothing but duplicates, which are to be ignored.
    values: dict[str, Any] = {"name": name, "supplier": caller.name, "hold_above": 1.0}
    override_values(home, values, overrides, {})
    return build_template(values, "the request"), {}


def _is_saved(home: Home, name: str) -> bool:
    return (home.templates / f"{name}.yaml").is_file()


def _name_list(caller: Caller, address: str, place: AmeyoList) -> dict[str, Any]:
    """Return the destination: the list that is named, or the template's, or one called after the address."""
    if place.list:
        return {"list": {"mode": "named", "name": place.list}}
    if place.template:
        return {}
    owner = "Ameyo" if caller.tenant == DEFAULT_TENANT else f"Ameyo {caller.tenant}"
    process, _, _ = address.rpartition("/")
    return {"list": {"mode": "named", "name": f"{owner} {address}", "campaign": f"{owner} {process}"}}


def _rule(template: Template, upload: Upload) -> dict[str, Any]:
    """Return what is done with known contacts (checklist AM-010..012): known by the template's word, else by phone.

    They are looked for in the process, which is a campaign here; where the list belongs to none, everywhere.
    """
    if template.dedupe is not None:
        rule = template.dedupe.model_dump()
    else:
        has_phone = not set(upload.mapping).isdisjoint(PHONE_SLOTS)
        scope = ["file", "campaign" if template.list.campaign else "global"]
        rule = {"keys": ["phone" if has_phone else "email"], "scope": scope, "action": "keep_existing"}
    if upload.updates is not None:
        rule["action"] = "update" if upload.updates else "keep_existing"
    if rule["action"] != "update":
        rule |= {"reset_updated": False, "on_multiple": "first"}
    elif upload.churns is not None:
        rule["reset_updated"] = upload.churns
    if rule["action"] != "keep_new":
        rule["move_to"] = None
    if upload.migrates is not None:
        rule["migrate"] = upload.migrates
    return rule


def _read_flag(form: Form, name: str) -> bool | None:
    text = form.text(name).casefold()
    if text not in FLAGS:
        raise RefusedError(400, f"{name} is true or false.")
    return FLAGS[text]


def _count_rows(content: bytes) -> int:
    """Return how many rows a file has at most; what is packed counts as large. Raises UserError for what is no text."""
    if recognise(FILE, content[:HEAD_BYTES]) != "text":
        return AT_ONCE_ROWS + 1
    return max(content.count(b"\n"), content.count(b"\r")) - content.endswith((b"\n", b"\r"))


def _address(request: Request) -> str:
    return "/".join(request.path_params[name] for name in ("cc", "process", "lead_list"))


def _find_task(desk: Desk, caller: Caller, request: Request) -> Job:
    text = request.path_params["task_id"]
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else 0
    job = find_job(desk.home, number, caller.tenant, NAME) if 0 < number <= MAX_TASK else None
    if job is None or job.request["address"] != _address(request):
        raise RefusedError(404, "There is no such task.")
    return job


def show(home: Home, job: Job, now: datetime) -> Answer:
    """Return a task as it stands now: its state, counts, and the rows that were not imported and are no duplicates."""
    done = job.outcome or Outcome(job.status, None)
    counts = {name: getattr(done, name) for name in ("rows_received", "created", "updated", "rejected", "quarantined")}
    errors = list_errors(home, done, now)
    data = {"task_id": job.number, "status": job.status, "import_id": done.import_id, **counts, "errors": errors}
    failure = {"code": "validation_error", "message": done.message} if done.status == "failed" else None
    return _envelop("GET", 200, data, failure, inner=400 if failure else 200)


def finish(_: Home, job: Job, outcome: Outcome, __: datetime) -> tuple[Answer, list[Event]]:
    """Return what is answered when a job is done: its number, or why nothing was imported."""
    if outcome.status == "failed":
        return _envelop("POST", 400, None, {"code": "validation_error", "message": outcome.message}), []
    return _answer_task(job), []


def _answer_task(job: Job) -> Answer:
    return _envelop("POST", 200, {"task_id": job.number}, None)


def _envelop(
    method: str, status: int, data: dict[str, Any] | None, error: dict[str, str] | None, *, inner: int | None = None
) -> Answer:
    """Return an answer in their envelope (checklist AM-017..019); ``inner`` is the code of what is told, if another."""
    response = [{"data": data, "http_code": inner or status, "error_data": error}]
    document = {"metadata": None, "method": method, "response": response, "http_code": status, "request_id": None}
    return answer_json(document, status)


FINISHES[NAME] = finish
