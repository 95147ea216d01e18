"""The command ``leadmill serve``: the HTTP doors."""

import click

from pipelines.cli.options import Home, current_time, with_home


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, metavar="H", help="Others than this machine need a key."
)
@click.option(
    "--port", default=8080, show_default=True, type=click.IntRange(0, 65535), metavar="P", help="0: a free one."
)
@with_home
def serve(home: Home, host: str, port: int) -> int:
    """Take drops by HTTP, as the import interfaces of LeadLex, Ameyo, CheckMarket and MaxContact do.

    TLS is a reverse proxy's: see docs/doors.md. Who may come in: leadmill keys, leadmill users.
    """
    from pipelines.doors.service import serve as open_doors
    from pipelines.doors.settings import read_door_settings

    open_doors(home, host, port, read_door_settings(home), current_time, lambda line: click.echo(line, err=True))
    return 0
