"""What a person is told of the feeds: which are late, and which imports are unusual."""

from typing import Any

import dagster as dg

from assets.metadata import make_table
from assets.resources import ClockResource, HomeResource
from pipelines.feeds.lateness import LateFeed
from pipelines.feeds.unusual import Oddity
from pipelines.feeds.watching import find_late_feeds

FEEDS_HAVE_COME = "feeds_have_come"
DESCRIPTION = (
    "Every feed has brought its file by the time that its template says, or within its own rhythm. If it warns: see"
    " `leadmill feeds list`, look into the landing folder for files that wait, and ask the supplier."
)
# Every five minutes: a deadline is a matter of minutes, and looking costs a read of the published imports.
LOOK_EVERY = 300


@dg.asset_check(asset="raw_drops", name=FEEDS_HAVE_COME, description=DESCRIPTION)
def feeds_have_come(home: HomeResource, clock: ClockResource) -> dg.AssetCheckResult:
    """Look which feeds are late."""
    late = find_late_feeds(home.locate(), clock.now())
    return dg.AssetCheckResult(**_tell_late(late))


@dg.sensor(minimum_interval_seconds=LOOK_EVERY, default_status=dg.DefaultSensorStatus.RUNNING, name="feed_sensor")
def feed_sensor(
    context: dg.SensorEvaluationContext, home: HomeResource, clock: ClockResource
) -> dg.SensorResult | dg.SkipReason:
    """Say which feeds are late, by the check of `raw_drops`, whenever that has changed; no run is needed for it."""
    late = find_late_feeds(home.locate(), clock.now()) if home.locate().published.is_dir() else []
    cursor = " ".join(sorted(f"{feed.template}@{feed.since.isoformat()}" for feed in late)) or "none"
    if cursor == context.cursor:
        return dg.SkipReason(" ".join(map(str, late)) or "No feed is late.")
    check = dg.AssetCheckEvaluation(asset_key=dg.AssetKey("raw_drops"), check_name=FEEDS_HAVE_COME, **_tell_late(late))
    return dg.SensorResult(asset_events=[check], cursor=cursor)


def _tell_late(late: list[LateFeed]) -> dict[str, Any]:
    names = ("template", "last_at", "since", "expected", "remedy")
    rows = ([getattr(feed, name) for name in names] for feed in late)
    return {
        "passed": not late,
        "severity": dg.AssetCheckSeverity.WARN,
        "description": " ".join(map(str, late))[:2000] or None,
        "metadata": {"late": make_table(names, rows)} if late else {},
    }


def check_usual(odd: list[Oddity]) -> dg.AssetCheckResult:
    """Return the check of the imports of a run, by what is unusual about them."""
    names = ("import_id", "file", "template", "what", "figure", "usual", "remedy")
    rows = ([getattr(oddity, name) for name in names] for oddity in odd)
    return dg.AssetCheckResult(
        passed=not odd,
        asset_key="screened_leads",
        check_name="imports_are_usual",
        severity=dg.AssetCheckSeverity.WARN,
        description=" ".join(map(str, odd))[:2000] or None,
        metadata={"unusual": make_table(names, rows)} if odd else {},
    )
