"""The command ``leadmill feeds``: where files come from, whether they came, and fetching them by hand."""

import os

import click

from pipelines.cli.options import Home, current_time, with_home, with_json
from pipelines.cli.output import echo_json, print_rows, show_text


@click.group()
def feeds() -> None:
    """Feeds: files that are fetched, and files that are expected."""


@feeds.command(name="list")
@with_json
@with_home
def list_(home: Home, as_json: bool) -> int:
    """List the templates with when their last file came, when they are fetched, and whether they are late."""
    from pipelines.feeds.watching import list_feeds

    rows = list_feeds(home, current_time())
    if as_json:
        echo_json(rows)
    else:
        print_rows("Feeds", rows, empty="No templates yet. See: leadmill templates new NAME.")
    return 1 if any(row["late"] for row in rows) else 0


@feeds.command()
@click.argument("template", metavar="TEMPLATE")
@with_json
@with_home
def fetch(home: Home, template: str, as_json: bool) -> int:
    """Fetch the new files of a template's feed into its landing folder. `leadmill dev` does so when they are due."""
    from pipelines.feeds.fetching import fetch_feed

    done = fetch_feed(home, template, os.environ)
    if as_json:
        echo_json(vars(done))
    else:
        for name in done.landed:
            click.echo(show_text(f"landing/{template}/{name}"))
        click.echo(f"{len(done.landed)} new, {done.known} known, {done.changing} still changing.")
    return 0
