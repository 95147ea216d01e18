"""Places in surveys: when people are invited, how an import makes, renews and removes places, how that is undone.

A place belongs to the import that made it; there is one per lead, survey and import. Source: checklist CM-007..012,
CM-030; docs/decisions/0018-cooldowns.md.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from pipelines.points.recognising import list_points
from pipelines.queries import read_query
from pipelines.store import insert_query
from pipelines.templates.surveys import SurveyOptions, read_time

PLACE = "(survey_id, lead_id, import_id)"


def plan_place(survey: SurveyOptions | None, day: date, zone: ZoneInfo) -> dict[str, Any]:
    """Return what ``run`` says of the places of an import on a day in the list's zone; nulls without a survey."""
    if survey is None:
        return dict.fromkeys(("survey_id", "invite_at", "place_expires_at", "renews_places"))
    invited = day + timedelta(days=survey.invite_in_days)
    return {
        "survey_id": survey.id,
        "invite_at": _instant(invited, read_time(survey.invite_at), zone),
        "place_expires_at": _expiry(survey, invited, zone),
        "renews_places": survey.update_existing,
    }


def _expiry(survey: SurveyOptions, invited: date, zone: ZoneInfo) -> datetime | None:
    """Return when a place expires: at a time of its last day or at the midnight that ends it; null for never."""
    if survey.expire_in_days is None:
        return None
    last = invited + timedelta(days=survey.expire_in_days)
    if survey.expire_at is None:
        return _instant(last + timedelta(days=1), time(), zone)
    return _instant(last, read_time(survey.expire_at), zone)


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the instant of a time of day in a zone.

    Where the clocks skip it, it is as much later (01:30 is 02:30); where it comes twice, it is the first.
    """
    return datetime.combine(day, at, zone).astimezone(UTC)


def lose_places(connection: duckdb.DuckDBPyConnection) -> None:
    """Take away the places that an import removes or renews, with images; before it changes any lead.

    Reads ``run``, ``affected`` and ``row_values``; leaves ``lost_places``.
    """
    connection.execute(f"CREATE OR REPLACE TEMP TABLE lost_places AS {read_query('commit/lost_places')}")
    _lose(connection)


def remove_places(connection: duckdb.DuckDBPyConnection, gone: str, changed_by: str, at: datetime) -> None:
    """Take away the places of leads that are about to be deleted otherwise than by an import, with images.

    ``gone`` is a SELECT of their ids; what had been sent by ``at`` stays in the history of contacts.
    """
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE lost_places AS SELECT ? AS changed_by, invite_at <= ?::TIMESTAMPTZ"
        " AND (leads.expires_at IS NULL OR leads.expires_at > invite_at) AS was_invited, survey_places.*"
        f" FROM survey_places JOIN leads ON survey_places.lead_id = leads.lead_id WHERE leads.lead_id IN ({gone})",
        [changed_by, at],
    )
    _lose(connection)


def _lose(connection: duckdb.DuckDBPyConnection) -> None:
    """Write images of ``lost_places``, keep the invitations that went out in the history, and delete the places."""
    connection.execute("INSERT INTO survey_place_images BY NAME SELECT * FROM lost_places")
    _forget(connection)


def _forget(connection: duckdb.DuckDBPyConnection) -> None:
    list_points(connection, "SELECT lead_id FROM lost_places WHERE was_invited")
    insert_query(connection, "contact_history", "commit/past_invitations")
    _mark_unpublished(connection, "lost_places")
    connection.execute(f"DELETE FROM survey_places WHERE {PLACE} IN (SELECT {PLACE} FROM lost_places)")


def expire_places(connection: duckdb.DuckDBPyConnection) -> int:
    """Take away for good the places that have expired, by themselves or with their leads; return how many.

    Called before the leads go; reads ``run`` (now). The invitations that went out stay in the history of contacts.
    """
    connection.execute(f"CREATE TEMP TABLE lost_places AS {read_query('expire/lost_places')}")
    places = int(connection.execute("SELECT count(*) FROM lost_places").fetchall()[0][0])
    if places:
        _forget(connection)
    return places


def give_places(connection: duckdb.DuckDBPyConnection) -> None:
    """Give every accepted person of an import with a survey a place in it; after all changes to leads.

    Reads ``run``, ``row_values`` and ``lost_places``.
    """
    connection.execute(f"CREATE TEMP TABLE new_places AS {read_query('commit/new_places')}")
    connection.execute("INSERT INTO survey_places BY NAME SELECT * FROM new_places ORDER BY survey_id, lead_id")
    _mark_unpublished(connection, "new_places")


def put_back_places(connection: duckdb.DuckDBPyConnection, import_id: str) -> None:
    """Undo what an import did to places: those it made go, those it renewed or removed stand as they stood.

    Its images are used up, and images of places that it made are of no more use. Called with the leads put back; reads
    ``touched``: places of leads that later imports touched are left as they are.
    """
    untouched = "lead_id NOT IN (SELECT lead_id FROM touched)"
    theirs = f"SELECT * FROM survey_place_images WHERE changed_by = $id AND {untouched}"
    stated = {"id": import_id}
    made = f"import_id = $id AND {untouched} OR {PLACE} IN (SELECT {PLACE} FROM ({theirs}))"
    connection.execute(
        "INSERT INTO unpublished SELECT DISTINCT 'survey_places', survey_id::VARCHAR, import_id"
        f" FROM (SELECT survey_id, import_id FROM survey_places WHERE {made}"
        f" UNION SELECT survey_id, import_id FROM ({theirs}))",
        stated,
    )
    connection.execute(f"DELETE FROM survey_places WHERE {made}", stated)
    connection.execute(
        f"INSERT INTO survey_places BY NAME SELECT * EXCLUDE (changed_by, was_invited) FROM ({theirs}) AS images"
        " SEMI JOIN leads ON images.lead_id = leads.lead_id ORDER BY survey_id, lead_id",
        stated,
    )
    # What stands again as a place leaves the history: one entry of each, as there may be another that was reported.
    connection.execute(
        "DELETE FROM contact_history WHERE rowid IN (SELECT max(history.rowid) FROM contact_history AS history"
        f" JOIN ({theirs}) AS images ON history.lead_id = images.lead_id AND history.survey_id = images.survey_id"
        " AND history.happened_at = images.invite_at SEMI JOIN leads ON images.lead_id = leads.lead_id"
        " WHERE images.was_invited AND history.event = 'attempt'"
        " GROUP BY history.kind, history.value, history.text, history.lead_id, history.survey_id, history.happened_at)",
        stated,
    )
    connection.execute(
        f"DELETE FROM survey_place_images WHERE (changed_by = $id OR import_id = $id) AND {untouched}", stated
    )


def _mark_unpublished(connection: duckdb.DuckDBPyConnection, places: str) -> None:
    connection.execute(
        f"INSERT INTO unpublished SELECT DISTINCT 'survey_places', survey_id::VARCHAR, import_id FROM {places}"
    )
