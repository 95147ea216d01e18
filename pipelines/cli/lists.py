"""Commands about what there is: suppliers, lists, export."""

from pathlib import Path

import click

from pipelines.cli.options import Home, current_time, with_home, with_json
from pipelines.cli.output import echo_json, print_rows
from pipelines.errors import UserError


@click.group(invoke_without_command=True)
@with_json
@with_home
def suppliers(home: Home, as_json: bool) -> int:
    """List the suppliers and what each has brought; `suppliers default NAME` says whose are drops that name none."""
    from pipelines.reports.looking_back import list_suppliers

    context = click.get_current_context()
    if context.invoked_subcommand:
        context.obj = str(home.root)
        return 0
    rows = list_suppliers(home, current_time())
    if as_json:
        echo_json(rows)
    else:
        print_rows("Suppliers", rows)
    return 0


@suppliers.command()
@click.argument("name")
@click.option("--off", is_flag=True, help="Not the default any more: a template has to name a supplier.")
@with_json
@with_home
def default(home: Home, name: str, off: bool, as_json: bool) -> int:
    """Take this supplier, such as your own company, where a template names none."""
    from pipelines.templates.defaults import default_supplier, set_default_supplier

    if off and default_supplier(home) != name:
        raise UserError("supplier", f"'{name}' is not the default.", "See defaults.json in the home.")
    set_default_supplier(home, None if off else name)
    if as_json:
        echo_json({"name": name, "default": not off})
    else:
        click.echo(f"{name} is {'not ' if off else ''}the supplier where a template names none.")
    return 0


@click.group(invoke_without_command=True)
@with_json
@with_home
def lists(home: Home, as_json: bool) -> int:
    """List the lists; `lists clone LIST NEW` makes a list with another's settings."""
    from pipelines.reports.looking_back import list_lists

    context = click.get_current_context()
    if context.invoked_subcommand:
        context.obj = str(home.root)
        return 0
    rows = list_lists(home, current_time())
    if as_json:
        echo_json(rows)
    else:
        print_rows("Lists", rows)
    return 0


@lists.command()
@click.argument("name", metavar="LIST")
@click.argument("new_name", metavar="NEW")
@click.option("--user", default="operator", metavar="NAME", help="Who clones.")
@with_json
@with_home
def clone(home: Home, name: str, new_name: str, user: str, as_json: bool) -> int:
    """Make a list with another's settings and none of its leads."""
    from pipelines.changing_lists import make_clone

    made = make_clone(home, name, new_name, user=user, now=current_time())
    if as_json:
        echo_json({"list_id": made.list_id, "name": made.name, "cloned_from": made.cloned_from})
    else:
        click.echo(f"List {made.name} is there, with the settings of {made.cloned_from} and no leads.")
    return 0


@lists.command()
@click.argument("name", metavar="LIST")
@click.argument("campaign_name", metavar="NAME", required=False)
@click.option("--off", is_flag=True, help="The list belongs to no campaign any more.")
@click.option("--user", default="operator", metavar="NAME", help="Who says so.")
@with_json
@with_home
def campaign(home: Home, name: str, campaign_name: str | None, off: bool, user: str, as_json: bool) -> int:
    """Say to which campaign a list belongs: dedupe.scope campaign looks in all of its lists."""
    from pipelines.changing_lists import change_campaign

    if bool(campaign_name and campaign_name.strip()) == off:
        raise UserError("campaign", "Give its name, or --off.", f"Such as: leadmill lists campaign '{name}' Spring.")
    before = change_campaign(home, name, campaign_name, user=user, now=current_time())
    if as_json:
        echo_json({"list_id": before.list_id, "name": name, "campaign": campaign_name, "before": before.campaign})
    else:
        click.echo(f"List {name} belongs to " + (f"the campaign {campaign_name}." if campaign_name else "no campaign."))
    return 0


@click.command()
@click.argument("name", metavar="LIST")
@click.option("-o", "--output", "output", required=True, metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--for",
    "audience",
    type=click.Choice(["dialler", "all"]),
    default="all",
    show_default=True,
    help="dialler: what is dialled and shown; all: every column.",
)
@click.option(
    "--secondary", "has_secondary", is_flag=True, help="Contact data too, as <table>.<field> behind the rest."
)
@click.option("--user", default="operator", metavar="NAME", help="Who takes it, for the log.")
@with_json
@with_home
def export(home: Home, name: str, output: Path, audience: str, has_secondary: bool, user: str, as_json: bool) -> int:
    """Write a list as .csv or .parquet, by the file's ending."""
    from pipelines.reports.exporting import export_list

    rows = export_list(home, name, output, audience, current_time(), has_secondary=has_secondary, user=user)
    if as_json:
        echo_json({"list": name, "file": str(output), "rows": rows})
    else:
        click.echo(f"{output}: {rows:,} leads of {name}.")
    return 0
