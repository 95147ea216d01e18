"""The saved templates of a home, as a list of them is shown."""

from typing import Any

from pipelines.errors import UserError
from pipelines.home import Home
from pipelines.reuse import find_published_use
from pipelines.templates.defaults import read_defaults
from pipelines.templates.saved import list_names, load_template


def describe_templates(home: Home) -> list[dict[str, Any]]:
    """Return per saved template: name, description, supplier, list, whose default it is, and what is wrong.

    ``used_by`` is the import that has used up a template which is for one import.
    """
    rows = []
    defaults = read_defaults(home)
    for name in list_names(home):
        row: dict[str, Any] = {
            "name": name,
            "description": "",
            "supplier": "",
            "list": "",
            "is_default": defaults.template == name,
            "default_of": sorted(user for user, theirs in defaults.templates.items() if theirs == name),
            "used_by": None,
            "problem": None,
        }
        try:
            template, _ = load_template(home, name)
            where = template.list.name or f"{template.list.prefix}… ({template.list.mode})"
            used = {} if template.reusable else find_published_use(home, template.name)
            row |= {"description": template.description, "supplier": template.supplier, "list": where}
            row["used_by"] = next(iter(used), None)
        except UserError as error:
            row["problem"] = str(error)
        rows.append(row)
    return rows
