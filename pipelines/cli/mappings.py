"""The command ``leadmill mappings``: mappings saved apart from settings."""

from pathlib import Path
from typing import Literal

import click

from pipelines.cli.options import Home, with_home, with_json
from pipelines.cli.output import echo_json, print_rows


@click.group()
def mappings() -> None:
    """Mappings saved apart from settings; a template or an import names one."""


@mappings.command("list")
@with_json
@with_home
def list_(home: Home, as_json: bool) -> int:
    """List the saved mappings."""
    from pipelines.templates.mappings import list_mappings

    rows = list_mappings(home)
    if as_json:
        echo_json(rows)
    else:
        print_rows("Mappings", rows, empty="No mappings yet. Begin with: leadmill mappings save NAME --from TEMPLATE")
    return 0


@mappings.command()
@click.argument("name")
@with_json
@with_home
def show(home: Home, name: str, as_json: bool) -> int:
    """Show where each field of a saved mapping comes from."""
    from pipelines.templates.mappings import load_mapping

    mapping = load_mapping(home, name)
    if as_json:
        echo_json({"name": name, "mapping": mapping})
    else:
        print_rows(f"Mapping {name}", [{"field": field, "source": source} for field, source in mapping.items()])
    return 0


@mappings.command()
@click.argument("name")
@click.option("--from", "file", required=True, metavar="FILE", type=click.Path(path_type=Path), help="JSON or YAML.")
@click.option(
    "--direction",
    type=click.Choice(["field", "header", "auto"]),
    default="auto",
    show_default=True,
    help="What comes first: our field, or the header of the supplier's file.",
)
@click.option("--table", metavar="TABLE", help="The contact data table for fields that no lead has, such as twitter.")
@click.option("--replace", is_flag=True, help="Write over the mapping of this name.")
@with_json
@with_home
def new(
    home: Home,
    name: str,
    file: Path,
    direction: Literal["field", "header", "auto"],
    table: str | None,
    replace: bool,
    as_json: bool,
) -> int:
    """Save a mapping from a file of another system, field: header or header: field."""
    from pipelines.templates.mappings import save_mapping
    from pipelines.templates.turning import read_mapping, turn_mapping

    given = None if direction == "auto" else direction
    mapping, settled = turn_mapping(read_mapping(file), file.name, given, table)
    path = save_mapping(home, name, mapping, replace=replace)
    if as_json:
        echo_json({"name": name, "path": str(path), "direction": settled, "mapping": mapping})
    else:
        first = "field: header" if settled == "field" else "header: field"
        click.echo(f"Saved {path}: {len(mapping)} fields, taken as {first}.")
    return 0


@mappings.command()
@click.argument("name")
@click.option("--from", "template", required=True, metavar="TEMPLATE", help="The template whose mapping it is.")
@click.option("--replace", is_flag=True, help="Write over the mapping of this name.")
@with_json
@with_home
def save(home: Home, name: str, template: str, replace: bool, as_json: bool) -> int:
    """Save a template's mapping under a name of its own."""
    from pipelines.templates.mappings import save_mapping
    from pipelines.templates.saved import load_template

    mapping = load_template(home, template)[0].model_dump(mode="json", include={"mapping"})["mapping"]
    path = save_mapping(home, name, mapping, replace=replace)
    if as_json:
        echo_json({"name": name, "path": str(path), "fields": len(mapping)})
    else:
        click.echo(f"Saved {path}: {len(mapping)} fields.")
    return 0


@mappings.command()
@click.argument("name")
@click.argument("new_name", metavar="NEW")
@with_json
@with_home
def rename(home: Home, name: str, new_name: str, as_json: bool) -> int:
    """Give a saved mapping another name."""
    from pipelines.templates.mappings import rename_mapping

    path = rename_mapping(home, name, new_name)
    if as_json:
        echo_json({"name": new_name, "path": str(path)})
    else:
        click.echo(f"Mapping {name} is {new_name} now. Templates that name it have to be told.")
    return 0


@mappings.command()
@click.argument("name")
@with_json
@with_home
def delete(home: Home, name: str, as_json: bool) -> int:
    """Delete a saved mapping; imports made with it keep theirs."""
    from pipelines.templates.mappings import delete_mapping

    delete_mapping(home, name)
    if as_json:
        echo_json({"name": name, "deleted": True})
    else:
        click.echo(f"Mapping {name} is deleted.")
    return 0
