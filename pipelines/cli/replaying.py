"""Commands that do what was done again: replay, backfill."""

from datetime import date
from pathlib import Path

import click

from pipelines.cli.options import ISO_DATE, Home, current_time, with_home, with_json
from pipelines.cli.output import echo_json, print_rows, show_text
from pipelines.cli.progress import watch_entries

NEEDS_A_PERSON = 1


@click.command()
@click.option("--into", required=True, metavar="DIR", type=click.Path(path_type=Path), help="Empty, or not there yet.")
@click.option("--to", "until", type=ISO_DATE, metavar="DATE", help="Stop before the first act after this day (UTC).")
@click.option("--user", default="operator", metavar="NAME", help="Who takes it, for the log.")
@with_json
@with_home
def replay(home: Home, into: Path, until: date | None, user: str, as_json: bool) -> int:
    """Build a new home from the raw drops, lists and reports and the log of this one; it publishes the same bytes."""
    from pipelines.replaying.replaying import replay as build_again

    with watch_entries("Replay") as watch:
        done = build_again(home, into, until=until, user=user, now=current_time(), watch=watch)
    if as_json:
        echo_json(done.to_dict())
        return NEEDS_A_PERSON if done.differing else 0
    last = f", the last of {done.done_until:%Y-%m-%d}" if done.done_until else ""
    click.echo(show_text(f"{done.into}: {done.entries:,} acts were done again{last}; {done.imports:,} brought leads."))
    if done.differing is None:
        click.echo("It stands as this home stood then. Templates, mappings and defaults are those of today.")
    elif done.differing:
        parts = ", ".join(f"{relation} ({count:,} parts)" for relation, count in done.differing.items())
        click.echo(f"It does not publish the same bytes: {parts}. Please report this.", err=True)
        return NEEDS_A_PERSON
    else:
        click.echo("Every published byte is the same.")
    return 0


@click.command()
@click.option("--template", "-t", required=True, metavar="NAME", help="Whose drops; they go by it as it is now.")
@click.option("--from", "since", required=True, type=ISO_DATE, metavar="DATE", help="The first import date.")
@click.option("--to", "until", required=True, type=ISO_DATE, metavar="DATE", help="The last import date.")
@click.option("--accept", is_flag=True, help="Even if imports are held or fail, or an act cannot be done again.")
@click.option("--dry-run", is_flag=True, help="Change nothing; answer with the same report.")
@click.option("--user", default="operator", metavar="NAME", help="Who asks for it, for the log.")
@with_json
@with_home
def backfill(
    home: Home, template: str, since: date, until: date, accept: bool, dry_run: bool, user: str, as_json: bool
) -> int:
    """Make a template's imports of some days again, by the template as it is now; all that followed follows."""
    from pipelines.replaying.backfilling import backfill as make_again

    now = current_time()
    with watch_entries("Backfill") as watch:
        done = make_again(home, template, since, until, user=user, now=now, accept=accept, dry_run=dry_run, watch=watch)
    if as_json:
        echo_json(done.to_dict())
        return NEEDS_A_PERSON if done.doubts else 0
    for title, changes in (("Imports made again", done.imports), ("Other imports that changed", done.others)):
        if changes:
            print_rows(title, [{"import": c.import_id, "file": c.file, "became": str(c)} for c in changes])
    click.echo("Leads: " + ", ".join(f"{count:,} {what}" for what, count in done.leads.items()))
    for line in done.skipped:
        click.echo(show_text(f"  not needed any more: {line}"))
    for line in done.doubts:
        click.echo(show_text(f"  {line}"), err=True)
    closing = {"rehearsed": "Dry run: nothing was changed.", "refused": "Nothing was changed. To do it: --accept."}
    click.echo(closing.get(done.status, "Done. Readers see the new state."))
    return NEEDS_A_PERSON if done.doubts else 0
