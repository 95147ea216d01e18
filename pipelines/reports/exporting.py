"""A list as a file for a dialler or for a person."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl

from pipelines.accesses import note_access
from pipelines.errors import UserError, nearest
from pipelines.home import Home, write_whole
from pipelines.published.reading import open_reader
from pipelines.reports.reporting import render_frame
from pipelines.schema import PERSON_FIELDS, PHONE_SLOTS
from pipelines.tables.declared import ContactTable, load_sound_tables
from pipelines.tables.viewing import show_field

FOR_DIALLER = (
    "lead_id",
    *PHONE_SLOTS,
    *PERSON_FIELDS,
    "email",
    "time_zone",
    "skill_group",
    "call_info",
    "language",
    "call_attempts",
    "expires_at",
)


def export_list(
    home: Home,
    name: str,
    output: Path,
    audience: str,
    now: datetime,
    *,
    has_secondary: bool = False,
    user: str = "operator",
) -> int:
    """Write the live leads of a list and return how many; whole or not at all.

    ``output`` ends in .csv (UTF-8, tags joined by ``;``) or .parquet; ``audience`` is ``all`` (every published column)
    or ``dialler`` (what is dialled and shown; only leads with a phone). ``has_secondary`` puts every field of every
    contact data table behind them, as ``<table>.<field>``, with its default where there is no data. Raises UserError
    for another ending and for a list that is not there.
    """
    form = output.suffix.lower().removeprefix(".")
    if form not in ("csv", "parquet"):
        raise UserError(str(output), "A list is written as .csv or .parquet.", "Name the file so.")
    if not output.absolute().parent.is_dir():
        raise UserError(str(output), "There is no such folder.", "Make it first.")
    with open_reader(home, now, reports=()) as connection:
        found = connection.execute("SELECT list_id FROM lists WHERE name = ?", [name]).fetchall()
        if not found:
            names = [row[0] for row in connection.execute("SELECT name FROM lists").fetchall()]
            raise UserError("list", f"There is no list '{name}'.", nearest(name, names) or "See: leadmill lists.")
        tables = load_sound_tables(home) if has_secondary else []
        leads: pl.DataFrame = connection.sql(_select_leads(connection, tables), params=[found[0][0]]).pl()
    if audience == "dialler":
        has_phone = pl.any_horizontal(pl.col(slot).is_not_null() for slot in PHONE_SLOTS)
        leads = leads.filter(has_phone).select(*FOR_DIALLER, *(name for name in leads.columns if "." in name))
    note_access(home, now, user, f"exported for {audience}", name, output.name)
    write_whole(output.absolute(), render_frame(leads, form))
    return leads.height


def _select_leads(connection: duckdb.DuckDBPyConnection, tables: Sequence[ContactTable]) -> str:
    """Return the statement of a list's leads, each with its contact data or with the defaults."""
    columns, joins = "", ""
    for table in tables:
        relation = f'"{table.name}"'
        there = {row[0]: row[1] for row in connection.execute(f"DESCRIBE {relation}").fetchall()}
        columns += "".join(
            f', {show_field(field, there, relation)} AS "{table.name}.{field.name}"' for field in table.fields
        )
        joins += f" LEFT JOIN {relation} ON {relation}.lead_id = leads.lead_id"
    return f"SELECT leads.*{columns} FROM leads{joins} WHERE leads.list_id = ? ORDER BY leads.lead_id"
