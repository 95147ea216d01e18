"""What an import goes by: a saved template, a file of one or a past import's settings, and what is put over it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.home import Home
from pipelines.templates.saved import load_template, override_values
from pipelines.templates.template import Template, build_template

# What is about a drop and its list rather than about how drops are handled: not among the settings of a template.
DETAILS = {"name", "description", "supplier", "user", "cost_per_lead", "currency", "cost_basis", "list", "survey", "mapping", "call_info", "reusable"}  # noqa: E501  # fmt: skip


def choose_template(
    home: Home,
    template: str | Path | Template,
    overrides: Mapping[str, Any] | None = None,
    origins: Mapping[str, str] | None = None,
) -> tuple[Template, dict[str, str]]:
    """Return a template with overrides applied, and where each setting that is not a default came from.

    ``template`` is a saved name, a path, or the template itself; of that ``origins`` tells where its settings are from.
    ``overrides`` are keys of it (``dedupe``), or of its parts (``dedupe.action``).
    Raises UserError for anything the template may not say.
    """
    if not isinstance(template, Template):
        return load_template(home, str(template), overrides)
    values = template.model_dump(by_alias=True)
    told = override_values(home, values, overrides or {}, origins or {})
    return build_template(values, f"template {template.name}"), told


def read_settings(home: Home, name: str) -> dict[str, Any]:
    """Return the settings of a template, each said out loud, as overrides: how it handles drops, whoever's they are.

    Left out are supplier, cost, list, survey, mapping and call info. Source: checklist ML-023.
    """
    template, _ = load_template(home, name)
    return template.model_dump(by_alias=True, exclude=DETAILS)
