"""Telling people and other systems: a sensor that looks at imports, feeds, checks and runs, and sends what is due."""

from collections.abc import Iterator
from datetime import datetime

import dagster as dg

from assets.resources import ClockResource, HomeResource, SecretsResource
from pipelines.doors.responses import call_back
from pipelines.errors import UserError
from pipelines.notifying.notices import Notice
from pipelines.notifying.telling import NEWEST, tell

# These are told by what they are about: the import or the feed.
TOLD_APART = ("nothing_is_held", "imports_are_usual", "feeds_have_come")
LOOK_EVERY = 60
FAILED = "FAILED"


@dg.sensor(minimum_interval_seconds=LOOK_EVERY, default_status=dg.DefaultSensorStatus.RUNNING)
def notification_sensor(
    context: dg.SensorEvaluationContext, home: HomeResource, clock: ClockResource, secrets: SecretsResource
) -> dg.SkipReason:
    """Tell held, failed and unusual imports, late feeds, failed checks and failed runs, by `notify.yaml`; each once.

    Messages to other systems are sent as well: Response URLs, and what `leadmill serve` has left.

    A run-failure sensor is called once per run; this one looks, so what a mail server did not take is not lost.
    """
    now = clock.now()
    messages = _call_back(context, home, secrets, now)
    more = [*_find_failed_checks(context, now), *_find_failed_runs(context.instance, now)]
    try:
        told = tell(home.locate(), now, secrets.read(), more)
    except UserError as error:
        context.log.warning(str(error))
        return dg.SkipReason(str(error))
    for problem in told.problems:
        context.log.warning(problem)
    return dg.SkipReason(" ".join([f"{told.sent} sent, {told.waiting} waiting.", *messages, *told.problems]))


def _call_back(
    context: dg.SensorEvaluationContext, home: HomeResource, secrets: SecretsResource, now: datetime
) -> list[str]:
    """Send messages to other systems, Response URLs among them; say how many, or what is wrong with the settings."""
    try:
        sent, _ = call_back(home.locate(), secrets.read(), now)
    except UserError as error:
        context.log.warning(str(error))
        return [str(error)]
    return [f"{sent} messages to other systems sent."] if sent else []


def _find_failed_runs(instance: dg.DagsterInstance, now: datetime) -> Iterator[Notice]:
    """Yield a notice per run that failed lately: its job and id; why is in its log, not here."""
    failed = dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE], updated_after=now - NEWEST)
    for run in instance.get_runs(filters=failed, limit=100):
        message = f"Run {run.run_id} of {run.job_name} failed. Its page in Dagster says why and what to do."
        yield Notice(f"run {run.run_id}", "run_failed", run.job_name, message)


def _find_failed_checks(context: dg.SensorEvaluationContext, now: datetime) -> Iterator[Notice]:
    """Yield a notice per check of which the last evaluation failed, lately."""
    assert context.repository_def  # noqa: S101  a sensor of a code location has one
    graph = context.repository_def.asset_graph
    keys = [key for key in graph.asset_check_keys if key.name not in TOLD_APART]
    latest = context.instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)
    for key, record in latest.items():
        if record.status.value == FAILED and record.create_timestamp >= (now - NEWEST).timestamp():
            check = key.to_user_string()
            message = f"{check}. {graph.get_check_spec(key).description or ''}".strip()
            yield Notice(f"check {check} {record.run_id}", "check_failed", check, message)
