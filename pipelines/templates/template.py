"""What a template may say, typed: the keys of the contract, their defaults, and what goes with what."""

import re
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from babel.numbers import get_territory_currencies, list_currencies
from pydantic import Field, StrictBool, ValidationError, field_validator, model_validator

from pipelines.errors import UserError, nearest
from pipelines.languages import TAG, read_language, suggest_language
from pipelines.schema import MAPPED_FIELDS, PHONE_SLOTS
from pipelines.templates.feeds import FeedOptions
from pipelines.templates.parts import (
    CaptureOptions,
    Columns,
    DedupeOptions,
    DncOptions,
    EmailOptions,
    Expiry,
    FileOptions,
    ListChoice,
    PhoneOptions,
    Settings,
    Text,
    Texts,
    TypeOptions,
)
from pipelines.templates.surveys import CooldownOptions, Periods, SurveyOptions

SECONDARY = re.compile(r"secondary\.[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


# As time_zone: each lead has the zone that its number tells.
BY_NUMBER = "by_number"
# The keys that have keys of their own.
PARTS: dict[str, type[Settings]] = {
    "list": ListChoice,
    "file": FileOptions,
    "phone": PhoneOptions,
    "phone.types": TypeOptions,
    "email": EmailOptions,
    "captured": CaptureOptions,
    "dnc": DncOptions,
    "dedupe": DedupeOptions,
    "expiry": Expiry,
    "survey": SurveyOptions,
    "cooldown": CooldownOptions,
    "cooldown.survey": Periods,
    "cooldown.list": Periods,
    "cooldown.account": Periods,
    "feed": FeedOptions,
}
Source = str | int | Columns
# As mapping: the first import finds it. A template that is not mapped yet has an empty mapping.
AUTO = "auto"
# Sections of templates elsewhere that do nothing any more; they are passed over (checklist MA-043).
NOT_IN_USE = {"primary_key", "primary_key_field", "third_party"}


# They are files on the disk: listing them takes longer than the rest of a template does.
list_zones = cache(available_timezones)
NO_CONTACT = "maps neither a phone nor an e-mail: map at least one of phone1 and email."
MISSING = {
    "supplier": "Add it to the template, or name one for all: leadmill suppliers default NAME.",
    "mapping": "Add it to the template (auto: the first import finds it), or name a saved one: --mapping NAME.",
}


class Template(Settings):
    """Everything an import is told: see the contract's example for the meaning of each key."""

    name: Text
    description: str = ""
    supplier: Text
    user: Text = "imports"
    cost_per_lead: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=6)] | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    cost_basis: Literal["received", "accepted", "created"] = "received"
    high_priority: StrictBool = False
    reusable: StrictBool = True
    list: ListChoice
    file: FileOptions = FileOptions()
    phone: PhoneOptions = PhoneOptions()
    email: EmailOptions = EmailOptions.model_validate({})
    contact: Literal["phone", "email", "any"] = "any"
    hold_above: Annotated[float, Field(ge=0, le=1)] = 0.5
    captured: CaptureOptions = CaptureOptions()
    dnc: DncOptions | None = None
    dedupe: DedupeOptions | None = None
    delete_existing: StrictBool = False
    keep_callbacks: StrictBool = True
    clear_fetched: StrictBool = False
    skill_group: Text | None = None
    time_zone: Text | None = None
    default_language: Text | None = None
    expiry: Expiry | None = None
    survey: SurveyOptions | None = None
    cooldown: CooldownOptions | None = None
    feed: FeedOptions | None = None
    call_info: str | None = None
    tags: Texts = Field(default_factory=Texts)
    response_url: str | None = None
    request_format: Literal["json", "xml"] = "json"
    ignore_secondary: StrictBool = False
    mapping: dict[str, Source]

    @field_validator("currency")
    @classmethod
    def check_currency(cls, value: str | None) -> str | None:
        """Refuse what is not an ISO 4217 code."""
        if value is not None and value not in list_currencies():
            raise ValueError(f"'{value}' is not an ISO currency code, such as GBP.")
        return value

    @field_validator("time_zone")
    @classmethod
    def check_time_zone(cls, value: str | None) -> str | None:
        """Refuse a zone that the time zone database does not know, and that is not to be told by the number."""
        if value is not None and value != BY_NUMBER and value not in list_zones():
            raise ValueError(f"'{value}' is not a time zone. {nearest(value, sorted(list_zones()))}")
        return value

    @field_validator("default_language")
    @classmethod
    def check_language(cls, value: str | None) -> str | None:
        """Return the tag in its usual form; refuse what is no code of a language (checklist CM-029)."""
        tag = read_language(value) if value else None
        if value is not None and (tag is None or not TAG.fullmatch(value)):
            raise ValueError(f"'{value}' is not a language tag such as en or en-GB. {suggest_language(value)}".strip())
        return tag

    @model_validator(mode="before")
    @classmethod
    def pass_over(cls, values: object) -> object:
        """Leave out what is not in use any more."""
        if not isinstance(values, dict):
            return values
        return {key: value for key, value in values.items() if key not in NOT_IN_USE}

    @field_validator("mapping", mode="before")
    @classmethod
    def check_lists(cls, mapping: object) -> object:
        """Refuse a bare list of columns, as it does not say what stands between them; leave out blank sources.

        A field that comes from nowhere (``twitter: ""``) is not mapped (checklist AM-014). ``auto`` is the empty
        mapping, which the first import fills (checklist CM-003).
        """
        if mapping in (AUTO, {}):
            return {}
        if type(mapping) is not dict:
            return mapping
        mapping = {field: source for field, source in mapping.items() if source not in ("", None)}
        lists = [field for field, source in mapping.items() if isinstance(source, list)]
        if lists:
            raise ValueError(
                f"field '{lists[0]}' comes from several columns: write {{columns: [...], separator: \", \"}}, or"
                ' separator: "" to glue them.'
            )
        if not mapping:
            raise ValueError(NO_CONTACT)
        return mapping

    @field_validator("mapping")
    @classmethod
    def check_mapping(cls, mapping: dict[str, Source]) -> dict[str, Source]:
        """Refuse unknown fields and a mapping without any contact point (checklist ML-072)."""
        for field, source in mapping.items():
            if field not in MAPPED_FIELDS and not SECONDARY.fullmatch(field):
                raise ValueError(f"there is no field '{field}'. {nearest(field, MAPPED_FIELDS)}")
            parts = source.columns if isinstance(source, Columns) else [source]
            if any((isinstance(p, int) and p < 1) or p == "" for p in parts):
                raise ValueError(f"field '{field}' comes from a header or from a position from 1.")
        if mapping and not set(mapping) & {*PHONE_SLOTS, "email"}:
            raise ValueError(NO_CONTACT)
        if "name" in mapping and {"first_name", "last_name"} & set(mapping):
            raise ValueError("maps name as well as first_name or last_name: name is split into those two.")
        return mapping

    @model_validator(mode="after")
    def check_together(self) -> Self:
        """Refuse a contact rule or a greatest age that the mapping cannot meet."""
        if not self.mapping:
            return self
        if self.contact == "phone" and not set(self.mapping) & set(PHONE_SLOTS):
            raise ValueError("contact: phone, yet the mapping has no phone.")
        if (self.contact == "email" or self.email.required) and "email" not in self.mapping:
            raise ValueError("an e-mail is asked for, yet the mapping has none.")
        if self.captured.max_age_days is not None and "captured_on" not in self.mapping:
            raise ValueError("captured.max_age_days needs to know when leads were captured: map captured_on.")
        return self

    @model_validator(mode="after")
    def check_cooldown(self) -> Self:
        """Refuse the narrow scope that can meet nobody: an import is for a survey or for calls from its list."""
        if self.cooldown is None:
            return self
        if self.cooldown.has("survey") and not self.survey:
            raise ValueError("cooldown.survey goes with the key survey; without one, for calls, it is cooldown.list.")
        if self.cooldown.has("list") and self.survey:
            raise ValueError("cooldown.list is for calls; with the key survey it is cooldown.survey.")
        if self.cooldown.has("list") and self.list.mode == "per_import":
            raise ValueError("cooldown.list meets nobody on a list made for each import. Use cooldown.account.")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the template's days: its time zone, or UTC where it has none or each number has its own."""
        return ZoneInfo("UTC" if self.time_zone in (None, BY_NUMBER) else self.time_zone)

    @property
    def feed_url(self) -> str | None:
        """From where its files are fetched; null where they land by themselves."""
        return self.feed.url if self.feed else None

    @property
    def cost_currency(self) -> str | None:
        """The currency of the cost: as given, or that of the phone region's country; null without a cost."""
        if self.cost_per_lead is None:
            return None
        return self.currency or next(iter(get_territory_currencies(self.phone.resolved_region)), None)

    @property
    def applied_mapping(self) -> dict[str, Source]:
        """The mapping without what `ignore_secondary` leaves alone (checklist MA-041)."""
        return {f: s for f, s in self.mapping.items() if not (self.ignore_secondary and SECONDARY.fullmatch(f))}

    @property
    def secondary_fields(self) -> tuple[tuple[str, str], ...]:
        """The (table, field) pairs of contact data that are to be filled, in the order of the mapping."""
        pairs = (field.split(".") for field in self.applied_mapping if SECONDARY.fullmatch(field))
        return tuple((table, name) for _, table, name in pairs)

    @property
    def headers(self) -> tuple[str, ...]:
        """The headers that the mapping names, in its order."""
        sources = [s.columns if isinstance(s, Columns) else [s] for s in self.applied_mapping.values()]
        return tuple(part for parts in sources for part in parts if isinstance(part, str))


def build_template(values: dict[str, Any], where: str) -> Template:
    """Return the template that these values make.

    Raises UserError with one line: the key, what is wrong with it and, for an unknown key, the nearest known one.
    """
    try:
        return Template.model_validate(values)
    except ValidationError as error:
        # A union reports every member that did not fit; the one that went deepest is the one that was meant.
        # An unknown key comes first of all: it is often why another is missing.
        first = max(
            error.errors(include_url=False),
            key=lambda e: (
                e["type"] == "extra_forbidden",
                len(e["loc"]) * (e["loc"][:1] == ("mapping",)),
                e["type"] == "value_error",
            ),
        )
        path = tuple(part for part in first["loc"] if part not in ("str", "int", "Columns"))
        place = ".".join(map(str, path))
        if first["type"] == "extra_forbidden":
            known = _known_keys(path[:-1])
            remedy = nearest(str(path[-1]), known) or f"Known: {', '.join(known)}."
            raise UserError(where, f"'{place}' is not a key of a template.", remedy) from None
        if first["type"] == "missing":
            remedy = MISSING.get(place, "Add it to the template.")
            raise UserError(where, f"'{place}' is missing.", remedy) from None
        fact = first["msg"].removeprefix("Value error, ")
        raise UserError(where, f"{place + ': ' if place else ''}{fact}") from None


def _known_keys(path: tuple[int | str, ...]) -> tuple[str, ...]:
    model = PARTS.get(".".join(map(str, path)), Columns) if path else Template
    return tuple(field.alias or name for name, field in model.model_fields.items())
