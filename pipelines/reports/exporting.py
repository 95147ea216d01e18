"""A list as a file for a dialler or for a person."""

from datetime import datetime
from pathlib import Path

import polars as pl

from pipelines.errors import UserError, nearest
from pipelines.home import Home, write_whole
from pipelines.published.reading import open_reader
from pipelines.reports.reporting import render_frame
from pipelines.schema import PERSON_FIELDS, PHONE_SLOTS

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


def export_list(home: Home, name: str, output: Path, audience: str, now: datetime) -> int:
    """Write the live leads of a list and return how many; whole or not at all.

    ``output`` ends in .csv (UTF-8, tags joined by ``;``) or .parquet; ``audience`` is ``all`` (every published column)
    or ``dialler`` (what is dialled and shown; only leads with a phone). Raises UserError for another ending and for a
    list that is not there.
    """
    form = output.suffix.lower().removeprefix(".")
    if form not in ("csv", "parquet"):
        raise UserError(str(output), "A list is written as .csv or .parquet.", "Name the file so.")
    if not output.absolute().parent.is_dir():
        raise UserError(str(output), "There is no such folder.", "Make it first.")
    with open_reader(home, now) as connection:
        found = connection.execute("SELECT list_id FROM lists WHERE name = ?", [name]).fetchall()
        if not found:
            names = [row[0] for row in connection.execute("SELECT name FROM lists").fetchall()]
            raise UserError("list", f"There is no list '{name}'.", nearest(name, names) or "See: leadmill lists.")
        leads: pl.DataFrame = connection.sql(
            "SELECT * FROM leads WHERE list_id = ? ORDER BY lead_id", params=[found[0][0]]
        ).pl()
    if audience == "dialler":
        leads = leads.filter(pl.any_horizontal(pl.col(slot).is_not_null() for slot in PHONE_SLOTS)).select(FOR_DIALLER)
    write_whole(output.absolute(), render_frame(leads, form))
    return leads.height
