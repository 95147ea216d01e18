"""Commands for analysts: report, query, results."""

from datetime import date
from pathlib import Path
from typing import Any

import click
import polars as pl

from pipelines.cli.companions import add_companions
from pipelines.cli.options import ISO_DATE, Home, current_time, with_home, with_json
from pipelines.cli.output import echo_json, print_rows
from pipelines.errors import UserError


def print_summary(summary: pl.DataFrame, period: str) -> None:
    """Print the Supplier Summary for people: its main columns, shares in per cent, money with its currency.

    How old the rows were is a column where any is known.
    """
    has_ages = summary["freshness_days_p50"].count() > 0
    rows = [
        {
            "supplier": row["supplier_name"],
            "from": row["period_start"],
            **_name_slice(row),
            "received": row["rows_received"],
            "created": row["leads_created"],
            "updated": row["leads_updated"],
            "rejected": row["rows_rejected"],
            "accepted": _share(row["accept_rate"]),
            "bad phone": row["rej_phone_invalid"],
            "do not call": row["rej_dnc"],
            "duplicate": _share(row["dup_rate"]),
            **({"days old": _days(row["freshness_days_p50"])} if has_ages else {}),
            "cost": _money(row["cost_net"], row["currency"]),
            "per accepted": _money(row["cpl_accepted"], row["currency"]),
        }
        for row in summary.to_dicts()
    ]
    print_rows(f"Supplier Summary by {period}", rows, empty="Nothing was imported in this period.")
    if summary["leads_dialled"].count():
        print_rows("What the calls made of it", [_describe_calls(row) for row in summary.to_dicts()])


def _describe_calls(row: dict[str, Any]) -> dict[str, object]:
    """Return what came of dialling a supplier's leads, in the words of the table for people."""
    currency = row["currency"]
    return {
        "supplier": row["supplier_name"],
        "from": row["period_start"],
        **_name_slice(row),
        "dialled": row["leads_dialled"],
        "calls": row["attempts"],
        "contacted": row["leads_contacted"],
        "of dialled": _share(row["contact_rate"]),
        "sales": row["sales"],
        "of contacted": _share(row["conversion_rate"]),
        "per contact": _money(row["cost_per_contact"], currency),
        "per sale": _money(row["cpa"], currency),
        "revenue": _money(row["revenue"], currency),
        "profit": _money(row["profit"], currency),
    }


def _name_slice(row: dict[str, Any]) -> dict[str, object]:
    """Return what a row is of beside its supplier and period, where that was asked for."""
    return {name: row[name] for name in ("list", "template", "import_id") if row[name] is not None}


def _days(value: float | None) -> str | None:
    return None if value is None else f"{value:,.6g}"


def _share(value: float | None) -> str | None:
    return None if value is None else f"{value:.1%}"


def _money(value: float | None, currency: str | None) -> str | None:
    return None if value is None else f"{value:,.2f} {currency or ''}".strip()


@click.group()
def report() -> None:
    """Reports over what is published."""


add_companions(report)


@report.command("supplier-summary")
@click.option("--by", "period", type=click.Choice(["day", "week", "month", "all"]), default="all", show_default=True)
@click.option("--from", "since", type=ISO_DATE, metavar="D", help="First day.")
@click.option("--to", "until", type=ISO_DATE, metavar="D", help="Last day.")
@click.option(
    "--basis",
    type=click.Choice(["received", "activity"]),
    default="received",
    show_default=True,
    help="Count calls on the import date of the lead, or on the day of the call.",
)
@click.option(
    "--slice",
    "slices",
    type=click.Choice(["list", "template", "import"]),
    multiple=True,
    help="One row for each of these too; may be repeated.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json", "parquet", "html"]),
    help="Default: by the file's ending, else table.",
)
@click.option("-o", "--output", "output", metavar="FILE", type=click.Path(path_type=Path))
@with_json
@with_home
def supplier_summary(
    home: Home,
    period: str,
    since: date | None,
    until: date | None,
    basis: str,
    slices: tuple[str, ...],
    form: str | None,
    output: Path | None,
    as_json: bool,
) -> int:
    """Show what each supplier delivered, what became of it, what it cost and what it was worth."""
    from pipelines.published.summarising import ReportPeriod
    from pipelines.reports.reporting import render_summary, summarise

    summary = summarise(home, ReportPeriod(period, basis, since, until, slices), current_time())
    form = "json" if as_json else form or (output.suffix.lstrip(".").lower() if output else "table")
    if form == "table" and output is None:
        print_summary(summary, period)
        return 0
    if form == "json" and output is None:
        echo_json(summary.to_dicts())
        return 0
    hand_over(render_summary(summary, form, period), form, output, summary.height)
    return 0


def hand_over(content: bytes, form: str, output: Path | None, rows: int) -> None:
    """Write what was rendered to its file, or to standard output where it has none."""
    from pipelines.home import write_whole

    if output:
        write_whole(output.absolute(), content)
        click.echo(f"{output}: {rows:,} rows.", err=True)
    elif form == "parquet":
        raise UserError("--format", "Parquet is not for a terminal.", "Name a file with -o.")
    else:
        click.echo(content, nl=False)


@click.command()
@click.argument("sql", metavar="SQL|FILE")
@click.option(
    "--format", "form", type=click.Choice(["table", "csv", "json", "parquet"]), default="table", show_default=True
)
@click.option("-o", "--output", "output", metavar="FILE", type=click.Path(path_type=Path))
@with_json
@with_home
def query(home: Home, sql: str, form: str, output: Path | None, as_json: bool) -> int:
    """Answer one SELECT over the published tables; they cannot be changed."""
    from pipelines.published.reading import open_reader, run_query
    from pipelines.published.summarising import name_reports
    from pipelines.reports.reporting import render_frame

    text = Path(sql).read_text(encoding="utf-8") if sql.endswith(".sql") and Path(sql).is_file() else sql
    with open_reader(home, current_time(), reports=name_reports(text)) as connection:
        answer = run_query(connection, text)
    form = "json" if as_json else form
    if form == "json" and output is None:
        echo_json({"columns": answer.columns, "rows": answer.to_dicts()})
    elif form == "table" and output is None:
        print_rows("", answer.to_dicts(), answer.columns, empty="No rows.")
    else:
        hand_over(render_frame(answer, "csv" if form == "table" else form), form, output, answer.height)
    return 0


@click.command()
@with_json
@with_home
def catalogue(home: Home, as_json: bool) -> int:
    """Make published/leadmill.duckdb: all tables and reports as views, for DuckDB shells, notebooks and BI tools."""
    from pipelines.published.catalogue import write_catalogue

    path = write_catalogue(home)
    if as_json:
        echo_json({"catalogue": str(path)})
    else:
        click.echo(f"{path}: open it read-only; it shows what is published whenever it is asked.")
    return 0


@click.command()
@click.argument("import_id", metavar="IMPORT")
@click.option("-o", "--output", "output", metavar="FILE", type=click.Path(path_type=Path), help="csv, json or parquet.")
@click.option(
    "--dialect",
    type=click.Choice(["leadmill", "checkmarket"]),
    default="leadmill",
    show_default=True,
    help="In whose codes.",
)
@with_json
@with_home
def results(home: Home, import_id: str, output: Path | None, dialect: str, as_json: bool) -> int:
    """Say of every row of an import what became of it and why: codes and ids, nothing of the person."""
    from pipelines.reports.answering import list_results
    from pipelines.reports.reporting import render_frame

    rows = list_results(home, import_id, dialect, current_time())
    if output is not None:
        form = output.suffix.lstrip(".").lower()
        hand_over(render_frame(rows, form), form, output, rows.height)
        if as_json:
            echo_json({"import_id": import_id, "dialect": dialect, "file": str(output), "rows": rows.height})
    elif as_json:
        echo_json({"import_id": import_id, "dialect": dialect, "rows": rows.to_dicts()})
    else:
        print_rows(f"Results of {import_id}", rows.to_dicts(), rows.columns, empty="The drop had no rows.")
    return 0
