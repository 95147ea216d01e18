"""The lists as their readers find them."""

import dagster as dg

from assets.partitions import WRITER, lists
from assets.resources import HomeResource
from pipelines.landing import unescape_key
from pipelines.published.republishing import republish_list


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
