"""Commands that import: import, preview, release, cancel."""

import os
from datetime import date
from pathlib import Path
from typing import Any

import click
from rich.markup import escape

from pipelines.cli.choices import Chosen, choose, with_choices
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
from pipelines.cli.progress import watch_import
from pipelines.codes import find_code
from pipelines.receipts import ImportResult

NEEDS_A_PERSON, WRONG_INPUT = 1, 2


@click.command("import")
@click.argument("files", nargs=-1, metavar="FILE...", type=click.Path(path_type=Path))
@with_choices
@click.option("--notes", metavar="TEXT", help="For later readers of the import.")
@click.option("--on", type=ISO_DATE, metavar="DATE", help="The logical date. Default: today in the list's zone.")
@click.option("--ad-hoc", is_flag=True, help="One-off: do not save a template given by path.")
@click.option("--force", is_flag=True, help="Import a content again that was imported before.")
@click.option("--dry-run", is_flag=True, help="Change nothing; answer with the same report.")
@click.option(
    "--allow-stale-dnc", is_flag=True, help="Screen by a do-not-call list that is too old by its rule; it is recorded."
)
@with_json
@with_home
def import_(
    home: Home,
    files: tuple[Path, ...],
    notes: str | None,
    on: date | None,
    ad_hoc: bool,
    force: bool,
    dry_run: bool,
    allow_stale_dnc: bool,
    as_json: bool,
    **choices: Any,  # noqa: ANN401
) -> int:
    """Import drops: CSV, JSON or XML files, by a template. Options override the template for this import.

    With --like and no FILE, the drop of that import is imported again.
    """
    from pipelines.doors.responses import watch_responses
    from pipelines.templates.saved import FIRST_IMPORT, keep_template

    if not files and choices["like"] is None:
        raise click.UsageError("Missing argument 'FILE...'. With --like it may be left out.")
    chosen = choose(home, **choices)
    is_told = bool(chosen.template.response_url) and not dry_run
    if is_told:
        watch_responses(home, current_time())
    if ad_hoc and chosen.origins.get("mapping") == FIRST_IMPORT:
        chosen.origins["mapping"] = "template"  # found for these drops, kept nowhere
    drops = tuple((file, file.name) for file in files) or chosen.past_drop
    asked = {"on": on, "notes": notes, "force": force, "dry_run": dry_run, "allow_stale_dnc": allow_stale_dnc}
    results = [_import_one(home, file, name, chosen, asked, as_json=as_json) for file, name in drops]
    if chosen.named and not ad_hoc and not dry_run and any(result.status != "failed" for result in results):
        keep_template(home, chosen.named, choices["mapping"])
    if is_told:
        _call_back(home, [result.import_id for result in results if result.import_id])
    if as_json:
        echo_json([result.to_dict() for result in results])
    return _exit_code(results)


def _import_one(
    home: Home, file: Path, name: str, chosen: Chosen, asked: dict[str, Any], *, as_json: bool
) -> ImportResult:
    """Import one drop and tell a person what became of it; a drop that failed is an error also beside JSON."""
    from pipelines.importing import import_drop

    with watch_import(file, name) as watch:
        result = import_drop(
            file, chosen.template, home, origins=chosen.origins, name=name, now=current_time(), watch=watch, **asked
        )
    if result.status == "failed":
        click.echo(f"Error: {show_text(result.message)}", err=True)
    elif not as_json:
        print_result(result)
    return result


def _call_back(home: Home, imports: list[str]) -> None:
    """Tell Response URLs of imports; what is not taken waits for whoever looks next, and fails no import."""
    from pipelines.doors.responses import call_back
    from pipelines.errors import UserError

    try:
        _, problems = call_back(home, os.environ, current_time(), imports)
    except UserError as error:
        problems = [str(error)]
    for problem in problems:
        remedy = "leadmill serve, dev and notify send try again."
        click.echo(f"Note: response_url was not told. {show_text(problem)}; {remedy}", err=True)


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
@with_choices
@with_json
@with_home
def preview(home: Home, file: Path, as_json: bool, **choices: Any) -> int:  # noqa: ANN401
    """Show every setting and mapping in force, and the first five records as an agent would see them."""
    from pipelines.reports.previewing import preview_drop

    chosen = choose(home, **choices)
    seen = preview_drop(file, chosen.template, home, current_time(), origins=chosen.origins)
    if as_json:
        echo_json(seen)
        return 0
    click.echo(show_text(f"{seen['file']}, {seen['bytes']:,} bytes"))
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
@click.option(
    "--allow-stale-dnc", is_flag=True, help="Screen by a do-not-call list that is too old by its rule; it is recorded."
)
@with_json
@with_home
def release(home: Home, import_id: str, allow_stale_dnc: bool, as_json: bool) -> int:
    """Let a held import go on."""
    from pipelines.doors.responses import watch_held
    from pipelines.holding import release_import

    is_told = watch_held(home, import_id, current_time())
    result = release_import(home, import_id, now=current_time(), allow_stale_dnc=allow_stale_dnc)
    if is_told:
        _call_back(home, [import_id])
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
    from pipelines.doors.responses import watch_held
    from pipelines.holding import cancel_import

    is_told = watch_held(home, import_id, current_time())
    cancel_import(home, import_id, user=user, now=current_time())
    if is_told:
        _call_back(home, [import_id])
    if as_json:
        echo_json({"import_id": import_id, "status": "cancelled"})
    else:
        click.echo(f"{import_id} is cancelled; nothing of it was loaded.")
    return 0
