"""The reports beside the Supplier Summary: ``leadmill report reject-reasons``, ``overlap``, ``trend`` and others."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click
import polars as pl

from pipelines.cli.options import ISO_DATE, Home, current_time, with_home, with_json
from pipelines.cli.output import echo_json, print_rows

TITLES = {
    "reject-reasons": "Why rows of each supplier were not loaded, with masked samples.",
    "overlap": "Who delivered a person first: pairs of suppliers.",
    "trend": "The last 7 and 28 days against those before, with what has drifted.",
    "cost-audit": "What was paid for each import, by which version of its price.",
    "global-dedupe": "What it would have cost if nobody had been paid for twice, by anyone on any list.",
}
Command = Callable[..., Any]


def with_forms(function: Command) -> Command:
    """Give a command the forms of a report as the arguments ``form`` and ``output``."""
    choice = click.Choice(["table", "csv", "json", "parquet"])
    option = click.option("--format", "form", type=choice, help="Default: by the file's ending, else table.")
    to_file = click.option("-o", "--output", "output", metavar="FILE", type=click.Path(path_type=Path))
    return option(to_file(function))


def add_companions(report: click.Group) -> None:
    """Add a command for each report that takes no more than the home."""
    for name, title in TITLES.items():
        report.add_command(_make(name, title))
    report.add_command(refund_claim)


def _make(name: str, title: str) -> click.Command:
    @click.command(name, help=title)
    @with_forms
    @with_json
    @with_home
    def command(home: Home, form: str | None, output: Path | None, as_json: bool) -> int:
        from pipelines.reports.companions import compile_companion

        return tell(compile_companion(home, name, current_time()), title, form, output, as_json=as_json)

    return command


@click.command("refund-claim")
@click.argument("supplier")
@click.option("--code", "codes", multiple=True, metavar="C", help="For these reasons only; a beginning will do.")
@click.option("--from", "since", type=ISO_DATE, metavar="D", help="First import date.")
@click.option("--to", "until", type=ISO_DATE, metavar="D", help="Last import date.")
@click.option("--user", default="operator", metavar="NAME", help="Who asks, for the record.")
@with_forms
@with_json
@with_home
def refund_claim(
    home: Home,
    supplier: str,
    codes: tuple[str, ...],
    since: date | None,
    until: date | None,
    user: str,
    form: str | None,
    output: Path | None,
    as_json: bool,
) -> int:
    """List the rejected rows that were paid for, each with its evidence: a file to send to the supplier."""
    from pipelines.reports.companions import CLAIMED, claim_refund

    rows = claim_refund(home, supplier, codes=codes or CLAIMED, since=since, until=until, user=user, now=current_time())
    return tell(rows, f"Refund claim to {supplier}", form, output, as_json=as_json)


def tell(rows: pl.DataFrame, title: str, form: str | None, output: Path | None, *, as_json: bool) -> int:
    """Print a report, or write it to its file."""
    from pipelines.cli.reports import hand_over
    from pipelines.reports.reporting import render_frame

    form = "json" if as_json else form or (output.suffix.lstrip(".").lower() if output else "table")
    if form == "table" and output is None:
        print_rows(title, rows.to_dicts(), rows.columns, empty="Nothing to report.")
    elif form == "json" and output is None:
        echo_json(rows.to_dicts())
    else:
        hand_over(render_frame(rows, form), form, output, rows.height)
    return 0
