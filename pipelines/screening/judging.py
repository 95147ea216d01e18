"""What becomes of every row: most make a lead and nothing is said of them, and only the others are judged by SQL.

Works on temporary relations of the writer's connection: reads ``run`` and what the checks found (see
sql/screening/odd_verdicts.sql), leaves ``verdicts``. See docs/decisions/0034-rows-and-evidence.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa

from pipelines.queries import execute, read_query
from pipelines.schema import FATES
from pipelines.sorting import find_span
from pipelines.spreading import Places, spread, spread_lists
from pipelines.store import cut_batches

# What cleaning says of each row.
JUDGED_COLUMNS = ("row_number", "line_number", "code", "detail", "warnings", "raw_cells")
# So few are all judged by SQL: to ask of which anything is said takes longer.
FEW_ROWS = 10_000
# And so are so many, of which so many are odd: what is said of them takes more memory than the store may have.
MOST_ROWS = 4_000_000
MOST_ODD = 400_000


@dataclass(frozen=True)
class Verdicts:
    """What becomes of every row of a drop (``rows``), in their order.

    Columns: row_number, line_number, fate, code, detail, warnings, raw_cells and lead_id, as odd_verdicts.sql has them.
    ``said`` are those of which anything is said; all others lie in ``spans`` of rows that follow one another, and their
    lines too: first_row, first_line, rows.
    """

    rows: pa.Table
    said: pa.Table
    spans: pa.Table


def judge_rows(
    connection: duckdb.DuckDBPyConnection, height: int, chunks: Iterable[pl.DataFrame], lead_base: int
) -> Verdicts | None:
    """Leave ``verdicts``, one row per row of the drop, in their order, for as long as the connection lasts.

    ``chunks`` are the ``height`` rows of ``drop_rows`` in their order (JUDGED_COLUMNS, of which all but the first chunk
    may lack those without a value), which may not be read; ids of new leads begin after ``lead_base``. Return the
    verdicts where they are in memory, null where the store has them.
    """
    query = read_query("screening/odd_verdicts")
    found = _find_odd(connection, chunks) if FEW_ROWS < height <= MOST_ROWS else None
    if found is None:
        execute(connection, "CREATE TEMP VIEW odd_rows AS SELECT * FROM drop_rows")
        execute(connection, f"CREATE TEMP TABLE verdicts AS {query}")
        return None
    rows, lines, odd = found
    connection.register("odd_rows", odd.to_arrow(compat_level=pl.CompatLevel.newest()))
    said = connection.sql(query).to_arrow_table().combine_chunks()
    connection.unregister("odd_rows")
    places = rows.searchsorted(odd["row_number"].to_numpy())
    verdicts = _place_verdicts(rows, lines, said, places, lead_base)
    connection.register("verdicts", cut_batches(verdicts))
    return Verdicts(verdicts, said, _find_spans(rows, lines, places))


def _find_odd(
    connection: duckdb.DuckDBPyConnection, chunks: Iterable[pl.DataFrame]
) -> tuple[Places, Places, pl.DataFrame] | None:
    """Return number and line of all rows, and the rows of which anything is said; null where these are too many."""
    numbers, lines, odd = list[Places](), list[Places](), list[pl.DataFrame]()
    judged = connection.sql(read_query("screening/judged_rows")).pl().to_series().sort()
    for chunk in chunks:
        numbers.append(chunk["row_number"].to_numpy())
        lines.append(chunk["line_number"].to_numpy())
        odd.append(_keep_odd(chunk, judged))
        if sum(rows.height for rows in odd) > MOST_ODD:
            return None
    return np.concatenate(numbers), np.concatenate(lines), pl.concat(odd, how="diagonal")


def _keep_odd(chunk: pl.DataFrame, judged: pl.Series) -> pl.DataFrame:
    """Return the rows of which cleaning or a check says something; ``judged`` are the numbers of the latter, sorted."""
    here = judged[find_span(judged, chunk["row_number"])]
    said = [name for name in ("code", "detail", "raw_cells") if name in chunk.columns]
    return chunk.filter(
        pl.any_horizontal(pl.col(said).is_not_null(), pl.col("warnings").list.len() > 0)
        | pl.col("row_number").is_in(here.implode())
    )


def _place_verdicts(rows: Places, lines: Places, said: pa.Table, places: Places, lead_base: int) -> pa.Table:
    """Return the verdicts of all rows: those that are said in these places, of all others that they are created."""
    height = len(rows)
    fates = np.full(height, FATES.index("created"), dtype=np.int8)
    fates[places] = pl.Series(said["fate"]).replace_strict(FATES, range(len(FATES)), return_dtype=pl.Int8).to_numpy()
    lead_ids = rows + lead_base
    is_none = np.zeros(height, dtype=bool)
    is_none[places] = pl.Series(said["lead_id"]).is_null().to_numpy()
    lead_ids[places] = pl.Series(said["lead_id"]).fill_null(0).to_numpy()
    return pa.table(
        {
            "row_number": rows,
            "line_number": lines,
            "fate": pa.DictionaryArray.from_arrays(fates, pa.array(FATES)),
            "code": spread(said["code"].combine_chunks(), places, height),
            "detail": spread(said["detail"].combine_chunks(), places, height),
            "warnings": spread_lists(said["warnings"].combine_chunks(), places, height),
            "raw_cells": spread(said["raw_cells"].combine_chunks(), places, height),
            "lead_id": pa.array(lead_ids, mask=is_none),
        }
    )


def _find_spans(rows: Places, lines: Places, odd: Places) -> pa.Table:
    """Return the rows in all places but the odd ones as spans: first_row, first_line, rows."""
    rows, lines = np.delete(rows, odd), np.delete(lines, odd)
    is_first = np.ones(len(rows), dtype=bool)
    is_first[1:] = (np.diff(rows) != 1) | (np.diff(lines) != 1)
    first = np.flatnonzero(is_first)
    return pa.table({"first_row": rows[first], "first_line": lines[first], "rows": np.diff(first, append=len(rows))})
