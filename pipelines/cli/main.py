"""The command ``leadmill``: a thin face of the pipelines. Each command's module is loaded when it is called."""

import importlib
import os
import sys
from typing import Any

import click

from pipelines.errors import UserError

COMMANDS = {
    "demo": "demo:demo",
    "import": "imports:import_",
    "preview": "imports:preview",
    "release": "imports:release",
    "cancel": "imports:cancel",
    "undo": "history:undo",
    "history": "history:history",
    "show": "history:show",
    "rejects": "history:rejects",
    "why": "why:why",
    "results": "reports:results",
    "log": "history:log",
    "templates": "templates:templates",
    "tables": "tables:tables",
    "mappings": "mappings:mappings",
    "suppliers": "lists:suppliers",
    "lists": "lists:lists",
    "export": "lists:export",
    "dnc": "dnc:dnc",
    "dialler": "dialler:dialler",
    "cost": "costs:cost",
    "report": "reports:report",
    "query": "reports:query",
    "catalogue": "reports:catalogue",
    "expire": "upkeep:expire",
    "maintain": "upkeep:maintain",
    "feeds": "feeds:feeds",
    "notify": "notify:notify",
    "metrics": "metrics:metrics",
    "replay": "replaying:replay",
    "backfill": "replaying:backfill",
    "serve": "serve:serve",
    "keys": "access:keys",
    "users": "access:users",
    "dev": "dev:dev",
}
DONE, NEEDS_A_PERSON, WRONG_INPUT, INTERRUPTED = 0, 1, 2, 130


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called or described."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """Return the commands in the order in which a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command's module and return the command."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(importlib.import_module(f"pipelines.cli.{module}"), name)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--home", metavar="DIR", help="Where everything is kept. Default: $LEADMILL_HOME, else ./leadmill-home.")
@click.version_option(package_name="leadmill", prog_name="leadmill")
@click.pass_context
def leadmill(ctx: click.Context, home: str | None) -> None:
    """Turn suppliers' lead drops into lists that a dialler may dial.

    New here? Run: leadmill demo
    """
    ctx.obj = home


def main() -> None:
    """Run the command line; end with 0 done, 1 needs a person, 2 wrong input, 130 interrupted."""
    try:
        code: Any = leadmill(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = WRONG_INPUT
    except UserError as error:
        text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(error))
        click.echo(f"Error: {text}", err=True)
        code = WRONG_INPUT
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted. What was not finished has left nothing behind.", err=True)
        code = INTERRUPTED
    except BrokenPipeError:
        # Whoever read us has gone; nothing is left to tell, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = DONE
    sys.exit(code if isinstance(code, int) else DONE)
