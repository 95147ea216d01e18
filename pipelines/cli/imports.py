"""Commands that import: import, preview, release, cancel."""

from datetime import date
from pathlib import Path
from typing import Any

import click
from rich.markup import escape

from pipelines.cli.options import ISO_DATE, Home, current_time, with_home, with_json
from pipelines.cli.output import (
    echo_json,
    make_table,
    open_console,
    print_found,
    print_notices,
    print_rows,
    show_text,
)
from pipelines.codes import find_code
from pipelines.errors import UserError
from pipelines.receipts import ImportResult

NEEDS_A_PERSON, WRONG_INPUT = 1, 2


@click.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option(
    "--template", "-t", metavar="NAME|PATH", help="Saved template or its file. Default: the default template."
)
@click.option("--list", "list_name", metavar="LIST", help="The list to import into.")
@click.option("--supplier", metavar="NAME", help="Who is paid for the leads.")
@click.option("--cost-per-lead", metavar="X", help="Money per lead.")
@click.option("--currency", metavar="C", help="ISO code, such as GBP.")
@click.option("--notes", metavar="TEXT", help="For later readers of the import.")
@click.option("--user", metavar="NAME", help="Who imports.")
@click.option("--on", type=ISO_DATE, metavar="DATE", help="The logical date. Default: today in the list's zone.")
@click.option("--ad-hoc", is_flag=True, help="One-off: do not save a template given by path.")
@click.option("--force", is_flag=True, help="Import a content again that was imported before.")
@click.option("--dry-run", is_flag=True, help="Change nothing; answer with the same report.")
@with_json
@with_home
def import_(
    home: Home,
    files: tuple[Path, ...],
    template: str | None,
    notes: str | None,
    on: date | None,
    ad_hoc: bool,
    force: bool,
    dry_run: bool,
    as_json: bool,
    **overrides: str | None,
) -> int:
    """Import drops: CSV or JSON files, by a template. Options override the template for this import."""
    from pipelines.importing import import_drop
    from pipelines.templates.saved import keep_template, load_template

    chosen = _choose_template(home, template)
    values = _collect_overrides(overrides)
    if load_template(home, chosen, values)[0].response_url:
        click.echo("Note: response_url is kept with the import, but this version does not call it.", err=True)
    results = []
    for file in files:
        result = import_drop(
            file, chosen, home, on=on, overrides=values, notes=notes, force=force, dry_run=dry_run, now=current_time()
        )
        results.append(result)
        if result.status == "failed":
            click.echo(f"Error: {show_text(result.message)}", err=True)
        elif not as_json:
            print_result(result)
    if not ad_hoc and not dry_run and any(result.status != "failed" for result in results):
        keep_template(home, chosen)
    if as_json:
        echo_json([result.to_dict() for result in results])
    return _exit_code(results)


def _choose_template(home: Home, template: str | None) -> str:
    from pipelines.templates.saved import default_template

    chosen = template or default_template(home)
    if chosen is None:
        raise UserError("--template", "None is named and there is no default.", "See: leadmill templates list.")
    return chosen


def _collect_overrides(options: dict[str, str | None]) -> dict[str, Any]:
    list_name = options.pop("list_name")
    values: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    if list_name is not None:
        values["list"] = {"mode": "named", "name": list_name}
    return values


def _exit_code(results: list[ImportResult]) -> int:
    statuses = {result.status for result in results}
    if statuses == {"failed"}:
        return WRONG_INPUT
    return NEEDS_A_PERSON if statuses & {"held", "failed"} else 0


def print_result(result: ImportResult) -> None:
    """Print what became of one drop, for a person."""
    console = open_console()
    rehearsed = " (dry run: nothing was changed)" if result.is_rehearsal else ""
    console.print(f"[bold]{escape(show_text(result.file))}[/bold] → {result.status}{rehearsed}")
    if result.status == "already_imported" or (not result.rows_received and result.message):
        console.print(f"  {show_text(result.message)}", markup=False)
        return
    id_and_list = f"  import {result.import_id}, list {result.list}, {result.import_date}, {result.seconds:.1f} s"
    console.print(show_text(id_and_list), markup=False)
    console.print(
        f"  {result.rows_received:,} rows = {result.created:,} created + {result.updated:,} updated"
        f" + {result.rejected:,} rejected + {result.quarantined:,} quarantined"
        + (f"; {result.blank_lines:,} blank lines" if result.blank_lines else "")
        + (" if it is released" if result.status == "held" else "")
    )
    effects = ", ".join(f"{rows:,} {effect}" for effect, rows in result.effects.items() if rows)
    if effects:
        console.print(f"  existing leads: {effects}")
    if result.cost.get("total") is not None:
        console.print(f"  cost: {result.cost['total']:,.2f} {result.cost['currency']} for rows {result.cost['basis']}")
    codes = sorted([*result.reasons.items(), *result.warnings.items()], key=lambda item: (item[0][0] == "W", -item[1]))
    if codes:
        rows = [(code, count, find_code(code).meaning, find_code(code).remedy) for code, count in codes]
        console.print(make_table("", ("code", "rows", "meaning", "what to do"), rows))
    if result.message:
        console.print(f"  {show_text(result.message)}", markup=False)
    print_notices(result.notices)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--template", "-t", metavar="NAME|PATH", help="Saved template or its file.")
@with_json
@with_home
def preview(home: Home, file: Path, template: str | None, as_json: bool) -> int:
    """Show every setting and mapping in force, and the first five records as an agent would see them."""
    from pipelines.reports.previewing import preview_drop

    seen = preview_drop(file, _choose_template(home, template), home, current_time())
    if as_json:
        echo_json(seen)
        return 0
    print_rows("Settings", seen["settings"])
    print_rows("Mapping", seen["mapping"])
    print_found(seen["found"])
    print_notices(seen["notices"])
    for reason in seen["hold_reasons"]:
        click.echo(show_text(f"An import would be held. {reason}"))
    for record in seen["records"]:
        shown = [{"field": k, "value": v} for k, v in record.items() if v not in (None, [], "")]
        print_rows(f"Record {record['row_number']}", shown)
    return 0


@click.command()
@click.argument("import_id", metavar="IMPORT")
@with_json
@with_home
def release(home: Home, import_id: str, as_json: bool) -> int:
    """Let a held import go on."""
    from pipelines.holding import release_import

    result = release_import(home, import_id, now=current_time())
    if as_json:
        echo_json([result.to_dict()])
    else:
        print_result(result)
    return _exit_code([result])


@click.command()
@click.argument("import_id", metavar="IMPORT")
@click.option("--user", default="operator", metavar="NAME", help="Who cancels.")
@with_json
@with_home
def cancel(home: Home, import_id: str, user: str, as_json: bool) -> int:
    """Give a held import up. Its rows and reasons stay on record."""
    from pipelines.holding import cancel_import

    cancel_import(home, import_id, user=user, now=current_time())
    if as_json:
        echo_json({"import_id": import_id, "status": "cancelled"})
    else:
        click.echo(f"{import_id} is cancelled; nothing of it was loaded.")
    return 0
