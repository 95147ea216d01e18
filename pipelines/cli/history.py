"""Commands that look back: history, show, rejects, log."""

from pathlib import Path

import click

from pipelines.cli.options import Home, current_time, with_home, with_json
from pipelines.cli.output import echo_json, print_found, print_notices, print_rows


@click.command()
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="How many, the newest first.")
@with_json
@with_home
def history(home: Home, limit: int, as_json: bool) -> int:
    """List the imports, the newest first."""
    from pipelines.reports.looking_back import list_imports

    rows = list_imports(home, limit, current_time())
    if as_json:
        echo_json(rows)
    else:
        columns = (
            "import_id",
            "status",
            "file",
            "template",
            "list",
            "rows_received",
            "created",
            "updated",
            "rejected",
            "quarantined",
        )
        print_rows("Imports", rows, columns, "No imports yet. Begin with: leadmill demo")
    return 0


@click.command()
@click.argument("import_id", metavar="IMPORT")
@with_json
@with_home
def show(home: Home, import_id: str, as_json: bool) -> int:
    """Show one import: its settings, its ledger, its reasons and what each means."""
    from pipelines.reports.looking_back import show_import

    seen = show_import(home, import_id, current_time())
    if as_json:
        echo_json(seen)
        return 0
    print_rows(f"Import {import_id}", [{"what": k, "value": v} for k, v in seen["receipt"].items()])
    print_rows("Ledger", [seen["ledger"]])
    print_rows("Effects on existing leads", [seen["effects"]])
    print_rows("Reasons and warnings", seen["reasons"], empty="Every row became a lead, without a warning.")
    print_rows("Settings", seen["settings"])
    print_found(seen["found"])
    print_notices(seen["notices"])
    return 0


@click.command()
@click.argument("import_id", metavar="IMPORT")
@click.option("-o", "--output", "output", required=True, metavar="FILE", type=click.Path(path_type=Path))
@click.option("--user", default="operator", metavar="NAME", help="Who takes it, for the log.")
@with_json
@with_home
def rejects(home: Home, import_id: str, output: Path, user: str, as_json: bool) -> int:
    """Write an import's reject file: the supplier's own rows with row number, code, reason and remedy."""
    from pipelines.reports.rejecting import write_rejects

    rows = write_rejects(home, import_id, output, current_time(), user=user)
    if as_json:
        echo_json({"import_id": import_id, "file": str(output), "rows": rows})
    else:
        click.echo(f"{output}: {rows:,} rows. Correct them and import the file by the same template.")
    return 0


@click.command()
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1), help="How many, the newest first.")
@with_json
@with_home
def log(home: Home, limit: int, as_json: bool) -> int:
    """Show the audit log: who did what to what."""
    from pipelines.reports.looking_back import read_log

    rows = read_log(home, limit, current_time())
    if as_json:
        echo_json(rows)
    else:
        print_rows("Audit log", rows)
    return 0
