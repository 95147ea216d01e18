"""What the OpenAPI document says of CheckMarket's addresses: bodies, examples and every answer there is."""

from typing import Any

from pipelines.doors.checkmarket.configuration import CLOCK, BaseImportConfig
from pipelines.doors.checkmarket.envelope import LIMIT, MAX_LIMIT, MAX_OFFSET
from pipelines.doors.openapi import ALWAYS, COUNT, FLAG, SAID, TEXT, WRITING

JSON, XML, CSV = "application/json", "application/xml", "text/csv"
LINK = {
    "type": "object",
    "required": ["Rel", "Method", "Href"],
    "properties": {"Rel": TEXT, "Method": TEXT, "Href": TEXT},
}
META = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("Status", "TotalRowCount", "Limit", "Offset", "TotalPageCount", "StartRec", "StopRec"), COUNT),
        "Timestamp": {"type": "string", "format": "date-time"},
        "IsFiltered": FLAG,
    },
}
META["required"] = list(META["properties"])
MAY_BE_NULL = {"type": ["string", "null"]}
RESULT = {
    "type": "object",
    "required": ["ImportConfigId", "Succeeded", "FailureMessage"],
    "properties": {
        "ImportConfigId": {"type": ["integer", "null"]},
        "Succeeded": FLAG,
        "FailureMessage": MAY_BE_NULL,
    },
}
IMPORT = {
    "type": "object",
    "required": ["ImportId", "ImportConfigId", "Status", "Succeeded", "FailureMessage", "Results"],
    "properties": {
        **RESULT["properties"],  # type: ignore[dict-item]
        "ImportId": TEXT,
        "Status": TEXT,
        "CreatedCount": COUNT,
        "UpdatedCount": COUNT,
        "RejectedCount": COUNT,
        "Results": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["RowNumber", "ResultCode", "Message"],
                "properties": {
                    "RowNumber": COUNT,
                    "ResultCode": {"type": "string", "pattern": "^R03[0-9]{2}$"},
                    "Message": TEXT,
                },
            },
        },
    },
}
CONTACTS = {
    "type": "object",
    "required": ["Contacts"],
    "additionalProperties": False,
    "properties": {"Contacts": {"type": "array", "minItems": 1, "items": {"type": "object"}}},
}
# As elements: <Contacts><Contact><Email>…</Email></Contact></Contacts>.
CONTACTS_ELEMENT = {
    "type": "object",
    "required": ["Contact"],
    "properties": {
        "Contact": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "object", "properties": {"Email": TEXT, "Phone": TEXT}, "additionalProperties": TEXT},
        }
    },
    "xml": {"name": "Contacts"},
}
CONFIG_EXAMPLE = {"Name": "Customers", "ContactListId": 1, "EmailMustBeUniqueWithinAccount": True}
CONTACTS_EXAMPLE = {"Contacts": [{"Email": "jane@example.com", "FirstName": "Jane", "LanguageCode": "en"}]}
CONTACTS_XML = {"Contact": CONTACTS_EXAMPLE["Contacts"]}
CONTACTS_CSV = "Email;FirstName\njane@example.com;Jane\n"
READING = (400, 404)
PERIOD = r"^PT([0-9]|1[0-9]|2[0-3])H([0-5]?[0-9]M)?([0-5]?[0-9](\.[0-9]{1,7})?S)?$"


def _inline(schema: Any, parts: dict[str, Any]) -> Any:  # noqa: ANN401  JSON Schema
    """Return a schema with what it refers to put in its place."""
    if isinstance(schema, list):
        return [_inline(each, parts) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inline(parts[schema["$ref"].rpartition("/")[2]], parts)
    return {key: _inline(each, parts) for key, each in schema.items() if key not in ("$defs", "title", "default")}


def _as_elements(schema: Any) -> Any:  # noqa: ANN401  JSON Schema
    """Return a schema in which nothing may be null and times of day are written as XML has them."""
    if isinstance(schema, list):
        return [_as_elements(each) for each in schema]
    if not isinstance(schema, dict):
        return PERIOD if schema == CLOCK else schema
    if "anyOf" in schema:
        (known,) = (each for each in schema["anyOf"] if each != {"type": "null"})
        return _as_elements(known)
    return {key: _as_elements(each) for key, each in schema.items()}


_SCHEMA = BaseImportConfig.model_json_schema()
CONFIG = _inline(_SCHEMA, _SCHEMA.get("$defs", {})) | {"xml": {"name": "BaseImportConfig"}}
CONFIG["properties"]["ColumnMappings"]["xml"] = {"wrapped": True}
CONFIG["properties"]["ColumnMappings"]["items"]["xml"] = {"name": "ImportColumnMapping"}
# In XML null is i:nil, of which JSON Schema knows nothing: there what is null is left out.
CONFIG_ELEMENT = _as_elements(CONFIG)
SHOWN = CONFIG | {"properties": {"ImportConfigId": COUNT, **CONFIG["properties"]}}


def _wrap(data: dict[str, Any]) -> dict[str, Any]:
    properties = {"Meta": META, "Data": data, "Links": {"type": "array", "items": LINK}}
    return {
        "type": "object",
        "required": list(properties),
        "properties": properties,
        "xml": {"name": "Payload"},
    }


def _answers(done: dict[int, dict[str, Any]], *refusals: int) -> dict[int, Any]:
    said = done | {status: _wrap(RESULT) for status in sorted({*ALWAYS, *refusals} - set(done))}
    # XML is told by its root only: JSON Schema does not speak of elements.
    return {
        status: {
            "description": SAID[status],
            "content": {JSON: {"schema": schema}, XML: {"schema": {"type": "string", "xml": {"name": "Payload"}}}},
        }
        for status, schema in said.items()
    }


def _query(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema}


PAGES = [
    _query("Limit", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": LIMIT}),
    _query("Offset", {"type": "integer", "minimum": 0, "maximum": MAX_OFFSET, "default": 0}),
]
CONFIG_ID = {"name": "ImportConfigId", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
IMPORT_ID = {"name": "ImportId", "in": "path", "required": True, "schema": TEXT}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
CONFIG_BODY = {
    JSON: {"schema": CONFIG, "example": CONFIG_EXAMPLE},
    XML: {"schema": CONFIG_ELEMENT, "example": CONFIG_EXAMPLE},
}
CONTACTS_BODY = {
    JSON: {"schema": CONTACTS, "example": CONTACTS_EXAMPLE},
    XML: {"schema": CONTACTS_ELEMENT, "example": CONTACTS_XML},
    CSV: {"schema": {"type": "string"}, "example": CONTACTS_CSV},
}


def _operation(
    summary: str, responses: dict[int, Any], parameters: list[dict[str, Any]], body: dict[str, Any] | None = None
) -> dict[str, Any]:
    extra: dict[str, Any] = {"parameters": parameters, "security": [{"key": []}, {"user": []}]}
    if body:
        extra["requestBody"] = {"required": True, "content": body}
    return {"summary": f"{summary} (CheckMarket)", "responses": responses, "openapi_extra": extra}


DESCRIBED: dict[str, dict[str, Any]] = {
    "checkmarket_create": _operation(
        "Create an import configuration", _answers({200: _wrap(RESULT)}, *WRITING, 415), [], CONFIG_BODY
    ),
    "checkmarket_list": _operation(
        "List import configurations",
        _answers({200: _wrap({"type": "array", "items": SHOWN})}, *READING),
        [*PAGES, _query("Name", TEXT)],
    ),
    "checkmarket_read": _operation("Read an import configuration", _answers({200: _wrap(SHOWN)}), [CONFIG_ID]),
    "checkmarket_change": _operation(
        "Change an import configuration", _answers({200: _wrap(RESULT)}, *WRITING, 415), [CONFIG_ID], CONFIG_BODY
    ),
    "checkmarket_remove": _operation("Remove an import configuration", _answers({200: _wrap(RESULT)}), [CONFIG_ID]),
    "checkmarket_import": _operation(
        "Import contacts by a configuration",
        _answers({200: _wrap(IMPORT), 202: _wrap(IMPORT)}, *WRITING, 409, 415),
        [CONFIG_ID, IDEMPOTENCY_KEY],
        CONTACTS_BODY,
    ),
    "checkmarket_results": _operation(
        "What became of each contact", _answers({200: _wrap(IMPORT)}, *READING), [CONFIG_ID, IMPORT_ID, *PAGES]
    ),
}
