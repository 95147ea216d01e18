"""What a template says of its feed: from where files are fetched, and by when they are expected."""

import re
from datetime import time
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from pipelines.templates.parts import Settings, Text

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
# Where files can be fetched from, and the extra that brings the driver where leadmill itself does not.
PROTOCOLS: dict[str, str | None] = {
    "file": None, "memory": None, "http": "http", "https": "http", "ftp": None, "sftp": "sftp", "s3": "s3",
}  # fmt: skip
# An option of these is a secret, and stands in the environment.
SECRET = re.compile(r"password|passphrase|secret|token|api_?key|^key$|authorization", re.IGNORECASE)
VARIABLE = re.compile(r"\$[A-Za-z_][A-Za-z0-9_]*")


class FeedOptions(Settings):
    """From where and when files come. Secrets are named, as ``$NAME`` of the environment, never written."""

    url: Text | None = None
    cron: Text = "*/15 * * * *"
    options: dict[str, str | int | bool] = Field(default_factory=dict)
    expected_by: str | None = None
    expected_on: Annotated[list[Weekday], Field(min_length=1)] = Field(default_factory=lambda: list(WEEKDAYS))

    @field_validator("url")
    @classmethod
    def check_url(cls, value: str | None) -> str | None:
        """Refuse a protocol that cannot be fetched by, and a password in an address."""
        if value is None:
            return None
        protocol, separator, rest = value.partition("://")
        if not separator:
            raise ValueError("url has no protocol. Write sftp://host/path/*.csv or file:///path/*.csv.")
        if protocol not in PROTOCOLS:
            raise ValueError(f"'{protocol}' is not a protocol to fetch by. Use one of: {', '.join(PROTOCOLS)}.")
        if re.match(r"[^/@]*:[^/@]*@", rest):
            raise ValueError(
                "url holds a password. Write options: {password: $NAME}, and set $NAME in the environment."
            )
        return value

    @field_validator("cron")
    @classmethod
    def check_cron(cls, value: str) -> str:
        """Refuse what is not five fields of cron."""
        from pipelines.feeds.calendar import is_cron

        if not is_cron(value):
            raise ValueError(f"'{value}' is not a schedule of cron, such as 0 6 * * 1-5.")
        return value

    @field_validator("options")
    @classmethod
    def check_options(cls, value: dict[str, str | int | bool]) -> dict[str, str | int | bool]:
        """Refuse secrets that are written out."""
        for name, option in value.items():
            if SECRET.search(name) and not (isinstance(option, str) and VARIABLE.fullmatch(option)):
                raise ValueError(f"options.{name} is a secret. Write {name}: $NAME, and set $NAME in the environment.")
        return value

    @field_validator("expected_by")
    @classmethod
    def check_time(cls, value: str | None) -> str | None:
        """Refuse what is not a time of day."""
        if value is not None and not CLOCK.fullmatch(value):
            raise ValueError(f"expected_by '{value}' is not a time of day, such as \"08:00\" (in quotes).")
        return value

    @model_validator(mode="after")
    def check_together(self) -> Self:
        """Refuse what asks nothing, and options without a place."""
        if self.url is None and self.expected_by is None:
            raise ValueError("says nothing: give url (from where files are fetched), expected_by, or both.")
        if self.options and self.url is None:
            raise ValueError("options go with url.")
        if "expected_on" in self.model_fields_set and self.expected_by is None:
            raise ValueError("expected_on goes with expected_by.")
        return self

    @property
    def due_at(self) -> time | None:
        """The time of day by which a file is to be there, in the template's zone; null where none is said."""
        return time.fromisoformat(self.expected_by) if self.expected_by else None

    @property
    def due_weekdays(self) -> frozenset[int]:
        """The days on which a file is to come, Monday being 0."""
        return frozenset(map(WEEKDAYS.index, self.expected_on))
