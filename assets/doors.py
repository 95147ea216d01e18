"""Drops that came by HTTP: large ones are imported by a run of the queue, and all of them are told as materialised."""

import dagster as dg
from pydantic import Field

from assets.drops import describe_drop
from assets.partitions import WRITER, drops
from assets.resources import ClockResource, HomeResource
from assets.sensors import limit_writers
from pipelines.doors.jobs import Job, list_finished, list_queued, note_dagster
from pipelines.doors.state import state_path
from pipelines.errors import UserError
from pipelines.landing import drop_key
from pipelines.receipts import ImportResult
from pipelines.reports.recalling import recall_results

LOOK_EVERY = 15
# What one look tells at most; the rest follows at the next.
MAX_TOLD = 100


class QueuedConfig(dg.Config):
    """Which drop is imported."""

    job_id: str = Field(description="The job that the sender was told, such as imp_01HY1….")


@dg.op(pool=WRITER, out=dg.Out(dg.Nothing))
def import_queued_drop(
    context: dg.OpExecutionContext, config: QueuedConfig, home: HomeResource, clock: ClockResource
) -> None:
    """Import a drop that came by HTTP, unless another process is at it or has done it."""
    from pipelines.doors.service import import_queued  # with it come the doors, which take a while to import

    try:
        job = import_queued(home.locate(), config.job_id, clock.now())
    except UserError as error:
        raise dg.Failure(f"{error} The drop is kept; `leadmill serve` tries again.", allow_retries=False) from None
    if job.outcome is None:
        context.log.info("%s: another process is at it.", job.job_id)
        return
    context.add_output_metadata({name: value for name, value in vars(job.outcome).items() if value is not None})
    if job.outcome.status == "failed":
        raise dg.Failure(job.outcome.message, allow_retries=False)


@dg.job(description="Import a large drop that came by HTTP. Its sensor asks for a run per drop.")
def import_queued_drops() -> None:
    """Import one drop of the doors' queue."""
    import_queued_drop()


@dg.sensor(
    job_name=str(import_queued_drops.name),
    minimum_interval_seconds=LOOK_EVERY,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def door_sensor(
    context: dg.SensorEvaluationContext, home: HomeResource, clock: ClockResource
) -> dg.SensorResult | dg.SkipReason:
    """Ask for a run per large drop that came by HTTP, and tell each drop that is imported, large or small, once.

    That it looks is noted: while it does, `leadmill serve` leaves large drops to it.
    """
    place, now = home.locate(), clock.now()
    if not state_path(place).exists():
        return dg.SkipReason("Nothing has come by HTTP.")
    limit_writers(context.instance)
    note_dagster(place, now)
    requests = [_request_run(job) for job in list_queued(place)]
    finished = list_finished(place, int(context.cursor or 0), MAX_TOLD)
    ids = [job.outcome.import_id for job in finished.values() if job.outcome and job.outcome.import_id]
    results = recall_results(place, ids, now)
    told = {_name_key(results[import_id]): results[import_id] for import_id in ids if import_id in results}
    if not requests and not finished:
        return dg.SkipReason("Nothing new has come by HTTP.")
    return dg.SensorResult(
        run_requests=requests,
        dynamic_partitions_requests=[drops.build_add_request(list(told))] if told else [],
        asset_events=[event for key, result in told.items() for event in describe_drop(key, result)],
        cursor=str(max(finished, default=int(context.cursor or 0))),
    )


def _request_run(job: Job) -> dg.RunRequest:
    config = {"ops": {"import_queued_drop": {"config": {"job_id": job.job_id}}}}
    return dg.RunRequest(run_key=job.job_id, run_config=config, tags={"drop": job.job_id})


def _name_key(result: ImportResult) -> str:
    return drop_key(result.template, result.file, result.sha256)
