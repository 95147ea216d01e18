"""What the assets are given: the home, the clock, the secrets. Nothing else reads the environment or the clock."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime

import dagster as dg
from pydantic import Field

from pipelines.home import Home, resolve_home


class HomeResource(dg.ConfigurableResource[Home]):
    """Where everything of one installation lies."""

    root: str = ""  # where nothing is said: $LEADMILL_HOME, else ./leadmill-home

    def locate(self) -> Home:
        """Return the home; none of its folders is made by that."""
        return resolve_home(self.root or None)


class ClockResource(dg.ConfigurableResource[datetime]):
    """The time, or always the same time where one is given (ISO, with its zone)."""

    fixed_at: str = ""

    def now(self) -> datetime:
        """Return the instant that counts as now."""
        return datetime.fromisoformat(self.fixed_at) if self.fixed_at else datetime.now(UTC)


class SecretsResource(dg.ConfigurableResource[Mapping[str, str]]):
    """Where the secrets stand that settings name as ``$NAME``: the environment, or what is given instead."""

    fixed: dict[str, str] = Field(default_factory=dict)

    def read(self) -> Mapping[str, str]:
        """Return the variables by their names."""
        return self.fixed or os.environ
