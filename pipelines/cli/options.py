"""Options that several commands share, and what they become."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import wraps
from typing import Any

import click

from pipelines.home import Home, resolve_home

Function = Callable[..., Any]


def with_home(function: Function) -> Function:
    """Give a command ``--home``, also behind its name, as the argument ``home``."""

    @click.option("--home", "own_home", metavar="DIR", help="Where everything is kept.")
    @click.pass_context
    @wraps(function)
    def command(ctx: click.Context, /, own_home: str | None, **options: Any) -> Any:  # noqa: ANN401
        return function(home=resolve_home(own_home or ctx.obj), **options)

    return command


def with_json(function: Function) -> Function:
    """Give a command ``--json`` as the argument ``as_json``."""
    return click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")(function)


class IsoDate(click.ParamType[date]):
    """A date such as 2026-03-01."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the date, or fail with one line."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"'{value}' is not a date such as 2026-03-01.", param, ctx)


class IsoTime(click.ParamType[datetime]):
    """An instant such as 2026-03-01T00:00+01:00; without a zone it is UTC, without a time the day's beginning."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the instant, or fail with one line."""
        try:
            found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail(f"'{value}' is not a time such as 2026-03-01T00:00+01:00.", param, ctx)


ISO_DATE = IsoDate()
ISO_TIME = IsoTime()


def current_time() -> datetime:
    """Return the time of the clock: the one place where the command line asks it."""
    return datetime.now(UTC)


__all__ = ["ISO_DATE", "ISO_TIME", "Home", "current_time", "with_home", "with_json"]
