"""The do-not-call lists, as they stand when a drop is screened against them, and the live leads held against them."""

import dagster as dg

from assets.metadata import make_table
from assets.partitions import WRITER
from assets.resources import ClockResource, HomeResource
from pipelines.dnc.rescreening import rescreen_all
from pipelines.dnc.status import find_unchecked, read_status
from pipelines.published.reading import open_reader


@dg.asset(group_name="leads", kinds={"duckdb"})
def dnc(home: HomeResource, clock: ClockResource) -> dg.MaterializeResult[None]:
    """Who may not be called, by category. Lists are loaded with `leadmill dnc load`; this says how they stand."""
    with open_reader(home.locate(), clock.now(), reports=()) as connection:
        categories = read_status(connection, clock.now().date())
    dates = [category["as_of"] for category in categories if category["as_of"]]
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": sum(category["entries"] for category in categories),
            "newest_list": max(dates).isoformat() if dates else "none loaded",
            "categories": make_table(tuple(categories[0]), (category.values() for category in categories)),
        }
    )


@dg.asset(
    deps=["dnc", dg.AssetDep("screened_leads", partition_mapping=dg.AllPartitionMapping())],
    group_name="leads",
    kinds={"duckdb"},
    pool=WRITER,
)
def dnc_checks(home: HomeResource, clock: ClockResource) -> dg.MaterializeResult[None]:
    """All live leads, held against all do-not-call entries as of today: clocks run on, and washes age.

    A load of a list re-screens by itself, against what is new in it.
    """
    done = rescreen_all(home.locate(), now=clock.now(), user="dagster")
    rows = [(name, *found.values()) for name, found in done.categories.items()]
    return dg.MaterializeResult(
        metadata={
            "numbers_taken": done.numbers_taken,
            "leads_suppressed": done.leads_suppressed,
            "checked": make_table(("category", "version", "leads", "numbers"), rows),
        }
    )


@dg.asset_check(
    asset="dnc_checks",
    description="Every live lead was held against every version of the lists that its import checks."
    " If it fails: do not dial; run `leadmill dnc rescreen`, and if it fails still, report it.",
)
def every_live_lead_was_checked(home: HomeResource, clock: ClockResource) -> dg.AssetCheckResult:
    """Look for live leads that were not held against a version of a list."""
    with open_reader(home.locate(), clock.now(), reports=()) as connection:
        gaps = find_unchecked(connection)
    table = make_table(tuple(gaps[0]), (gap.values() for gap in gaps)) if gaps else None
    return dg.AssetCheckResult(passed=not gaps, metadata={"unchecked": table} if table else {})


rescreen_dnc = dg.define_asset_job(
    "rescreen_dnc",
    selection=["dnc_checks"],
    description="Hold all live leads against all do-not-call lists anew, and prove that none was left out.",
)


@dg.schedule(job=rescreen_dnc, cron_schedule="30 0 * * *", execution_timezone="UTC")
def rescreen_dnc_schedule() -> dg.RunRequest:
    """Re-screen each night, before anybody is called."""
    return dg.RunRequest()
