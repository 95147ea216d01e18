"""The command ``leadmill dnc``: do-not-call lists."""

from datetime import date
from pathlib import Path

import click

from pipelines.cli.options import ISO_DATE, Home, current_time, with_home, with_json
from pipelines.cli.output import echo_json, print_rows


@click.group()
def dnc() -> None:
    """Do-not-call lists."""


@dnc.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--category", required=True, metavar="C", help="Made if it is new; IVR, Imported and Requested are there."
)
@click.option(
    "--region", default="GB", show_default=True, metavar="R", help="Country of numbers without a country code."
)
@click.option("--replace", is_flag=True, help="The file is the whole category: remove what else stands in it.")
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
    source: str | None,
    as_of: date | None,
    as_json: bool,
) -> int:
    """Load a list: one number per line, area,number per line, or CSV with a header."""
    from pipelines.dnc import load_dnc

    done = load_dnc(
        home, file, category, region=region, replace=replace, source=source, as_of=as_of, now=current_time()
    ).to_dict()
    if as_json:
        echo_json(done)
        return 0
    click.echo(
        f"{done['file']} → {done['category']}: {done['added']:,} added, {done['already_there']:,} there already,"
        f" {done['removed']:,} removed, of {done['lines']:,} lines."
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
    """Show the categories: entries, loads, dates."""
    from pipelines.dnc import read_status
    from pipelines.published.reading import open_reader

    with open_reader(home, current_time()) as connection:
        rows = read_status(connection)
    if as_json:
        echo_json(rows)
    else:
        print_rows("Do-not-call categories", rows)
    return 0


@dnc.command()
@click.argument("phone")
@click.option(
    "--region", default="GB", show_default=True, metavar="R", help="Country of a number without a country code."
)
@with_json
@with_home
def check(home: Home, phone: str, region: str, as_json: bool) -> int:
    """Say whether a number stands on a list."""
    from pipelines.dnc import check_phone
    from pipelines.published.reading import open_reader

    now = current_time()
    with open_reader(home, now) as connection:
        found = check_phone(connection, phone, region, now.date())
    if as_json:
        echo_json(found)
    elif found["is_listed"]:
        print_rows("Listed: do not call", found["entries"])
    else:
        click.echo("Not listed.")
    return 0
