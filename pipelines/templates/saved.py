"""The saved templates of a home: find, list, save, clone, delete."""

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from pipelines.errors import UserError, nearest
from pipelines.home import Home, write_whole
from pipelines.templates.defaults import default_supplier, forget_default
from pipelines.templates.mappings import load_mapping
from pipelines.templates.reading import NAME, read_file, read_yaml, to_text
from pipelines.templates.template import AUTO, Template, build_template

# Where the mapping of a saved template is from that says ``mapping: auto``.
FIRST_IMPORT = "first import"

NEW_TEMPLATE = """\
# yaml-language-server: $schema=template.schema.json
name: {name}
supplier: {name}                   # who is paid for the leads
list: {{mode: named, name: {name}}}  # or {{mode: per_import | per_day, clone_from: ..., prefix: ...}}
phone: {{format: uk}}                # uk | intl_uk | intl_aus | intl_sa | advanced (with region)
dnc: {{categories: [IVR, Imported, Requested]}}
dedupe: {{keys: [phone, email], scope: [file, destination], action: keep_existing}}
mapping:                           # field: the header it comes from, or the position from 1
  first_name: First name
  last_name: Last name
  phone1: Phone
  email: Email
"""


def read_values(path: Path, what: str = "A template") -> dict[str, Any]:
    """Return the values of a template file as written; its name is the file's where it has none.

    ``what`` is what the file is, for the error. Raises UserError for what cannot be read or is no such YAML.
    """
    values = read_yaml(read_file(path, what), path.name, what)
    values.setdefault("name", path.stem)
    return values


def template_path(home: Home, name: str) -> Path:
    """Return where the template of this name is saved. Raises UserError for a name that cannot be a file's."""
    if not NAME.fullmatch(name):
        raise UserError("template", f"'{name[:60]}' cannot be a name.", "Use letters, digits, blanks, and . + - _.")
    return home.templates / f"{name}.yaml"


def list_names(home: Home) -> list[str]:
    """Return the names of the saved templates, sorted."""
    return sorted(path.stem for path in home.templates.glob("*.yaml"))


def find_template(home: Home, name_or_path: str) -> Path:
    """Return the file of a template given by name or by path.

    Raises UserError naming the nearest saved template where there is none.
    """
    path = Path(name_or_path)
    if path.suffix in (".yaml", ".yml") or "/" in name_or_path:
        if not path.is_file():
            raise UserError(name_or_path, "There is no such template file.", "Check the path.")
        return path
    saved = template_path(home, name_or_path)
    if saved.is_file():
        return saved
    names = list_names(home)
    remedy = nearest(name_or_path, names) or (f"Saved: {', '.join(names)}." if names else "")
    raise UserError(
        "template", f"None is saved as '{name_or_path}'.", remedy or "Begin with: leadmill templates new NAME."
    )


def load_template(
    home: Home, name_or_path: str, overrides: Mapping[str, Any] | None = None
) -> tuple[Template, dict[str, str]]:
    """Return a template with overrides applied, and where each setting that is not a default came from.

    Overrides are keys as of ``override_values``. Origins map dotted keys to ``template``, ``override``, ``home``,
    ``mapping NAME`` or ``first import`` (of a saved template that is not mapped yet); a key that is not there has its
    default. Raises UserError for anything the template may not say.
    """
    path = find_template(home, name_or_path)
    values = read_values(path)
    origins = dict.fromkeys(_dotted(values), "template")
    origins |= complete_values(home, values)
    if values.get("mapping") in (AUTO, {}) and path.parent.resolve() == home.templates.resolve():
        origins["mapping"] = FIRST_IMPORT
    origins = override_values(home, values, overrides or {}, origins)
    return build_template(values, path.name), origins


def complete_values(home: Home, values: dict[str, Any]) -> dict[str, str]:
    """Put in what values leave to the home: the default supplier, a mapping given by its name; say where from."""
    origins = {}
    if values.get("supplier") is None and (supplier := default_supplier(home)):
        values["supplier"] = supplier
        origins["supplier"] = "home"
    if isinstance(name := values.get("mapping"), str) and name != AUTO:
        values["mapping"] = load_mapping(home, name)
        origins["mapping"] = f"mapping {name}"
    return origins


def override_values(
    home: Home, values: dict[str, Any], overrides: Mapping[str, Any], origins: Mapping[str, str]
) -> dict[str, str]:
    """Put overrides over a template's values; return where each comes from by now.

    A key is one of the template (``dedupe``), whole, or one inside it (``dedupe.action``), the rest staying as it is.
    """
    told = dict(origins)
    for key, value in overrides.items():
        part, _, inner = key.partition(".")
        # Fields of contact data have dots in their names.
        _put(values, [part, *([inner] if part == "mapping" else inner.split("."))] if inner else [part], value)
        told = {
            k: o for k, o in told.items() if k != key and not k.startswith(f"{key}.") and not key.startswith(f"{k}.")
        }
        source = complete_values(home, values) if part == "mapping" else {}
        told |= source or dict.fromkeys(_dotted({key: value}), "override")
    return told


def _put(values: dict[str, Any], path: list[str], value: object) -> None:
    """Put a value where a path of keys leads, into copies of what stands on the way."""
    part, *inner = path
    if not inner:
        values[part] = copy.deepcopy(value)
        return
    known = values.get(part)
    if not isinstance(known, Mapping | None):
        raise UserError(".".join(path), f"'{part}' has no keys of its own.", "See docs/templates.md.")
    values[part] = dict(known or {})
    _put(values[part], inner, value)


def _dotted(values: Mapping[str, Any], prefix: str = "") -> list[str]:
    keys = []
    for key, value in values.items():
        if isinstance(value, Mapping) and value and prefix != "mapping.":
            keys += _dotted(value, f"{prefix}{key}.")
        else:
            keys.append(f"{prefix}{key}")
    return keys


def save_template(home: Home, name: str, text: str, *, replace: bool = False) -> Path:
    """Save a template's text under a name after checking it. Raises UserError where the name is taken."""
    path = template_path(home, name)
    values = read_yaml(text, path.name)
    values.setdefault("name", name)
    complete_values(home, values)
    build_template(values, path.name)
    if path.exists() and not replace:
        raise UserError("template", f"'{name}' is saved already.", "Choose another name, or delete it first.")
    # The template comes last: one that is there is not saved again.
    write_whole(home.templates / "template.schema.json", render_schema().encode())
    write_whole(path, text.encode())
    return path


def keep_template(home: Home, name_or_path: str, mapping: str | None = None) -> None:
    """Save a template that was given by its path, for reuse, unless one of that name is saved (checklist ML-020).

    One that has no mapping of its own is saved with the name of the saved ``mapping`` that it was used with.
    """
    source = find_template(home, name_or_path)
    values = read_values(source)
    name = str(values["name"])
    if source.parent.resolve() == home.templates.resolve() or template_path(home, name).exists():
        return
    text = source.read_text(encoding="utf-8-sig")
    if "mapping" not in values and mapping:
        text = f"{text.rstrip()}\nmapping: {json.dumps(mapping)}\n"
    save_template(home, name, text)


def clone_template(home: Home, name: str, new: str) -> Path:
    """Save a copy of a template, settings, mappings and comments, under a new name."""
    yaml = YAML()
    yaml.preserve_quotes = True
    values = yaml.load(find_template(home, name).read_text(encoding="utf-8-sig"))
    values["name"] = new
    return save_template(home, new, to_text(values, yaml))


def delete_template(home: Home, name: str) -> None:
    """Delete a saved template; imports made with it keep their settings."""
    find_template(home, name)
    template_path(home, name).unlink()
    forget_default(home, name)


def render_schema() -> str:
    """Return the JSON Schema of a template, for editors."""
    schema = Template.model_json_schema()
    named = {"type": "string", "description": "auto, or the name of a mapping saved apart"}
    schema["properties"]["mapping"] = {"anyOf": [schema["properties"]["mapping"], named]}
    schema["required"].remove("supplier")  # the home may have one for all
    return json.dumps(schema, indent=2) + "\n"
