"""The door of CheckMarket: ``3/contacts/import/configs``, and contacts imported by them. Source: checklist CM-001..036.

Writing needs the role Contacts (write), which is the scope ``write:contacts``; reading that or ``read:contacts``.
"""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from pipelines.doors.access import Caller
from pipelines.doors.answers import JSON, Answer, RefusedError
from pipelines.doors.checkmarket.configuration import BaseImportConfig, read_configuration, read_elements
from pipelines.doors.checkmarket.contacts import read_contacts, show
from pipelines.doors.checkmarket.described import DESCRIBED
from pipelines.doors.checkmarket.envelope import (
    CONFIGS,
    LIMIT,
    MAX_LIMIT,
    MAX_OFFSET,
    PREFIX,
    Page,
    choose_kind,
    link,
    link_configuration,
    link_pages,
    read_kind,
    refuse,
    write_payload,
    write_result,
)
from pipelines.doors.checkmarket.keeping import (
    Configuration,
    add_configuration,
    change_configuration,
    find_configuration,
    list_configurations,
    remove_configuration,
)
from pipelines.doors.checkmarket.templates import NAME, check_configuration
from pipelines.doors.desk import Desk, caller_of, read_key, respond
from pipelines.doors.gate import Door
from pipelines.doors.intake import digest_request, find_repeated
from pipelines.doors.jobs import Job, find_job
from pipelines.doors.json_bodies import read_json
from pipelines.doors.openapi import OPERATIONS, describe
from pipelines.doors.xml_bodies import read_xml

DOOR = Door(NAME, PREFIX, refuse)
ONE = CONFIGS + "/{ImportConfigId}"
OPERATIONS.update(DESCRIBED)


def add_routes(app: FastAPI, desk: Desk) -> None:
    """Open the door."""

    @app.post(CONFIGS, **describe("checkmarket_create"))
    async def create(request: Request) -> Response:
        return await _answer(_create, desk, request, await desk.read_body(request))

    @app.get(CONFIGS, **describe("checkmarket_list"))
    async def list_all(request: Request) -> Response:
        return await _answer(_list, desk, request)

    @app.get(ONE, **describe("checkmarket_read"))
    async def read(request: Request) -> Response:
        return await _answer(_read, desk, request)

    @app.put(ONE, **describe("checkmarket_change"))
    async def change(request: Request) -> Response:
        return await _answer(_change, desk, request, await desk.read_body(request))

    @app.delete(ONE, **describe("checkmarket_remove"))
    async def remove(request: Request) -> Response:
        return await _answer(_remove, desk, request)

    @app.post(ONE + "/contacts", **describe("checkmarket_import"))
    async def import_contacts(request: Request) -> Response:
        body = await desk.read_body(request)
        return respond(await desk.settle(*await run_in_threadpool(_take, desk, request, body)))

    @app.get(ONE + "/contacts/{ImportId}", **describe("checkmarket_results"))
    async def read_results(request: Request) -> Response:
        return await _answer(_show, desk, request)


async def _answer(do: Callable[..., Answer], desk: Desk, request: Request, *more: bytes) -> Response:
    return respond(await run_in_threadpool(do, desk, request, *more))


def _create(desk: Desk, request: Request, body: bytes) -> Answer:
    caller, now = caller_of(request), desk.clock()
    config = _read_body(desk, caller, body, request.headers)
    configuration_id = add_configuration(desk.home, caller.tenant, config, now)
    links = link_configuration(configuration_id)
    return write_payload(choose_kind(request.headers), write_result(configuration_id), now, links=links)


def _list(desk: Desk, request: Request) -> Answer:
    named = _read_query(request).get("name") or None
    found = list_configurations(desk.home, caller_of(request).tenant, named)
    page = _read_page(request, len(found), is_filtered=named is not None)
    links = [link("create", "POST", CONFIGS), *link_pages(CONFIGS, page, Name=named)]
    data = [_show_configuration(each) for each in page.cut(found)]
    return write_payload(choose_kind(request.headers), data, desk.clock(), page=page, links=links)


def _read(desk: Desk, request: Request) -> Answer:
    configuration = _find(desk, request)
    links = link_configuration(configuration.configuration_id)
    data = _show_configuration(configuration)
    return write_payload(choose_kind(request.headers), data, desk.clock(), links=links)


def _change(desk: Desk, request: Request, body: bytes) -> Answer:
    configuration = _find(desk, request)
    config = _read_body(desk, caller_of(request), body, request.headers, configuration.configuration_id)
    change_configuration(desk.home, configuration, config)
    links = link_configuration(configuration.configuration_id)
    data = write_result(configuration.configuration_id)
    return write_payload(choose_kind(request.headers), data, desk.clock(), links=links)


def _remove(desk: Desk, request: Request) -> Answer:
    configuration, now = _find(desk, request), desk.clock()
    remove_configuration(desk.home, configuration.configuration_id, now)
    links = [link("create", "POST", CONFIGS)]
    data = write_result(configuration.configuration_id)
    return write_payload(choose_kind(request.headers), data, now, links=links)


def _take(desk: Desk, request: Request, body: bytes) -> tuple[Job, bool]:
    """Return the job of a request with contacts and whether we are to import it at once. Raises RefusedError."""
    caller, headers = caller_of(request), request.headers
    key = read_key(headers)
    told = (request.path_params["ImportConfigId"], headers.get("content-type", ""), choose_kind(headers))
    digest = digest_request(NAME.encode(), *(each.encode(errors="replace") for each in told), body)
    if earlier := find_repeated(desk.home, caller, key, digest, desk.clock()):
        return earlier, False
    contact_lists = desk.settings.of(caller.tenant).contact_lists
    return desk.take(read_contacts(desk.home, caller, _find(desk, request), contact_lists, body, headers, digest))


def _show(desk: Desk, request: Request) -> Answer:
    job = find_job(desk.home, request.path_params["ImportId"], caller_of(request).tenant, NAME)
    if job is None or str(job.request["configuration_id"]) != request.path_params["ImportConfigId"]:
        raise RefusedError(404, "There is no such import.")
    return show(desk.home, job, _read_page(request), choose_kind(request.headers), desk.clock())


def _find(desk: Desk, request: Request) -> Configuration:
    """Return the configuration of an address. Raises RefusedError (404)."""
    told = request.path_params["ImportConfigId"]
    number = int(told) if told.isascii() and told.isdigit() and len(told) < 20 else 0
    configuration = find_configuration(desk.home, caller_of(request).tenant, number)
    if configuration is None:
        raise RefusedError(404, "There is no such import configuration, or it was for one import and is used up.")
    return configuration


def _read_body(
    desk: Desk, caller: Caller, body: bytes, headers: Headers, configuration_id: int | None = None
) -> BaseImportConfig:
    """Return the configuration that a request says. Raises RefusedError (400, 415)."""
    kind = read_kind(headers)
    if kind is None:
        raise RefusedError(415, "Content-Type is application/json or application/xml.")
    values: Any = read_json(body) if kind == JSON else read_elements(read_xml(body))
    config = read_configuration(values, is_typed=kind == JSON, configuration_id=configuration_id)
    check_configuration(desk.home, caller, config)
    return config


def _show_configuration(configuration: Configuration) -> dict[str, Any]:
    return {"ImportConfigId": configuration.configuration_id, **configuration.config.model_dump()}


def _read_query(request: Request) -> dict[str, str]:
    """Return what an address asks for, whatever case its names are in."""
    return {name.casefold(): value for name, value in request.query_params.multi_items()}


def _read_page(request: Request, total: int = 0, *, is_filtered: bool = False) -> Page:
    """Return the page that is asked for. Raises RefusedError (400)."""
    told = _read_query(request)
    limit, offset = _read_count(told, "Limit", LIMIT), _read_count(told, "Offset", 0)
    if not 1 <= limit <= MAX_LIMIT:
        raise RefusedError(400, f"Limit is a number from 1 to {MAX_LIMIT}.")
    return Page(limit, offset, total, is_filtered)


def _read_count(told: dict[str, str], name: str, default: int) -> int:
    text = told.get(name.casefold(), str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= MAX_OFFSET):
        raise RefusedError(400, f"{name} is a whole number from 0 to {MAX_OFFSET}.")
    return int(text)
