"""The leads that a drop brings, written in the order of its rows: so they need not be sorted to be published.

Works on the writer's connection; reads ``row_values``, ``verdicts``, ``dnc_verdicts`` and ``run``.
"""

from collections.abc import Iterable

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa

from pipelines.schema import LEADS, PHONE_SLOTS
from pipelines.store import is_any

# How many rows of a drop are in memory at once: more are not quicker.
SLICE_ROWS = 100_000
# Of which each thread takes so many at a time, as many as the store has in a row group; their order is kept.
BATCH_ROWS = 16_384
# What a do-not-call hit takes off a lead, and what is left for the agent to read.
HIT_COLUMNS = (
    *PHONE_SLOTS,
    *(f"{slot}_key" for slot in PHONE_SLOTS),
    *(f"{slot}_type" for slot in PHONE_SLOTS),
    "call_info",
)
# What is the same of all leads of an import.
RUN_VALUES = {
    "list_id": "list_id",
    "supplier": "supplier",
    "import_id": "import_id",
    "status": "'new'",
    "call_attempts": "0",
    "created_at": "created_at",
    "updated_at": "created_at",
    "expires_at": "expires_at",
}
# What each row says of its own lead.
ROW_COLUMNS = tuple(name for name in LEADS if name != "lead_id" and name not in RUN_VALUES)


def add_leads(connection: duckdb.DuckDBPyConnection, chunks: Iterable[pl.DataFrame]) -> None:
    """Insert one lead per created row into ``leads``; ``chunks`` are the cleaned rows in their order (ROW_COLUMNS).

    A join in DuckDB loses the order of its rows, and sorting whole leads costs more than all else: so what was decided
    of the rows is joined to them here, chunk by chunk.
    """
    verdicts = "SELECT row_number FROM verdicts WHERE fate = 'created' ORDER BY row_number"
    created = connection.sql(verdicts).pl().to_series()
    if not created.len():
        return
    hits = _find_hits(connection)
    waiting = list[pl.DataFrame]()
    connection.execute("SET preserve_insertion_order = true")
    for chunk in chunks:
        waiting.append(_keep_created(chunk, created))
        if sum(rows.height for rows in waiting) >= SLICE_ROWS:
            _insert(connection, waiting, hits)
    _insert(connection, waiting, hits)
    connection.execute("SET preserve_insertion_order = false")


def _find_hits(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame | None:
    """Return what is left of the created rows that do-not-call hit, sorted by their numbers; null for none."""
    if not is_any(connection, "dnc_verdicts"):
        return None
    hits: pl.DataFrame = connection.sql(
        f"SELECT row_number, {', '.join(HIT_COLUMNS)} FROM row_values"
        " WHERE fate = 'created' AND row_number IN (SELECT row_number FROM dnc_verdicts) ORDER BY row_number"
    ).pl()
    return hits


def _keep_created(chunk: pl.DataFrame, created: pl.Series) -> pl.DataFrame:
    """Return the rows of a chunk that make leads; ``created`` are the numbers of all that do, sorted."""
    numbers = chunk["row_number"]
    low, high = created.search_sorted(pl.Series([numbers[0], numbers[-1] + 1])) if chunk.height else (0, 0)
    return chunk.filter(numbers.is_in(created[low:high].implode()))


def _insert(connection: duckdb.DuckDBPyConnection, waiting: list[pl.DataFrame], hits: pl.DataFrame | None) -> None:
    """Insert the leads of these rows and forget them; what all rows lack is left out, which is cheaper than nulls."""
    rows = pl.concat(waiting, rechunk=False) if waiting else pl.DataFrame()
    waiting.clear()
    if not rows.height:
        return
    full = [name for name in ROW_COLUMNS if rows[name].null_count() < rows.height]
    rows = rows.select(full) if hits is None else _bring_hits(rows.select(full), hits)
    batches = rows.to_arrow(compat_level=pl.CompatLevel.newest()).to_batches(max_chunksize=BATCH_ROWS)
    connection.register("new_leads", pa.Table.from_batches(batches))
    run = connection.sql(f"SELECT lead_base, {', '.join(RUN_VALUES.values())} FROM run").fetchall()[0]
    same = ", ".join(f"?::{LEADS[name]} AS {name}" for name in RUN_VALUES)
    connection.execute(
        f"INSERT INTO leads BY NAME SELECT ?::BIGINT + row_number AS lead_id, {same}, {', '.join(full)} FROM new_leads",
        run,
    )
    connection.unregister("new_leads")


def _bring_hits(rows: pl.DataFrame, hits: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with what do-not-call left of those it hit, in their order; both are sorted by number."""
    low, high = hits["row_number"].search_sorted(pl.Series([rows["row_number"][0], rows["row_number"][-1] + 1]))
    names = [name for name in HIT_COLUMNS if name in rows.columns]
    here = hits[low:high]
    if not here.height or not names:
        return rows
    # As a gather of a few columns: a join of so many rows takes four times as long.
    places = np.arange(rows.height)
    places[rows["row_number"].search_sorted(here["row_number"])] = rows.height + np.arange(here.height)
    return rows.with_columns(pl.concat([rows.select(names), here.select(names)])[places])
