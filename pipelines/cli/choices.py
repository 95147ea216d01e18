"""Options of import and preview that say by what a drop is imported, and what they come to."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from pipelines.cli.options import Home, current_time
from pipelines.errors import UserError
from pipelines.templates.template import Template

OPTIONS = (
    click.option("--template", "-t", metavar="NAME|PATH", help="Saved template or its file. Default: your default."),
    click.option("--like", metavar="IMPORT", help="By the settings of a past import, instead of a template."),
    click.option("--settings", metavar="NAME", help="How drops are handled: as this saved template does it."),
    click.option("--mapping", metavar="NAME", help="A saved mapping, instead of the template's."),
    click.option("--list", "list_name", metavar="LIST", help="The list to import into."),
    click.option("--supplier", metavar="NAME", help="Who is paid for the leads."),
    click.option("--cost-per-lead", metavar="X", help="Money per lead."),
    click.option("--currency", metavar="C", help="ISO code, such as GBP."),
    click.option("--user", metavar="NAME", help="Who imports; may have a default template."),
    click.option(
        "--set",
        "changes",
        multiple=True,
        metavar="KEY=VALUE",
        help="Any key of the template, such as dedupe.action=update; may come several times.",
    ),
)


@dataclass(frozen=True)
class Chosen:
    """The template with all options applied, where its settings are from, and what it was called by.

    ``named`` is the saved name or path, if there was one; ``past_drop`` the drop of the import that it is like.
    """

    template: Template
    origins: dict[str, str]
    named: str | None = None
    past_drop: tuple[tuple[Path, str], ...] = ()


def with_choices(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that ``choose`` takes."""
    for option in reversed(OPTIONS):
        function = option(function)
    return function


def choose(
    home: Home,
    *,
    template: str | None,
    like: str | None,
    settings: str | None,
    mapping: str | None,
    list_name: str | None,
    changes: tuple[str, ...],
    **simple: str | None,
) -> Chosen:
    """Return what the options come to: a template or a past import's, then settings, mapping, and single keys.

    Raises UserError for options that exclude each other and for anything the template may not say.
    """
    from pipelines.reports.looking_back import recall_import
    from pipelines.templates.choosing import choose_template, read_settings

    overrides: dict[str, Any] = read_settings(home, settings) if settings else {}
    overrides |= {name: value for name, value in {"mapping": mapping, **simple}.items() if value is not None}
    if list_name is not None:
        overrides["list"] = {"mode": "named", "name": list_name}
    overrides |= dict(map(_read_change, changes))
    if like is None:
        named = template or _require_default(home, simple["user"])
        return Chosen(*choose_template(home, named, overrides), named)
    if template is not None:
        raise UserError("--like", "It goes without --template: the import's own is meant.", "Give one of them.")
    past = recall_import(home, like, current_time())
    made, origins = choose_template(home, past.template, overrides, past.origins)
    return Chosen(made, origins, past_drop=((past.drop, past.file),))


def _require_default(home: Home, user: str | None) -> str:
    from pipelines.templates.defaults import default_template

    named = default_template(home, user)
    if named is None:
        raise UserError("--template", "None is named and there is no default.", "See: leadmill templates list.")
    return named


def _read_change(text: str) -> tuple[str, Any]:
    """Return key and value of ``dedupe.action=update``; the value is read as YAML."""
    from pipelines.templates.reading import read_yaml

    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise UserError("--set", f"'{text[:60]}' is not KEY=VALUE.", "Such as --set dedupe.action=update.")
    return key.strip(), read_yaml(f"value: {value}", f"--set {key.strip()[:60]}")["value"]
