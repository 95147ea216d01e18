"""Places in surveys, and who is left in peace: docs/surveys.md, one person after another."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.oracle.model_records import Born, Event, Lead, Place, Point

EVENTS = {"after_invitation": "attempt", "after_response": "response"}


def list_events(
    history: Iterable[Event], places: Iterable[Place], leads: Iterable[Lead], doomed: set[Born], as_of: datetime
) -> Iterator[Event]:
    """Yield what an import at this instant knows to have happened, and the invitations that are to come."""
    yield from (event for event in history if event.happened_at <= as_of)
    standing = {lead.born: lead for lead in leads}
    for place in places:
        lead = standing[place.lead]
        is_to_come = place.invite_at > as_of
        if goes_out(place, lead) and not (is_to_come and place.lead in doomed):
            yield from invite(place, lead)


def goes_out(place: Place, lead: Lead) -> bool:
    """Tell whether the lead still stands when it is to be invited."""
    return lead.expires_at is None or lead.expires_at > place.invite_at


def invite(place: Place, lead: Lead) -> Iterator[Event]:
    """Yield the invitation as an event of each of the lead's contact points."""
    for point in lead.points():
        yield Event(point, lead.list_name, place.survey, "attempt", place.invite_at)


def is_cooled(
    points: Iterable[Point], events: Iterable[Event], settings: dict[str, Any], destination: str, as_of: datetime
) -> bool:
    """Tell whether one of these points was invited or answered within a period of the template."""
    rule = settings.get("cooldown")
    if rule is None:
        return False
    wanted = set(points)
    survey = settings.get("survey", {}).get("id")
    for event in events:
        if event.point not in wanted:
            continue
        scopes = {"account": True, "list": event.list_name == destination, "survey": event.survey == survey}
        for scope, periods in rule.items():
            for trigger, days in periods.items():
                is_over = event.happened_at + timedelta(days=days) <= as_of
                if scopes[scope] and EVENTS[trigger] == event.event and not is_over:
                    return True
    return False


def plan_place(survey: dict[str, Any], day: date, zone: ZoneInfo) -> tuple[datetime, datetime | None]:
    """Return when the contacts of an import on a day are invited, and when their places expire."""
    invited = day + timedelta(days=survey.get("invite_in_days", 0))
    invite_at = find_instant(invited, survey.get("invite_at", "00:00"), zone)
    if "expire_in_days" not in survey:
        return invite_at, None
    last = invited + timedelta(days=survey["expire_in_days"])
    if "expire_at" in survey:
        return invite_at, find_instant(last, survey["expire_at"], zone)
    return invite_at, find_instant(last + timedelta(days=1), "00:00", zone)


def find_instant(day: date, clock: str, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), zone).astimezone(UTC)
