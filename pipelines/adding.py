"""The leads that a drop brings, written in the order of its rows: so they need not be sorted to be published.

They are written for readers at once, beside the store: see docs/decisions/0035-written-beside.md. Works on the writer's
connection; reads ``drop_rows``, ``verdicts``, ``dnc_verdicts`` and ``run``.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa

from pipelines import store
from pipelines.published.grouping import ROW_GROUP_ROWS, RowsWriter
from pipelines.published.relations import LEADS_LAYOUT
from pipelines.queries import execute, read_query
from pipelines.reading.threads import work_ahead
from pipelines.schema import LEADS, PHONE_SLOTS
from pipelines.sorting import find_span

# How many leads are in memory at once: a row group of what readers open, which is then written as it lies.
SLICE_ROWS = ROW_GROUP_ROWS
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
# The types of Polars that are not text.
KINDS: dict[str, pl.DataType] = {
    "BIGINT": pl.Int64(),
    "INTEGER": pl.Int32(),
    "VARCHAR[]": pl.List(pl.String),
    "TIMESTAMPTZ": pl.Datetime("us", "UTC"),
}


@dataclass(frozen=True)
class NewLeads:
    """What is the same of all leads of an import, which of its rows make leads, and what do-not-call left of them.

    ``values`` are those of ``RUN_VALUES``; ``created`` the numbers of the rows, sorted; ``hits`` as ``_find_hits`` has
    them.
    """

    base: int
    values: dict[str, Any]
    created: pl.Series
    hits: pl.DataFrame | None


class LeadsFile:
    """What an import's new leads are written to as they are to be published, in a thread of its own."""

    def __init__(self, path: Path, pool: ThreadPoolExecutor) -> None:
        self._path, self._pool = path, pool
        self._writer = RowsWriter(path, LEADS_LAYOUT)
        self._begun: Future[None] | None = None

    def add(self, new: NewLeads, rows: pl.DataFrame) -> None:
        """Begin to write a slice of them, once the one before is written."""
        if self._begun:
            self._begun.result()
        self._begun = self._pool.submit(lambda: self._writer.add(_to_arrow(_publish(new, rows))))

    def close(self, error: BaseException | None = None) -> Future[Path]:
        """Begin to close the file; return its path, once it is whole. What an ``error`` interrupted is no file."""

        def close() -> Path:
            with self._writer:
                if error:
                    raise error
                if self._begun:
                    self._begun.result()
            return self._path

        return self._pool.submit(close)


def add_leads(
    connection: duckdb.DuckDBPyConnection, chunks: Iterable[pl.DataFrame], file: LeadsFile | None = None
) -> Future[Path] | None:
    """Insert one lead per created row into ``leads``; ``chunks`` are the cleaned rows in their order (ROW_COLUMNS).

    A chunk may lack columns without a value. The leads are written to ``file`` as well, while the store takes them in;
    return that, null where there are none.

    A join in DuckDB loses the order of its rows, and sorting whole leads costs more than all else: so what was decided
    of the rows is joined to them here, slice by slice, the next ones while the store takes the last one in.
    """
    verdicts = "SELECT row_number FROM verdicts WHERE fate = 'created' ORDER BY row_number"
    created = connection.sql(verdicts).pl().to_series()
    if not created.len():
        return None
    base, *values = execute(connection, f"SELECT lead_base, {', '.join(RUN_VALUES.values())} FROM run").fetchall()[0]
    new = NewLeads(base, dict(zip(RUN_VALUES, values, strict=True)), created, _find_hits(connection))
    connection.execute("SET preserve_insertion_order = true")
    try:
        for rows, stored in _prepare_ahead(new, chunks):
            if file:
                file.add(new, rows)
            _insert(connection, new, stored)
    except BaseException as error:
        if file:
            file.close(error)
        raise
    connection.execute("SET preserve_insertion_order = false")
    return file.close() if file else None


def _prepare_ahead(new: NewLeads, chunks: Iterable[pl.DataFrame]) -> Iterator[tuple[pl.DataFrame, pa.Table]]:
    """Yield the leads slice by slice, and as the store takes them, while the next ones are prepared."""

    def prepare(rows: pl.DataFrame) -> tuple[pl.DataFrame, pa.Table]:
        # What all rows lack is left out, which is cheaper than nulls.
        full = [name for name in ROW_COLUMNS if name in rows.columns and rows[name].null_count() < rows.height]
        rows = rows.select(full).rechunk()
        rows = rows if new.hits is None else _bring_hits(rows, new.hits)
        return rows, store.cut_batches(_to_arrow(rows))

    return work_ahead(prepare, ((rows,) for rows in _cut_slices(new, chunks)))


def _cut_slices(new: NewLeads, chunks: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Yield the rows that make leads, so many at a time."""
    waiting = list[pl.DataFrame]()
    for rows in work_ahead(_choose_leads, ((new, chunk) for chunk in chunks)):
        waiting.append(rows)
        while sum(rows.height for rows in waiting) >= SLICE_ROWS:
            all_rows = pl.concat(waiting, how="diagonal", rechunk=False)
            yield all_rows[:SLICE_ROWS]
            waiting = [all_rows[SLICE_ROWS:]]
    if any(rows.height for rows in waiting):
        yield pl.concat(waiting, how="diagonal", rechunk=False)


def _publish(new: NewLeads, rows: pl.DataFrame) -> pl.DataFrame:
    """Return leads as sql/publish/leads.sql has them."""

    def find(name: str) -> pl.Expr:
        kind = KINDS.get(LEADS[name], pl.String())
        if name == "lead_id":
            return (new.base + pl.col("row_number")).alias(name)
        if name in new.values:
            return pl.lit(new.values[name], kind).alias(name)
        found = pl.col(name) if name in rows.columns else pl.lit(None, kind).alias(name)
        return ("+" + found.cast(pl.String)).alias(name.replace("_key", "_e164")) if name.endswith("_key") else found

    return rows.select(find(name) for name in LEADS)


def _to_arrow(rows: pl.DataFrame) -> pa.Table:
    return rows.to_arrow(compat_level=pl.CompatLevel.newest())


def _find_hits(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame | None:
    """Return of the created rows that do-not-call hit, sorted by their numbers, what is taken off them; null for none.

    Columns: row_number, slots (those to empty), call_info (what an agent may still read; null: what was there).
    """
    if not store.is_any(connection, "dnc_verdicts"):
        return None
    # Asked first, as few drops have any.
    has_infos = store.is_any(connection, "drop_rows WHERE call_info IS NOT NULL")
    infos = read_query("commit/call_infos") if has_infos else "SELECT NULL::BIGINT AS row_number, '' AS call_info"
    hits: pl.DataFrame = connection.sql(
        "SELECT dnc_verdicts.row_number, slots, call_info FROM dnc_verdicts"
        " SEMI JOIN (SELECT row_number FROM verdicts WHERE fate = 'created') AS created USING (row_number)"
        f" LEFT JOIN ({infos}) AS call_infos USING (row_number) ORDER BY row_number"
    ).pl()
    return hits


def _choose_leads(new: NewLeads, chunk: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of a chunk that make leads."""
    numbers = chunk["row_number"]
    return chunk.filter(numbers.is_in(new.created[find_span(new.created, numbers)].implode()))


def _insert(connection: duckdb.DuckDBPyConnection, new: NewLeads, rows: pa.Table) -> None:
    same = ", ".join(f"?::{LEADS[name]} AS {name}" for name in new.values)
    with store.shown(connection, new_leads=rows):
        execute(
            connection,
            f"INSERT INTO leads BY NAME SELECT ?::BIGINT + row_number AS lead_id, {same},"
            f" {', '.join(rows.column_names)} FROM new_leads",
            [new.base, *new.values.values()],
        )


def _bring_hits(rows: pl.DataFrame, hits: pl.DataFrame) -> pl.DataFrame:
    """Return the rows without what do-not-call takes off those it hit, in their order; both are sorted by number."""
    here = hits[find_span(hits["row_number"], rows["row_number"])]
    places = rows["row_number"].search_sorted(here["row_number"]).to_numpy()
    for slot in PHONE_SLOTS:
        is_left = np.ones(rows.height, dtype=bool)
        is_left[places[here["slots"].list.contains(slot).to_numpy()]] = False
        names = [name for name in (slot, f"{slot}_key", f"{slot}_type") if name in rows.columns]
        if names and not is_left.all():
            rows = rows.with_columns(pl.when(pl.Series(is_left)).then(pl.col(names)))
    is_said = here["call_info"].is_not_null()
    if is_said.any():
        said = here["call_info"].filter(is_said)
        chosen = np.arange(rows.height)
        chosen[places[is_said.to_numpy()]] = rows.height + np.arange(said.len())
        rows = rows.with_columns(pl.concat([rows["call_info"], said], rechunk=True)[chosen])
    return rows
