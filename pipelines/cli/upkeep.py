"""Commands that keep the store in order: expire, maintain."""

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

import click

from pipelines.cli.options import ISO_TIME, Home, current_time, with_home, with_json
from pipelines.cli.output import echo_json, print_rows, to_text

if TYPE_CHECKING:
    from pipelines.expiring import ExpireResult


@click.command()
@click.option(
    "--now", type=ISO_TIME, metavar="TIME", help="As of this instant (UTC unless it says); else of the clock."
)
@click.option("--dry-run", is_flag=True, help="Change nothing; answer with the same report.")
@click.option("--user", default="operator", metavar="NAME", help="Who sweeps, for the log.")
@with_json
@with_home
def expire(home: Home, now: datetime | None, dry_run: bool, user: str, as_json: bool) -> int:
    """Sweep what has expired: leads whose last day is over in their list's zone, with all that hangs on them.

    They are in no list, export or duplicate check since that midnight; the sweep takes them out of the store, for good.
    `leadmill why` still tells who they were. Dagster sweeps by itself after each midnight.
    """
    from pipelines.expiring import expire as sweep_expired

    at = current_time()
    done = sweep_expired(home, now=now or at, at=at, user=user, dry_run=dry_run)
    if as_json:
        echo_json(done.to_dict())
    else:
        _print_expired(done)
    return 0


def _print_expired(done: "ExpireResult") -> None:
    """Print what a sweep took away, list by list."""
    if done.is_empty:
        click.echo(f"Nothing has expired by {to_text(done.now)}.")
        return
    rehearsed = " (dry run: nothing was changed)" if done.is_rehearsal else ""
    lists = [{"list": name, "leads": leads} for name, leads in done.lists.items()]
    click.echo(f"Expired by {to_text(done.now)} and swept{rehearsed}.")
    print_rows("Leads", lists, empty="Leads: none.")
    told = {
        "callbacks": done.callbacks,
        "entries of the dialler's buffer": done.fetched,
        "places in surveys": done.places,
        **{f"rows of {table}": rows for table, rows in done.contact_data.items()},
    }
    print_rows("With them", [{"what": what, "gone": count} for what, count in told.items()])


@click.command()
@click.option("--user", default="operator", metavar="NAME", help="Who maintains, for the log.")
@with_json
@with_home
def maintain(home: Home, user: str, as_json: bool) -> int:
    """Keep the store quick and small: sort, pack small published files, clear away what nothing uses.

    Readers notice nothing. Dagster does it each night.
    """
    from pipelines.maintaining import maintain as maintain_home

    done = maintain_home(home, current_time(), user=user)
    if as_json:
        echo_json(done.to_dict())
        return 0
    before, after = asdict(done.before), asdict(done.after)
    rows = [{"what": name.replace("_", " "), "before": before[name], "after": after[name]} for name in before]
    print_rows("The home", rows)
    for table, entries in done.sorted.items():
        click.echo(f"{table}: {entries:,} entries sorted.")
    for relation, files in done.packed.items():
        click.echo(f"{relation}: {files:,} published files fewer.")
    if done.forgotten:
        click.echo(f"landing: {done.forgotten:,} files forgotten that are gone.")
    for what, count in done.doors.items():
        click.echo(f"doors: {count:,} {what} removed.")
    return 0
