"""What happens by night: leads that have expired are swept, and the store is kept in order."""

import dagster as dg

from assets.metadata import make_table
from assets.partitions import WRITER, lists
from assets.resources import ClockResource, HomeResource
from pipelines.expiring import expire, has_expired
from pipelines.landing import escape_key
from pipelines.maintaining import maintain


@dg.op(pool=WRITER, out=dg.Out(dg.Nothing))
def sweep_expired(context: dg.OpExecutionContext, home: HomeResource, clock: ClockResource) -> None:
    """Take what has expired out of the store and out of the published lists; say which lists that changed."""
    done = expire(home.locate(), now=clock.now(), user="dagster")
    if done.lists:
        context.instance.add_dynamic_partitions(str(lists.name), [escape_key(name) for name in done.lists])
    for name, leads in done.lists.items():
        event = dg.AssetMaterialization("list_leads", partition=escape_key(name), metadata={"expired": leads})
        context.log_event(event)
    counts = {"leads": done.leads, "callbacks": done.callbacks, "fetched": done.fetched, "places": done.places}
    context.add_output_metadata({**counts, "lists": make_table(("list", "expired"), done.lists.items())})


@dg.job(description="Sweep leads whose last day is over in their list's zone, with all that hangs on them.")
def expire_leads() -> None:
    """Sweep what has expired."""
    sweep_expired()


# Every zone in use is ahead of UTC or behind it by whole quarters of an hour, so each midnight is met as it strikes.
@dg.schedule(
    job=expire_leads,
    cron_schedule="*/15 * * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def expire_leads_schedule(home: HomeResource, clock: ClockResource) -> dg.RunRequest | dg.SkipReason:
    """Sweep if anything has expired, whenever that was: the first tick after a time without catches up."""
    if has_expired(home.locate(), clock.now()):
        return dg.RunRequest()
    return dg.SkipReason("Nothing has expired.")


@dg.op(pool=WRITER, out=dg.Out(dg.Nothing))
def keep_in_order(context: dg.OpExecutionContext, home: HomeResource, clock: ClockResource) -> None:
    """Sort, pack and clear away; say what that did to the sizes."""
    done = maintain(home.locate(), clock.now(), user="dagster")
    told = done.to_dict()
    sizes = [(name, told["before"][name], told["after"][name]) for name in told["before"]]
    context.add_output_metadata(
        {
            "sizes": make_table(("what", "before", "after"), sizes),
            "sorted": make_table(("table", "entries"), done.sorted.items()),
            "packed": make_table(("relation", "files fewer"), done.packed.items()),
            "forgotten": done.forgotten,
            "doors": make_table(("what", "removed"), done.doors.items()),
        }
    )


@dg.job(description="Sort what is looked up by value, pack small published files, clear away what nothing uses.")
def maintain_store() -> None:
    """Keep the store in order."""
    keep_in_order()


@dg.schedule(
    job=maintain_store,
    cron_schedule="30 2 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def maintain_store_schedule() -> dg.RunRequest:
    """Maintain each night, after the lists were re-screened and before the day is summed up."""
    return dg.RunRequest()
