"""What the OpenAPI document says of each address: summaries, bodies with examples, and every answer there is."""

from typing import Any

TEXT = {"type": "string"}
FLAG = {"type": "boolean"}
COUNT = {"type": "integer", "minimum": 0}
NOTHING = {"type": "null"}
FAULT = {"type": "object", "required": ["code", "message"], "properties": {"code": TEXT, "message": TEXT}}
ERROR = {"type": "object", "required": ["error"], "properties": {"error": FAULT}}
STATUS = {"enum": ["queued", "processing", "completed", "held", "failed", "cancelled", "undone"]}
ROW_ERRORS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["row_number", "code", "message"],
        "properties": {"row_number": COUNT, "code": TEXT, "message": TEXT},
    },
}
COUNTS = ("rows_received", "created", "updated", "rejected", "quarantined")
AMEYO_FORM = {
    "type": "object",
    "additionalProperties": False,
    "required": ["file", "user_id", "header_mapping"],
    "properties": {
        "file": {"type": "string", "format": "binary", "description": "CSV with a header."},
        "user_id": {"type": "string", "minLength": 1, "maxLength": 255, "description": "Who starts the upload."},
        "update_duplicate": {"type": "boolean", "description": "Known contacts are updated, else left."},
        "churn_updated_records": {"type": "boolean", "description": "What is updated is dialled anew."},
        "migrate": {"type": "boolean", "description": "Known contacts move to this lead list."},
        "header_mapping": {
            "type": "object",
            "description": "JSON: for each field, by its name, the header or nothing.",
            "properties": dict.fromkeys(("name", "email", "timezone", *(f"phone{slot}" for slot in range(1, 6))), TEXT),
            "additionalProperties": {"type": ["string", "null"]},
        },
    },
}
AMEYO_MAPPING = dict.fromkeys(("twitter", "timezone", "facebook", "phone2"), "") | {"name": "customer_name"}
AMEYO_MAPPING |= dict.fromkeys(("phone3", "phone4", "phone5", "email"), "") | {"phone1": "phone1"}
AMEYO_EXAMPLE = {
    "file": "customer_name,phone1\nJane Doe,07400900123\n",
    "user_id": "john",
    "update_duplicate": False,
    "churn_updated_records": False,
    "migrate": False,
    "header_mapping": AMEYO_MAPPING,
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
                "status": STATUS,
                "created_count": COUNT,
                "updated_count": COUNT,
                "skipped_count": COUNT,
                "errors": ROW_ERRORS,
                "message": TEXT,
            },
        }
    },
}
LEADLEX_CONTACT = {
    "type": "object",
    "properties": dict.fromkeys(("email", "phone", "full_name", "company", "address", "postcode", "notes"), TEXT),
}
LEADLEX_BODY = {
    "type": "object",
    "additionalProperties": False,
    "oneOf": [{"required": ["rows"]}, {"required": ["csv", "mapping"]}],
    "properties": {
        "rows": {"type": "array", "minItems": 1, "items": LEADLEX_CONTACT},
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
    503: "Not imported yet, or nothing was kept, as the message says: the operator has to put something right.",
}
ALWAYS = (401, 403, 404, 405, 408, 429, 503)
WRITING = (400, 413)


def _answers(
    statuses: dict[int, Any],
    refusals: tuple[int, ...],
    error: dict[str, Any],
    kinds: tuple[str, ...],
    links: dict[str, Any] | None = None,
) -> Any:  # noqa: ANN401
    answers = {status: {"description": SAID[status], "content": content} for status, content in statuses.items()}
    for answer in answers.values() if links else ():
        answer["links"] = links
    for status in sorted({*ALWAYS, *refusals} - set(statuses)):
        answers[status] = {"description": SAID[status], "content": {kind: {"schema": error} for kind in kinds}}
    return answers


def _link(operation: str, **parameters: str) -> dict[str, Any]:
    """Return where an answer leads: an operation, and what its parameters are taken from."""
    taken = {name: f"${source}" for name, source in parameters.items()}
    return {operation: {"operationId": operation, "parameters": taken}}


def in_path(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Return the parameter of an address."""
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _envelop(data: dict[str, Any], error: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of Ameyo's envelope around some data and an error."""
    names = ("data", "http_code", "error_data")
    each = {
        "type": "object",
        "required": list(names),
        "properties": dict(zip(names, (data, COUNT, error), strict=True)),
    }
    return {
        "type": "object",
        "required": ["metadata", "method", "response", "http_code", "request_id"],
        "properties": {
            "metadata": NOTHING,
            "method": TEXT,
            "response": {"type": "array", "minItems": 1, "maxItems": 1, "items": each},
            "http_code": COUNT,
            "request_id": NOTHING,
        },
    }


AMEYO_NUMBER = {"type": "integer", "format": "int64", "minimum": 1}
AMEYO_UPLOADED = _envelop({"type": "object", "required": ["task_id"], "properties": {"task_id": AMEYO_NUMBER}}, NOTHING)
AMEYO_TASK = _envelop(
    {
        "type": "object",
        "required": ["task_id", "status", "import_id", *COUNTS, "errors"],
        "properties": {
            "task_id": AMEYO_NUMBER,
            "status": STATUS,
            "import_id": {"type": ["string", "null"]},
            **dict.fromkeys(COUNTS, COUNT),
            "errors": ROW_ERRORS,
        },
    },
    {"anyOf": [FAULT, NOTHING]},
)
AMEYO_ERROR = _envelop(NOTHING, FAULT)
AMEYO_ANSWER = {
    "metadata": None,
    "method": "POST",
    "response": [{"data": {"task_id": 4231888909951751}, "http_code": 200, "error_data": None}],
    "http_code": 200,
    "request_id": None,
}
AMEYO_IDS = {"cc": "1", "process": "13", "lead_list": "17"}
AMEYO_PATH = [{**in_path(name, TEXT), "example": example} for name, example in AMEYO_IDS.items()]
AMEYO_SAME = {name: f"request.path.{name}" for name in AMEYO_IDS}
JSON_KINDS = ("application/json",)
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
OPERATIONS: dict[str, dict[str, Any]] = {
    "ameyo_upload": {
        "summary": "Upload contacts (Ameyo)",
        "responses": _answers(
            {200: {"application/json": {"schema": AMEYO_UPLOADED, "example": AMEYO_ANSWER}}},
            (*WRITING, 415),
            AMEYO_ERROR,
            JSON_KINDS,
            _link("ameyo_task", task_id="response.body#/response/0/data/task_id", **AMEYO_SAME),
        ),
        "openapi_extra": {
            "requestBody": {
                "required": True,
                "content": {"multipart/form-data": {"schema": AMEYO_FORM, "example": AMEYO_EXAMPLE}},
            },
            "parameters": AMEYO_PATH,
            "security": [{"user": []}, {"key": []}],
        },
    },
    "ameyo_task": {
        "summary": "How far an upload is (Ameyo)",
        "responses": _answers({200: {"application/json": {"schema": AMEYO_TASK}}}, (), AMEYO_ERROR, JSON_KINDS),
        "openapi_extra": {
            "parameters": [*AMEYO_PATH, in_path("task_id", AMEYO_NUMBER)],
            "security": [{"user": []}, {"key": []}],
        },
    },
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
            _link("leadlex_job", job_id="response.body#/data/job_id"),
        ),
        "openapi_extra": {
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": LEADLEX_BODY, "example": LEADLEX_EXAMPLE}},
            },
            "parameters": [IDEMPOTENCY_KEY],
            "security": [{"key": []}, {"user": []}],
        },
    },
    "leadlex_job": {
        "summary": "How far an import is (LeadLex)",
        "responses": _answers({200: {"application/json": {"schema": LEADLEX_JOB}}}, (), ERROR, JSON_KINDS),
        "openapi_extra": {"parameters": [in_path("job_id", TEXT)], "security": [{"key": []}, {"user": []}]},
    },
}


def describe(name: str) -> dict[str, Any]:
    """Return what a route is given to be documented by: FastAPI's own arguments."""
    return {"operation_id": name, **OPERATIONS[name]}
