"""Do-not-call entries as a Parquet file: the longest table there is, so its numbers are spelt by columns.

The store keeps a number and its terms; the file says both in full, as docs/tables.md has it. Its bytes depend on the
entries alone: not on threads, nor on how they come from the store. See docs/decisions/0031-dnc-loading.md.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.schema import DIGITS_BASE

ROW_GROUP_ROWS = 122_880
TERMS = ("category", "source", "listed_on", "expires_on")
_WORD = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    {
        "e164": pa.large_string(),
        "digits": pa.large_string(),
        "category": _WORD,
        "source": _WORD,
        "listed_on": pa.date32(),
        "expires_on": pa.date32(),
    }
)
_VALUE = pl.col("value")
SPELT = (
    pl.when(_VALUE < DIGITS_BASE).then(pl.format("+{}", _VALUE)).alias("e164"),
    pl.when(_VALUE >= DIGITS_BASE).then((_VALUE - DIGITS_BASE).cast(pl.String)).alias("digits"),
)
_FOUR_DIGITS = np.frombuffer("".join(f"{number:04}" for number in range(10_000)).encode("ascii"), dtype="<u4")
MOST_DIGITS = 15


def write_entries(connection: duckdb.DuckDBPyConnection, query: str, file: Path) -> int:
    """Write the entries that a query returns (value, terms_id) as relation ``dnc``, as they lie; return how many.

    The connection keeps order meanwhile, by one thread: more lose it. Columns: those of ``SCHEMA``, words as VARCHAR;
    ``digits`` where there is no E.164 form.
    """
    connection.execute("SET threads = 1")
    terms = connection.sql(f"SELECT terms_id, {', '.join(TERMS)} FROM dnc_terms ORDER BY terms_id").to_arrow_table()
    known = terms["terms_id"].to_numpy()
    columns = [terms[name].combine_chunks() for name in TERMS]
    said = [column.dictionary_encode() if pa.types.is_string(column.type) else column for column in columns]
    rows, writing = 0, None
    # Numbers in order begin alike: what they begin with is left out in the file.
    with (
        pq.ParquetWriter(
            file,
            SCHEMA,
            compression="zstd",
            compression_level=1,
            use_dictionary=["category", "source"],
            column_encoding={"e164": "DELTA_BYTE_ARRAY"},
            write_statistics=["e164"],
            store_schema=False,
        ) as writer,
        ThreadPoolExecutor(1) as pool,
    ):
        for entries in _group(connection.sql(query)):
            which = pa.array(np.searchsorted(known, entries["terms_id"].to_numpy()))
            columns = [*_spell(entries), *(_take(column, which) for column in said)]
            if writing is not None:
                writing.result()
            # Written while the next rows are spelt, one group after the other.
            writing = pool.submit(writer.write_table, pa.Table.from_arrays(columns, schema=SCHEMA), ROW_GROUP_ROWS)
            rows += entries.height
        if writing is not None:
            writing.result()
    connection.execute("RESET threads")
    return rows


def _group(entries: duckdb.DuckDBPyRelation) -> Iterator[pl.DataFrame]:
    """Yield entries by row groups: batches end where the store's own end, and the file must not show where."""
    waiting = pl.DataFrame(schema={"value": pl.Int64, "terms_id": pl.Int64})
    for batch in entries.to_arrow_reader(ROW_GROUP_ROWS):
        found = pl.from_arrow(batch)
        assert isinstance(found, pl.DataFrame)  # noqa: S101  a batch is a frame
        waiting = pl.concat([waiting, found])
        while waiting.height >= ROW_GROUP_ROWS:
            yield waiting.head(ROW_GROUP_ROWS).rechunk()
            waiting = waiting.slice(ROW_GROUP_ROWS)
    if waiting.height:
        yield waiting.rechunk()


def _spell(entries: pl.DataFrame) -> list[pa.Array]:
    """Return ``e164`` and ``digits`` of entries: mostly of numbers of one length, written four digits at a time."""
    values = entries["value"].to_numpy()
    digits = len(str(values.max()))
    if digits > MOST_DIGITS or values.min() < 10 ** (digits - 1):
        spelt: list[pa.Array] = entries.select(SPELT).to_arrow(compat_level=pl.CompatLevel.oldest()).columns
        return spelt
    groups = np.empty((len(values), 4), dtype="<u4")
    for place in (3, 2, 1, 0):
        rest = values // 10_000
        groups[:, place] = _FOUR_DIGITS[values - rest * 10_000]
        values = rest
    text = np.ascontiguousarray(groups.view(np.uint8)[:, MOST_DIGITS - digits :])
    text[:, 0] = ord("+")
    ends = np.arange(len(values) + 1) * text.shape[1]
    e164 = pa.LargeStringArray.from_buffers(len(values), pa.py_buffer(ends), pa.py_buffer(text))
    return [e164, pa.nulls(len(values), pa.large_string())]


def _take(column: pa.Array, which: pa.Array) -> pa.Array:
    """Return the values at some places, words as what they stand for in their dictionary."""
    if not pa.types.is_dictionary(column.type):
        return column.take(which)
    return pa.DictionaryArray.from_arrays(column.indices.take(which), column.dictionary)
