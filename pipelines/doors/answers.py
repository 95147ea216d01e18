"""What is answered by HTTP: bytes that are kept, and refusals that each dialect words in its own way."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

JSON, XML = "application/json", "application/xml"
CODES = {
    400: "validation_error",
    401: "invalid_key",
    403: "insufficient_permissions",
    404: "not_found",
    405: "method_not_allowed",
    408: "request_timeout",
    409: "conflict",
    413: "payload_too_large",
    415: "unsupported_media_type",
    429: "rate_limited",
    500: "internal_error",
    503: "unavailable",
}


@dataclass(frozen=True)
class Answer:
    """A status, a content type and the bytes; ``headers`` are those of this answer alone."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


class RefusedError(Exception):
    """A request that is not done: its status, a code and a sentence. Nothing of a person belongs in it.

    ``method`` is the request's and ``at`` when it came: the gate knows them before a door words the refusal.
    """

    def __init__(self, status: int, message: str, code: str | None = None, **headers: str) -> None:
        self.status = status
        self.code = code or CODES[status]
        self.message = message
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.method = ""
        self.at = datetime.min.replace(tzinfo=UTC)
        super().__init__(f"{status} {self.code}: {message}")


def answer_json(document: object, status: int = 200, **headers: str) -> Answer:
    """Return a document as JSON."""
    body = json.dumps(document, ensure_ascii=False, allow_nan=False).encode(errors="replace")
    return Answer(status, body, JSON, {name.replace("_", "-"): value for name, value in headers.items()})


def refuse_json(refusal: RefusedError) -> Answer:
    """Return a refusal as most of the world writes it: ``{"error": {"code": …, "message": …}}``."""
    document = {"error": {"code": refusal.code, "message": refusal.message}}
    return Answer(
        refusal.status, json.dumps(document, ensure_ascii=False).encode(errors="replace"), JSON, refusal.headers
    )
