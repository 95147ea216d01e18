"""What the OpenAPI document says of MaxContact's door."""

from typing import Any

from pipelines.doors.openapi import ALWAYS, COUNT, ERROR, IDEMPOTENCY_KEY, OPERATIONS, SAID, TEXT, WRITING, in_path

IMPORT_LEADS, SHOW_IMPORT = "maxcontact_import", "maxcontact_job"
IMPORT = {
    "type": "object",
    "xml": {"name": "import"},
    "required": ["job_id", "import_id", "template", "status", "rows_received", "created", "updated", "rejected",
                 "quarantined", "message", "errors"],
    "properties": {
        "job_id": TEXT,
        "import_id": {"type": ["string", "null"]},
        "template": TEXT,
        "status": {"enum": ["queued", "processing", "completed", "held", "failed", "cancelled", "undone"]},
        **dict.fromkeys(("rows_received", "created", "updated", "rejected", "quarantined"), COUNT),
        "message": {"type": ["string", "null"]},
        "errors": {
            "type": "array",
            "xml": {"wrapped": True},
            "items": {
                "type": "object",
                "xml": {"name": "error"},
                "required": ["row_number", "code", "message"],
                "properties": {"row_number": COUNT, "code": TEXT, "message": TEXT},
            },
        },
    },
}  # fmt: skip
ANSWER = {
    "job_id": "imp_01HY1",
    "import_id": "20260301-0dd9ea7e91",
    "template": "web",
    "status": "completed",
    "rows_received": 1,
    "created": 1,
    "updated": 0,
    "rejected": 0,
    "quarantined": 0,
    "message": None,
    "errors": [],
}
LEADS = {"leads": [{"firstname": "Jane", "phone": "07400 123456"}]}
BODY = {
    "oneOf": [
        {"type": "object"},
        {"type": "array", "minItems": 1, "items": {"type": "object"}},
    ]
}
XML_ERROR = {
    "type": "object",
    "xml": {"name": "error"},
    "required": ["code", "message"],
    "properties": {"code": TEXT, "message": TEXT},
}


def _refuse_twofold(*statuses: int) -> dict[int, Any]:
    """Return refusals of the statuses in JSON and in XML."""
    content = {"application/json": {"schema": ERROR}, "application/xml": {"schema": XML_ERROR}}
    return {status: {"description": SAID[status], "content": content} for status in statuses}


_BOTH = {"application/json": {"schema": IMPORT}, "application/xml": {"schema": IMPORT}}
OPERATIONS[IMPORT_LEADS] = {
    "summary": "Import leads by a saved template, in its request format (MaxContact)",
    "responses": {
        200: {
            "description": SAID[200],
            "content": {**_BOTH, "application/json": {"schema": IMPORT, "example": ANSWER}},
        },
        202: {"description": SAID[202], "content": _BOTH},
        **_refuse_twofold(*sorted({*ALWAYS, *WRITING, 409, 415})),
    },
    "openapi_extra": {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": BODY, "example": LEADS},
                "application/xml": {
                    "schema": {"type": "object", "xml": {"name": "leads"}},
                    "example": "<leads><lead><firstname>Jane</firstname><phone>07400 123456</phone></lead></leads>",
                },
            },
        },
        "parameters": [in_path("template", TEXT), IDEMPOTENCY_KEY],
        "security": [{"key": []}, {"user": []}],
    },
}
OPERATIONS[SHOW_IMPORT] = {
    "summary": "How far an import by a template is (MaxContact)",
    "responses": {200: {"description": SAID[200], "content": _BOTH}, **_refuse_twofold(*ALWAYS)},
    "openapi_extra": {
        "parameters": [in_path("template", TEXT), in_path("job_id", TEXT)],
        "security": [{"key": []}, {"user": []}],
    },
}
