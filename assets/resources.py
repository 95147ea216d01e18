"""What the assets are given: the home and the clock. Nothing else reads the environment or asks the time."""

from datetime import UTC, datetime

import dagster as dg

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
