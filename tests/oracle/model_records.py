"""What the model speaks of: leads, rows, entries, events, places, and what an import reports."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

SLOTS = ("phone1", "phone2", "phone3")
# A lead is known by the import (counted from 1) and the row (from 1) that brought it.
Born = tuple[int, int]
Point = tuple[str, object]


class Number(NamedTuple):
    """A usable phone number: its E.164 digits, where it has them, and what the dialler gets."""

    key: int | None
    dial: str

    @property
    def point(self) -> Point:
        """What it is recognised by: its key, else its digits without leading zeros."""
        if self.key is not None:
            return "phone", self.key
        return "digits", "".join(c for c in self.dial if c in "0123456789").lstrip("0")


@dataclass
class Lead:
    """One lead as it stands on a list."""

    born: Born
    list_name: str
    supplier: str
    first_name: str | None
    phones: dict[str, Number | None]
    email: str | None
    skill_group: str | None
    tags: tuple[str, ...]
    expires_at: datetime | None
    made_at: datetime
    language: str | None = None
    time_zone: str | None = None
    call_attempts: int = 0
    status: str = "new"
    # The lead's row of contact data; null where no import gave it one.
    extra: dict[str, object] | None = None

    def points(self, keys: tuple[str, ...] | list[str] = ("phone", "email")) -> Iterator[Point]:
        """Yield what this lead is recognised by: every phone slot, and the e-mail without regard to case."""
        if "phone" in keys:
            yield from (number.point for number in self.phones.values() if number is not None)
        if "email" in keys and self.email is not None:
            yield "email", self.email.lower()


@dataclass(frozen=True)
class DncEntry:
    """One number of a do-not-call category."""

    number: int
    category: str
    expires_on: date | None = None


@dataclass(frozen=True)
class Event:
    """That a contact point was called or invited, or answered: where and when."""

    point: Point
    list_name: str | None
    survey: int | None
    event: str
    happened_at: datetime


@dataclass
class Place:
    """A lead's place in a survey, known by the import and the row that made it."""

    survey: int
    lead: Born
    made_by: Born
    invite_at: datetime
    expires_at: datetime | None


@dataclass
class Fate:
    """What became of a row, and the lead it made or changed."""

    fate: str
    code: str | None = None
    lead: Born | None = None
    warnings: frozenset[str] = frozenset()


@dataclass
class Outcome:
    """What an import reports: where it went, a fate per row, the effects on leads that were there before, its cost.

    ``ages`` counts its rows by how many days before it they were captured.
    """

    list_name: str
    fates: list[Fate]
    effects: dict[str, int]
    ages: dict[int, int]
    cost: Decimal | None = None
    is_held: bool = False


@dataclass
class Row:
    """A row after cleaning: what is left of it, and what was wrong with it."""

    first_name: str | None
    phones: dict[str, Number | None]
    email: str | None
    own_skill_group: str | None
    own_language: str | None
    time_zone: str | None
    tags: tuple[str, ...]
    captured_on: date | None = None
    extra: dict[str, object] | None = None
    phone_flaws: list[str] = field(default_factory=list)
    email_flaw: str | None = None
    has_strict_misfit: bool = False
    warnings: set[str] = field(default_factory=set)
