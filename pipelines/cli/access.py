"""The commands ``leadmill keys`` and ``leadmill users``: who may come in by HTTP."""

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import click

from pipelines.cli.options import ISO_DATE, Home, current_time, with_home, with_json
from pipelines.cli.output import echo_json, print_rows

SHOWN = ("name", "tenant", "scopes", "templates", "state", "created_at", "expires_at")


def _with_rights(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of what may be done, by whom and how long."""
    options = (
        click.option("--expires", type=ISO_DATE, metavar="DATE", help="The last day (UTC) on which it is in force."),
        click.option("--tenant", default="default", show_default=True, help="Whose jobs it sees."),
        click.option("--template", "templates", multiple=True, metavar="NAME", help="By which only. Default: any."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def _end_of(day: date | None) -> datetime | None:
    return datetime.combine(day + timedelta(days=1), time(), UTC) if day else None


@click.group()
def keys() -> None:
    """API keys: who may come in by HTTP."""


@keys.command()
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, metavar="S", help="write:contacts, read:contacts.")
@_with_rights
@with_json
@with_home
def create(
    home: Home,
    name: str,
    scopes: tuple[str, ...],
    expires: date | None,
    tenant: str,
    templates: tuple[str, ...],
    as_json: bool,
) -> int:
    """Make a key; it is printed once and kept as a digest only."""
    from pipelines.doors.access import create_key, new_key

    key = new_key()
    create_key(
        home,
        name,
        key,
        scopes=[*scopes],
        now=current_time(),
        expires_at=_end_of(expires),
        tenant=tenant,
        templates=templates,
    )
    _hand_over(name, key, as_json=as_json)
    return 0


def _hand_over(name: str, key: str, *, as_json: bool) -> None:
    if as_json:
        echo_json({"name": name, "key": key})
    else:
        click.echo(key)
        click.echo(f"The key of {name}. It is not shown again.", err=True)


@keys.command()
@click.argument("name")
@click.option("--overlap-hours", default=24.0, show_default=True, type=click.FloatRange(0), help="The old one's rest.")
@with_json
@with_home
def rotate(home: Home, name: str, overlap_hours: float, as_json: bool) -> int:
    """Make a new key for a name, with the same rights; the old one goes on for a while."""
    from pipelines.doors.access import new_key, rotate_key

    key, now = new_key(), current_time()
    rotate_key(home, name, key, now=now, old_until=now + timedelta(hours=overlap_hours))
    _hand_over(name, key, as_json=as_json)
    return 0


@keys.command("list")
@with_json
@with_home
def list_keys(home: Home, as_json: bool) -> int:
    """List the keys, never what they are."""
    return _list(home, "key", as_json=as_json)


@keys.command("revoke")
@click.argument("name")
@with_home
def revoke_key(home: Home, name: str) -> int:
    """Let nobody in by the keys of this name any more, at once."""
    return _revoke(home, "key", name)


@click.group()
def users() -> None:
    """Users who come in by HTTP with a password (Basic)."""


@users.command("create")
@click.argument("name")
@click.option("--password-stdin", is_flag=True, required=True, help="The password is the first line of standard input.")
@click.option("--scope", "scopes", multiple=True, default=("write:contacts",), show_default=True, metavar="S")
@_with_rights
@with_home
def create_user_(
    home: Home,
    name: str,
    password_stdin: bool,  # noqa: ARG001  said, so that nobody writes a password on a command line
    scopes: tuple[str, ...],
    expires: date | None,
    tenant: str,
    templates: tuple[str, ...],
) -> int:
    """Let a user in; the password is kept as a digest only."""
    from pipelines.doors.access import create_user

    password = sys.stdin.readline().rstrip("\r\n")
    create_user(
        home,
        name,
        password,
        scopes=[*scopes],
        now=current_time(),
        expires_at=_end_of(expires),
        tenant=tenant,
        templates=templates,
    )
    click.echo(f"{name} may come in.")
    return 0


@users.command("list")
@with_json
@with_home
def list_users(home: Home, as_json: bool) -> int:
    """List the users."""
    return _list(home, "user", as_json=as_json)


@users.command("revoke")
@click.argument("name")
@with_home
def revoke_user(home: Home, name: str) -> int:
    """Let this user in no more, at once."""
    return _revoke(home, "user", name)


def _list(home: Home, kind: str, *, as_json: bool) -> int:
    from pipelines.doors.access import list_credentials

    rows = list_credentials(home, kind, current_time())
    if as_json:
        echo_json(rows)
    else:
        print_rows(f"{kind.capitalize()}s", rows, SHOWN, f"None yet. Begin with: leadmill {kind}s create NAME.")
    return 0


def _revoke(home: Home, kind: str, name: str) -> int:
    from pipelines.doors.access import revoke

    revoke(home, kind, name, current_time())
    click.echo(f"{name} is revoked.")
    return 0
