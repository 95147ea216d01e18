"""The parts of a template about asking people: their place in a survey, and how long they are left in peace."""

import re
from datetime import time
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StrictBool, model_validator

from pipelines.templates.parts import Settings

TIME_OF_DAY = re.compile(r"(([01]\d|2[0-3]):[0-5]\d)(:[0-5]\d(\.\d{1,7})?)?")
MAX_ID = 2**63 - 1
Scope = Literal["survey", "list", "account"]


def _check_time(value: str) -> str:
    if not TIME_OF_DAY.fullmatch(value):
        raise ValueError(f"'{value}' is not a time of day such as 09:30 or 09:30:00.")
    return value


def read_time(text: str | None) -> time:
    """Return a time of day from its text, to the microsecond: a seventh decimal is cut off; midnight of null."""
    return time.fromisoformat(text) if text else time()


# A text, as time has six decimals and CheckMarket seven.
TimeOfDay = Annotated[str, AfterValidator(_check_time)]
InDays = Annotated[int, Field(ge=0, le=36500, strict=True)]
Days = Annotated[int, Field(ge=1, le=36500, strict=True)]


class SurveyOptions(Settings):
    """The survey in which the contacts of an import get a place, and when. Source: checklist CM-007..012, CM-030."""

    id: Annotated[int, Field(ge=1, le=MAX_ID, strict=True)]
    invite_in_days: InDays = 0
    invite_at: TimeOfDay = "00:00"
    expire_in_days: InDays | None = None
    expire_at: TimeOfDay | None = None
    update_existing: StrictBool = True

    @model_validator(mode="after")
    def check_together(self) -> Self:
        """Refuse a time without its day, and a place that would be over before its invitation."""
        if self.expire_at is not None and self.expire_in_days is None:
            raise ValueError("expire_at goes with expire_in_days: say on which day.")
        is_same_day = self.expire_in_days == 0 and self.expire_at is not None
        if is_same_day and read_time(self.expire_at) <= read_time(self.invite_at):
            raise ValueError(f"expire_at {self.expire_at} is not after invite_at {self.invite_at} of the same day.")
        return self


class Periods(Settings):
    """For how many days a person is left in peace, by what happened; null: no matter."""

    after_invitation: Days | None = None
    after_response: Days | None = None


class CooldownOptions(Settings):
    """A frequency cap on the person, in a narrow and a wide scope. Source: checklist CM-013..017."""

    survey: Periods | None = None
    list: Periods | None = None
    account: Periods | None = None

    @model_validator(mode="after")
    def check_some(self) -> Self:
        """Refuse a cool-down of nothing."""
        if not any(self.has(scope) for scope in ("survey", "list", "account")):
            raise ValueError(
                "names no period. Give cooldown: {account: {after_invitation: 7}}, or leave the key cooldown out."
            )
        return self

    def has(self, scope: Scope) -> bool:
        """Tell whether a scope has a period."""
        periods: Periods | None = getattr(self, scope)
        return periods is not None and (periods.after_invitation or periods.after_response) is not None
