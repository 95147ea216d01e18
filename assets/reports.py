"""What each supplier delivered and cost, day by day."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import dagster as dg

from assets.metadata import Metadata, make_picture, make_table
from assets.partitions import days
from assets.resources import ClockResource, HomeResource
from pipelines.home import Home
from pipelines.published.summarising import ReportPeriod
from pipelines.reports.charting import render_picture
from pipelines.reports.charts import draw_charts
from pipelines.reports.reporting import summarise

SHOWN = (
    "supplier_name", "imports", "files_failed", "rows_received", "leads_accepted", "rows_rejected", "rows_quarantined",
    "accept_rate", "dup_rate", "dnc_rate", "invalid_rate", "freshness_days_p50", "cost_total", "currency",
    "cpl_accepted", "leads_live",
)  # fmt: skip


@dg.asset(
    deps=[dg.AssetDep("screened_leads", partition_mapping=dg.AllPartitionMapping())],
    partitions_def=days,
    group_name="leads",
    kinds={"duckdb"},
)
def supplier_summary(
    context: dg.AssetExecutionContext, home: HomeResource, clock: ClockResource
) -> dg.MaterializeResult[None]:
    """The Supplier Summary of one import date: volume, rejects by reason and cost per supplier."""
    return dg.MaterializeResult(
        metadata=describe_day(home.locate(), date.fromisoformat(context.partition_key), clock.now())
    )


def describe_day(home: Home, day: date, now: datetime) -> Metadata:
    """Return what is told of the Supplier Summary of one import date."""
    summary = summarise(home, ReportPeriod("day", since=day, until=day), now)
    return {
        "dagster/row_count": summary.height,
        "summary": make_table(SHOWN, summary.select(SHOWN).iter_rows()),
        **{chart.title: make_picture(chart.text, render_picture(chart)) for chart in draw_charts(summary, "day")},
    }


def record_summaries(context: dg.OpExecutionContext, home: Home, changed: Sequence[date], now: datetime) -> None:
    """Say in a run how the summaries of days are that it has changed; those before the first partition have none."""
    for day in changed:
        if days.has_partition_key(day.isoformat()):
            told = describe_day(home, day, now)
            context.log_event(dg.AssetMaterialization("supplier_summary", partition=day.isoformat(), metadata=told))


@dg.schedule(cron_schedule="0 3 * * *", target=[supplier_summary], execution_timezone="UTC")
def supplier_summary_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Summarise the day before, when it has ended in Europe."""
    day = context.scheduled_execution_time.date() - timedelta(days=1)
    return dg.RunRequest(partition_key=day.isoformat())
