"""The one door through which anything is written: lock, open, one transaction, close.

A reader never comes here; it opens what is published. See docs/decisions/0001-store.md.
"""

import os
import shutil
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import duckdb
import filelock
import pyarrow as pa

from pipelines.beside import link_folders
from pipelines.errors import UserError
from pipelines.home import Home, sync_file, sync_folder
from pipelines.queries import read_query
from pipelines.upgrading import VERSION, read_version, upgrade

LOCK_SECONDS = 600.0
# Files written by 2.x with this can be opened by 1.5: going back is a change of a pin.
STORAGE_VERSION = "v1.5.0"
DEFAULT_MEMORY = "2GB"
ROW_GROUP_ROWS = 16_384
# Of what is only added to and looked up by value, once it is known to be there: fewer groups are sooner gone through.
LONG_ROW_GROUP_ROWS = 122_880
# Half of what is usual: for one lead a block is read whole, and each is left empty in part. Older files keep their own.
BLOCK_BYTES = 1 << 17
FILTERED_VALUES = 2_000
LOG_SHARE = 128
LEAST_LOG, MOST_LOG = 1 << 14, 1 << 20


# A database without a store yet, on its way.
Engine = Future[duckdb.DuckDBPyConnection]


@contextmanager
def start_engine() -> Iterator[Engine]:
    """Begin to make what a store is opened with, which takes as long as a tenth of a small import, beside the block.

    ``open_writer`` and ``open_scratch`` take it; it is closed behind the block.
    """
    with ThreadPoolExecutor(1) as pool:
        engine = pool.submit(duckdb.connect, ":memory:")
        try:
            yield engine
        finally:
            engine.result().close()


@contextmanager
def open_writer(
    home: Home,
    *,
    timeout: float = LOCK_SECONDS,
    engine: Engine | None = None,
    row_group_rows: int = ROW_GROUP_ROWS,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the store for writing, alone; yield a connection inside one transaction.

    ``engine`` is what was made for it ahead, and is of no more use then; new row groups have ``row_group_rows``.
    Leaving the block commits; an exception rolls everything back. The lock belongs to the process and the kernel frees
    it when the process dies. Raises UserError where another writer keeps it longer than ``timeout`` seconds, or where
    the file is no store.
    """
    with hold_lock(home, timeout=timeout), open_store(home, engine, row_group_rows) as connection:
        yield connection


@contextmanager
def hold_lock(home: Home, *, timeout: float = LOCK_SECONDS) -> Iterator[None]:
    """Be the only one who writes to a home, while the block lasts; raises as ``open_writer``."""
    home.make()
    lock = filelock.FileLock(home.lock, timeout=timeout)
    try:
        lock.acquire()
    except filelock.Timeout:
        owner = _read_owner(home)
        remedy = "Wait for it to end, or end it." if owner else "Try again."
        raise UserError(str(home.root), f"Another process{owner} is writing to this home.", remedy) from None
    try:
        _owner_path(home).write_text(str(os.getpid()))
        shutil.rmtree(home.work / "spill", ignore_errors=True)  # what a killed writer left
        yield
    finally:
        lock.release()


@contextmanager
def open_store(
    home: Home, engine: Engine | None = None, row_group_rows: int = ROW_GROUP_ROWS
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the store under a lock that is held already; otherwise as ``open_writer``."""
    if not home.store.exists():
        _create(home)
    with _connect(home.store, home.work, engine, row_group_rows) as connection:
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
    with engine.result() if engine else duckdb.connect(":memory:") as connection:
        if path:
            _attach(connection, path, row_group_rows)
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET preserve_insertion_order = false")
        # Where Python runs without a script DuckDB draws one, on the standard output that belongs to the answer.
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET memory_limit = ?", [os.environ.get("LEADMILL_MEMORY", DEFAULT_MEMORY)])
        if spill:
            connection.execute("SET temp_directory = ?", [str(spill / "spill")])
        if path:
            connection.execute("SET VARIABLE store_folder = ?", [str(path.parent)])
        if read_version(connection) != VERSION:
            upgrade(connection)
        yield connection


def _attach(connection: duckdb.DuckDBPyConnection, path: Path, row_group_rows: int) -> None:
    """Make a store's file the connection's own database. Raises UserError for a file that is no store.

    Screening looks at few leads among many: small row groups and a filter of that many values let it skip the rest.
    """
    quoted = str(path).replace("'", "''")
    options = f"ROW_GROUP_SIZE {row_group_rows}, STORAGE_VERSION '{STORAGE_VERSION}'"
    if not path.exists():
        options += f", BLOCK_SIZE {BLOCK_BYTES}"
    try:
        connection.execute(f"ATTACH '{quoted}' AS store ({options})")
    except duckdb.Error as error:
        raise UserError(
            str(path),
            f"The store cannot be opened: {str(error).splitlines()[0]}",
            "Restore it, or move it away.",
        ) from None
    connection.execute("USE store")
    connection.execute(f"SET dynamic_or_filter_threshold = {FILTERED_VALUES}")
    # A checkpoint writes about all tables, however little was changed, and the log is read at each opening: so it is
    # made once the log is long for such a store.
    connection.execute("PRAGMA disable_checkpoint_on_shutdown")
    log = min(max(path.stat().st_size // LOG_SHARE, LEAST_LOG), MOST_LOG) if path.exists() else LEAST_LOG
    connection.execute(f"SET checkpoint_threshold = '{log} B'")


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


def _owner_path(home: Home) -> Path:
    return home.lock.with_name("writer.pid")


def _read_owner(home: Home) -> str:
    try:
        return f" (PID {int(_owner_path(home).read_text())})"
    except (OSError, ValueError):
        return ""


def cut_batches(rows: pa.Table) -> pa.Table:
    """Return rows in batches that each thread of the store takes as a row group: so their order is kept."""
    return pa.Table.from_batches(rows.to_batches(max_chunksize=ROW_GROUP_ROWS), rows.schema)


def insert_query(connection: duckdb.DuckDBPyConnection, table: str, query: str) -> int:
    """Insert what a statement of sql/ returns into a table, by column name; return the number of rows."""
    connection.execute(f"INSERT INTO {table} BY NAME {read_query(query)}")
    return count_changed(connection)


def count_changed(connection: duckdb.DuckDBPyConnection) -> int:
    """Return how many rows the last INSERT, UPDATE or DELETE changed."""
    row = connection.fetchone()
    return int(row[0]) if row else 0


def is_any(connection: duckdb.DuckDBPyConnection, relation: str) -> bool:
    """Tell whether a relation, with a condition perhaps, has a row."""
    return bool(connection.execute(f"SELECT 1 FROM {relation} LIMIT 1").fetchall())
