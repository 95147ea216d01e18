"""What a home takes where nothing is named: the template, of all or of one user, and the supplier.

Kept in ``<home>/defaults.json``; Source: checklist ML-018, ML-025.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pipelines.errors import UserError
from pipelines.home import Home, write_whole


@dataclass
class Defaults:
    """The supplier and template of the home, and the templates of single users by their names; null for none."""

    supplier: str | None = None
    template: str | None = None
    templates: dict[str, str] = field(default_factory=dict)


def _path(home: Home) -> Path:
    return home.root / "defaults.json"


def read_defaults(home: Home) -> Defaults:
    """Return the defaults of a home. Raises UserError where the file was changed into something else."""
    path = _path(home)
    if not path.is_file():
        return Defaults()
    try:
        return Defaults(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError):
        raise UserError(str(path), "This file does not hold defaults.", "Delete it, and set them anew.") from None


def _write(home: Home, defaults: Defaults) -> None:
    home.make()
    write_whole(_path(home), (json.dumps(asdict(defaults), indent=2, ensure_ascii=False) + "\n").encode())


def default_template(home: Home, user: str | None = None) -> str | None:
    """Return the name of the template that a user's imports take where they name none: theirs, else the home's."""
    defaults = read_defaults(home)
    return defaults.templates.get(user or "", defaults.template)


def set_default(home: Home, name: str | None, user: str | None = None) -> None:
    """Make a template the default of all users or of one; null takes the default away."""
    defaults = read_defaults(home)
    if user is None:
        defaults.template = name
    elif name is None:
        defaults.templates.pop(user, None)
    else:
        defaults.templates[user] = name
    _write(home, defaults)


def forget_default(home: Home, name: str) -> None:
    """Take a template that is no more out of the defaults."""
    defaults = read_defaults(home)
    kept = {user: template for user, template in defaults.templates.items() if template != name}
    if defaults.template == name or kept != defaults.templates:
        defaults.template = None if defaults.template == name else defaults.template
        defaults.templates = kept
        _write(home, defaults)


def default_supplier(home: Home) -> str | None:
    """Return who is the supplier where a template names none (your own company, say), or null."""
    return read_defaults(home).supplier


def set_default_supplier(home: Home, name: str | None) -> None:
    """Make someone the supplier of templates that name none; null takes that away."""
    if name is not None and not name.strip():
        raise UserError("supplier", "A supplier has a name.", "Such as your own company's.")
    defaults = read_defaults(home)
    defaults.supplier = name
    _write(home, defaults)
