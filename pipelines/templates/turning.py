"""Mappings as other systems write them, in either direction, turned into ours: field, then where it comes from.

Ameyo's ``header_mapping`` says field first, as we do; LeadLex and MaxContact say header first. Source: checklist
AM-013, LL-006, MA-039.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from pipelines.errors import UserError
from pipelines.schema import MAPPED_FIELDS
from pipelines.templates.reading import read_file, read_yaml
from pipelines.templates.template import SECONDARY

Direction = Literal["field", "header"]
# What other systems call fields of ours, and fields of theirs that no lead has here.
CALLED = {"full_name": "name", "timezone": "time_zone"}
BESIDE = ("twitter", "facebook")
CURLY = str.maketrans("“”„‟", '""""')


def read_mapping(path: Path) -> dict[str, Any]:
    """Return what a JSON or YAML file maps, as it stands there; typographic quotes around JSON's texts do no harm.

    Raises UserError for what cannot be read or says a key twice.
    """
    text = read_file(path, "A mapping")
    is_braced = text.lstrip().startswith("{")
    plain = text.translate(CURLY) if is_braced else text
    for spelling in (text, plain) if is_braced else ():
        with suppress(json.JSONDecodeError, RecursionError):
            return dict(json.loads(spelling, object_pairs_hook=_refuse_twice(path.name)))
    return read_yaml(plain, path.name, "A mapping")


def turn_mapping(
    values: Mapping[str, Any], where: str, direction: Direction | None = None, table: str | None = None
) -> tuple[dict[str, Any], Direction]:
    """Return a mapping from field to source, and the direction it was written in: which of the two came first.

    Without ``direction`` it is told by which side names fields. What other systems call otherwise gets our name;
    fields that no lead has go to the contact data ``table``. Blank sources are left out. Raises UserError where the
    direction cannot be told, a field comes from two headers, or a table is missing.
    """
    filled = {key: value for key, value in values.items() if value not in ("", None)}
    if not filled:
        raise UserError(where, "It maps nothing.", "Write field: header, or header: field, one a line.")
    settled = direction or _tell_direction(values, filled, where)
    named = _from_fields(filled, where, table) if settled == "field" else _from_headers(filled, where, table)
    return named, settled


def _tell_direction(values: Mapping[str, Any], filled: Mapping[str, Any], where: str) -> Direction:
    keys = [_is_field(key) for key in values]
    sources = [_is_field(value) for value in filled.values()]
    if all(keys) and all(sources):
        # Each side could be the fields; it does not matter where both say the same.
        is_same = all(key == value for key, value in filled.items())
        if is_same:
            return "field"
    elif all(keys) or (any(keys) and not any(sources)):
        return "field"
    elif all(sources) or (any(sources) and not any(keys)):
        return "header"
    fact = "Both sides" if any(keys) else "Neither side"
    remedy = "Say --direction field (field: header) or --direction header (header: field)."
    raise UserError(where, f"{fact} of it could be our fields.", remedy)


def _is_field(name: object) -> bool:
    known = isinstance(name, str) and (name in MAPPED_FIELDS or name in CALLED or name in BESIDE)
    return known or (isinstance(name, str) and SECONDARY.fullmatch(name) is not None)


def _name_field(name: str, where: str, table: str | None) -> str:
    if name not in BESIDE:
        return CALLED.get(name, name)
    if table is None:
        remedy = f"Say --table TABLE, made by: leadmill tables create TABLE --field {name}:text."
        raise UserError(where, f"No lead has a field '{name}': it goes to a contact data table.", remedy)
    return f"secondary.{table}.{name}"


def _from_fields(filled: Mapping[str, Any], where: str, table: str | None) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    for key, source in filled.items():
        field = _name_field(key, where, table)
        if field in mapping:
            raise UserError(where, f"The field '{field}' stands there twice, once as '{key}'.", "Take one away.")
        mapping[field] = source
    return mapping


def _from_headers(filled: Mapping[str, Any], where: str, table: str | None) -> dict[str, Any]:
    """Turn header: field around; where all headers are whole numbers they are positions from 1 (checklist LL-005)."""
    are_positions = all(header.isdecimal() for header in filled)
    mapping: dict[str, Any] = {}
    for header, called in filled.items():
        if not isinstance(called, str):
            raise UserError(where, f"What '{header[:60]}' goes to is not the name of a field.", "Such as email.")
        field = _name_field(called, where, table)
        if field in mapping:
            fact = f"'{mapping[field]}' and '{header[:60]}' both go to '{field}'."
            raise UserError(where, fact, 'Say it the other way round: {columns: [...], separator: ", "}.')
        mapping[field] = int(header) if are_positions else header
    return mapping


def _refuse_twice(where: str) -> Callable[[list[tuple[str, Any]]], dict[str, Any]]:
    def collect(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise UserError(where, f"The key '{twice[:60]}' stands there twice.", "Take one away.")
        return dict(pairs)

    return collect
