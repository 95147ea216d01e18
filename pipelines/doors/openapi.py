"""What the OpenAPI document says of each address: summaries, bodies with examples, and every answer there is."""

from typing import Any

TEXT = {"type": "string"}
FLAG = {"type": "boolean"}
COUNT = {"type": "integer", "minimum": 0}
ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {"type": "object", "required": ["code", "message"], "properties": {"code": TEXT, "message": TEXT}}
    },
}
LEADLEX_JOB = {
    "type": "object",
    "required": ["data"],
    "properties": {
        "data": {
            "type": "object",
            "required": ["job_id", "status", "created_count", "updated_count", "skipped_count", "errors"],
            "properties": {
                "job_id": TEXT,
                "status": {"enum": ["queued", "processing", "completed", "held", "failed", "cancelled", "undone"]},
                "created_count": COUNT,
                "updated_count": COUNT,
                "skipped_count": COUNT,
                "errors": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["row_number", "code", "message"],
                        "properties": {"row_number": COUNT, "code": TEXT, "message": TEXT},
                    },
                },
                "message": TEXT,
            },
        }
    },
}
LEADLEX_BODY = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "rows": {"type": "array", "minItems": 1, "items": {"type": "object"}},
        "csv": TEXT,
        "has_header": {"type": "boolean", "default": True},
        "mapping": {"type": "object", "additionalProperties": TEXT},
        "update_existing": {"type": "boolean", "default": False},
        "tags": {"type": "array", "items": TEXT},
    },
}
LEADLEX_EXAMPLE = {
    "rows": [
        {"full_name": "Jane Doe", "email": "jane@acme.com"},
        {"full_name": "Bob Smith", "email": "bob@beta.com"},
    ]
}
LEADLEX_ANSWER = {
    "data": {
        "job_id": "imp_01HY1",
        "status": "completed",
        "created_count": 2,
        "updated_count": 0,
        "skipped_count": 0,
        "errors": [],
    }
}
SAID = {
    200: "Done.",
    202: "Kept, and queued: see the job.",
    400: "The request says it wrongly.",
    401: "Invalid or expired credentials.",
    403: "The permission is missing.",
    404: "There is none.",
    405: "Another method.",
    408: "The request came too slowly.",
    409: "The Idempotency-Key came with another request.",
    413: "The payload is too large.",
    415: "Another content type.",
    429: "The rate limit is exceeded, or too much goes on at once. Retry-After says when.",
    503: "Kept, but not imported yet: the operator has to put something right.",
}
ALWAYS = (401, 403, 404, 405, 408, 429)
WRITING = (400, 413, 503)


def _answers(statuses: dict[int, Any], refusals: tuple[int, ...], error: dict[str, Any], kinds: tuple[str, ...]) -> Any:  # noqa: ANN401
    answers = {status: {"description": SAID[status], "content": content} for status, content in statuses.items()}
    for status in sorted({*ALWAYS, *refusals} - set(statuses)):
        answers[status] = {"description": SAID[status], "content": {kind: {"schema": error} for kind in kinds}}
    return answers


def _in_path(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema}


JSON_KINDS = ("application/json",)
OPERATIONS: dict[str, dict[str, Any]] = {
    "leadlex_import": {
        "summary": "Import contacts (LeadLex)",
        "responses": _answers(
            {
                200: {"application/json": {"schema": LEADLEX_JOB, "example": LEADLEX_ANSWER}},
                202: {"application/json": {"schema": LEADLEX_JOB}},
            },
            (*WRITING, 409, 415),
            ERROR,
            JSON_KINDS,
        ),
        "openapi_extra": {
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": LEADLEX_BODY, "example": LEADLEX_EXAMPLE}},
            },
            "parameters": [
                {
                    "name": "Idempotency-Key",
                    "in": "header",
                    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
                }
            ],
            "security": [{"key": []}, {"user": []}],
        },
    },
    "leadlex_job": {
        "summary": "How far an import is (LeadLex)",
        "responses": _answers({200: {"application/json": {"schema": LEADLEX_JOB}}}, (), ERROR, JSON_KINDS),
        "openapi_extra": {"parameters": [_in_path("job_id", TEXT)], "security": [{"key": []}, {"user": []}]},
    },
}


def describe(name: str) -> dict[str, Any]:
    """Return what a route is given to be documented by: FastAPI's own arguments."""
    return {"operation_id": name, **OPERATIONS[name]}
