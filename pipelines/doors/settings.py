"""How the doors are set: ``<home>/doors.yaml``, a person's to write; without it everything has a default."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, ValidationError, field_validator

from pipelines.errors import UserError, nearest
from pipelines.home import Home
from pipelines.notifying.settings import explain_wrong, require_variable, reveal
from pipelines.templates.parts import Settings, Text
from pipelines.templates.reading import read_file, read_yaml
from pipelines.templates.saved import list_names, template_path

FILE = "doors.yaml"
MEGABYTE = 1024 * 1024


class AmeyoList(Settings):
    """A lead list of Ameyo's that is open: its template, its name here, and the table for what no lead has."""

    template: Text | None = None
    list: Text | None = None
    table: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")] | None = None


class TenantSettings(Settings):
    """What one tenant has: where it is told of imports that were queued, and the secret its messages are signed by.

    ``ameyo`` are the lead lists that are open to it, by contact centre/process/list; ``contact_lists`` says which of
    our lists a ``ContactListId`` of CheckMarket is.
    """

    webhook: Text | None = None
    secret: str | None = None
    ameyo: dict[str, AmeyoList] | None = None
    contact_lists: dict[Annotated[int, Field(ge=1)], Text] = Field(default_factory=dict)

    _check_secret = field_validator("secret")(require_variable)

    @field_validator("ameyo", mode="before")
    @classmethod
    def check_addresses(cls, lists: object) -> object:
        """Refuse what is no address; a lead list of which nothing is said has every default."""
        if not isinstance(lists, dict):
            return lists
        for address in lists:
            if not re.fullmatch(r"[\w-]{1,64}(/[\w-]{1,64}){2}", str(address)):
                raise ValueError(f"'{address}' is no lead list: write contact centre/process/list, such as 1/13/17.")
        return {str(address): {} if told is None else told for address, told in lists.items()}


class DoorSettings(Settings):
    """Limits, whom the doors may call, and what each tenant has."""

    rate_per_minute: Annotated[int, Field(ge=1, strict=True)] = 600
    at_once: Annotated[int, Field(ge=1, strict=True)] = 64
    patience_seconds: Annotated[float, Field(gt=0)] = 0.7
    body_seconds: Annotated[float, Field(gt=0)] = 60
    max_megabytes: Annotated[int, Field(ge=1, strict=True)] = 20
    # Longer than imports are looked at that may have to be told: what is forgotten would be told again.
    keep_days: Annotated[int, Field(ge=3, strict=True)] = 90
    origins: list[Text] = Field(default_factory=list)
    allow_hosts: list[Text] = Field(default_factory=list)
    tenants: dict[str, TenantSettings] = Field(default_factory=dict)

    @property
    def max_bytes(self) -> int:
        """The greatest body that is taken."""
        return self.max_megabytes * MEGABYTE

    def of(self, tenant: str) -> TenantSettings:
        """Return what a tenant has."""
        return self.tenants.get(tenant) or TenantSettings()


def read_door_settings(home: Home) -> DoorSettings:
    """Return how the doors are set. Raises UserError with one line for a file that is wrong."""
    path = home.root / FILE
    if not path.exists():
        return DoorSettings()
    values = read_yaml(read_file(path, "How the doors are set"), FILE, "How the doors are set")
    try:
        settings = DoorSettings.model_validate(values)
    except ValidationError as error:
        raise explain_wrong(error, FILE, _list_parts(values), "docs/doors.md") from None
    _require_templates(home, settings)
    return settings


def _list_parts(values: dict[str, Any]) -> dict[str, type[Settings]]:
    """Return the mappings that the file has, by their places."""
    parts: dict[str, type[Settings]] = {"": DoorSettings}
    tenants = values.get("tenants")
    for name, tenant in tenants.items() if isinstance(tenants, dict) else ():
        parts[f"tenants.{name}"] = TenantSettings
        lists = tenant.get("ameyo") if isinstance(tenant, dict) else None
        parts |= {f"tenants.{name}.ameyo.{address}": AmeyoList for address in lists or () if isinstance(lists, dict)}
    return parts


def _require_templates(home: Home, settings: DoorSettings) -> None:
    """Refuse a lead list whose template is not saved, before anybody sends to it. Raises UserError."""
    for name, tenant in settings.tenants.items():
        for address, place in (tenant.ameyo or {}).items():
            if place.template and not template_path(home, place.template).is_file():
                fact = f"tenants.{name}.ameyo.{address}: no template is saved as '{place.template}'."
                remedy = nearest(place.template, list_names(home)) or "See: leadmill templates list."
                raise UserError(FILE, fact, remedy)


def reveal_secret(settings: DoorSettings, tenant: str, environment: Mapping[str, str]) -> str | None:
    """Return the secret by which a tenant's messages are signed; null where it has none."""
    secret = settings.of(tenant).secret
    return reveal(secret, environment, FILE) if secret else None
