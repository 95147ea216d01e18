"""The do-not-call lists, as they stand when a drop is screened against them."""

import dagster as dg

from assets.metadata import make_table
from assets.resources import ClockResource, HomeResource
from pipelines.dnc import read_status
from pipelines.published.reading import open_reader


@dg.asset(group_name="leads", kinds={"duckdb"})
def dnc(home: HomeResource, clock: ClockResource) -> dg.MaterializeResult[None]:
    """Who may not be called, by category. Lists are loaded with `leadmill dnc load`; this says how they stand."""
    with open_reader(home.locate(), clock.now()) as connection:
        categories = read_status(connection)
    dates = [category["as_of"] for category in categories if category["as_of"]]
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": sum(category["entries"] for category in categories),
            "newest_list": max(dates).isoformat() if dates else "none loaded",
            "categories": make_table(tuple(categories[0]), (category.values() for category in categories)),
        }
    )
