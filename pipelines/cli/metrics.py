"""The command ``leadmill metrics``: figures for a monitoring system."""

from pathlib import Path

import click

from pipelines.cli.options import Home, current_time, with_home


@click.command()
@click.option("-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Default: standard output.")
@with_home
def metrics(home: Home, output: Path | None) -> int:
    """Write imports, rows and late feeds by template as Prometheus reads them (textfile collector)."""
    from pipelines.home import write_whole
    from pipelines.reports.metrics import write_metrics

    text = write_metrics(home, current_time())
    if output is None:
        click.echo(text, nl=False)
    else:
        write_whole(output, text.encode())
    return 0
