"""Long tables as Parquet files whose bytes depend on their rows alone: not on threads, nor on how the rows come.

Each row group is written as a whole, while the next one is read. See docs/decisions/0035-written-beside.md.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count, takewhile
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

ROW_GROUP_ROWS = 122_880
PACKED_LEVEL = 1
# A column that turns out to have more words than this in a row group is written without them from there on.
MOST_WORDS_BYTES = 1 << 16


@dataclass(frozen=True)
class Layout:
    """What is known of the columns of a relation; those below others by their path, with dots.

    ``words`` have few values that repeat, ``numbers`` are alike from row to row, ``sought`` are what readers choose
    rows by (only these have statistics), ``documents`` are JSON.
    """

    words: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    sought: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()


def place_file(first: Path, number: int) -> Path:
    """Return where another file of what begins in ``first`` is, by its number from 0 on: beside it."""
    return first.with_name(f"{first.stem}+{number}{first.suffix}") if number else first


def list_files(first: Path) -> list[Path]:
    """Return the files of what begins in ``first``."""
    return list(takewhile(Path.exists, (place_file(first, number) for number in count())))


def open_parquet(file: Path, schema: pa.Schema, **options: object) -> pq.ParquetWriter:
    """Open a Parquet file to write row groups to it; all columns are packed, unless ``options`` say which."""
    return pq.ParquetWriter(
        file, schema, store_schema=False, **{"compression": "zstd", "compression_level": PACKED_LEVEL, **options}
    )


class GroupFile:
    """A Parquet file to which row groups are written in a thread, one after the other; whole once it is closed."""

    def __init__(self, file: Path, schema: pa.Schema, **options: object) -> None:
        self._writing: Future[None] | None = None
        self._pool = ThreadPoolExecutor(1)
        self._writer = open_parquet(file, schema, **options)

    def write(self, group: pa.Table) -> None:
        """Begin to write a row group, once the one before is written."""
        self._wait()
        self._writing = self._pool.submit(self._writer.write_table, group, group.num_rows)

    def __enter__(self) -> Self:
        """Return the file."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait until all is written, and close the file; what an exception interrupted is no table."""
        with self._writer, self._pool:  # closed once its thread has left it
            if error is None:
                self._wait()

    def _wait(self) -> None:
        if self._writing is not None:
            self._writing.result()


class RowsWriter:
    """Writes rows in the order in which they are added; ``rows`` is how many."""

    def __init__(self, file: Path, layout: Layout) -> None:
        self.rows = 0
        self._path, self._layout = file, layout
        self._file: GroupFile | None = None
        self._waiting: list[pa.Table] = []
        self._waiting_rows = 0

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file; what an exception interrupted is no table."""
        if self._file is None:
            return
        if error is not None:
            self._file.__exit__(kind, error, trace)
            return
        with self._file:
            self._write_group(self._waiting_rows)

    def add(self, rows: pa.Table) -> None:
        """Add rows, none perhaps: the columns are those of the first that are added. Texts may be of any Arrow type."""
        if self._file is None:
            self._file = self._open(rows.schema)
        self.rows += rows.num_rows
        self._waiting.append(rows)
        self._waiting_rows += rows.num_rows
        while self._waiting_rows >= ROW_GROUP_ROWS:
            self._write_group(ROW_GROUP_ROWS)

    def _write_group(self, rows: int) -> None:
        """Begin to write the first of the rows that wait. They are copied together, as pages end where arrays do."""
        assert self._file is not None  # noqa: S101  rows were added
        if not rows:
            return
        waiting = pa.concat_tables(self._waiting)
        self._file.write(self._name_documents(waiting.slice(0, rows).combine_chunks()))
        self._waiting, self._waiting_rows = [waiting.slice(rows)], self._waiting_rows - rows

    def _open(self, schema: pa.Schema) -> GroupFile:
        return GroupFile(
            self._path,
            self._name_documents(schema.empty_table()).schema,
            use_dictionary=list(self._layout.words),
            dictionary_pagesize_limit=MOST_WORDS_BYTES,
            column_encoding=dict.fromkeys(self._layout.numbers, "DELTA_BINARY_PACKED"),
            write_statistics=list(self._layout.sought),
        )

    def _name_documents(self, rows: pa.Table) -> pa.Table:
        """Return rows with their documents said to be JSON, which DuckDB hands over as text."""
        for name in self._layout.documents:
            texts = rows[name].combine_chunks()
            documents = pa.ExtensionArray.from_storage(pa.json_(texts.type), texts)
            rows = rows.set_column(rows.schema.get_field_index(name), name, documents)
        return rows


class _DisorderError(Exception):
    """Rows do not lie in the order in which they are to be written."""


def write_groups(connection: duckdb.DuckDBPyConnection, query: str, file: Path, layout: Layout, by: str) -> int:
    """Write what a query returns, in the order of a column; return how many rows that is. See ``write_in_order``."""

    def write(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> int:
        with RowsWriter(file, layout) as writer:
            writer.add(schema.empty_table())
            for batch in batches:
                writer.add(pa.Table.from_batches([batch]))
        return writer.rows

    return write_in_order(connection, query, by, write)


def write_in_order(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    by: str,
    write: Callable[[pa.Schema, Iterable[pa.RecordBatch]], int],
) -> int:
    """Give ``write`` what a query returns, in the order of a column of numbers, each there once; return its answer.

    What an import brought lies in order until it is changed, and a scan that only filters keeps it, as the connection
    does meanwhile. So rows are given as they lie; where one turns out to lie elsewhere, ``write`` begins anew with rows
    that are sorted.
    """
    try:
        with connection.sql(query).to_arrow_reader(ROW_GROUP_ROWS) as rows:
            return write(rows.schema, _require_order(rows, by))
    except _DisorderError:
        with connection.sql(f"{query} ORDER BY {by}").to_arrow_reader(ROW_GROUP_ROWS) as rows:
            return write(rows.schema, rows)


def _require_order(batches: Iterable[pa.RecordBatch], by: str) -> Iterator[pa.RecordBatch]:
    last = -1
    for batch in batches:
        numbers = batch[by].to_numpy()
        if len(numbers) and not (numbers[0] > last and (numbers[1:] > numbers[:-1]).all()):
            raise _DisorderError
        last = numbers[-1] if len(numbers) else last
        yield batch
