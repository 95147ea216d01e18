"""Which list an import goes to, what day it is there, and when its leads expire."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import duckdb

from pipelines.errors import UserError, nearest
from pipelines.published.publishing import mark_unpublished
from pipelines.queries import execute
from pipelines.templates.parts import Expiry
from pipelines.templates.template import Template


@dataclass(frozen=True)
class Destination:
    """The list an import goes to; ``is_new`` until the import is committed."""

    list_id: int
    name: str
    time_zone: str
    cloned_from: str | None
    is_new: bool
    campaign: str | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the list's days begin and end."""
        return ZoneInfo(self.time_zone)


def find_list(connection: duckdb.DuckDBPyConnection, name: str) -> Destination | None:
    """Return the list of this name, or null."""
    rows = execute(
        connection, "SELECT list_id, name, time_zone, cloned_from, campaign FROM lists WHERE name = ?", [name]
    ).fetchall()
    if not rows:
        return None
    list_id, known, time_zone, cloned_from, campaign = rows[0]
    return Destination(list_id, known, time_zone, cloned_from, is_new=False, campaign=campaign)


def require_list(connection: duckdb.DuckDBPyConnection, name: str, field: str) -> Destination:
    """Return the list of this name. Raises UserError naming the nearest where there is none."""
    found = find_list(connection, name)
    if found is None:
        names = [row[0] for row in connection.execute("SELECT name FROM lists ORDER BY name").fetchall()]
        raise UserError(field, f"There is no list '{name}'.", nearest(name, names) or "See: leadmill lists.")
    return found


def import_date(template: Template, connection: duckdb.DuckDBPyConnection, on: date | None, now: datetime) -> date:
    """Return the logical date of an import: as given, else today in the list's zone."""
    if on is not None:
        return on
    known = find_list(connection, template.list.name) if template.list.name else None
    if template.list.clone_from:
        known = require_list(connection, template.list.clone_from, "list.clone_from")
    return now.astimezone(known.zone if known else template.zone).date()


def choose_list(connection: duckdb.DuckDBPyConnection, template: Template, day: date) -> Destination:
    """Return the destination by the template's mode, on this import date (checklist MA-012..014).

    A list that is not there yet is to be made: a named one from the template, one per import or per day from the list
    it is cloned from (its settings, never its leads), named prefix and date. A second list of the same day and prefix,
    one per import, gets a running number. Raises UserError where the list to clone is not there.
    """
    choice = template.list
    source = require_list(connection, choice.clone_from, "list.clone_from") if choice.clone_from else None
    name = choice.name or f"{choice.prefix or template.name + ' '}{day.isoformat()}"
    found = find_list(connection, name)
    if found and choice.mode == "per_import":
        number = 2
        while find_list(connection, f"{name} ({number})"):
            number += 1
        name, found = f"{name} ({number})", None
    if found:
        if choice.campaign not in (None, found.campaign):
            fact = f"The list '{name}' is " + (f"of the campaign '{found.campaign}'." if found.campaign else "of none.")
            raise UserError("list.campaign", fact, f"Change it: leadmill lists campaign '{name}' '{choice.campaign}'.")
        return found
    zone = source.time_zone if source else template.zone.key
    highest = connection.execute("SELECT coalesce(max(list_id), 0) FROM lists").fetchall()[0][0]
    return Destination(
        highest + 1,
        name,
        zone,
        source.name if source else None,
        is_new=True,
        campaign=choice.campaign or (source.campaign if source else None),
    )


def add_list(
    connection: duckdb.DuckDBPyConnection, destination: Destination, day: date, added_by: str | None = None
) -> None:
    """Write a new list to the store, and which import made it; a list that is there already is left alone."""
    if destination.is_new:
        connection.execute(
            "INSERT INTO lists VALUES (?, ?, ?, ?, ?, ?)",
            [
                destination.list_id,
                destination.name,
                destination.time_zone,
                destination.cloned_from,
                day,
                destination.campaign,
            ],
        )
        if added_by:
            connection.execute("INSERT INTO additions VALUES (?, 'list', ?)", [added_by, destination.list_id])
        mark_unpublished(connection, "lists")


def clone_list(connection: duckdb.DuckDBPyConnection, name: str, new: str, day: date) -> Destination:
    """Make a list with another's settings and none of its leads (checklist ML-015)."""
    source = require_list(connection, name, "list")
    if find_list(connection, new):
        raise UserError("list", f"'{new}' is there already.", "Choose another name.")
    highest = connection.execute("SELECT max(list_id) FROM lists").fetchall()[0][0]
    made = Destination(highest + 1, new, source.time_zone, source.name, is_new=True, campaign=source.campaign)
    add_list(connection, made, day)
    return made


def set_campaign(connection: duckdb.DuckDBPyConnection, name: str, campaign: str | None) -> Destination:
    """Say to which campaign a list belongs, or to none; return the list as it was."""
    found = require_list(connection, name, "list")
    connection.execute("UPDATE lists SET campaign = ? WHERE list_id = ?", [campaign, found.list_id])
    mark_unpublished(connection, "lists")
    return found


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant at which a day begins in a zone."""
    return datetime.combine(day, time(), zone)


def expiry_instant(expiry: Expiry | None, day: date, zone: ZoneInfo) -> datetime | None:
    """Return the midnight that ends the last day on which a lead may be dialled, in the list's zone; null for never.

    Source: decisions, Lists, dates, money; checklist ML-063..066. Raises UserError where that day is past.
    """
    if expiry is None:
        return None
    last = expiry.on or day + timedelta(days=expiry.in_days or 0)
    if last < day:
        raise UserError("expiry.on", f"{last} is before the import date {day}.", "Give a later date.")
    return start_of(last + timedelta(days=1), zone)
