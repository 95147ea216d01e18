"""Contact data tables as they are declared: `<home>/tables/<name>.yaml`, read and checked.

A table holds what a supplier sends beside the lead (checklist ML-080..093). Nothing here touches the store.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Self

import polars as pl
from pydantic import Field, StrictBool, ValidationError, field_validator, model_validator

from pipelines.errors import UserError, nearest
from pipelines.home import Home
from pipelines.tables.field_types import TYPES, Spelling, find_type, read_cells
from pipelines.templates.parts import Settings, Text
from pipelines.templates.saved import read_values
from pipelines.templates.template import Template

NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
MAX_FIELDS = 200
# What every contact data table has of itself, and what other relations are called.
OWN_COLUMNS = ("lead_id", "list_id", "expires_at")
TAKEN = (
    *("leads", "lists", "suppliers", "imports", "import_rows", "import_reasons", "dnc", "dnc_loads", "callbacks"),
    *("effects", "dnc_prefixes", "dnc_washed", "dnc_rules", "dnc_checks"),
    *("fetched", "attempts", "dispositions", "outcomes", "dialler_loads", "contact_history", "survey_places"),
    *("costs", "refunds", "import_costs", "import_rejects", "import_leads", "import_calls", "report_period"),
    *("audit_log", "clock", "run", "part", "refusals", "refused_drops", "import_ages", "standing_leads"),
    *("checkmarket_codes", "checkmarket_results"),
)
Value = str | int | bool | Decimal | date | time | datetime


class TableField(Settings):
    """A field: its type, whether a value that does not fit rejects the row, and what stands where there is no data."""

    name: str
    description: str = ""
    type: str
    default: Text | None = None
    strict: StrictBool = False

    @field_validator("name")
    @classmethod
    def check_name(cls, value: str) -> str:
        """Refuse what is not snake_case, and what every table has of itself."""
        if value in OWN_COLUMNS:
            raise ValueError(f"'{value}' is a column of every table: choose another name.")
        return check_name(value)

    @field_validator("type")
    @classmethod
    def check_type(cls, value: str) -> str:
        """Take a type's word or its label. Source: checklist ML-087."""
        found = find_type(value)
        if found is None:
            raise ValueError(f"there is no type '{value[:40]}'. {nearest(value, list(TYPES)) or _list_types()}")
        return found

    @field_validator("default", mode="before")
    @classmethod
    def accept_scalar(cls, value: object) -> object:
        """Take a number, a date or a truth value as YAML reads it."""
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value) if isinstance(value, int | float | date | datetime) else value

    @model_validator(mode="after")
    def check_default(self) -> Self:
        """Refuse a default that is not of the field's type."""
        if self.default is not None and self.default_value is None:
            kind = TYPES[self.type]
            raise ValueError(f"default '{self.default[:40]}' is not {kind.noun} ({kind.form}).")
        return self

    @property
    def default_value(self) -> Value | None:
        """The default as a value of the field's type; a phone, written with +, as E.164 text; null where none fits."""
        if self.default is None or (self.type == "phone" and not self.default.startswith("+")):
            return None
        found: Value | None = read_cells(pl.Series([self.default], dtype=pl.String), self.type, Spelling())["value"][0]
        return found


class ContactTable(Settings):
    """A table of contact data: one row per lead, beside the lead's own."""

    name: str
    description: str = ""
    fields: Annotated[list[TableField], Field(default_factory=list, max_length=MAX_FIELDS)]

    @field_validator("name")
    @classmethod
    def check_name(cls, value: str) -> str:
        """Refuse what is not snake_case, and the names of what is published already."""
        if value in TAKEN or value.startswith(("supplier_summary", "secondary_")):
            raise ValueError(f"'{value}' is the name of another relation: choose another one.")
        return check_name(value)

    @model_validator(mode="after")
    def check_fields(self) -> Self:
        """Refuse two fields of one name."""
        names = [each.name for each in self.fields]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise ValueError(f"fields: '{twice}' stands there twice.")
        return self

    def find_field(self, name: str) -> TableField | None:
        """Return the field of this name, or null."""
        return next((each for each in self.fields if each.name == name), None)


@dataclass(frozen=True)
class MappedField:
    """A field that a template fills: its table and how it is declared."""

    table: str
    field: TableField

    @property
    def name(self) -> str:
        """The field as columns call it: ``<table>.<field>``."""
        return f"{self.table}.{self.field.name}"

    @property
    def cell(self) -> str:
        """The field as a mapping calls it, and the column of its cell as it came."""
        return f"secondary.{self.name}"


@dataclass(frozen=True)
class MappedTables:
    """The contact data tables that a template fills, as they are declared when its import starts."""

    tables: tuple[ContactTable, ...] = ()
    fields: tuple[MappedField, ...] = ()


def check_name(value: str) -> str:
    """Return a name of a table or field. Raises ValueError where it is not snake_case."""
    if not NAME.fullmatch(value):
        raise ValueError(f"'{value[:60]}' is not a name such as end_date: small letters, digits and _.")
    return value


def _list_types() -> str:
    return f"Types: {', '.join(TYPES)}."


def table_path(home: Home, name: str) -> Path:
    """Return where the table of this name is declared. Raises UserError for a name that cannot be one."""
    try:
        return home.tables / f"{check_name(name)}.yaml"
    except ValueError as error:
        raise UserError("table", str(error)) from None


def build_table(values: dict[str, Any], where: str) -> ContactTable:
    """Return the table that these values declare.

    Raises UserError with one line: file, key, what is wrong with it and, for an unknown key, the nearest known one.
    """
    try:
        return ContactTable.model_validate(values)
    except ValidationError as error:
        first = max(error.errors(include_url=False), key=lambda e: e["type"] == "extra_forbidden")
        place = ".".join(str(part + 1) if isinstance(part, int) else part for part in first["loc"])
        if first["type"] == "extra_forbidden":
            model = TableField if len(first["loc"]) > 1 else ContactTable
            known = list(model.model_fields)
            remedy = nearest(str(first["loc"][-1]), known) or f"Known: {', '.join(known)}."
            raise UserError(where, f"'{place}' is not a key of a contact data table.", remedy) from None
        if first["type"] == "missing":
            raise UserError(where, f"'{place}' is missing.", "Add it.") from None
        fact = first["msg"].removeprefix("Value error, ")
        raise UserError(where, f"{place + ': ' if place else ''}{fact}") from None


def read_table(path: Path) -> ContactTable:
    """Return the table that a file declares. Raises UserError naming the file and the key that is wrong."""
    table = build_table(read_values(path, "A contact data table"), path.name)
    if table.name != path.stem:
        raise UserError(path.name, f"name: '{table.name}' is not the file's.", f"Rename it to {table.name}.yaml.")
    return table


def list_names(home: Home) -> list[str]:
    """Return the names of the declared tables, sorted; those whose files are wrong among them."""
    return sorted(path.stem for path in home.tables.glob("*.yaml"))


def load_table(home: Home, name: str) -> ContactTable:
    """Return a declared table. Raises UserError naming the nearest where there is none of this name."""
    path = table_path(home, name)
    if not path.is_file():
        names = list_names(home)
        remedy = nearest(name, names) or (f"Tables: {', '.join(names)}." if names else "")
        remedy = remedy or f"Make it: leadmill tables create {name}."
        raise UserError("table", f"There is no contact data table '{name}'.", remedy)
    return read_table(path)


def load_sound_tables(home: Home) -> list[ContactTable]:
    """Return the declared tables whose files are in order, by name: one wrong file must not hide the others."""
    tables = []
    for name in list_names(home):
        try:
            tables.append(read_table(home.tables / f"{name}.yaml"))
        except UserError:
            continue
    return tables


def load_mapped_tables(home: Home, template: Template) -> MappedTables:
    """Return the tables and fields that a template fills; none with ``ignore_secondary``.

    Raises UserError for a table or field that is not there, naming the nearest (checklist ML-082, MA-042).
    """
    tables: dict[str, ContactTable] = {}
    fields = []
    for table, name in template.secondary_fields:
        where = f"template {template.name}, mapping secondary.{table}.{name}"
        try:
            declared = tables.setdefault(table, load_table(home, table))
        except UserError as error:
            is_own = error.where == "table"
            raise UserError(where if is_own else f"{where}: tables/{error.where}", error.fact, error.remedy) from None
        field = declared.find_field(name)
        if field is None:
            names = [each.name for each in declared.fields]
            remedy = nearest(name, names) or f"Make it: leadmill tables add-field {table} {name} --type T."
            raise UserError(where, f"Table '{table}' has no field '{name}'.", remedy)
        fields.append(MappedField(table, field))
    return MappedTables(tuple(tables.values()), tuple(fields))
