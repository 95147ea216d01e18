"""Commands that look back, and the one that goes back: history, show, rejects, log, undo."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.options import Home, current_time, with_home, with_json
from pipelines.cli.output import echo_json, print_found, print_notices, print_rows, show_text

if TYPE_CHECKING:
    from pipelines.undoing import UndoResult


@click.command()
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="How many, the newest first.")
@with_json
@with_home
def history(home: Home, limit: int, as_json: bool) -> int:
    """List the imports, the newest first."""
    from pipelines.doors.outbox import count_deliveries
    from pipelines.feeds.watching import find_unusual_imports
    from pipelines.reports.looking_back import list_imports

    now = current_time()
    unusual, deliveries = find_unusual_imports(home, now), count_deliveries(home)
    rows = [
        {
            **row,
            "unusual": [oddity.what for oddity in unusual.get(row["import_id"], ())],
            "deliveries": deliveries.get(row["import_id"], {}),
        }
        for row in list_imports(home, limit, now)
    ]
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
            "unusual",
            *(["deliveries"] if deliveries else []),
        )
        for row in rows:
            row["deliveries"] = ", ".join(f"{count} {state}" for state, count in row["deliveries"].items())
        print_rows("Imports", rows, columns, "No imports yet. Begin with: leadmill demo")
    return 0


@click.command()
@click.argument("import_id", metavar="IMPORT")
@with_json
@with_home
def show(home: Home, import_id: str, as_json: bool) -> int:
    """Show one import: its settings, its ledger, its reasons and what each means."""
    from pipelines.doors.outbox import list_deliveries
    from pipelines.feeds.watching import find_unusual_imports
    from pipelines.reports.looking_back import show_import

    now = current_time()
    seen = show_import(home, import_id, now)
    seen["deliveries"] = list_deliveries(home, import_id)
    seen["unusual"] = [vars(oddity) for oddity in find_unusual_imports(home, now).get(import_id, ())]
    if as_json:
        echo_json(seen)
        return 0
    print_rows(f"Import {import_id}", [{"what": k, "value": v} for k, v in seen["receipt"].items()])
    print_rows("Ledger", [seen["ledger"]])
    print_rows("Effects on existing leads", [seen["effects"]])
    print_rows("Reasons and warnings", seen["reasons"], empty="Every row became a lead, without a warning.")
    print_rows("Settings", seen["settings"])
    if seen["unusual"]:
        print_rows("Unusual", seen["unusual"], ("what", "figure", "usual", "remedy"))
    if seen["deliveries"]:
        print_rows("Messages to other systems", seen["deliveries"])
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


@click.command()
@click.argument("import_id", metavar="IMPORT")
@click.option("--skip-touched", is_flag=True, help="Leave leads that later imports touched as they are.")
@click.option("--dry-run", is_flag=True, help="Change nothing; answer with the same report.")
@click.option("--user", default="operator", metavar="NAME", help="Who undoes it, for the log.")
@with_json
@with_home
def undo(home: Home, import_id: str, skip_touched: bool, dry_run: bool, user: str, as_json: bool) -> int:
    """Put everything back as it was before an import: leads, lists, callbacks, the dialler's buffer, reports.

    Its line, rows and reasons stay on record, and its drop can be imported again.
    """
    from pipelines.undoing import undo_import

    done = undo_import(home, import_id, user=user, now=current_time(), skip_touched=skip_touched, dry_run=dry_run)
    if as_json:
        echo_json(done.to_dict())
    else:
        for line in _tell_undo(done):
            click.echo(show_text(line))
    return 0


def _tell_undo(done: "UndoResult") -> list[str]:
    """Return what an undo did, for a person: one sentence a line, nothing that is zero but the first."""
    rehearsed = " (dry run: nothing was changed)" if done.is_rehearsal else ""
    restored = "".join(f", {leads:,} {effect}" for effect, leads in done.restored.items())
    lines = [
        f"{done.import_id} ({done.file} → {done.list}) is undone{rehearsed}.",
        f"  leads: {done.removed:,} taken away, {sum(done.restored.values()):,} put back"
        + (f" ({restored[2:]})" if restored else ""),
    ]
    told = {
        "callbacks put back": done.callbacks_restored,
        "callbacks gone with the leads taken away": done.callbacks_removed,
        "places in the dialler's buffer put back": done.fetched_restored,
        "places in the dialler's buffer gone with the leads taken away": done.fetched_removed,
        "leads of it had expired and were swept before": done.already_expired,
        "of the leads taken away were dialled since; what came of it stays on record": done.removed_dialled,
        "of the leads put back were dialled since; those attempts are counted on": done.restored_dialled,
        "of the leads put back have a number on a do-not-call list": done.restored_on_dnc,
        "numbers taken off, since a do-not-call list was loaded after the import": done.numbers_taken_off,
    }
    lines += [f"  {count:,} {what}" for what, count in told.items() if count]
    lines += [f"  list gone: {name}" for name in done.lists_removed]
    lines += [f"  supplier gone: {name}" for name in done.suppliers_removed]
    lines += [
        f"  {leads:,} leads left as {later} left them; undo it, then this one again"
        for later, leads in done.left.items()
    ]
    lines += [
        f"  {rows:,} rows of {later} were turned away because of these leads: import its drop again with --force"
        for later, rows in done.lost_rows.items()
    ]
    return lines
