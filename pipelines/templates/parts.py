"""The parts of a template: their keys, defaults, and what goes with what."""

import re
from datetime import date
from typing import Annotated, Literal, Self

from phonenumbers import SUPPORTED_REGIONS
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, field_validator, model_validator

from pipelines.reading.settings import FileSettings

PRESET_REGIONS = {"uk": "GB", "intl_uk": "GB", "intl_aus": "AU", "intl_sa": "ZA"}
MANUAL = ("remove_non_digits", "truncate", "min_length", "max_length")
DATE_FORMAT = re.compile(r"(?=.*d)(?=.*M)(?=.*y)(?:(d{1,2}|M{1,2}|y{4}|y{2})[-/. ]?(?!.*\1)){3}")
Text = Annotated[str, Field(min_length=1, max_length=1000)]
Texts = list[Text]


class Settings(BaseModel):
    """Base of every part of a template: unknown keys are errors, and nothing is coerced from another type."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


def _check_date_format(value: str) -> str:
    """Refuse what does not name day, month and year once each, case-sensitive (checklist CM-023)."""
    if not DATE_FORMAT.fullmatch(value):
        raise ValueError(f"'{value}' is not a date format such as dd/MM/yyyy: d, M and y, each once, M large.")
    return value


DateFormat = Annotated[str, Field(max_length=10), AfterValidator(_check_date_format)]


class ListChoice(Settings):
    """Where the leads go: a named list, or a new one per import or per day, cloned from another."""

    mode: Literal["named", "per_import", "per_day"] = "named"
    name: Text | None = None
    clone_from: Text | None = None
    prefix: str = ""
    campaign: Text | None = None

    @model_validator(mode="after")
    def check_mode(self) -> Self:
        """Refuse a name without its mode and a mode without its name."""
        if self.mode == "named":
            if not self.name:
                raise ValueError("has no name. Give list: {mode: named, name: ...}.")
            if self.clone_from or self.prefix:
                raise ValueError("clone_from and prefix go with mode per_import or per_day, not with named.")
        elif self.name:
            raise ValueError(f"name goes with mode named; mode {self.mode} names the list by prefix and date.")
        return self


class FileOptions(Settings):
    """How the file is written; `auto` means that it is found out and reported."""

    format: Literal["auto", "csv", "json", "xml", "xlsx"] = "auto"
    encoding: str = "auto"
    delimiter: Annotated[str, Field(min_length=1, max_length=10)] = "auto"
    row_delimiter: Annotated[str, Field(min_length=1, max_length=10)] = "auto"
    has_header: StrictBool | Literal["auto"] = "auto"
    first_row: Annotated[int, Field(ge=1, strict=True)] | Literal["auto"] = "auto"
    quote: Annotated[str, Field(pattern=r"^(auto|none|[!-/:-@\[-`{-~])$")] = "auto"
    escape: Literal["auto", "doubled", "backslash"] = "auto"
    footer_lines: Annotated[int, Field(ge=0, strict=True)] | Literal["auto"] = "auto"
    sheet: Text | None = None
    records: Text | None = None
    date_format: DateFormat = "dd/MM/yyyy"
    limits: Literal["none", "maxcontact", "leadlex"] = "none"
    missing_columns: Literal["refuse", "empty"] = "refuse"

    def to_settings(self) -> FileSettings:
        """Return what the reader wants to know of this."""
        return FileSettings(**self.model_dump(exclude={"date_format", "limits", "missing_columns"}))


TYPES = {
    "mobile": "MOBILE",
    "landline": "FIXED_LINE",
    "fixed_line_or_mobile": "FIXED_LINE_OR_MOBILE",
    "voip": "VOIP",
    "premium": "PREMIUM_RATE",
    "toll_free": "TOLL_FREE",
    "shared_cost": "SHARED_COST",
    "pager": "PAGER",
    "personal": "PERSONAL_NUMBER",
    "uan": "UAN",
    "voicemail": "VOICEMAIL",
    "unknown": "UNKNOWN",
}
LineType = Literal[
    "mobile",
    "landline",
    "fixed_line_or_mobile",
    "voip",
    "premium",
    "toll_free",
    "shared_cost",
    "pager",
    "personal",
    "uan",
    "voicemail",
    "unknown",
]


class TypeOptions(Settings):
    """Which types of numbers are kept, or which are refused."""

    keep: list[LineType] = []
    refuse: list[LineType] = []

    @field_validator("keep", "refuse", mode="before")
    @classmethod
    def accept_names(cls, value: object) -> object:
        """Take libphonenumber's names as well, and a single one for a list of one."""
        own = {name: word for word, name in TYPES.items()}
        values = value if isinstance(value, list) else [value]
        return [own.get(one, one) if isinstance(one, str) else one for one in values]

    @model_validator(mode="after")
    def check_one(self) -> Self:
        """Refuse both and neither."""
        if bool(self.keep) == bool(self.refuse):
            raise ValueError("takes one of keep (only these types) and refuse (all but these).")
        return self

    @property
    def refused(self) -> list[str]:
        """The types that are refused, by libphonenumber's names."""
        return [name for word, name in TYPES.items() if (word in self.refuse if self.refuse else word not in self.keep)]


class PhoneOptions(Settings):
    """How numbers are read and written. Source: decisions, Phone numbers; checklist ML-026..031, MA-021..025."""

    format: Literal["uk", "intl_uk", "intl_aus", "intl_sa", "advanced"] | None = None
    region: str | None = None
    require: Literal["valid", "possible", "length"] = "valid"
    area_code: Annotated[str, Field(pattern=r"^\d{1,8}$")] | None = None
    remove_non_digits: StrictBool = True
    calling_code: Annotated[str, Field(pattern=r"^\+?\d{1,5}$")] | None = None
    add_leading_zero: StrictBool = False
    truncate: StrictBool = False
    min_length: Annotated[int, Field(ge=1, le=30)] | None = None
    max_length: Annotated[int, Field(ge=1, le=30)] | None = None
    types: TypeOptions | None = None

    @model_validator(mode="after")
    def check_together(self) -> Self:
        """Refuse a region that contradicts the preset, and manual settings beside a preset."""
        if self.region is not None and self.region not in SUPPORTED_REGIONS:
            raise ValueError(f"region '{self.region}' is not an ISO country with a telephone plan, such as GB.")
        preset = PRESET_REGIONS.get(self.resolved_format)
        if preset and self.region not in (None, preset):
            raise ValueError(f"region {self.region} contradicts format {self.format} ({preset}). Use format: advanced.")
        manual = self._differ(*MANUAL)
        if preset and manual:
            raise ValueError(f"{manual[0]} goes with format: advanced only; {self.resolved_format} is a preset.")
        if self.truncate and self.max_length is None:
            raise ValueError("truncate needs max_length.")
        if self.min_length and self.max_length and self.min_length > self.max_length:
            raise ValueError("min_length is greater than max_length.")
        return self

    @property
    def resolved_format(self) -> str:
        """The format in force: uk where nothing else is asked, advanced for a region without a preset."""
        if self.format:
            return self.format
        manual = self._differ(*MANUAL, "calling_code", "add_leading_zero")
        return "uk" if self.region in (None, "GB") and not manual else "advanced"

    def _differ(self, *names: str) -> list[str]:
        """Return which of these options are not at their default."""
        return [name for name in names if getattr(self, name) != type(self).model_fields[name].default]

    @property
    def resolved_region(self) -> str:
        """The region that numbers without a country code belong to."""
        return self.region or PRESET_REGIONS.get(self.resolved_format, "GB")


class EmailOptions(Settings):
    """Whether a bad or missing e-mail address rejects the row."""

    validate_: StrictBool = Field(False, alias="validate")
    required: StrictBool = False


class CaptureOptions(Settings):
    """How the days are written on which leads were captured (null: as `file.date_format`), and how old leads may be."""

    date_format: DateFormat | None = None
    max_age_days: Annotated[int, Field(ge=0, le=36500, strict=True)] | None = None


class DncOptions(Settings):
    """Which do-not-call categories are checked and what a match does."""

    categories: Annotated[list[Text], Field(min_length=1)] = ["IVR", "Imported", "Requested"]
    on_match: Literal["drop_number", "reject_lead"] = "drop_number"


class DedupeOptions(Settings):
    """Which rows count as the same person, where they are looked for, and what happens then."""

    keys: Annotated[list[Literal["phone", "email"]], Field(min_length=1)] = ["phone", "email"]
    scope: Annotated[
        list[Literal["file", "destination", "lists", "supplier", "campaign", "global"]], Field(min_length=1)
    ]
    lists: list[Text] = []
    action: Literal["keep_existing", "keep_new", "reset_older", "update"]
    on_multiple: Literal["first", "quarantine"] = "first"
    reset_updated: StrictBool = False
    migrate: StrictBool = False
    move_to: Text | None = None
    max_age_days: Annotated[int, Field(ge=0, le=36500, strict=True)] | None = None
    statuses: list[Literal["new", "dialled", "contacted", "unworkable", "sold"]] = []
    shared_phone_above: Annotated[int, Field(ge=1, strict=True)] | None = None

    @field_validator("scope", "keys", "statuses", mode="before")
    @classmethod
    def accept_one(cls, value: object) -> object:
        """Take a single word for a list of one."""
        return [value] if isinstance(value, str) else value

    @model_validator(mode="after")
    def check_together(self) -> Self:
        """Refuse scopes and options that exclude each other. Source: checklist ML-044..050."""
        if "global" in self.scope and set(self.scope) - {"global", "file"}:
            others = "destination, lists, supplier and campaign"
            raise ValueError(f"scope global already looks everywhere: {others} cannot go with it.")
        if set(self.scope) == {"file"} and (self.max_age_days is not None or self.statuses):
            raise ValueError("max_age_days and statuses are about leads that are there; scope file looks at none.")
        if ("lists" in self.scope) != bool(self.lists):
            raise ValueError("scope lists and the key lists go together: name the lists to look in.")
        if self.action != "update":
            if self.reset_updated:
                raise ValueError("reset_updated goes with action update only.")
            if self.on_multiple != "first":
                raise ValueError("on_multiple goes with action update only.")
        if self.action == "keep_new" and self.migrate:
            raise ValueError(
                "migrate cannot go with keep_new: what it would move has been replaced. move_to moves it elsewhere."
            )
        if self.move_to and self.action != "keep_new":
            raise ValueError("move_to goes with action keep_new only; migrate moves matched leads to the destination.")
        if (
            self.migrate
            and {"supplier", "lists"} <= set(self.scope)
            and not {"destination", "campaign"} & set(self.scope)
        ):
            raise ValueError(
                "migrate with scopes supplier and lists needs destination, or moved leads would be lost sight of."
            )
        if self.shared_phone_above and "phone" not in self.keys:
            raise ValueError("shared_phone_above goes with the key phone.")
        return self


class Expiry(Settings):
    """The last day on which a lead may be dialled: a date, or days after the import date."""

    on: date | None = None
    in_days: Annotated[int, Field(ge=0, le=36500, strict=True)] | None = None

    @model_validator(mode="after")
    def check_one(self) -> Self:
        """Refuse both and neither."""
        if (self.on is None) == (self.in_days is None):
            raise ValueError("takes one of on (a date) and in_days (a number).")
        return self


class Columns(Settings):
    """Several columns of the file joined into one field; with an empty separator they are glued on purpose."""

    columns: Annotated[list[Annotated[str | int, Field(union_mode="left_to_right")]], Field(min_length=1)]
    separator: str = ""

    @model_validator(mode="after")
    def check_separator(self) -> Self:
        """Refuse several columns without a word on what stands between them. Source: checklist ML-073, ML-074."""
        if len(self.columns) > 1 and "separator" not in self.model_fields_set:
            raise ValueError(
                'several columns into one field need a separator: write {columns: [...], separator: ", "}, or'
                ' separator: "" to glue them.'
            )
        return self
