"""The one door through which anything is written: lock, open, one transaction, close.

A reader never comes here; it opens what is published. See docs/decisions/0001-store.md.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa

from pipelines.beside import link_folders
from pipelines.engine import ROW_GROUP_ROWS, Engine, attach, make_database, wake_threads
from pipelines.home import Home, sync_file, sync_folder
from pipelines.lock import LOCK_SECONDS, hold_lock
from pipelines.queries import execute, read_query
from pipelines.upgrading import VERSION, read_version, upgrade


@contextmanager
def open_writer(
    home: Home,
    *,
    timeout: float = LOCK_SECONDS,
    engine: Engine | None = None,
    row_group_rows: int = ROW_GROUP_ROWS,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the store for writing, alone; yield a connection inside one transaction.

    ``engine`` is what was made for it ahead, and is of no more use then; new row groups have ``row_group_rows``, or as
    many as usual where it was opened ahead. Leaving the block commits; an exception rolls everything back. Raises
    UserError as ``hold_lock``, and where the file is no store.
    """
    is_held = engine is not None and engine.is_held
    with (
        nullcontext() if is_held else hold_lock(home, timeout=timeout),
        open_store(home, engine, row_group_rows) as connection,
    ):
        yield connection


@contextmanager
def open_store(
    home: Home, engine: Engine | None = None, row_group_rows: int = ROW_GROUP_ROWS
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the store under a lock that is held already; otherwise as ``open_writer``."""
    if not home.store.exists():
        _create(home)
    with _connect(home.store, home.spill, engine, row_group_rows) as connection:
        connection.execute("BEGIN")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def replace_store(home: Home, new: Path) -> None:
    """Put another store in the place of a home's, in one rename: both checkpointed and closed, the lock being held."""
    for store in (home.store, new):
        log = store.with_name(f"{store.name}.wal")
        if log.exists() and log.stat().st_size:
            raise RuntimeError(f"{log} holds what its store does not.")
        log.unlink(missing_ok=True)
    sync_file(new)
    link_folders(new.parent, home.store.parent)
    new.replace(home.store)
    sync_folder(home.store.parent)


@contextmanager
def open_beside(connection: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield another connection to the same store, for a thread that reads what is committed."""
    with connection.cursor() as beside:
        beside.execute("USE store")
        beside.execute("SET TimeZone = 'UTC'")
        yield beside


def commit_so_far(connection: duckdb.DuckDBPyConnection) -> None:
    """Commit what was done under this lock and begin the next transaction."""
    connection.execute("COMMIT")
    connection.execute("BEGIN")


def checkpoint(connection: duckdb.DuckDBPyConnection) -> None:
    """Commit what was done under this lock, write the log into the store's file, and begin the next transaction."""
    connection.execute("COMMIT")
    connection.execute("CHECKPOINT")
    connection.execute("BEGIN")


@contextmanager
def open_scratch(home: Home, *, engine: Engine | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open what a rehearsal may write to: the store, rolled back at the end, or an empty one where there is none."""
    if not home.store.exists():
        with _connect(None, None, engine) as connection:
            yield connection
        return

    class _Rehearsed(BaseException):
        """Thrown to roll back."""

    try:
        with open_writer(home, engine=engine) as connection:
            connection.execute("SET VARIABLE is_rehearsal = true")
            yield connection
            raise _Rehearsed
    except _Rehearsed:
        return


@contextmanager
def _connect(
    path: Path | None, spill: Path | None, engine: Engine | None = None, row_group_rows: int = ROW_GROUP_ROWS
) -> Iterator[duckdb.DuckDBPyConnection]:
    with engine.open(path, row_group_rows) if engine else make_database() as connection:
        if path and not engine:
            attach(connection, path, row_group_rows)
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET preserve_insertion_order = false")
        # Where Python runs without a script DuckDB draws one, on the standard output that belongs to the answer.
        connection.execute("SET enable_progress_bar = false")
        if spill:
            connection.execute("SET temp_directory = ?", [str(spill)])
        if path:
            connection.execute("SET VARIABLE store_folder = ?", [str(path.parent)])
        if read_version(connection) != VERSION:
            wake_threads(connection)
            upgrade(connection)
        yield connection


def _create(home: Home) -> None:
    """Make an empty store, whole or not at all: DuckDB cannot open a file whose making was cut short."""
    new = home.work / "new.duckdb"
    for left in home.work.glob("new.duckdb*"):
        left.unlink()
    with _connect(new, None) as connection:
        connection.execute("CHECKPOINT")
    sync_file(new)
    new.replace(home.store)
    sync_folder(home.store.parent)


def cut_batches(rows: pa.Table) -> pa.Table:
    """Return rows in batches that each thread of the store takes as a row group: so their order is kept."""
    return pa.Table.from_batches(rows.to_batches(max_chunksize=ROW_GROUP_ROWS), rows.schema)


@contextmanager
def shown(connection: duckdb.DuckDBPyConnection, **relations: object) -> Iterator[None]:
    """Show what is in memory to a connection by these names, while the block lasts."""
    for name, relation in relations.items():
        connection.register(name, relation)
    yield
    for name in relations:
        connection.unregister(name)


def keep_frame(connection: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    """Keep a frame as a temporary table."""
    with shown(connection, handed_over=frame.to_arrow()):
        execute(connection, f"CREATE TEMP TABLE {name} AS SELECT * FROM handed_over")


def insert_query(connection: duckdb.DuckDBPyConnection, table: str, query: str) -> int:
    """Insert what a statement of sql/ returns into a table, by column name; return the number of rows."""
    execute(connection, f"INSERT INTO {table} BY NAME {read_query(query)}")
    return count_changed(connection)


def count_changed(connection: duckdb.DuckDBPyConnection) -> int:
    """Return how many rows the last INSERT, UPDATE or DELETE changed."""
    row = connection.fetchone()
    return int(row[0]) if row else 0


def is_any(connection: duckdb.DuckDBPyConnection, relation: str) -> bool:
    """Tell whether a relation, with a condition perhaps, has a row."""
    return bool(execute(connection, f"SELECT 1 FROM {relation} LIMIT 1").fetchall())
