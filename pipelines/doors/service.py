"""The service that ``leadmill serve`` runs: the doors behind their gate, and the chores beside them."""

import asyncio
import logging
import os
import socket
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from uvicorn.protocols.http.h11_impl import H11Protocol

from pipelines.doors import ameyo, leadlex, maxcontact
from pipelines.doors.access import has_credentials
from pipelines.doors.answers import CODES, RefusedError
from pipelines.doors.checkmarket import door as checkmarket
from pipelines.doors.desk import Desk, respond
from pipelines.doors.gate import Gate, passage_of, refuse
from pipelines.doors.intake import carry_out, settle_held
from pipelines.doors.jobs import Job, is_dagster_here, list_held, list_open
from pipelines.doors.outbox import deliver
from pipelines.doors.responses import collect_responses
from pipelines.doors.settings import DoorSettings
from pipelines.errors import UserError
from pipelines.home import Home

DIALECTS = (ameyo, checkmarket, leadlex, maxcontact)
LOOPBACK = ("127.0.0.1", "::1", "localhost")
logger = logging.getLogger("leadmill.doors")
# How often the chores look; how old an open job is that nobody seems to be at; how long a job that failed rests.
LOOK_EVERY, STALE, REST = 0.5, timedelta(seconds=5), timedelta(seconds=30)
# How long a large job is left to a Dagster that looks at this home.
LEFT = timedelta(minutes=10)
SETTLE_EVERY = timedelta(seconds=30)
FIRST_BYTE_SECONDS = 15


def build_app(desk: Desk) -> Any:  # noqa: ANN401  an ASGI application
    """Return the doors behind their gate."""
    app = FastAPI(title="leadmill", version="1", docs_url=None, redoc_url=None, openapi_url="/openapi.json")
    for dialect in DIALECTS:
        dialect.add_routes(app, desk)

    @app.get("/health", include_in_schema=False)
    def tell_health() -> dict[str, str]:
        return {"status": "ok"}

    @app.exception_handler(RefusedError)
    async def show_refusal(request: Request, refusal: RefusedError) -> Response:
        return respond(refuse(passage_of(request), refusal, request.headers))

    @app.exception_handler(HTTPException)
    async def show_missing(request: Request, error: HTTPException) -> Response:
        refusal = RefusedError(error.status_code, str(error.detail), CODES.get(error.status_code, "error"))
        refusal.headers.update(error.headers or {})
        if error.status_code == 405:
            refusal.headers["Allow"] = ", ".join(_list_methods(app, request.url.path))
        return respond(refuse(passage_of(request), refusal, request.headers))

    @app.exception_handler(UserError)
    async def show_trouble(request: Request, error: UserError) -> Response:
        logger.warning("not kept: %s", error)
        refusal = RefusedError(503, "Nothing was kept: the operator has to put something right.", Retry_After="60")
        return respond(refuse(passage_of(request), refusal, request.headers))

    @app.exception_handler(Exception)
    async def show_bug(request: Request, error: Exception) -> Response:
        # Where it was and of which kind, not what it says: that may be a person's.
        places = "".join(traceback.format_tb(error.__traceback__))
        logger.error("%s\n%s", type(error).__name__, places)
        refusal = RefusedError(500, "This is a bug. The log has where.")
        return respond(refuse(passage_of(request), refusal, request.headers))

    def write_openapi() -> dict[str, Any]:
        document = FastAPI.openapi(app)
        schemes = {"key": {"type": "http", "scheme": "bearer"}, "user": {"type": "http", "scheme": "basic"}}
        document.setdefault("components", {})["securitySchemes"] = schemes
        return document

    app.openapi = write_openapi  # type: ignore[method-assign]
    doors = [dialect.DOOR for dialect in DIALECTS]
    return Gate(app, home=desk.home, settings=desk.settings, doors=doors, clock=desk.clock)


def _list_methods(app: FastAPI, path: str) -> list[str]:
    """Return by which methods an address can be called: of all its routes, where Starlette tells those of the first."""
    routes = [route for route in app.routes if isinstance(route, APIRoute) and route.path_regex.match(path)]
    return sorted({method for route in routes for method in route.methods or ()})


class Looking(threading.Thread):
    """What looks again and again beside the doors, until it is stopped."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(name=type(self).__name__.lower(), daemon=True)
        self.desk = desk
        self.stopped = threading.Event()

    def list_chores(self) -> Sequence[Callable[[datetime], None]]:
        """Return what is done at each look, in order."""
        raise NotImplementedError

    def run(self) -> None:
        """Look until stopped; what goes wrong with one chore keeps the others from nothing."""
        while not self.stopped.wait(LOOK_EVERY):
            now = self.desk.clock()
            for chore in self.list_chores():
                try:
                    chore(now)
                except Exception as error:  # noqa: BLE001  a bug in one look must not end all looks
                    logger.error("%s: %s\n%s", chore.__name__, type(error).__name__, _trace(error))


class Deliveries(Looking):
    """The outbox, apart from the imports: a server that does not answer holds none of them up."""

    def __init__(self, desk: Desk, environment: Mapping[str, str]) -> None:
        super().__init__(desk)
        self.environment = environment

    def list_chores(self) -> Sequence[Callable[[datetime], None]]:
        """Return the one chore."""
        return (self.send,)

    def send(self, now: datetime) -> None:
        """Deliver what is due."""
        deliver(self.desk.home, self.desk.settings, self.environment, now)


class Chores(Looking):
    """Imports: those of queued jobs, those that a killed process left, and those that were held."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.resting: dict[str, datetime] = {}
        self.settled_at: datetime | None = None

    def list_chores(self) -> Sequence[Callable[[datetime], None]]:
        """Return the chores."""
        return (self.import_open, self.settle)

    def import_open(self, now: datetime) -> None:
        """Import what is queued and what was left behind; what Dagster's queue is for, if it does not."""
        jobs = list_open(self.desk.home)
        leaves = any(job.is_large for job in jobs) and is_dagster_here(self.desk.home, now)
        for job in jobs:
            patience = STALE if not job.is_large else LEFT if leaves and job.state == "received" else timedelta(0)
            is_fresh = now - job.received_at < patience
            if is_fresh or self.resting.get(job.job_id, now) > now or self.stopped.is_set():
                continue
            self._import(job, now)

    def settle(self, now: datetime) -> None:
        """Tell of imports that were held, once a person has decided, and of those that came another way."""
        if self.settled_at is None or now - self.settled_at >= SETTLE_EVERY:
            self.settled_at = now
            for job in list_held(self.desk.home):
                settle_held(self.desk.home, job, now)
            collect_responses(self.desk.home, now)

    def _import(self, job: Job, now: datetime) -> None:
        try:
            carry_out(self.desk.home, job.job_id, now)
        except UserError as error:
            logger.warning("%s waits: %s", job.job_id, error)
            self.resting[job.job_id] = now + REST
        except Exception:
            self.resting[job.job_id] = now + REST
            raise


def import_queued(home: Home, job_id: str, now: datetime) -> Job:
    """Import a job's drop in a process that is no server; see ``carry_out``."""
    return carry_out(home, job_id, now)


def _trace(error: Exception) -> str:
    return "".join(traceback.format_tb(error.__traceback__))


class _PatientProtocol(H11Protocol):
    """HTTP/1.1 that hangs up on whoever connects and never says a request."""

    has_begun = False

    def handle_events(self) -> None:
        super().handle_events()
        self.has_begun = self.has_begun or self.cycle is not None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.loop.call_later(FIRST_BYTE_SECONDS, self._hang_up)

    def _hang_up(self) -> None:
        if not self.has_begun and not self.transport.is_closing():
            self.transport.close()


def require_safe(home: Home, host: str, now: datetime) -> None:
    """Refuse to listen where others can reach us while nobody could be told apart. Raises UserError."""
    if host not in LOOPBACK and not has_credentials(home, now):
        fact = f"{host} can be reached by others, and no key or user is in force."
        raise UserError("serve", fact, "First: leadmill keys create NAME --scope write:contacts.")


def serve(
    home: Home,
    host: str,
    port: int,
    settings: DoorSettings,
    clock: Callable[[], datetime],
    tell: Callable[[str], None],
) -> None:
    """Open the doors until interrupted. Raises UserError where the address cannot be listened on."""
    home.make()
    require_safe(home, host, clock())
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen()  # whoever is told of the address finds it open
        except OSError as error:
            raise UserError(f"{host}:{port}", f"It cannot be listened on: {error.strerror}.", "Say --port.") from None
        desk = Desk(home, settings, clock)
        config = uvicorn.Config(
            build_app(desk),
            http=_PatientProtocol,
            ws="none",
            lifespan="off",
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=15,
            timeout_graceful_shutdown=30,
        )
        beside: list[Looking] = [Chores(desk), Deliveries(desk, os.environ)]
        for each in beside:
            each.start()
        shown = f"[{host}]" if ":" in host else host
        tell(f"Listening on http://{shown}:{listener.getsockname()[1]} for {home.root}. Stop: Ctrl-C.")
        desk.warm_up()
        try:
            uvicorn.Server(config).run(sockets=[listener])
        finally:
            for each in beside:
                each.stopped.set()
            desk.worker.shutdown()
            for each in beside:
                each.join(timeout=60)
