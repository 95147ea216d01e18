"""The command ``leadmill dev``: the Dagster UI on this home."""

import os
import sys
from pathlib import Path

import click

from pipelines.cli.options import Home, with_home


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, metavar="H")
@click.option("--port", default=3000, show_default=True, type=click.IntRange(1, 65535), metavar="P")
@with_home
def dev(home: Home, host: str, port: int) -> int:
    """Start the Dagster UI and daemon on this home; drops in its landing folder are imported as they come."""
    home.make()
    dagster_home = Path(os.environ.get("DAGSTER_HOME") or home.dagster)
    dagster_home.mkdir(parents=True, exist_ok=True)
    config = dagster_home / "dagster.yaml"
    if not config.exists():
        config.write_text((Path(__file__).parents[2] / "assets" / "dagster.yaml").read_text())
    code = str(Path(__file__).parents[2])
    environment = os.environ | {
        "DAGSTER_HOME": str(dagster_home.absolute()),
        "LEADMILL_HOME": str(home.root),
        # The folder that one stands in is not searched for modules: it may well have an `assets` of its own.
        "PYTHONSAFEPATH": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, [code, os.environ.get("PYTHONPATH")])),
    }
    click.echo(
        f"Dagster on http://{host}:{port} for {home.root}. Drops go to {home.landing}/<template>/. Stop: Ctrl-C.",
        err=True,
    )
    module = ["-m", "assets.definitions", "-d", code]
    arguments = [sys.executable, "-m", "dagster", "dev", *module, "-h", host, "-p", str(port)]
    os.execve(sys.executable, arguments, environment)  # noqa: S606  our own arguments; the shell plays no part
