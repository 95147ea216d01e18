"""What makes the drops come in: the job that imports them and the sensor that watches the landing folder."""

from collections.abc import Iterator

import dagster as dg

from assets.feeds import feeds_have_come
from assets.partitions import DROPS_PER_RUN, WRITER, drops
from assets.resources import ClockResource, HomeResource
from pipelines.landing import LandedDrop, Landing, look_at_landing

FIRST, LAST = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
PRIORITY = "dagster/priority"

import_drops = dg.define_asset_job(
    "import_drops",
    # Whether feeds are late has nothing to do with the drops that are here.
    selection=dg.AssetSelection.assets("raw_drops", "clean_leads", "screened_leads")
    - dg.AssetSelection.checks(feeds_have_come),
    description="Import drops of the landing folder: the whole walk, from the bytes to the published list.",
)


@dg.sensor(
    job=import_drops, minimum_interval_seconds=10, default_status=dg.DefaultSensorStatus.RUNNING, name="landing_sensor"
)
def landing_sensor(
    context: dg.SensorEvaluationContext, home: HomeResource, clock: ClockResource
) -> dg.SensorResult | dg.SkipReason:
    """Import each file in `landing/<template>/` once it is complete, many in one run, urgent ones first."""
    limit_writers(context.instance)
    taken = frozenset(context.instance.get_dynamic_partitions(str(drops.name)))
    landing = look_at_landing(home.locate(), taken, clock.now())
    if not landing.drops:
        return dg.SkipReason(_say_why(landing))
    for problem in landing.problems:
        context.log.warning(problem)
    return dg.SensorResult(
        run_requests=list(_request_runs(landing.drops)),
        dynamic_partitions_requests=[drops.build_add_request([drop.key for drop in landing.drops])],
    )


def limit_writers(instance: dg.DagsterInstance) -> None:
    """Make the writers' pool known, with its limit, before its first run.

    The queue heeds the limits of the pools that it knew when it began to look: the first runs of a new instance would
    all be started, and the urgent one would have to share.
    """
    if instance.event_log_storage.supports_global_concurrency_limits:
        instance.event_log_storage.initialize_concurrency_limit_to_default(WRITER)


def _request_runs(landed: list[LandedDrop]) -> Iterator[dg.RunRequest]:
    """Yield a run per range of keys; a range goes by the order in which they are added, which is the order here."""
    for is_urgent in (True, False):
        keys = [drop.key for drop in landed if drop.is_urgent == is_urgent]
        for start in range(0, len(keys), DROPS_PER_RUN):
            batch = keys[start : start + DROPS_PER_RUN]
            priority = {PRIORITY: "10"} if is_urgent else {}
            yield dg.RunRequest(tags={FIRST: batch[0], LAST: batch[-1], **priority})


def _say_why(landing: Landing) -> str:
    arriving = [f"{len(landing.arriving)} still arriving."] if landing.arriving else []
    return " ".join(["Nothing new.", *arriving, *landing.problems])
