"""When a schedule of cron was due, in the days of a zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

ANY_DAY = datetime(2026, 1, 1)  # noqa: DTZ001  a schedule is right or wrong whatever the day


def is_cron(schedule: str) -> bool:
    """Return whether a text is a schedule of cron, of five fields."""
    try:
        CronSim(schedule, ANY_DAY)
    except CronSimError:
        return False
    return len(schedule.split()) == 5


def find_last_due(schedule: str, zone: ZoneInfo, now: datetime) -> datetime | None:
    """Return the last instant, not after now, at which a schedule was due; null for one that never was."""
    try:
        return next(CronSim(schedule, now.astimezone(zone), reverse=True), None)
    except StopIteration:
        return None
