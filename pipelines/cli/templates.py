"""The command ``leadmill templates``: saved settings and mappings."""

import shlex
from pathlib import Path
from typing import Any

import click

from pipelines.cli.options import Home, with_home, with_json
from pipelines.cli.output import echo_json, print_rows, show_text
from pipelines.columns.headers import show_header
from pipelines.errors import UserError


@click.group()
def templates() -> None:
    """Saved settings and mappings."""


@templates.command("list")
@with_json
@with_home
def list_(home: Home, as_json: bool) -> int:
    """List the saved templates."""
    from pipelines.templates.describing import describe_templates

    rows = describe_templates(home)
    if as_json:
        echo_json(rows)
    else:
        print_rows("Templates", rows, empty="No templates yet. Begin with: leadmill templates new NAME")
    return 0


@templates.command()
@click.argument("name")
@with_json
@with_home
def show(home: Home, name: str, as_json: bool) -> int:
    """Show every setting and mapping of a template and where it comes from."""
    from pipelines.reports.previewing import list_settings
    from pipelines.templates.saved import find_template, load_template

    template, origins = load_template(home, name)
    if as_json:
        settings = list_settings(template, origins)
        echo_json(
            {
                "name": template.name,
                "path": str(find_template(home, name)),
                "settings": settings,
                "template": template.model_dump(mode="json", by_alias=True),
            }
        )
    else:
        print_rows(f"Template {template.name}", list_settings(template, origins))
    return 0


@templates.command()
@click.argument("name")
@click.option(
    "--from", "file", metavar="FILE", type=click.Path(path_type=Path), help="Propose a mapping for this file."
)
@click.option("--region", metavar="CC", help="With --from: the country of its numbers. Default: guessed from them.")
@click.option("--sheet", metavar="NAME", help="With --from: the sheet of a workbook.")
@click.option("--records", metavar="PATH", help="With --from: where the records of a JSON or XML document are.")
@with_json
@with_home
def new(home: Home, name: str, file: Path | None, as_json: bool, **given: str | None) -> int:
    """Save a new template to fill in, or one drafted from a file of the supplier."""
    from pipelines.templates.saved import NEW_TEMPLATE, save_template

    if file is not None:
        _draft(home, name, file, given, as_json=as_json)
        return 0
    option = next((option for option, value in given.items() if value is not None), None)
    if option:
        raise UserError(f"--{option}", "It goes with --from only.", "Or set it in the template.")
    home.make()
    _tell(save_template(home, name, NEW_TEMPLATE.format(name=name)), as_json, "Fill in supplier, list and mapping.")
    return 0


def _draft(home: Home, name: str, file: Path, given: dict[str, str | None], *, as_json: bool) -> None:
    from pipelines.templates.drafting import draft_template

    home.make()
    path, draft = draft_template(home, name, file, **given)
    if as_json:
        echo_json({"name": name, "path": str(path), **draft.describe()})
        return
    for title, entries in (
        (f"Proposed mapping of {show_text(file.name)}", draft.mapping),
        ("Possible, but not mapped", draft.doubtful),
    ):
        if entries:
            print_rows(title, [{**entry, "source": _show_source(entry["source"])} for entry in entries])
    reason = f" (guessed: {show_text(draft.region_reason)})" if draft.region_reason else ""
    click.echo(f"Numbers are read as those of {draft.region}{reason}.")
    click.echo(f"Saved {path}. Look through it, then:")
    click.echo(f"  leadmill preview {shlex.quote(str(file))} -t {shlex.quote(name)}")
    click.echo(f"  leadmill import {shlex.quote(str(file))} -t {shlex.quote(name)}")


def _show_source(source: str | int | dict[str, Any]) -> str:
    """Return where a field comes from as a person reads it: header, position, or several of them."""
    if isinstance(source, dict):
        return " + ".join(map(_show_source, source["columns"]))
    return f"column {source}" if isinstance(source, int) else show_header(source)


@templates.command()
@click.argument("name")
@click.argument("new_name", metavar="NEW")
@with_json
@with_home
def clone(home: Home, name: str, new_name: str, as_json: bool) -> int:
    """Copy a template, settings and mappings, under a new name."""
    from pipelines.templates.saved import clone_template

    home.make()
    _tell(clone_template(home, name, new_name), as_json, "")
    return 0


@templates.command()
@click.argument("path", type=click.Path(path_type=Path))
@with_json
@with_home
def check(home: Home, path: Path, as_json: bool) -> int:
    """Check a template file, and that the contact data tables it fills are there; say what is wrong."""
    from pipelines.tables.declared import load_mapped_tables
    from pipelines.templates.saved import load_template

    template, _ = load_template(home, str(path))
    load_mapped_tables(home, template)
    if as_json:
        echo_json({"path": str(path), "name": template.name, "ok": True})
    else:
        click.echo(f"{path}: template {template.name} is in order.")
    return 0


@templates.command()
@click.argument("name")
@with_json
@with_home
def delete(home: Home, name: str, as_json: bool) -> int:
    """Delete a saved template; imports made with it keep their settings."""
    from pipelines.templates.saved import delete_template

    delete_template(home, name)
    if as_json:
        echo_json({"name": name, "deleted": True})
    else:
        click.echo(f"Template {name} is deleted.")
    return 0


@templates.command()
@click.argument("name")
@click.option("--user", metavar="USER", help="For the imports of this user only (import --user USER).")
@click.option("--off", is_flag=True, help="Not the default any more.")
@with_json
@with_home
def default(home: Home, name: str, user: str | None, off: bool, as_json: bool) -> int:
    """Use a template where an import names none: everyone's, or one user's."""
    from pipelines.templates.defaults import default_template, set_default
    from pipelines.templates.saved import find_template

    find_template(home, name)
    if off and default_template(home, user) != name:
        raise UserError("template", f"'{name}' is not that default.", "See: leadmill templates list.")
    set_default(home, None if off else name, user)
    if as_json:
        echo_json({"name": name, "default": not off, "user": user})
    elif off:
        click.echo(f"{name} is not the default any more.")
    else:
        click.echo(f"Imports{f' of {user}' if user else ''} that name no template use {name}.")
    return 0


def _tell(path: Path, as_json: bool, advice: str) -> None:
    if as_json:
        echo_json({"name": path.stem, "path": str(path)})
    else:
        click.echo(f"Saved {path}. {advice}".strip())
