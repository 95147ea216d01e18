"""Who is told, and how: ``<home>/notify.yaml``, a person's to write. Secrets stand in the environment."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, StrictBool, ValidationError, field_validator, model_validator

from pipelines.errors import UserError, nearest
from pipelines.home import Home
from pipelines.notifying.notices import TOPICS, Topic
from pipelines.templates.feeds import VARIABLE
from pipelines.templates.parts import Settings, Text
from pipelines.templates.reading import read_file, read_yaml

FILE = "notify.yaml"
ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+")
Address = Annotated[str, Field(pattern=ADDRESS.pattern)]
PORTS = {"starttls": 587, "tls": 465, "none": 25}


def require_variable(value: str | None) -> str | None:
    """Return the name of a variable as it is; raises ValueError for a secret that is written out."""
    if value is not None and not VARIABLE.fullmatch(value):
        raise ValueError("is a secret. Write $NAME, and set $NAME in the environment.")
    return value


class EmailSettings(Settings):
    """The mail server, and who gets mail. ``user`` and ``password`` may be named as ``$NAME``; the password has to."""

    server: Text
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: Text | None = None
    password: str | None = None
    sender: Address
    to: Annotated[list[Address], Field(min_length=1)]

    _check_password = field_validator("password")(require_variable)

    @property
    def resolved_port(self) -> int:
        """The port, by the security where none is given."""
        return self.port or PORTS[self.security]

    @model_validator(mode="after")
    def check_login(self) -> Self:
        """Refuse half a login, and one that would cross the network in the clear."""
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password go together.")
        if self.password and self.security == "none":
            raise ValueError("a password needs security starttls or tls.")
        return self


class WebhookSettings(Settings):
    """Where a notice is posted as JSON; with a ``secret`` it is signed. ``url`` may be ``$NAME``: many hold a token."""

    url: Text
    secret: str | None = None
    allow_http: StrictBool = False

    _check_secret = field_validator("secret")(require_variable)

    @model_validator(mode="after")
    def check_url(self) -> Self:
        """Refuse what is no address of the web, and one without encryption unless that is meant."""
        if not VARIABLE.fullmatch(self.url):
            if not self.url.startswith(("https://", "http://")):
                raise ValueError("url is not an address such as https://example.com/hook.")
            if self.url.startswith("http://") and not self.allow_http:
                raise ValueError("url is not encrypted. Use https://, or say allow_http: true.")
        return self


class NotifySettings(Settings):
    """The channels, and which topics they get."""

    email: EmailSettings | None = None
    webhook: WebhookSettings | None = None
    about: Annotated[list[Topic], Field(min_length=1)] = Field(default_factory=lambda: list(TOPICS))

    @model_validator(mode="after")
    def check_any(self) -> Self:
        """Refuse settings by which nobody is told."""
        if self.email is None and self.webhook is None:
            raise ValueError("says nobody who is told: give email, webhook, or both.")
        return self


PARTS: dict[str, type[Settings]] = {"": NotifySettings, "email": EmailSettings, "webhook": WebhookSettings}


def read_settings(home: Home) -> NotifySettings | None:
    """Return who is told, or null where the home has no such file. Raises UserError with one line."""
    path = home.root / FILE
    if not path.exists():
        return None
    values = read_yaml(read_file(path, "What is told to whom"), FILE, "What is told to whom")
    try:
        return NotifySettings.model_validate(values)
    except ValidationError as error:
        raise explain_wrong(error, FILE, PARTS, "docs/operations.md") from None


def explain_wrong(error: ValidationError, file: str, parts: Mapping[str, type[Settings]], page: str) -> UserError:
    """Return what is wrong with a file of settings; ``parts`` are its mappings by place, ``page`` explains the file."""
    first = max(error.errors(include_url=False), key=lambda each: each["type"] == "extra_forbidden")
    place = ".".join(map(str, first["loc"]))
    if first["type"] == "extra_forbidden":
        known = tuple(parts[".".join(map(str, first["loc"][:-1]))].model_fields)
        remedy = nearest(str(first["loc"][-1]), known) or f"Known: {', '.join(known)}."
        return UserError(file, f"'{place}' is not a key.", remedy)
    fact = f"{place + ': ' if place else ''}{first['msg'].removeprefix('Value error, ')}"
    return UserError(file, fact, f"See {page}.")


def reveal(value: str, environment: Mapping[str, str], where: str) -> str:
    """Return what ``$NAME`` means in the environment, and any other text as it is.

    Raises UserError, which names the variable and never its value, where it is not set.
    """
    if not VARIABLE.fullmatch(value):
        return value
    found = environment.get(value[1:])
    if not found:
        raise UserError(where, f"{value} is not set in the environment.", f"Set {value[1:]} where leadmill runs.")
    return found
