"""How commands answer: one JSON document, or tables for people. Nothing else goes to standard output."""

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import click
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.reports.json_values import render_json

NUMERIC = (int, float, Decimal)


def open_console() -> Console:
    """Return the console for people; wide where its output is a file, so that nothing is cut."""
    return Console(file=sys.stdout, highlight=False, width=None if sys.stdout.isatty() else 200)


def echo_json(document: object) -> None:
    """Print one JSON document; dates as ISO text, decimals as numbers."""
    click.echo(render_json(document))


def make_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """Return a table of rows; columns of numbers stand to the right, and nothing in a cell is markup."""
    lines = [
        [_name(value) if name.endswith("_id") else value for name, value in zip(columns, row, strict=True)]
        for row in rows
    ]
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for index, name in enumerate(columns):
        values = [line[index] for line in lines if line[index] is not None]
        is_number = bool(values) and all(_is_figure(value) for value in values)
        table.add_column(escape(name), justify="right" if is_number else "left", overflow="fold")
    for line in lines:
        table.add_row(*(escape(to_text(value)) for value in line))
    return table


def _name(value: object) -> object:
    """Return an id as it is written elsewhere: a name that happens to be of digits, not a figure."""
    return str(value) if isinstance(value, int) else value


def _is_figure(value: object) -> bool:
    """Tell whether a cell is a number, a share or an amount of money."""
    if isinstance(value, str):
        return re.fullmatch(r"-?[0-9][0-9,]*\.?[0-9]*(%| [A-Z]{3})", value) is not None
    return isinstance(value, NUMERIC) and not isinstance(value, bool)


def print_rows(
    title: str, rows: Sequence[Mapping[str, object]], columns: Sequence[str] | None = None, empty: str = ""
) -> None:
    """Print rows as a table, or one line where there are none."""
    if not rows:
        click.echo(empty or f"{title}: none yet.")
        return
    names = list(columns or rows[0])
    open_console().print(make_table(title, names, ([row[name] for name in names] for row in rows)))


def print_found(found: Mapping[str, object]) -> None:
    """Print what was found out about a file, then its columns and what share of their cells is what."""
    whole = [{"what": k, "found": v} for k, v in found.items() if k not in ("columns", "notices", "headers")]
    print_rows("Found in the file", whole, empty="Nothing was found in the file.")
    columns = found.get("columns")
    if isinstance(columns, list) and columns:
        print_rows("Columns", [{"position": at, **column} for at, column in enumerate(columns, start=1)])


def print_notices(notices: Iterable[str]) -> None:
    """Print what a person may want to look at, one line each."""
    for notice in notices:
        click.echo(show_text(f"  notice: {notice}"))


def to_text(value: object) -> str:
    """Return a cell's text: figures with thousands separated, unknown as a dash."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, Decimal):
        return f"{value.normalize():,f}"
    if isinstance(value, float):
        return f"{value:,.3f}"
    if isinstance(value, list | tuple):
        return ", ".join(map(to_text, value))
    if isinstance(value, dict):
        return ", ".join(f"{key}: {to_text(item)}" for key, item in value.items())
    return show_text(str(value))


def show_text(text: str) -> str:
    """Return a text from outside as it may be sent to a terminal: control characters written out."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
