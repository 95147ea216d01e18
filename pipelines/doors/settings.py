"""How the doors are set: ``<home>/doors.yaml``, a person's to write; without it everything has a default."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, ValidationError, field_validator

from pipelines.home import Home
from pipelines.notifying.settings import explain_wrong, require_variable, reveal
from pipelines.templates.parts import Settings, Text
from pipelines.templates.reading import read_file, read_yaml

FILE = "doors.yaml"
MEGABYTE = 1024 * 1024


class TenantSettings(Settings):
    """What one tenant has: where it is told of imports that were queued, and the secret its messages are signed by."""

    webhook: Text | None = None
    secret: str | None = None

    _check_secret = field_validator("secret")(require_variable)


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
        parts: dict[str, type[Settings]] = {"": DoorSettings}
        parts |= {f"tenants.{name}": TenantSettings for name in values.get("tenants") or ()}
        raise explain_wrong(error, FILE, parts, "docs/doors.md") from None


def reveal_secret(settings: DoorSettings, tenant: str, environment: Mapping[str, str]) -> str | None:
    """Return the secret by which a tenant's messages are signed; null where it has none."""
    secret = settings.of(tenant).secret
    return reveal(secret, environment, FILE) if secret else None
