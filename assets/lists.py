"""The lists as their readers find them, and what is told of them, whoever changed them."""

import json
from collections.abc import Mapping, Sequence

import dagster as dg

from assets.metadata import Metadata
from assets.partitions import WRITER, lists
from assets.resources import HomeResource
from pipelines.landing import escape_key, unescape_key
from pipelines.published.changes import ChangedList, find_changed
from pipelines.published.republishing import republish_list

LOOK_EVERY = 60
# What one look tells at most: of a home that was there before Dagster, all lists are new.
MAX_LISTS = 500


@dg.asset(
    deps=[dg.AssetDep("screened_leads", partition_mapping=dg.AllPartitionMapping())],
    partitions_def=lists,
    group_name="leads",
    kinds={"parquet"},
    pool=WRITER,
)
def list_leads(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult[None]:
    """The leads of a list, published as Parquet.

    Each import publishes the lists it changed. Materialize a list to write it anew from the store and to verify it.
    """
    published = republish_list(home.locate(), unescape_key(context.partition_key))
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": published.rows,
            "list": published.name,
            "list_id": published.list_id,
            "parts": published.parts,
        }
    )


@dg.sensor(minimum_interval_seconds=LOOK_EVERY, default_status=dg.DefaultSensorStatus.RUNNING)
def list_sensor(context: dg.SensorEvaluationContext, home: HomeResource) -> dg.SensorResult | dg.SkipReason:
    """Say which lists were written, by whatever: the command line, an undo, an import that moved leads out of them.

    What a run has told of a list since is not told again.
    """
    place = home.locate()
    before = json.loads(context.cursor or "{}")
    found = find_changed(place, before)
    told = found[:MAX_LISTS]
    if not told:
        return dg.SkipReason("No list was written.")
    after = before | {str(each.list_id): each.version for each in told}
    fresh = [each for each in told if each.written_at > _last_told(context.instance, each)]
    context.log.info("%d lists were written; of %d a run has told.", len(told), len(told) - len(fresh))
    return dg.SensorResult(
        asset_events=[describe_list(each) for each in fresh],
        dynamic_partitions_requests=[lists.build_add_request([escape_key(each.name) for each in fresh])],
        cursor=json.dumps({list_id: version for list_id, version in after.items() if version}),
    )


def _last_told(instance: dg.DagsterInstance, each: ChangedList) -> float:
    """Return when anything was told of a list, in seconds; 0 for never."""
    wanted = dg.AssetRecordsFilter(dg.AssetKey("list_leads"), asset_partitions=[escape_key(each.name)])
    records = instance.fetch_materializations(wanted, limit=1).records
    return records[0].timestamp if records else 0.0


def describe_list(each: ChangedList, more: Mapping[str, str] | None = None) -> dg.AssetMaterialization:
    """Return the event that tells that a list was written."""
    metadata: Metadata = {
        "dagster/row_count": each.rows,
        "list": each.name,
        "list_id": each.list_id,
        "parts": each.parts,
    }
    return dg.AssetMaterialization("list_leads", partition=escape_key(each.name), metadata=metadata | dict(more or {}))


def record_lists(context: dg.OpExecutionContext, changed: Sequence[ChangedList], more: Mapping[str, str]) -> None:
    """Say in a run which lists it has written."""
    if changed:
        context.instance.add_dynamic_partitions(str(lists.name), [escape_key(each.name) for each in changed])
    for each in changed:
        context.log_event(describe_list(each, more))
