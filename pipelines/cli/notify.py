"""The command ``leadmill notify``: tell what happened, where no Dagster runs that does it."""

import os

import click

from pipelines.cli.options import Home, current_time, with_home, with_json
from pipelines.cli.output import echo_json, show_text


@click.group()
def notify() -> None:
    """Notifications by e-mail and webhook, as notify.yaml of the home says."""


@notify.command()
@with_home
def test(home: Home) -> int:
    """Send a notice that says that it is a test."""
    from pipelines.notifying.telling import send_test

    channels = send_test(home, current_time(), os.environ)
    click.echo(f"Sent by {' and '.join(channels)}.")
    return 0


@notify.command()
@with_json
@with_home
def send(home: Home, as_json: bool) -> int:
    """Send what was not sent yet: held, failed and unusual imports, late feeds, and messages to other systems.

    `leadmill dev` does so by itself; `leadmill serve` sends the messages.
    """
    from pipelines.doors.responses import call_back
    from pipelines.notifying.telling import tell

    messages, _ = call_back(home, os.environ, current_time())
    told = tell(home, current_time(), os.environ)
    if as_json:
        echo_json({**vars(told), "messages": messages})
    else:
        click.echo(f"{told.sent} sent, {told.waiting} waiting." + (f" {messages} messages sent." if messages else ""))
        for problem in told.problems:
            click.echo(show_text(problem), err=True)
    return 1 if told.problems else 0
