"""The rows of imports as a Parquet file: as they lie in the store, with the evidence that some of them have.

The store keeps evidence apart, as most rows have none; the file has both, as docs/tables.md has it. A join in DuckDB
loses the order of rows: so evidence is brought to them here, by place. The bytes depend on the rows alone, but those of
DuckDB's COPY on the whole table: a column in which no row of any import lacks a value is written in another way. See
docs/decisions/0034-rows-and-evidence.md.
"""

from collections.abc import Iterable
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa

from pipelines.published.grouping import ROW_GROUP_ROWS, Layout, RowsWriter, write_in_order
from pipelines.queries import read_query
from pipelines.spreading import spread

_MET = pa.struct(
    {
        "slot": pa.string(),
        "lead_id": pa.int64(),
        "row_number": pa.int64(),
        "other_slot": pa.string(),
        "scope": pa.string(),
        "action": pa.string(),
    }
)
_LISTED = pa.struct(
    {
        "slot": pa.string(),
        "category": pa.string(),
        "source": pa.string(),
        "listed_on": pa.date32(),
        "load_id": pa.int64(),
    }
)
SCHEMA = pa.schema(
    {
        "import_id": pa.string(),
        "row_number": pa.int64(),
        "line_number": pa.int64(),
        "fate": pa.string(),
        "code": pa.string(),
        "detail": pa.string(),
        "warnings": pa.list_(pa.string()),
        "raw_cells": pa.string(),
        "lead_id": pa.int64(),
        "met": _MET,
        "listed": pa.list_(_LISTED),
        "points": pa.list_(pa.int64()),
    }
)
EVIDENCE = ("met", "listed", "points")
LAYOUT = Layout(
    words=(
        "import_id",
        "fate",
        "code",
        "warnings.list.element",
        *(f"met.{name}" for name in ("slot", "other_slot", "scope", "action")),
        *(f"listed.list.element.{name}" for name in ("slot", "category", "source", "listed_on", "load_id")),
    ),
    numbers=("row_number", "line_number", "lead_id"),
    sought=("import_id", "row_number", "fate", "code", "lead_id"),
    documents=("raw_cells",),
)


def write_rows(connection: duckdb.DuckDBPyConnection, query: str, file: Path) -> int:
    """Write the rows that a query returns (publish/import_rows) as relation ``import_rows``; return how many.

    Columns: those of ``SCHEMA``; sorted by import, in the order of their leads' ids, and row. See ``write_in_order``.
    """
    evidence = connection.sql(read_query("publish/row_evidence")).to_arrow_table().combine_chunks()

    def write(_: pa.Schema, batches: Iterable[pa.RecordBatch]) -> int:
        with RowsWriter(file, LAYOUT) as writer:
            writer.add(SCHEMA.empty_table())
            for batch in batches:
                if batch.num_rows:
                    writer.add(_bring_evidence(batch, evidence, "place"))
        return writer.rows

    return write_in_order(connection, query, "place", write)


def write_verdicts(verdicts: pa.Table, evidence: pa.Table, import_id: str, file: Path) -> Path:
    """Write what becomes of an import's rows as ``write_rows`` does, without the store; return the file.

    ``verdicts`` are the rows of ``Verdicts`` (pipelines/screening/judging.py), ``evidence`` as
    ``find_evidence`` does (pipelines/committing.py).
    """
    with RowsWriter(file, LAYOUT) as writer:
        for start in range(0, verdicts.num_rows, ROW_GROUP_ROWS):
            rows = verdicts.slice(start, ROW_GROUP_ROWS)
            told = pl.select(
                import_id=pl.repeat(import_id, rows.num_rows),
                fate=pl.Series(rows["fate"].combine_chunks()).cast(pl.String),
            ).to_arrow(compat_level=pl.CompatLevel.newest())
            columns = {name: rows[name] for name in rows.column_names} | {
                name: told[name] for name in told.column_names
            }
            writer.add(_bring_evidence(pa.table(columns), evidence, "row_number"))
    return file


def _bring_evidence(rows: pa.RecordBatch | pa.Table, evidence: pa.Table, by: str) -> pa.Table:
    """Return rows with what is known of them besides; both have places or numbers, by which both are sorted."""
    places, known = rows[by].to_numpy(), evidence[by].to_numpy()
    low, high = np.searchsorted(known, [places[0], places[-1] + 1])
    here, at = evidence.slice(low, high - low), np.searchsorted(places, known[low:high])
    columns = {name: rows[name] for name in SCHEMA.names if name not in EVIDENCE}
    columns |= {name: spread(here[name].combine_chunks(), at, rows.num_rows) for name in EVIDENCE}
    return pa.table({name: columns[name] for name in SCHEMA.names})
