"""What the doors share behind the gate: reading a body, importing at once, waiting for whoever does it already."""

import asyncio
import logging
import math
import threading
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from pipelines.doors.access import Caller
from pipelines.doors.answers import Answer, RefusedError
from pipelines.doors.gate import passage_of
from pipelines.doors.intake import Drop, carry_out, receive
from pipelines.doors.jobs import Job, find_job
from pipelines.doors.settings import DoorSettings
from pipelines.errors import UserError
from pipelines.home import Home
from pipelines.importing import import_drop
from pipelines.templates.reading import NAME
from pipelines.templates.saved import load_template
from pipelines.templates.template import Template, build_template

logger = logging.getLogger("leadmill.doors")
# Weight of the newest import in what one is expected to take; what is expected before the first.
WEIGHT, FIRST_GUESS = 0.2, 0.3
MAX_KEY = 255
PATIENCE_FOR_OTHERS, POLL = 30.0, 0.05
LATEST_TURN = 60.0
# What is imported for nothing before anybody comes; the number is one that Ofcom keeps for drama.
REHEARSED = "email,phone\nnobody@example.com,07700 900000\n"
REHEARSAL: dict[str, Any] = {
    "name": "rehearsal",
    "supplier": "Rehearsal",
    "list": {"mode": "named", "name": "Rehearsal"},
    "hold_above": 1.0,
    "mapping": {"email": "email", "phone1": "phone"},
    "dedupe": {"keys": ["phone", "email"], "scope": ["file", "global"], "action": "keep_existing"},
}


class Desk:
    """The home, the clock and the limits, and the one thread that imports what is answered at once."""

    def __init__(self, home: Home, settings: DoorSettings, clock: Callable[[], datetime]) -> None:
        self.home, self.settings, self.clock = home, settings, clock
        self.worker = ThreadPoolExecutor(1, thread_name_prefix="imports-at-once")
        self.waiting = 0
        self.expected = FIRST_GUESS
        self.next_turn = 0.0
        self.lock = threading.Lock()

    def warm_up(self) -> None:
        """Rehearse an import, so that the first that somebody waits for finds loaded what is loaded once."""
        self.worker.submit(self._rehearse)

    def _rehearse(self) -> None:
        with suppress(UserError), TemporaryDirectory() as folder:
            drop = Path(folder) / "rehearsal.csv"
            drop.write_text(REHEARSED)
            import_drop(drop, build_template(REHEARSAL, "rehearsal"), self.home, dry_run=True, now=self.clock())

    async def read_body(self, request: Request) -> bytes:
        """Return a request's body; the gate has it counted."""
        return b"".join([piece async for piece in self.stream(request)])

    async def stream(self, request: Request) -> AsyncIterator[bytes]:
        """Yield a request's body as it comes in."""
        try:
            async for piece in request.stream():
                yield piece
        except ClientDisconnect:
            raise RefusedError(400, "The request ended before it was whole.") from None

    def take(self, drop: Drop) -> tuple[Job, bool]:
        """Keep a drop, if its turn comes soon; return its job and whether we are to import it at once.

        Raises RefusedError (429) where too many wait.
        """
        with self.lock:
            # A list is only as long as people wait for it; the first in it always goes.
            wait = (self.waiting + 1) * self.expected
            if not drop.is_large and self.waiting and wait > self.settings.patience_seconds:
                raise RefusedError(429, "Too many imports are in progress.", Retry_After=str(self._give_turn(wait)))
            self.waiting += 0 if drop.is_large else 1
        try:
            job, is_new = receive(self.home, drop, self.clock())
        except BaseException:
            self._leave(drop.is_large)
            raise
        if not is_new:
            self._leave(drop.is_large)
        return job, is_new and not drop.is_large

    def _give_turn(self, wait: float) -> int:
        """Return in how many seconds to come again: everybody at another time, so that few come in vain."""
        now = time.monotonic()
        self.next_turn = min(max(self.next_turn, now + wait) + self.expected, now + LATEST_TURN)
        return math.ceil(self.next_turn - now)

    async def settle(self, job: Job, is_ours: bool) -> Answer:
        """Return a job's answer: at once if it has one, else once it is imported, by us or by whoever is at it."""
        if is_ours:
            # As a task: the import goes on, and is counted, also when the client has left.
            job = await asyncio.shield(asyncio.ensure_future(self._take_turn(job)))
        deadline = time.monotonic() + PATIENCE_FOR_OTHERS
        while job.answer is None:
            if time.monotonic() > deadline:
                raise RefusedError(503, "The import of this request is still going on.", Retry_After="5")
            await asyncio.sleep(POLL)
            job = await run_in_threadpool(find_job, self.home, job.job_id) or job  # type: ignore[arg-type]
        return job.answer

    async def _take_turn(self, job: Job) -> Job:
        try:
            return await asyncio.get_running_loop().run_in_executor(self.worker, self._carry_out, job)
        except UserError as error:
            logger.warning("%s waits: %s", job.job_id, error)
            message = "The drop is kept, and is imported once the operator has put things right."
            raise RefusedError(503, message, Retry_After="60") from None
        finally:
            self._leave(is_large=False)

    def _carry_out(self, job: Job) -> Job:
        started = time.perf_counter()
        done = carry_out(self.home, job.job_id, self.clock())
        with self.lock:
            self.expected += WEIGHT * (time.perf_counter() - started - self.expected)
        return done

    def _leave(self, is_large: bool) -> None:
        if not is_large:
            with self.lock:
                self.waiting -= 1

    def find_template(
        self, caller: Caller, name: str, overrides: dict[str, object]
    ) -> tuple[Template, dict[str, str]] | None:
        """Return a saved template for a caller with overrides; null where there is none or it may not be used."""
        is_name = NAME.fullmatch(name) is not None
        if not is_name or not caller.may_use(name) or not (self.home.templates / f"{name}.yaml").is_file():
            return None
        return load_template(self.home, name, overrides)


def caller_of(request: Request) -> Caller:
    """Return who sent a request; the gate lets nobody else through."""
    caller = passage_of(request).caller
    if caller is None:
        raise RefusedError(401, "Invalid or expired credentials.")
    return caller


def read_key(headers: Headers) -> str | None:
    """Return the Idempotency-Key of a request; null where there is none. Raises RefusedError (400) for a wrong one."""
    key = headers.get("idempotency-key")
    if key is not None and not (0 < len(key) <= MAX_KEY and key.isprintable()):
        raise RefusedError(400, f"Idempotency-Key has 1 to {MAX_KEY} printable characters.")
    return key


def respond(answer: Answer) -> Response:
    """Return an answer as Starlette sends it."""
    return Response(answer.body, answer.status, answer.headers, answer.content_type)


def refuse_input(error: UserError) -> RefusedError:
    """Return an error of the user's as a refusal."""
    return RefusedError(400, " ".join(f"{error.where}: {error.fact} {error.remedy}".split()))
