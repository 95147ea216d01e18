"""What every request passes before it is read, and on its way out: who sends it, how much, how fast, and the record.

Pure ASGI, so that a body is counted while it comes in: what is too much is never kept. Refusals are worded by the
dialect whose address was called. Source: issue 8, Access and Limits; checklist LL-021, LL-024..027.
"""

import asyncio
import base64
import hashlib
import hmac
import os
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request

from pipelines.accesses import note_access
from pipelines.doors.access import READ, WRITE, Caller, digest_password, find_key, find_user, is_password
from pipelines.doors.answers import Answer, RefusedError, refuse_json
from pipelines.doors.settings import MEGABYTE, DoorSettings
from pipelines.home import Home

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Refuse = Callable[[RefusedError, Headers], Answer]
IDLE_SECONDS = 10.0
RATE = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
WINDOW = 60
# How much of bodies is kept at once, of all requests together.
MAX_BUFFERED = 256 * MEGABYTE
DUMMY = digest_password("nobody", b"\0" * 16)


@dataclass(frozen=True)
class Door:
    """Where a dialect is spoken (the beginning of its addresses) and how it words a refusal."""

    name: str
    prefix: str
    refuse: Refuse


@dataclass
class Passage:
    """One request on its way: its id, door and time, who sent it, how much has come, and what is left of the rate."""

    request_id: str
    door: Door | None
    method: str
    at: datetime
    caller: Caller | None = None
    status: int = 0
    received: int = 0
    rate: dict[str, str] = field(default_factory=dict)


class Gate:
    """The middleware in front of the doors."""

    def __init__(
        self, app: App, *, home: Home, settings: DoorSettings, doors: list[Door], clock: Callable[[], datetime]
    ) -> None:
        self.app, self.home, self.settings, self.doors, self.clock = app, home, settings, doors, clock
        self.inside = 0
        self.buffered = 0
        self.rates: dict[str, tuple[int, int]] = {}
        # Passwords that were right lately, under a key of this process: stretching each again would cost 40 ms.
        self.salt = os.urandom(32)
        self.right: dict[bytes, tuple[str, str]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through or refuse it, and note it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        door = next((door for door in self.doors if scope["path"].startswith(door.prefix)), None)
        passage = Passage(str(uuid4()), door, scope["method"], self.clock())
        scope.setdefault("state", {})["passage"] = passage
        headers = Headers(scope=scope)
        self.inside += 1
        try:
            if _is_preflight(scope, headers):
                await send_answer(Answer(200, b"", "text/plain"), self._watch(send, headers, passage))
                return
            await self._check(scope, headers, passage)
            await self.app(scope, self._count(receive, passage), self._watch(send, headers, passage))
        except RefusedError as refusal:
            answer = refuse(passage, refusal, headers)
            await send_answer(answer, self._watch(send, headers, passage))
        except Exception:  # noqa: BLE001  it is answered and logged by now; its message may be a person's
            passage.status = passage.status or 500
        finally:
            self.inside -= 1
            self.buffered -= passage.received
            if door is not None:
                await run_in_threadpool(self._note, scope, passage)

    async def _check(self, scope: Scope, headers: Headers, passage: Passage) -> None:
        if passage.door is None or scope["method"] == "OPTIONS":
            return
        if self.inside > self.settings.at_once or self.buffered > MAX_BUFFERED:
            raise RefusedError(429, "Too many requests at once.", Retry_After="1")
        passage.caller = await run_in_threadpool(self._authenticate, headers)
        self._meter(passage)
        scopes = {READ, WRITE} if scope["method"] in ("GET", "HEAD") else {WRITE}
        if not scopes & set(passage.caller.scopes):
            raise RefusedError(403, f"This needs the permission {WRITE}.")
        declared = headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > self.settings.max_bytes:
            raise self._too_large()

    def _authenticate(self, headers: Headers) -> Caller:
        """Return who sends a request: a key by Bearer, a user by Basic. Raises RefusedError."""
        scheme, _, rest = headers.get("authorization", "").partition(" ")
        caller = None
        if scheme.lower() == "bearer":
            caller = find_key(self.home, rest.strip(), self.clock())
        elif scheme.lower() == "basic":
            try:
                name, colon, password = base64.b64decode(rest.strip(), validate=True).decode().partition(":")
            except ValueError:  # no base64, or no UTF-8
                name = colon = password = ""
            caller = self._find_user(name, password) if colon else None
        if caller is None:
            raise RefusedError(
                401, "Invalid or expired credentials.", WWW_Authenticate='Bearer, Basic realm="leadmill"'
            )
        return caller

    def _find_user(self, name: str, password: str) -> Caller | None:
        known = find_user(self.home, name, self.clock())
        caller, kept = known or (None, DUMMY)  # as long for a name that is not there
        mark = hmac.digest(self.salt, f"{name}:{password}".encode(), hashlib.sha256)
        if self.right.get(mark) == (name, kept):
            return caller
        if not is_password(password, kept) or caller is None:
            return None
        if len(self.right) > 1000:
            self.right.clear()
        self.right[mark] = (name, kept)
        return caller

    def _meter(self, passage: Passage) -> None:
        """Count a request against its caller's minute. Raises RefusedError once that is used up."""
        assert passage.caller  # noqa: S101  authenticated before
        now = int(self.clock().timestamp())
        window, limit = now // WINDOW, self.settings.rate_per_minute
        known, used = self.rates.get(passage.caller.name, (window, 0))
        used = used + 1 if known == window else 1
        self.rates[passage.caller.name] = (window, used)
        reset = (window + 1) * WINDOW
        passage.rate = {
            name: str(value) for name, value in zip(RATE, (limit, max(0, limit - used), reset), strict=True)
        }
        if used > limit:
            raise RefusedError(429, "Rate limit exceeded.", Retry_After=str(reset - now))

    def _too_large(self) -> RefusedError:
        return RefusedError(413, f"Payload exceeds {self.settings.max_megabytes} MB.", Connection="close")

    def _count(self, receive: Receive, passage: Passage) -> Receive:
        """Return a receive that counts, and waits for a slow client only so long."""
        started: float | None = None

        async def counted() -> MutableMapping[str, Any]:
            nonlocal started
            loop = asyncio.get_running_loop()
            started = loop.time() if started is None else started
            left = min(IDLE_SECONDS, started + self.settings.body_seconds - loop.time())
            if passage.status:  # answered: the wait is for the client to leave
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), max(left, 0.01))
            except TimeoutError:
                raise RefusedError(408, "The request came too slowly.", Connection="close") from None
            size = len(message.get("body", b""))
            passage.received += size
            self.buffered += size
            if passage.received > self.settings.max_bytes:
                raise self._too_large()
            return message

        return counted

    def _watch(self, send: Send, headers: Headers, passage: Passage) -> Send:
        async def watched(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                passage.status = message["status"]
                more = {"X-Request-ID": passage.request_id, **passage.rate, **self._allow_origin(headers)}
                message["headers"] = [
                    *message.get("headers", ()),
                    *((name.lower().encode(), value.encode()) for name, value in more.items()),
                ]
            await send(message)

        return watched

    def _allow_origin(self, headers: Headers) -> dict[str, str]:
        """Return what lets a page of another host read the answer, if that host is named (checklist AM-007)."""
        origin = headers.get("origin")
        if origin is None or origin not in self.settings.origins:
            return {}
        allowed = "authorization, content-type, idempotency-key"
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Headers": allowed,
            "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE",
            "Access-Control-Expose-Headers": f"X-Request-ID, {', '.join(RATE)}",
            "Vary": "Origin",
        }

    def _note(self, scope: Scope, passage: Passage) -> None:
        """Write a request into the audit log: by whom, to which door, what was answered; no path as it was sent."""
        user = passage.caller.name if passage.caller else "unknown"
        route = scope.get("route")
        place = getattr(route, "path", None) or (passage.door.prefix if passage.door else "")
        detail = f"{passage.status} {passage.request_id}"
        note_access(self.home, self.clock(), user, f"http {scope['method']}", place, detail)


def _is_preflight(scope: Scope, headers: Headers) -> bool:
    """Tell whether a browser asks what a page may send; which pages may is in the headers that the answer gets."""
    return scope["method"] == "OPTIONS" and "access-control-request-method" in headers and "origin" in headers


def refuse(passage: Passage, refusal: RefusedError, headers: Headers) -> Answer:
    """Return a refusal in the words of the door that was called."""
    refusal.method, refusal.at = passage.method, passage.at
    answer = passage.door.refuse(refusal, headers) if passage.door else refuse_json(refusal)
    return Answer(answer.status, answer.body, answer.content_type, {**answer.headers, **refusal.headers})


async def send_answer(answer: Answer, send: Send) -> None:
    """Send an answer whole."""
    headers = {"content-type": answer.content_type, "content-length": str(len(answer.body)), **answer.headers}
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    await send({"type": "http.response.body", "body": answer.body})


def passage_of(request: Request) -> Passage:
    """Return what the gate found out about a request."""
    passage: Passage = request.scope["state"]["passage"]
    return passage
