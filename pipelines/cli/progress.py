"""How far an import is, on a terminal and nowhere else: name, size, and a bar that ends at 100%."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from pipelines.cli.output import show_text


def is_terminal() -> bool:
    """Tell whether someone watches standard error."""
    return sys.stderr.isatty()


@contextmanager
def watch_import(file: Path, name: str) -> Iterator[Callable[[int, int], None] | None]:
    """Yield what is to be told the rows that were read and how many there are; null where nobody watches.

    Source: checklist ML-011.
    """
    if not is_terminal() or not file.is_file():
        yield None
        return
    console = Console(file=sys.stderr, force_terminal=True)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(f"{show_text(name)}, {file.stat().st_size:,} bytes", total=None)
        yield lambda rows, total: progress.update(task, completed=rows or 1, total=total or 1)


@contextmanager
def watch_entries(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """Yield what is to be told how many acts were done again and how many there are; null where nobody watches."""
    if not is_terminal():
        yield None
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.completed:,} of {task.total:,}"),
    )
    with Progress(*columns, console=Console(file=sys.stderr, force_terminal=True)) as progress:
        task = progress.add_task(what, total=1)
        yield lambda done, total: progress.update(task, completed=done, total=total)
