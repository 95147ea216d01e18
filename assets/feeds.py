"""What a person is told of the feeds: which are late, and which imports are unusual."""

import json
from typing import Any

import dagster as dg

from assets.metadata import make_table
from assets.resources import ClockResource, HomeResource, SecretsResource
from pipelines.errors import UserError
from pipelines.feeds.fetching import fetch_feed, list_due
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


class FetchConfig(dg.Config):
    """Which feed is fetched."""

    template: str


@dg.op
def fetch_one_feed(
    context: dg.OpExecutionContext, config: FetchConfig, home: HomeResource, secrets: SecretsResource
) -> None:
    """Fetch the new files of one feed into its landing folder, from where the landing sensor takes them."""
    try:
        done = fetch_feed(home.locate(), config.template, secrets.read())
    except UserError as error:
        raise dg.Failure(str(error), allow_retries=False) from None
    context.log.info("%s: %d new, %d known, %d changing.", done.template, len(done.landed), done.known, done.changing)


@dg.job(description="Fetch a feed: copy what is new over there into the landing folder.")
def fetch_feeds() -> None:
    """Fetch one feed; the sensor asks for a run per feed that is due."""
    fetch_one_feed()


@dg.sensor(job_name=str(fetch_feeds.name), minimum_interval_seconds=30, default_status=dg.DefaultSensorStatus.RUNNING)
def fetch_sensor(
    context: dg.SensorEvaluationContext, home: HomeResource, clock: ClockResource
) -> dg.SensorResult | dg.SkipReason:
    """Fetch each feed when its template's cron says so, in the template's zone; what was due while down, once."""
    before: dict[str, str] = json.loads(context.cursor or "{}")
    due = {name: at.isoformat() for name, at in list_due(home.locate(), clock.now()).items()}
    fresh = [name for name in due if before.get(name) != due[name]]
    if not fresh:
        return dg.SkipReason("No feed is due.")
    requests = [
        dg.RunRequest(
            run_key=f"{name}@{due[name]}",
            run_config={"ops": {"fetch_one_feed": {"config": {"template": name}}}},
            tags={"feed": name},
        )
        for name in fresh
    ]
    return dg.SensorResult(run_requests=requests, cursor=json.dumps(due))


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
