"""Contact data tables made and told of: what the command line asks for (checklist ML-082, ML-085..093)."""

from collections.abc import Sequence
from datetime import datetime
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from pipelines.errors import UserError
from pipelines.home import Home, write_whole
from pipelines.published.publishing import publish
from pipelines.published.reading import open_reader
from pipelines.receipts import write_log
from pipelines.replaying.files import hash_files, keep_files
from pipelines.store import open_writer
from pipelines.tables.declared import ContactTable, build_table, list_names, load_table, read_table, table_path
from pipelines.tables.field_types import TYPES
from pipelines.tables.storing import fit_table

Rows = list[dict[str, Any]]


def create_table(
    home: Home, name: str, description: str, fields: Sequence[tuple[str, str]], *, user: str, now: datetime
) -> ContactTable:
    """Declare a table with fields (name, type), make it in the store and publish it without rows.

    Raises UserError for a name that is taken or cannot be one, and for a type that is none.
    """
    values = {
        "name": name,
        "description": description,
        "fields": [{"name": field, "type": kind} for field, kind in fields],
    }
    table = build_table(values, "table")
    path = table_path(home, name)
    values["fields"] = [{"name": field.name, "type": field.type} for field in table.fields]
    with open_writer(home) as connection:
        if path.exists():
            raise UserError("table", f"'{name}' is there already.", f"Add to it: leadmill tables add-field {name} …")
        told = {
            "description": description,
            "fields": [list(field) for field in fields],
            "files": keep_files(home, hash_files(home)),
        }
        fit_table(connection, table)
        write_log(connection, now, user, "table created", name, "", told=told)
        write_whole(path, _dump(values))
        publish(connection, home)
    return table


def add_field(home: Home, name: str, field: dict[str, Any], *, user: str, now: datetime) -> ContactTable:
    """Add a field to a table: to its file, whose comments stay, to the store and to what is published.

    ``field`` has the keys of a field. Leads that are there have no data in it and show its default. Raises UserError
    for a table that is not there, a field that is, and what a field may not say.
    """
    load_table(home, name)
    path = table_path(home, name)
    with open_writer(home) as connection:
        told = {"field": dict(field), "files": keep_files(home, hash_files(home))}
        values = YAML().load(path.read_text(encoding="utf-8-sig"))
        if any(known["name"] == field["name"] for known in values.get("fields") or ()):
            raise UserError("table", f"Table '{name}' has a field '{field['name']}' already.", "Choose another name.")
        values.setdefault("fields", [])
        values["fields"].append(field)
        table = build_table({"name": name, **values}, path.name)
        field["type"] = table.fields[-1].type
        fit_table(connection, table)
        write_log(connection, now, user, "table field added", name, field["name"], told=told)
        write_whole(path, _dump(values))
        publish(connection, home)
    return table


def _dump(values: object) -> bytes:
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    text = StringIO()
    yaml.dump(values, text)
    return text.getvalue().encode()


def describe_tables(home: Home, now: datetime) -> Rows:
    """Return per table: name, description, how many fields and leads it has, and what is wrong with its file."""
    rows: Rows = []
    with open_reader(home, now, reports=()) as connection:
        for name in list_names(home):
            row: dict[str, Any] = {"name": name, "description": "", "fields": None, "leads": None, "problem": None}
            try:
                table = read_table(home.tables / f"{name}.yaml")
                leads = connection.execute(f'SELECT count(*) FROM "{name}"').fetchall()[0][0]
                row |= {"description": table.description, "fields": len(table.fields), "leads": leads}
            except UserError as error:
                row["problem"] = str(error)
            rows.append(row)
    return rows


def describe_table(home: Home, name: str) -> dict[str, Any]:
    """Return a table for people and JSON: its fields with types as word, label and form, defaults and strictness."""
    table = load_table(home, name)
    fields = [
        {
            "name": field.name,
            "type": field.type,
            "label": TYPES[field.type].label,
            "form": TYPES[field.type].form,
            "default": field.default,
            "strict": field.strict,
            "description": field.description,
            "map_as": f"secondary.{name}.{field.name}",
        }
        for field in table.fields
    ]
    return {
        "name": name,
        "description": table.description,
        "path": str(table_path(home, name)),
        "fields": fields,
    }
