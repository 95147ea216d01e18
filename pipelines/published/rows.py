"""The rows of imports as a Parquet file: as they lie in the store, with the evidence that some of them have.

The store keeps evidence apart, as most rows have none; the file has both, as docs/tables.md has it. A join in DuckDB
loses the order of rows: so evidence is brought to them here, by place. The bytes depend on the rows alone, but those of
DuckDB's COPY on the whole table: a column in which no row of any import lacks a value is written in another way. See
docs/decisions/0034-rows-and-evidence.md.
"""

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.published.grouping import ROW_GROUP_ROWS, Layout, RowsWriter
from pipelines.queries import read_query
from pipelines.spreading import Places, spread

_MET = pa.struct(
    {
        "slot": pa.large_string(),
        "lead_id": pa.int64(),
        "row_number": pa.int64(),
        "other_slot": pa.large_string(),
        "scope": pa.large_string(),
        "action": pa.large_string(),
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


class _DisorderError(Exception):
    """The rows do not lie in order."""


def write_rows(connection: duckdb.DuckDBPyConnection, query: str, file: Path) -> int:
    """Write the rows that a query returns (publish/import_rows) as relation ``import_rows``; return how many.

    The connection keeps order meanwhile. Columns: those of ``SCHEMA``; sorted by import and row. What an import brought
    lies in order, unless an older leadmill has changed it since.
    """
    try:
        return _write(connection, query, file)
    except _DisorderError:
        return _write(connection, f"{query} ORDER BY import_id, row_number", file, is_sorted=True)


def _write(connection: duckdb.DuckDBPyConnection, query: str, file: Path, *, is_sorted: bool = False) -> int:
    evidence = connection.sql(read_query("publish/row_evidence")).to_arrow_table().combine_chunks()
    last = 0
    with RowsWriter(file, LAYOUT) as writer:
        writer.add(SCHEMA.empty_table())
        for batch in connection.sql(query).to_arrow_reader(ROW_GROUP_ROWS):
            places = batch["place"].to_numpy()
            if not is_sorted and not (np.diff(places, prepend=last) > 0).all():
                raise _DisorderError
            last = places[-1]
            writer.add(_bring_evidence(batch, places, evidence))
    return writer.rows


def _bring_evidence(rows: pa.RecordBatch, places: Places, evidence: pa.Table) -> pa.Table:
    """Return rows with what is known of them besides; both have places, by which evidence is sorted."""
    order = np.argsort(places, kind="stable")
    known = evidence["place"].to_numpy()
    low, high = np.searchsorted(known, [places[order[0]], places[order[-1]] + 1])
    at = order[np.searchsorted(places, known[low:high], sorter=order)]
    is_here = places[at] == known[low:high]
    here, at = evidence.slice(low, high - low), at[is_here]
    if not (is_here.all() and (np.diff(at) > 0).all()):  # several imports share the file
        here, at = here.take(np.flatnonzero(is_here)[np.argsort(at)]), np.sort(at)
    columns = {name: rows[name] for name in SCHEMA.names if name not in EVIDENCE}
    columns |= {name: spread(here[name].combine_chunks(), at, rows.num_rows) for name in EVIDENCE}
    return pa.Table.from_arrays([columns[name] for name in SCHEMA.names], schema=SCHEMA)
