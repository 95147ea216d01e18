"""The command ``leadmill tables``: contact data tables, for what suppliers send beside the lead."""

from typing import Any

import click

from pipelines.cli.options import Home, current_time, with_home, with_json
from pipelines.cli.output import echo_json, print_rows
from pipelines.errors import UserError

TYPE_HELP = "text, whole, decimal, date, time, datetime, boolean or phone."
USER = click.option("--user", default="operator", metavar="NAME", help="Who does it.")


@click.group(invoke_without_command=True)
@with_json
@with_home
def tables(home: Home, as_json: bool) -> int:
    """List the contact data tables: what suppliers send beside the lead."""
    from pipelines.tables.making import describe_tables

    context = click.get_current_context()
    if context.invoked_subcommand:
        context.obj = str(home.root)
        return 0
    rows = describe_tables(home, current_time())
    if as_json:
        echo_json(rows)
    else:
        print_rows("Contact data tables", rows, empty="No tables yet. Begin with: leadmill tables create NAME")
    return 0


@tables.command()
@click.argument("name")
@with_json
@with_home
def show(home: Home, name: str, as_json: bool) -> int:
    """Show the fields of a table, their types and defaults."""
    from pipelines.tables.making import describe_table

    _tell(describe_table(home, name), as_json)
    return 0


@tables.command()
@click.argument("name")
@click.option("--description", default="", metavar="TEXT", help="What the table is for.")
@click.option("--field", "fields", multiple=True, metavar="NAME:TYPE", help=f"A field; may be repeated. {TYPE_HELP}")
@USER
@with_json
@with_home
def create(home: Home, name: str, description: str, fields: tuple[str, ...], user: str, as_json: bool) -> int:
    """Make a table, with fields or without."""
    from pipelines.tables.making import create_table, describe_table

    pairs = [_split_field(field) for field in fields]
    create_table(home, name, description, pairs, user=user, now=current_time())
    _tell(describe_table(home, name), as_json)
    return 0


def _split_field(text: str) -> tuple[str, str]:
    name, colon, kind = text.partition(":")
    if not colon or not kind.strip():
        raise UserError("--field", f"'{text[:60]}' has no type.", f"Write name:type; {TYPE_HELP}")
    return name.strip(), kind.strip()


@tables.command("add-field")
@click.argument("table")
@click.argument("name")
@click.option("--type", "type_", required=True, metavar="T", help=TYPE_HELP)
@click.option("--description", metavar="TEXT", help="What the field is for.")
@click.option("--default", metavar="VALUE", help="Shown where a lead has no data.")
@click.option("--strict", is_flag=True, help="A value that does not fit rejects its row.")
@USER
@with_json
@with_home
def add_field_(
    home: Home,
    table: str,
    name: str,
    type_: str,
    description: str | None,
    default: str | None,
    strict: bool,
    user: str,
    as_json: bool,
) -> int:
    """Add a field to a table."""
    from pipelines.tables.making import add_field, describe_table

    field: dict[str, Any] = {"name": name, "type": type_}
    given = {"description": description, "default": default, "strict": strict or None}
    field |= {key: value for key, value in given.items() if value is not None}
    add_field(home, table, field, user=user, now=current_time())
    _tell(describe_table(home, table), as_json)
    return 0


def _tell(table: dict[str, Any], as_json: bool) -> None:
    if as_json:
        echo_json(table)
        return
    click.echo(f"{table['name']}: {table['description'] or 'no description'} ({table['path']})")
    print_rows("Fields", table["fields"], empty="No fields yet. Add one: leadmill tables add-field TABLE NAME --type T")
