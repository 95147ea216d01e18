"""A configuration as the template by which its contacts are imported. Source: docs/coming-from/checkmarket.md."""

from collections.abc import Mapping
from typing import Any

from pipelines.doors.access import Caller
from pipelines.doors.answers import RefusedError
from pipelines.doors.checkmarket.configuration import BaseImportConfig, ImportSurveySettings
from pipelines.doors.checkmarket.fields import find_field
from pipelines.doors.checkmarket.keeping import Configuration
from pipelines.doors.desk import refuse_input
from pipelines.errors import UserError
from pipelines.home import Home
from pipelines.templates.saved import load_template, override_values
from pipelines.templates.template import Template, build_template

NAME = "checkmarket"
# What is not configured: by the caller's template or the one saved as `checkmarket`, else by this. Nothing is held, as
# each row has its answer.
DEFAULTS: dict[str, Any] = {"list": {"mode": "named", "name": "CheckMarket"}, "hold_above": 1.0}
# Their fields by our keys, for what a template refuses.
THEIRS = {
    "file.date_format": "DateFormat",
    "file.delimiter": "FieldDelimiter",
    "file.row_delimiter": "RowDelimiter",
    "file.first_row": "FirstRow",
    "default_language": "DefaultLanguageCode",
    "survey": "SurveySettings",
    "cooldown": "SurveySettings",
    "mapping": "ColumnMappings",
}


def make_template(
    home: Home, caller: Caller, configuration: Configuration, contact_lists: Mapping[int, str], more: dict[str, Any]
) -> tuple[Template, dict[str, str]]:
    """Return the template of a configuration for a caller, and where its settings are from.

    ``more`` are overrides that the request itself tells: mapping, format. Raises RefusedError (400) where they do not
    go together, in CheckMarket's words where it has them.
    """
    overrides = _override(configuration, caller, contact_lists) | more
    name = caller.templates[0] if caller.templates else NAME
    try:
        if (home.templates / f"{name}.yaml").is_file():
            return load_template(home, name, overrides)
        values = DEFAULTS | {"supplier": caller.name}
        override_values(home, values, overrides, {})
        return build_template(values, "the configuration"), {}
    except UserError as error:
        raise _refuse(error) from None


def check_configuration(home: Home, caller: Caller, config: BaseImportConfig) -> None:
    """Refuse a configuration by which nothing could be imported. Raises RefusedError (400)."""
    mapping = {"email": 1, "phone1": 2} | _map_positions(config)
    more = {"mapping": mapping, **override_file(config, is_mapped=bool(config.ColumnMappings))}
    make_template(home, caller, Configuration(0, caller.tenant, config), {}, more)


def override_file(config: BaseImportConfig, *, is_mapped: bool) -> dict[str, Any]:
    """Return how a CSV file of a configuration is written; columns that are mapped by position need no header."""
    told: dict[str, Any] = {"file.format": "csv"}
    if config.FieldDelimiter:
        told["file.delimiter"] = config.FieldDelimiter
    if config.RowDelimiter:
        told["file.row_delimiter"] = config.RowDelimiter
    if config.FirstRow:
        is_headed = config.FirstRow > 1 and not is_mapped
        told |= {"file.has_header": is_headed, "file.first_row": config.FirstRow - is_headed}
    return told


def map_file(configuration: Configuration) -> dict[str, Any]:
    """Return the mapping of a CSV file: what the first import found, else positions; empty before the first import."""
    return dict(configuration.found) or _map_positions(configuration.config)


def _map_positions(config: BaseImportConfig) -> dict[str, int]:
    mapping: dict[str, int] = {}
    for column in config.ColumnMappings:
        mapping.setdefault(find_field(column.TargetColumnName), column.SourceColumnNumber)
    return mapping


def _override(configuration: Configuration, caller: Caller, contact_lists: Mapping[int, str]) -> dict[str, Any]:
    config = configuration.config
    told: dict[str, Any] = {
        "name": configuration.template_name,
        "description": config.Name,
        "user": caller.name,
        "reusable": config.IsReusable,
    }
    if name := name_list(config, configuration.tenant, contact_lists):
        told["list"] = {"mode": "named", "name": name}
    if config.EmailIsRequired:
        told["email.required"] = True
    if config.DateFormat:
        told["file.date_format"] = config.DateFormat
    if config.DefaultLanguageCode:
        told["default_language"] = config.DefaultLanguageCode
    if dedupe := _dedupe(config):
        told["dedupe"] = dedupe
    if config.SurveySettings:
        told |= {"survey": _survey(config.SurveySettings, config), "cooldown": _cooldown(config.SurveySettings)}
    return told


def name_list(config: BaseImportConfig, tenant: str, contact_lists: Mapping[int, str]) -> str | None:
    """Return the list of a configuration: as the settings call it, else by its number and tenant; null for none."""
    if config.ContactListId and config.ContactListId in contact_lists:
        return contact_lists[config.ContactListId]
    whose = "" if tenant == "default" else f" ({tenant})"
    if config.ContactListId:
        return f"CheckMarket {config.ContactListId}{whose}"
    if config.ContactGroupId:
        return f"CheckMarket group {config.ContactGroupId}{whose}"
    return f"CheckMarket{whose}" if whose else None


def _dedupe(config: BaseImportConfig) -> dict[str, Any] | None:
    """Return what the uniqueness flags say; null where none is set. Checklist CM-019..021."""
    wide = ["global"] if config.EmailMustBeUniqueWithinAccount else []
    wide = wide or ["destination"] * config.EmailMustBeUniqueWithinGroup
    scope = ["file"] * config.EmailMustBeUniqueWithinFile + wide
    action = "update" if wide else "keep_existing"
    return {"keys": ["email"], "scope": scope, "action": action} if scope else None


def _survey(survey: ImportSurveySettings, config: BaseImportConfig) -> dict[str, Any]:
    told = {
        "id": survey.SurveyId,
        "invite_in_days": survey.InvitationDelayInDays,
        "invite_at": survey.InvitationTime,
        "expire_in_days": survey.ExpirationAfterDays,
        "expire_at": survey.ExpirationTime,
        "update_existing": config.UpdateTypeId != 2,
    }
    return {key: value for key, value in told.items() if value is not None}


def _cooldown(survey: ImportSurveySettings) -> dict[str, Any] | None:
    periods = {
        "survey": (survey.SurveyCooldownAfterInvitation, survey.SurveyCooldownAfterResponse),
        "account": (survey.AccountCooldownAfterInvitation, survey.AccountCooldownAfterResponse),
    }
    told = {
        scope: {"after_invitation": invitation or None, "after_response": response or None}
        for scope, (invitation, response) in periods.items()
        if invitation or response
    }
    return told if survey.ConsiderCooldownPeriod and told else None


def _refuse(error: UserError) -> RefusedError:
    for ours, theirs in THEIRS.items():
        if error.fact.startswith((f"{ours}:", f"{ours}.")):
            fact = error.fact.partition(": ")[2]
            return RefusedError(400, " ".join(f"{theirs}: {fact} {error.remedy}".split()))
    return refuse_input(error)
