"""An import configuration as CheckMarket's document has it: ``BaseImportConfig``, read from JSON and from XML.

Source: checklist CM-003..030. What is null is what is not said; 0 is no list, no group and no cool-down.
"""

import json
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from pipelines.doors.answers import RefusedError
from pipelines.doors.checkmarket.durations import read_duration
from pipelines.doors.checkmarket.fields import SHOWN, find_field
from pipelines.doors.xml_bodies import Node
from pipelines.errors import nearest
from pipelines.schema import MAPPED_FIELDS

ROOT = "BaseImportConfig"
COLUMN = "ImportColumnMapping"
MAX_INT = 2**31 - 1


def _check_printable(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("has characters that can be seen, and no others.")
    return text


def _check_target(name: str) -> str:
    find_field(name)
    return name


CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,7})?$"
Id = Annotated[int, Field(ge=0, le=MAX_INT)]
Days = Annotated[int, Field(ge=0, le=36500)]
TimeOfDay = Annotated[str, BeforeValidator(read_duration), Field(json_schema_extra={"pattern": CLOCK})]
# Shown as they are usually written; case and punctuation do not matter, and a secondary table's field is one, too.
NAMED: dict[str, Any] = {"enum": [*SHOWN.values(), *(name for name in MAPPED_FIELDS if name not in SHOWN)]}
Short = Annotated[str, Field(max_length=10)]


class Part(BaseModel):
    """Base of what is configured: an unknown name is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ImportSurveySettings(Part):
    """In which survey contacts get a place, when they are invited, and how long people are left in peace."""

    SurveyId: Annotated[int, Field(ge=1, le=MAX_INT)]
    InvitationDelayInDays: Days | None = None
    InvitationTime: TimeOfDay | None = None
    ExpirationAfterDays: Days | None = None
    ExpirationTime: TimeOfDay | None = None
    ConsiderCooldownPeriod: bool = False
    SurveyCooldownAfterInvitation: Days | None = None
    SurveyCooldownAfterResponse: Days | None = None
    AccountCooldownAfterInvitation: Days | None = None
    AccountCooldownAfterResponse: Days | None = None


class ImportColumnMapping(Part):
    """Which column of a file, from 1, is which field."""

    SourceColumnNumber: Annotated[int, Field(ge=1, le=16384)]
    TargetColumnName: Annotated[str, Field(max_length=200, json_schema_extra=NAMED), AfterValidator(_check_target)]


class BaseImportConfig(Part):
    """How contacts are imported, in the order of their document."""

    Name: Annotated[str, Field(min_length=1, max_length=50), AfterValidator(_check_printable)]
    ContactGroupId: Id | None = None
    ContactListId: Id | None = None
    SurveySettings: ImportSurveySettings | None = None
    ColumnMappings: Annotated[list[ImportColumnMapping], Field(max_length=1000)] = Field(default_factory=list)
    EmailMustBeUniqueWithinAccount: bool = False
    EmailMustBeUniqueWithinGroup: bool = False
    EmailMustBeUniqueWithinFile: bool = False
    EmailIsRequired: bool = False
    DateFormat: Short | None = None
    FirstRow: Annotated[int, Field(ge=1, le=MAX_INT)] | None = None
    FieldDelimiter: Short | None = None
    RowDelimiter: Short | None = None
    SendNotificationMail: bool = False
    IsReusable: bool = True
    DefaultLanguageCode: Annotated[str, Field(max_length=35)] | None = None
    UpdateTypeId: Annotated[int, Field(ge=1, le=2)] | None = None


def read_configuration(values: object, *, is_typed: bool, configuration_id: int | None = None) -> BaseImportConfig:
    """Return what values say; those of XML are texts (``is_typed`` false).

    What was read here and is sent back may hold its own ``ImportConfigId``. Raises RefusedError (400) naming the field.
    """
    own = (configuration_id, str(configuration_id)) if configuration_id else ()
    if isinstance(values, dict) and values.get("ImportConfigId") in own:
        values = {key: value for key, value in values.items() if key != "ImportConfigId"}
    try:
        return BaseImportConfig.model_validate_json(json.dumps(values), strict=is_typed)
    except RecursionError:
        raise RefusedError(400, "The body nests too deeply.") from None
    except ValidationError as error:
        raise RefusedError(400, _explain(error)) from None


def read_elements(root: Node) -> dict[str, Any]:
    """Return the values, all of them texts, of a ``BaseImportConfig`` in XML. Raises RefusedError (400)."""
    if root.name != ROOT:
        raise RefusedError(400, f"The root element is {ROOT}.")
    return _read_object(root)


def _read_object(node: Node) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for child in node.children:
        if child.name in values:
            raise RefusedError(400, f"{child.name[:60]} stands there twice.")
        values[child.name] = None if child.is_nil else _read_value(child)
    return values


def _read_value(node: Node) -> object:
    if node.name == "ColumnMappings":
        wrong = next((child.name for child in node.children if child.name != COLUMN), None)
        if wrong:
            raise RefusedError(400, f"ColumnMappings holds {COLUMN}, not {wrong[:60]}.")
        return [_read_object(child) for child in node.children]
    if node.children:
        return _read_object(node)
    # A delimiter may be a blank or a line break.
    return node.text if node.name.endswith("Delimiter") else node.text.strip()


def _explain(error: ValidationError) -> str:
    """Return one sentence on what is wrong first; an unknown name comes before all else."""
    first = max(error.errors(include_url=False), key=lambda each: each["type"] == "extra_forbidden")
    place = ".".join(str(part)[:60] for part in first["loc"])
    if first["type"] == "extra_forbidden":
        around: dict[str, type[Part]] = {"SurveySettings": ImportSurveySettings, "ColumnMappings": ImportColumnMapping}
        known = tuple(around.get(str(first["loc"][0]) if first["loc"][1:] else "", BaseImportConfig).model_fields)
        return f"There is no field {place}. {nearest(str(first['loc'][-1])[:60], known)}".strip()
    if first["type"] == "missing":
        return f"{place} is missing."
    return f"{place or 'The body'}: {first['msg'].removeprefix('Value error, ')}"
