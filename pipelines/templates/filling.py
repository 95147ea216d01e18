"""A mapping that a template's first import finds, and that the template keeps (``mapping: auto``).

Nobody looks at it before it is used, so it takes headers that are called as our fields are, and of the proposals those
that are certain. Source: checklist CM-003; docs/decisions/0019-configurations.md.
"""

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode

from pipelines.columns.headers import fold_header, list_headers, show_header
from pipelines.columns.suggesting import name_source, propose_mapping
from pipelines.errors import UserError
from pipelines.home import Home, write_whole
from pipelines.schema import MAPPED_FIELDS, PHONE_SLOTS
from pipelines.templates.reading import read_yaml, to_text, write_line
from pipelines.templates.saved import FIRST_IMPORT, complete_values, list_names, read_values, template_path
from pipelines.templates.template import AUTO, Template, build_template

# A proposal is taken from this confidence on: a header that names the field, or nearly only cells that fit it.
SURE = 0.6
# Where the mapping is from that no saved template will keep.
THIS_DROP = "this drop"
# What a header may be called as. Names are left to the proposals, which see them together: beside Vorname, Name is the
# last name.
NAMES = {"name", "first_name", "last_name"}
NAMED = {field.replace("_", ""): field for field in MAPPED_FIELDS if field not in NAMES}


@dataclass(frozen=True)
class Filled:
    """A template that is mapped, where each setting is from, and what a person should know of it."""

    template: Template
    origins: dict[str, str]
    notices: list[str] = field(default_factory=list)


def fill_mapping(
    home: Home,
    template: Template,
    origins: Mapping[str, str],
    profile: pl.DataFrame,
    headers: Sequence[str],
    file: str,
) -> Filled:
    """Return a template with the mapping that its first drop tells; one that is mapped as it is.

    ``profile`` is that of the drop's columns (see ``profile_columns``). What a saved template was given meanwhile is
    taken. Raises UserError where neither a phone nor an e-mail is certain.
    """
    if template.mapping:
        return Filled(template, dict(origins))
    is_kept = origins.get("mapping") == FIRST_IMPORT
    known = _read_kept(home, template.name) if is_kept else {}
    if known:
        return Filled(_map(template, known), {**origins, "mapping": "template"})
    mapping = find_mapping(profile, headers, template.phone.resolved_region)
    if not set(mapping) & {*PHONE_SLOTS, "email"}:
        fact = f"Template {template.name} is not mapped yet, and no column is certain to hold phones or e-mails."
        remedy = "Write one into the template, such as mapping: {phone1: HEADER}."
        raise UserError(file, f"{fact} {list_headers(headers)}", remedy)
    shown = ", ".join(f"{field} from {_show(source)}" for field, source in mapping.items())
    fate = (
        "The template keeps this once the import is completed."
        if is_kept
        else "It is used for this drop only: write it into the template to keep it."
    )
    notice = f"The mapping was found in this drop: {shown}. {fate}"
    return Filled(_map(template, mapping), {**origins, "mapping": FIRST_IMPORT if is_kept else THIS_DROP}, [notice])


def find_mapping(profile: pl.DataFrame, headers: Sequence[str], region: str) -> dict[str, Any]:
    """Return the sources that are certain, by field: headers called as the fields first, then proposals."""
    found: dict[str, tuple[int, ...]] = {}
    for position, header in enumerate(headers, start=1):
        called = NAMED.get(re.sub(r"[\W_]+", "", fold_header(header)))
        if called and isinstance(name_source([position], headers), str):
            found.setdefault(called, (position,))
    taken = {position for positions in found.values() for position in positions}
    rest = [at for at in range(len(headers)) if at + 1 not in taken]
    for each in propose_mapping(profile[rest], region).mapping:
        slots = [slot for slot in PHONE_SLOTS if slot not in found]
        called = each.field if each.field not in PHONE_SLOTS else next(iter(slots), each.field)
        if each.confidence >= SURE and called not in found:
            found[called] = tuple(rest[position - 1] + 1 for position in each.positions)
    return {name: name_source(found[name], headers) for name in MAPPED_FIELDS if name in found}


def keep_mapping(home: Home, template: Template, origins: Mapping[str, str]) -> None:
    """Write a mapping that was found into its saved template, the rest of the file as it is; unless it has one by now.

    To be called under the lock: of two first imports the one that is completed first tells.
    """
    if origins.get("mapping") != FIRST_IMPORT:
        return
    path = _find_saved(home, template.name)
    if path is None or read_values(path).get("mapping") not in (AUTO, {}):
        return
    mapping = template.model_dump(mode="json", include={"mapping"})["mapping"]
    text = path.read_bytes().decode("utf-8-sig")
    write_whole(path, put_mapping(text, mapping, path.name).encode())


def put_mapping(text: str, mapping: Mapping[str, Any], where: str) -> str:
    """Return a template's text with this mapping in place of ``auto`` or ``{}``: other lines and comments stay.

    Where that cannot be told from the text, the YAML is written anew, with its comments.
    """
    root: MappingNode = YAML(typ="safe", pure=True).compose(text)
    value = next(value for key, value in root.value if key.value == "mapping")
    start, end = value.start_mark.index, value.end_mark.index
    if root.flow_style:
        filled = text[:start] + json.dumps(mapping, ensure_ascii=False) + text[end:]
    else:
        newline = "\r\n" if "\r\n" in text else "\n"
        line, _, rest = text[end:].partition("\n")
        lines = [text[:start].rstrip(" ") + line.rstrip("\r")]
        lines += [f"  {write_line(name, source)}" for name, source in mapping.items()]
        filled = newline.join([*lines, rest])
    with suppress(UserError):
        if read_yaml(filled, where) == read_yaml(text, where) | {"mapping": dict(mapping)}:
            return filled
    yaml = YAML()
    yaml.preserve_quotes = True
    values = yaml.load(text)
    values["mapping"] = dict(mapping)
    return to_text(values, yaml)


def _map(template: Template, mapping: Mapping[str, Any]) -> Template:
    values = template.model_dump(by_alias=True) | {"mapping": dict(mapping)}
    return build_template(values, f"template {template.name}")


def _read_kept(home: Home, name: str) -> dict[str, Any]:
    """Return the mapping that the saved template of this name has by now; empty where it has none yet."""
    path = _find_saved(home, name)
    values = read_values(path) if path else {}
    complete_values(home, values)
    return dict(values["mapping"]) if isinstance(values.get("mapping"), Mapping) else {}


def _find_saved(home: Home, name: str) -> Path | None:
    """Return the file of the saved template that is called so inside; its own name may be another."""
    for stem in sorted(list_names(home), key=lambda stem: stem != name):
        path = template_path(home, stem)
        with suppress(UserError):  # another template's file is wrong
            if str(read_values(path)["name"]) == name:
                return path
    return None


def _show(source: object) -> str:
    if isinstance(source, dict):
        return " + ".join(map(_show, source["columns"]))
    return f"'{show_header(source)}'" if isinstance(source, str) else f"column {source}"
