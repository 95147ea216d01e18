"""Contacts that are imported against a configuration: read off a request, and answered for row by row."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.datastructures import Headers

from pipelines.doors.access import Caller
from pipelines.doors.answers import JSON, XML, Answer, RefusedError
from pipelines.doors.checkmarket.envelope import (
    CONFIGS,
    NONE,
    Link,
    Page,
    choose_kind,
    link,
    link_pages,
    read_kind,
    read_media,
    refuse,
    write_payload,
)
from pipelines.doors.checkmarket.fields import map_names, show_field
from pipelines.doors.checkmarket.keeping import Configuration, keep_found, read_kept
from pipelines.doors.checkmarket.templates import NAME, make_template, map_file, override_file
from pipelines.doors.intake import FINISHES, Drop, list_rows
from pipelines.doors.jobs import Job, Outcome
from pipelines.doors.json_bodies import read_json
from pipelines.doors.outbox import MAIL, Event
from pipelines.doors.xml_bodies import read_xml
from pipelines.errors import UserError
from pipelines.home import Home
from pipelines.schema import PHONE_SLOTS
from pipelines.templates.parts import Columns
from pipelines.templates.template import Source, Template

CONTACTS, CONTACT = "Contacts", "Contact"
CSV = ("text/csv", "application/csv")
# What an import's message advises whoever writes templates, and what to advise here.
REMEDIES = {
    "Write one into the template, such as mapping: {phone1: HEADER}.": "Call one Email or Phone.",
    "Clone it: leadmill templates clone NAME NEW.": "Create another one.",
}
STATUSES = {"held": "It is held: the operator decides on it.", "cancelled": "The operator has cancelled it."}


def read_contacts(
    home: Home,
    caller: Caller,
    configuration: Configuration,
    contact_lists: Mapping[int, str],
    body: bytes,
    headers: Headers,
    digest: str,
) -> Drop:
    """Return the drop that a request holds. Raises RefusedError (400, 415)."""
    config, kind = configuration.config, read_kind(headers)
    if kind is not None:
        rows = _read_rows(read_json(body)) if kind == JSON else _read_elements(body)
        mapping = _map_rows(rows, configuration)
        content, count, suffix = _write_rows(rows), len(rows), ".json"
        file: dict[str, Any] = {"file.format": "json", "file.records": CONTACTS, "file.encoding": "utf-8"}
    elif read_media(headers) in CSV:
        content, count, suffix = body, body.count(b"\n") + 1, ".csv"
        mapping = map_file(configuration)
        file = override_file(config, is_mapped=bool(mapping) and not configuration.found)
    else:
        raise RefusedError(415, "Content-Type is application/json, application/xml or text/csv.")
    template, origins = make_template(home, caller, configuration, contact_lists, file | {"mapping": mapping})
    return Drop(
        NAME,
        caller,
        content,
        suffix,
        count,
        template,
        digest,
        origins,
        idempotency_key=headers.get("idempotency-key"),
        extra={
            "configuration_id": configuration.configuration_id,
            "kept": configuration.kept,
            "kind": choose_kind(headers),
        },
        queued_answer=answer_queued,
    )


def _read_rows(document: dict[str, Any]) -> list[dict[str, Any]]:
    unknown = next((name for name in document if name != CONTACTS), None)
    if unknown is not None:
        raise RefusedError(400, f"There is no field {unknown[:60]}: the body is an object with {CONTACTS}.")
    rows = document.get(CONTACTS)
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise RefusedError(400, f"{CONTACTS} is an array of contacts, at least one.")
    return rows


def _read_elements(body: bytes) -> list[dict[str, Any]]:
    root = read_xml(body)
    if root.name != CONTACTS or not root.children or any(each.name != CONTACT for each in root.children):
        raise RefusedError(400, f"The root element is {CONTACTS}, with a {CONTACT} for each contact, at least one.")
    rows = []
    for contact in root.children:
        row: dict[str, Any] = {}
        for child in contact.children:
            if child.name in row or child.children:
                raise RefusedError(400, f"A {CONTACT} has elements with text, each once: see {child.name[:60]}.")
            row[child.name] = None if child.is_nil else child.text
        rows.append(row)
    return rows


def _write_rows(rows: list[dict[str, Any]]) -> bytes:
    try:
        return json.dumps({CONTACTS: rows}, ensure_ascii=False).encode(errors="replace")
    except RecursionError:
        raise RefusedError(400, "The body nests too deeply.") from None


def _map_rows(rows: list[dict[str, Any]], configuration: Configuration) -> dict[str, Source]:
    """Return which columns are which fields: by their names, then by what the first import found.

    Empty, for the first import to find it, where that tells no contact point. With ``EmailIsRequired`` there is an
    e-mail column, so that each contact without one is answered for (R0307).
    """
    columns = list(dict.fromkeys(name for row in rows for name in row))
    mapping: dict[str, Source] = dict(map_names(columns))
    for field, source in configuration.found.items():
        if source in columns and source not in mapping.values():
            mapping.setdefault(field, source)
    if configuration.config.EmailIsRequired and "email" not in mapping:
        mapping["email"] = show_field("email")
        rows[0][show_field("email")] = None
    if not set(mapping) & {"email", *PHONE_SLOTS}:
        if configuration.found:
            raise RefusedError(400, "A contact has an Email or a Phone: no column is called so.")
        return {}
    return mapping


def answer_queued(job: Job) -> Answer:
    """Return what is answered for an import that waits in the queue."""
    data = tell(job, None, "queued", [])
    return write_payload(job.request["kind"], data, job.received_at, page=NONE, links=_link(job), status=202)


def tell(job: Job, outcome: Outcome | None, status: str, results: list[dict[str, Any]]) -> dict[str, Any]:
    """Return ``Data`` of an import: how far it is, what it did, and the code of each row."""
    done = outcome if outcome and status == "completed" else Outcome(status, None)
    failure = STATUSES.get(status) or (_explain(job, outcome) if outcome and status == "failed" else None)
    return {
        "ImportId": job.job_id,
        "ImportConfigId": job.request["configuration_id"],
        "Status": status,
        "Succeeded": failure is None,
        "FailureMessage": failure,
        "CreatedCount": done.created,
        "UpdatedCount": done.updated,
        "RejectedCount": done.rejected + done.quarantined,
        "Results": results,
    }


def _explain(job: Job, outcome: Outcome) -> str:
    """Return why an import failed, with what its sender knows in place of the template that it does not see."""
    number, text = job.request["configuration_id"], outcome.message or "It failed."
    for ours, theirs in (("Template", "Configuration"), ("template", "configuration")):
        text = text.replace(f"{ours} {NAME}-{number}", f"{theirs} {number}")
    for ours, theirs in REMEDIES.items():
        text = text.replace(ours, theirs)
    return text


def show(home: Home, job: Job, page: Page, kind: str, now: datetime) -> Answer:
    """Return an import as it stands now, with the results of a page."""
    results = _list_results(home, job.outcome, now) if job.outcome else []
    page = Page(page.limit, page.offset, len(results))
    data = tell(job, job.outcome, job.status, page.cut(results))
    return write_payload(kind, data, now, page=page, links=[*_link(job), *link_pages(_path(job), page)])


def finish(home: Home, job: Job, outcome: Outcome, now: datetime) -> tuple[Answer, list[Event]]:
    """Return what is answered when an import is done, and the mail that tells of it (checklist CM-027)."""
    configuration = read_kept(job.request["configuration_id"], job.tenant, job.request["kept"])
    if outcome.status == "completed" and not configuration.config.ColumnMappings:
        _keep_columns(home, configuration, outcome, now)
    events = [_write_mail(configuration, job, outcome)] if configuration.config.SendNotificationMail else []
    if outcome.status == "failed":
        refusal = RefusedError(400, _explain(job, outcome))
        refusal.at = now
        accept = XML if job.request["kind"] == XML else JSON
        return refuse(refusal, Headers({"accept": accept})), events
    # One that was queued was answered long ago: its results are read by pages.
    results = [] if job.is_large else _list_results(home, outcome, now)
    page = Page(len(results), total=len(results))
    data = tell(job, outcome, outcome.status, results)
    return write_payload(job.request["kind"], data, now, page=page, links=_link(job)), events


def _list_results(home: Home, outcome: Outcome, now: datetime) -> list[dict[str, Any]]:
    try:
        rows = list_rows(home, outcome, now, NAME)
    except UserError:  # the import was made undone since
        return []
    return [{"RowNumber": row["row_number"], "ResultCode": row["code"], "Message": row["message"]} for row in rows]


def _path(job: Job) -> str:
    return f"{CONFIGS}/{job.request['configuration_id']}/contacts/{job.job_id}"


def _link(job: Job) -> list[Link]:
    return [link("self", "GET", _path(job)), link("config", "GET", f"{CONFIGS}/{job.request['configuration_id']}")]


def _keep_columns(home: Home, configuration: Configuration, outcome: Outcome, now: datetime) -> None:
    """Fill the columns of a configuration with what its first import went by (checklist CM-003)."""
    from pipelines.reports.looking_back import ask

    line = ask(home, now, "SELECT settings, found FROM imports WHERE import_id = ?", [outcome.import_id])[0]
    mapping = Template.model_validate_json(line["settings"]).mapping
    headers: list[str] = json.loads(line["found"])["headers"]
    filled = [
        {"SourceColumnNumber": part if isinstance(part, int) else headers.index(part) + 1, "TargetColumnName": name}
        for name, source in ((show_field(field), source) for field, source in mapping.items())
        for part in (source.columns if isinstance(source, Columns) else [source])
        if isinstance(part, int) or part in headers
    ]
    values = configuration.config.model_dump() | {"ColumnMappings": filled}
    found = {field: _dump(source) for field, source in mapping.items()}
    keep_found(home, configuration, found, type(configuration.config).model_validate(values))


def _dump(source: Source) -> object:
    return source.model_dump() if isinstance(source, Columns) else source


def _write_mail(configuration: Configuration, job: Job, outcome: Outcome) -> Event:
    """Return the mail on an import: counts and how it ended, nothing of a person."""
    name, number = configuration.config.Name, configuration.configuration_id
    counts = ", ".join(f"{getattr(outcome, what)} {what}" for what in ("created", "updated", "rejected", "quarantined"))
    message = (
        f"Import {job.job_id} by configuration {number} ({name}): {outcome.status}.\n"
        f"{outcome.rows_received} rows: {counts}.\n"
    )
    message += f"More: leadmill show {outcome.import_id}\n" if outcome.import_id else ""
    body = json.dumps({"about": f"{name}, {outcome.status}", "message": message}).encode()
    return Event(MAIL, "notify.yaml", "application/json", body, f"{MAIL} {outcome.status}")


FINISHES[NAME] = finish
