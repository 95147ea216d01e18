"""The command ``leadmill dnc``: do-not-call lists."""

from datetime import date
from pathlib import Path

import click

from pipelines.cli.options import ISO_DATE, Home, current_time, with_home, with_json
from pipelines.cli.output import echo_json, print_rows
from pipelines.errors import UserError

REGION = click.option(
    "--region", default="GB", show_default=True, metavar="R", help="Country of numbers without a country code."
)
USER = click.option("--user", default="operator", metavar="NAME", help="Who asks for it; for the audit log.")
DAYS = click.IntRange(1, 3660)


@click.group()
def dnc() -> None:
    """Do-not-call lists."""


@dnc.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--category", required=True, metavar="C", help="Made if it is new; IVR, Imported and Requested are there."
)
@REGION
@click.option("--replace", is_flag=True, help="The file is the whole category: what else stands in it ends.")
@click.option("--changes", is_flag=True, help="The file says what changed since the list before: adds and removals.")
@click.option("--remove", is_flag=True, help="The file holds numbers that leave the category.")
@click.option("--washed", is_flag=True, help="The file is what a wash service answered: numbers, results, dates.")
@click.option(
    "--kind",
    type=click.Choice(["number", "prefix"]),
    default="number",
    show_default=True,
    help="What the entries are; one that ends in * is a prefix anyhow.",
)
@click.option("--source", metavar="S", help="Where the list comes from. Default: the file's name.")
@click.option("--as-of", type=ISO_DATE, metavar="DATE", help="The date of the list. Default: today.")
@with_json
@with_home
def load(
    home: Home,
    file: Path,
    category: str,
    region: str,
    replace: bool,
    changes: bool,
    remove: bool,
    washed: bool,
    kind: str,
    source: str | None,
    as_of: date | None,
    as_json: bool,
) -> int:
    """Load a list: one number per line, area,number per line, CSV with a header, or XML. Live leads are re-screened."""
    from pipelines.dnc.loading import load_dnc

    asked = {"full": replace, "changes": changes, "removal": remove, "wash": washed}
    modes = [mode for mode, is_asked in asked.items() if is_asked]
    if len(modes) > 1:
        raise UserError("dnc load", "--replace, --changes, --remove and --washed exclude each other.", "Give one.")
    done = load_dnc(
        home,
        file,
        category,
        region=region,
        mode=modes[0] if modes else "add",
        are_prefixes=kind == "prefix",
        source=source,
        as_of=as_of,
        now=current_time(),
    ).to_dict()
    if as_json:
        echo_json(done)
        return 0
    click.echo(
        f"{done['file']} → {done['category']}, version {done['load_id']:,}: {done['added']:,} added,"
        f" {done['already_there']:,} there already, {done['removed']:,} removed, of {done['lines']:,} lines."
    )
    if done["prefixes"] or done["washed"]:
        click.echo(f"{done['prefixes']:,} prefixes added, {done['washed']:,} numbers washed.")
    click.echo(
        f"{done['leads_checked']:,} live leads re-screened: {done['numbers_taken']:,} numbers taken off,"
        f" {done['leads_suppressed']:,} leads suppressed."
    )
    if done["unparsed"]:
        click.echo(
            f"{done['unparsed']:,} lines hold no number of {region}; they are compared by their digits.", err=True
        )
    return 0


@dnc.command()
@with_json
@with_home
def status(home: Home, as_json: bool) -> int:
    """Show the categories: entries, versions, ages, rules, and whether all live leads were checked."""
    from pipelines.dnc.status import read_status
    from pipelines.published.reading import open_reader

    now = current_time()
    with open_reader(home, now, reports=()) as connection:
        rows = read_status(connection, now.date())
    if as_json:
        echo_json(rows)
    else:
        print_rows("Do-not-call categories", rows)
    return 0


@dnc.command()
@click.argument("category")
@click.option("--max-age", type=DAYS, metavar="DAYS", help="The list may be so old; else imports are refused.")
@click.option("--clock", type=DAYS, metavar="DAYS", help="An entry binds once the number is listed for so long.")
@click.option("--wash", type=DAYS, metavar="DAYS", help="Only numbers washed within so many days may be called.")
@click.option("--none", "is_none", is_flag=True, help="The category has no rule any more.")
@USER
@with_json
@with_home
def rule(
    home: Home,
    category: str,
    max_age: int | None,
    clock: int | None,
    wash: int | None,
    is_none: bool,
    user: str,
    as_json: bool,
) -> int:
    """Say how fresh a category has to be; it is kept in dnc.yaml. Without options: show the rule."""
    from pipelines.dnc.rules import Rule, change_rule, read_rules

    asked = Rule(max_age, clock, wash)
    if is_none and asked != Rule():
        raise UserError("--none", "It goes with no other rule.", "Leave one out.")
    if is_none or asked != Rule():
        change_rule(home, category.strip(), None if is_none else asked, user=user, now=current_time())
    kept = read_rules(home).get(category.strip())
    if as_json:
        echo_json({"category": category.strip(), "rule": vars(kept) if kept else None})
    else:
        click.echo(f"{category.strip()}: {kept or 'no rule'}")
    return 0


@dnc.command()
@USER
@with_json
@with_home
def rescreen(home: Home, user: str, as_json: bool) -> int:
    """Hold every live lead against everything anew: clocks run on, washes age. Do it each night."""
    from pipelines.dnc.rescreening import rescreen_all

    done = rescreen_all(home, now=current_time(), user=user).to_dict()
    if as_json:
        echo_json(done)
        return 0
    print_rows("Live leads re-screened", [{"category": name, **found} for name, found in done["categories"].items()])
    click.echo(f"{done['numbers_taken']:,} numbers taken off, {done['leads_suppressed']:,} leads suppressed.")
    return 0


@dnc.command()
@click.argument("phone")
@REGION
@with_json
@with_home
def check(home: Home, phone: str, region: str, as_json: bool) -> int:
    """Say whether a number stands on a list."""
    from pipelines.dnc.status import check_phone
    from pipelines.published.reading import open_reader

    now = current_time()
    with open_reader(home, now, reports=()) as connection:
        found = check_phone(connection, phone, region, now.date())
    if as_json:
        echo_json(found)
    elif found["is_listed"]:
        print_rows("Listed: do not call", found["entries"])
    else:
        click.echo("Not listed.")
    return 0
