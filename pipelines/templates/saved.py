"""The saved templates of a home: find, list, save, clone, delete, and the one that is the default."""

import copy
import json
import re
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from pipelines.errors import UserError, nearest
from pipelines.home import Home, write_whole
from pipelines.templates.template import Template, build_template

NAME = re.compile(r"[^\W_][\w .+-]{0,99}")
MAX_BYTES = 1 << 20
DEFAULT_FILE = ".default"

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


def read_yaml(text: str, where: str, what: str = "A template") -> dict[str, Any]:
    """Return the mapping that a YAML 1.2 text holds; keys twice, aliases to bombs and other shapes are refused.

    ``what`` is what the text is, for the error.
    """
    yaml = YAML(typ="safe", pure=True)
    try:
        if re.search(r"(?m)(^|[\s\[{,:-])[&*]\w", text):
            _refuse_aliases(text, where, what)
        values = yaml.load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        problem = str(error.problem or error.context).split("\n")[0]
        twice = re.match(r'found duplicate key "(.*?)" with value', problem)
        if twice:
            fact = f"{at}the key '{twice[1]}' stands there twice."
            remedy = 'Take one away; several columns into one field are {columns: [...], separator: ", "}.'
            raise UserError(where, fact, remedy) from None
        raise UserError(where, f"{at}this is not YAML: {problem}.", "Correct the line.") from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise UserError(where, f"This is not YAML: {str(error).splitlines()[0]}.", "Correct the file.") from None
    if not isinstance(values, dict):
        document = "docs/templates.md" if what == "A template" else "docs/tables.md"
        raise UserError(where, f"{what} is a YAML mapping of keys.", f"See {document}.")
    return {str(key): value for key, value in values.items()}


def _refuse_aliases(text: str, where: str, what: str) -> None:
    from ruamel.yaml.tokens import AliasToken

    if any(isinstance(token, AliasToken) for token in YAML(typ="safe", pure=True).scan(text)):
        raise UserError(where, f"{what} holds no YAML aliases (*name).", "Write the values out.")


def read_values(path: Path, what: str = "A template") -> dict[str, Any]:
    """Return the values of a template file as written; its name is the file's where it has none.

    ``what`` is what the file is, for the error. Raises UserError for what cannot be read or is no such YAML.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(str(path), f"{what} is smaller than 1 MiB.", "Is this the right file?")
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(str(path), f"{what} is UTF-8 text.", "Save it as UTF-8.") from None
    except OSError as error:
        raise UserError(str(path), f"The file cannot be read: {error.strerror}.", "Check the path.") from None
    values = read_yaml(text, path.name, what)
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

    Overrides are top-level keys. Origins map dotted keys to ``template`` or ``override``; a key that is not there has
    its default. Raises UserError for anything the template may not say.
    """
    path = find_template(home, name_or_path)
    values = read_values(path)
    origins = dict.fromkeys(_dotted(values), "template")
    for key, value in (overrides or {}).items():
        values[key] = copy.deepcopy(value)
        origins = {k: o for k, o in origins.items() if k != key and not k.startswith(f"{key}.")}
        origins |= dict.fromkeys(_dotted({key: value}), "override")
    return build_template(values, path.name), origins


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
    build_template(values, path.name)
    if path.exists() and not replace:
        raise UserError("template", f"'{name}' is saved already.", "Choose another name, or delete it first.")
    write_whole(path, text.encode())
    write_whole(home.templates / "template.schema.json", render_schema().encode())
    return path


def keep_template(home: Home, name_or_path: str) -> None:
    """Save a template that was given by its path, for reuse, unless one of that name is saved (checklist ML-020)."""
    source = find_template(home, name_or_path)
    name = str(read_values(source)["name"])
    if source.parent.resolve() != home.templates.resolve() and not template_path(home, name).exists():
        save_template(home, name, source.read_text(encoding="utf-8-sig"))


def describe_templates(home: Home) -> list[dict[str, Any]]:
    """Return per saved template: name, description, supplier, list, whether it is the default, and what is wrong."""
    rows = []
    for name in list_names(home):
        row: dict[str, Any] = {
            "name": name,
            "description": "",
            "supplier": "",
            "list": "",
            "is_default": default_template(home) == name,
            "problem": None,
        }
        try:
            template, _ = load_template(home, name)
            where = template.list.name or f"{template.list.prefix}… ({template.list.mode})"
            row |= {"description": template.description, "supplier": template.supplier, "list": where}
        except UserError as error:
            row["problem"] = str(error)
        rows.append(row)
    return rows


def clone_template(home: Home, name: str, new: str) -> Path:
    """Save a copy of a template, settings, mappings and comments, under a new name."""
    yaml = YAML()
    yaml.preserve_quotes = True
    values = yaml.load(find_template(home, name).read_text(encoding="utf-8-sig"))
    values["name"] = new
    text = StringIO()
    yaml.dump(values, text)
    return save_template(home, new, text.getvalue())


def delete_template(home: Home, name: str) -> None:
    """Delete a saved template; imports made with it keep their settings."""
    find_template(home, name)
    template_path(home, name).unlink()
    if default_template(home) == name:
        (home.templates / DEFAULT_FILE).unlink()


def set_default(home: Home, name: str) -> None:
    """Make a saved template the one that is used where none is named (checklist ML-025)."""
    find_template(home, name)
    write_whole(home.templates / DEFAULT_FILE, f"{name}\n".encode())


def default_template(home: Home) -> str | None:
    """Return the name of the default template, or null."""
    path = home.templates / DEFAULT_FILE
    return path.read_text().strip() if path.is_file() else None


def render_schema() -> str:
    """Return the JSON Schema of a template, for editors."""
    return json.dumps(Template.model_json_schema(), indent=2) + "\n"
