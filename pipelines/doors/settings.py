"""How the doors are set: ``<home>/doors.yaml``, a person's to write; without it everything has a default."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, ValidationError, field_validator

from pipelines.errors import UserError, nearest
from pipelines.home import Home
from pipelines.notifying.settings import reveal
from pipelines.templates.feeds import VARIABLE
from pipelines.templates.parts import Settings, Text
from pipelines.templates.reading import read_file, read_yaml

FILE = "doors.yaml"
MEGABYTE = 1024 * 1024


class TenantSettings(Settings):
    """What one tenant has: where it is told of imports that were queued, and the secret its messages are signed by."""

    webhook: Text | None = None
    secret: str | None = None

    @field_validator("secret")
    @classmethod
    def check_secret(cls, value: str | None) -> str | None:
        """Refuse a secret that is written out."""
        if value is not None and not VARIABLE.fullmatch(value):
            raise ValueError("is a secret. Write $NAME, and set $NAME in the environment.")
        return value


class DoorSettings(Settings):
    """Limits, whom the doors may call, and what each tenant has."""

    rate_per_minute: Annotated[int, Field(ge=1, strict=True)] = 600
    at_once: Annotated[int, Field(ge=1, strict=True)] = 64
    patience_seconds: Annotated[float, Field(gt=0)] = 0.7
    body_seconds: Annotated[float, Field(gt=0)] = 60
    max_megabytes: Annotated[int, Field(ge=1, strict=True)] = 20
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
        return DoorSettings.model_validate(values)
    except ValidationError as error:
        first = max(error.errors(include_url=False), key=lambda each: each["type"] == "extra_forbidden")
        place = ".".join(map(str, first["loc"]))
        if first["type"] == "extra_forbidden":
            model: type[Settings] = DoorSettings if len(first["loc"]) == 1 else TenantSettings
            known = tuple(model.model_fields)
            remedy = nearest(str(first["loc"][-1]), known) or f"Known: {', '.join(known)}."
            raise UserError(FILE, f"'{place}' is not a key.", remedy) from None
        fact = f"{place + ': ' if place else ''}{first['msg'].removeprefix('Value error, ')}"
        raise UserError(FILE, fact, "See docs/doors.md.") from None


def reveal_secret(settings: DoorSettings, tenant: str, environment: Mapping[str, str]) -> str | None:
    """Return the secret by which a tenant's messages are signed; null where it has none."""
    secret = settings.of(tenant).secret
    return reveal(secret, environment, FILE) if secret else None
