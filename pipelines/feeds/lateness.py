"""Which feeds are late: by what their template says, or by their own rhythm where it says nothing.

Pure: templates and the instants of their imports go in, sentences come out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from pipelines.feeds.figures import ImportFigures
from pipelines.templates.template import Template

# The gaps that make a rhythm: two weeks of working days, so that weekends are among them, at least; about a month.
ENOUGH_GAPS, NEWEST_GAPS = 10, 30
# One gap in twenty may be longer (a holiday); then half as long again is more than rhythm.
LONGEST_OF, SLACK = 0.95, 1.5
A_DAY = timedelta(days=1)
# How far back a day on which a file was expected is looked for.
DAYS_BACK = 7


@dataclass(frozen=True)
class LateFeed:
    """A feed of which nothing has come since ``since``; ``last_at`` is null where nothing ever came."""

    template: str
    since: datetime
    last_at: datetime | None
    expected: str
    remedy: str

    def __str__(self) -> str:
        last = f"the last file was taken {_say(self.last_at)}" if self.last_at else "no file has ever been taken"
        return f"{self.template}: Its feed is late: {last}; {self.expected}. {self.remedy}"


def find_late(templates: Iterable[Template], imports: Sequence[ImportFigures], now: datetime) -> list[LateFeed]:
    """Return the feeds that are late now, by the name of the template.

    ``imports`` in the order in which they were made. A file counts for the day, in the template's zone, on which it was
    taken; one that came after its time makes the feed good again. A template for one import has no feed.
    """
    arrivals: dict[str, list[datetime]] = {}
    for figures in imports:
        arrivals.setdefault(figures.template, []).append(figures.started_at)
    fed = sorted((template for template in templates if template.reusable), key=lambda template: template.name)
    judged = (_judge(template, sorted(arrivals.get(template.name, ())), now) for template in fed)
    return [late for late in judged if late]


def _judge(template: Template, arrivals: list[datetime], now: datetime) -> LateFeed | None:
    if template.feed and template.feed.due_at:
        return _judge_by_word(template, arrivals, now)
    return _judge_by_rhythm(template, arrivals, now)


def _judge_by_word(template: Template, arrivals: list[datetime], now: datetime) -> LateFeed | None:
    """Judge a feed whose template says by when a file is to be there: none since the midnight before is late."""
    due = _find_due(template, now)
    if due is None:
        return None
    since = due.replace(hour=0, minute=0)
    if arrivals and arrivals[-1] >= since:
        return None
    local = arrivals[-1].astimezone(template.zone) if arrivals else None
    return _tell(template, due, local, f"one was expected by {_say(due)}")


def _find_due(template: Template, now: datetime) -> datetime | None:
    """Return the last instant, not after now, by which a file was to be there."""
    assert template.feed  # noqa: S101  the caller has looked
    local = now.astimezone(template.zone)
    for days in range(DAYS_BACK + 1):
        day = (local - days * A_DAY).date()
        due = datetime.combine(day, template.feed.due_at or local.time(), template.zone)
        if due <= local and day.weekday() in template.feed.due_weekdays:
            return due
    return None


def _judge_by_rhythm(template: Template, arrivals: list[datetime], now: datetime) -> LateFeed | None:
    """Judge a feed by the gaps between the days on which its files came; too few of them say nothing."""
    days = sorted({at.astimezone(template.zone).date() for at in arrivals})
    gaps = sorted(later - earlier for earlier, later in list(pairwise(days))[-NEWEST_GAPS:])
    if len(gaps) < ENOUGH_GAPS:
        return None
    usual = gaps[min(len(gaps) - 1, int(LONGEST_OF * len(gaps)))] if len(gaps) >= 20 else gaps[-1]
    last = arrivals[-1].astimezone(template.zone)
    late_since = last + max(SLACK * usual, A_DAY + A_DAY / 2)
    if now < late_since:
        return None
    return _tell(template, late_since, last, f"usually one comes within {usual.days} day{'s' * (usual.days > 1)}")


def _tell(template: Template, since: datetime, last: datetime | None, expected: str) -> LateFeed:
    fetched = f" See what fetching says: leadmill feeds fetch {template.name}." if template.feed_url else ""
    remedy = f"Ask the supplier, and look into landing/{template.name}/ for files that wait.{fetched}"
    return LateFeed(template.name, since, last, expected, remedy)


def _say(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} {at.tzname()}"
