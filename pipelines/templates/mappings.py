"""Mappings saved apart from settings: ``<home>/mappings/*.yaml``, ``field: source`` as a template's mapping.

A template names one by ``mapping: NAME``, an import by ``--mapping NAME``. Source: checklist ML-068, ML-069, ML-084.
"""

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from pipelines.errors import UserError, nearest
from pipelines.home import Home, write_whole
from pipelines.templates.reading import NAME, read_yaml, to_text
from pipelines.templates.template import AUTO, build_template

# What a template needs beside its mapping to be in order: enough to check a mapping by itself.
_CHECKED_WITH = {"name": "mapping", "supplier": "x", "list": {"name": "x"}, "ignore_secondary": True}


def mapping_path(home: Home, name: str) -> Path:
    """Return where the mapping of this name is saved. Raises UserError for a name that cannot be a file's."""
    if not NAME.fullmatch(name):
        raise UserError("mapping", f"'{name[:60]}' cannot be a name.", "Use letters, digits, blanks, and . + - _.")
    return home.mappings / f"{name}.yaml"


def list_mappings(home: Home) -> list[dict[str, Any]]:
    """Return the saved mappings, by name: how many fields each fills, and what is wrong with it."""
    rows: list[dict[str, Any]] = []
    for path in sorted(home.mappings.glob("*.yaml")):
        row: dict[str, Any] = {"name": path.stem, "fields": None, "problem": None}
        try:
            row["fields"] = len(load_mapping(home, path.stem))
        except UserError as error:
            row["problem"] = str(error)
        rows.append(row)
    return rows


def load_mapping(home: Home, name: str) -> dict[str, Any]:
    """Return a saved mapping. Raises UserError naming the nearest where there is none, or for what is no mapping."""
    path = mapping_path(home, name)
    if not path.is_file():
        known = [other.stem for other in home.mappings.glob("*.yaml")]
        raise UserError(
            "mapping", f"None is saved as '{name}'.", nearest(name, known) or "See: leadmill mappings list."
        )
    mapping = read_yaml(path.read_text(encoding="utf-8-sig"), path.name)
    if not mapping:
        raise UserError(path.name, "It maps nothing.", "Write field: header, one a line.")
    return mapping


def save_mapping(home: Home, name: str, mapping: dict[str, Any], *, replace: bool = False) -> Path:
    """Save a mapping under a name after checking it. Raises UserError where the name is taken or a field is wrong."""
    path = mapping_path(home, name)
    if name == AUTO:
        raise UserError("mapping", "'auto' in a template means that its first import finds it.", "Choose another name.")
    if not mapping:
        raise UserError("mapping", "There is nothing to save: no field is mapped yet.", "Import a drop first.")
    if path.exists() and not replace:
        raise UserError("mapping", f"'{name}' is saved already.", "Choose another name, or say --replace.")
    build_template({**_CHECKED_WITH, "mapping": mapping}, path.name)
    home.make()
    write_whole(path, to_text(mapping, YAML()).encode())
    return path


def rename_mapping(home: Home, name: str, new: str) -> Path:
    """Give a saved mapping another name; templates that name it have to be told. Raises UserError if it is taken."""
    load_mapping(home, name)
    target = mapping_path(home, new)
    if target.exists():
        raise UserError("mapping", f"'{new}' is saved already.", "Choose another name.")
    return mapping_path(home, name).rename(target)


def delete_mapping(home: Home, name: str) -> None:
    """Delete a saved mapping; imports made with it keep theirs."""
    load_mapping(home, name)
    mapping_path(home, name).unlink()
