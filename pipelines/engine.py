"""The database that a store is opened with, made or opened beside what goes before."""

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import duckdb

from pipelines.errors import UserError
from pipelines.home import Home
from pipelines.lock import hold_lock

# Files written by 2.x with this can be opened by 1.5: going back is a change of a pin.
STORAGE_VERSION = "v1.5.0"
ROW_GROUP_ROWS = 16_384
# Of what is only added to and looked up by value, once it is known to be there: fewer groups are sooner gone through.
LONG_ROW_GROUP_ROWS = 122_880
# A quarter of what is usual: for one lead a block is read whole, each is left empty in part. Older files keep theirs.
BLOCK_BYTES = 1 << 16
FILTERED_VALUES = 2_000
# Finds nothing, but has seen of all row groups which ids they have. A number in place of the range would be held
# against the least and the greatest id of all, and no row group be looked at.
LOOK = "SELECT leads.rowid FROM leads SEMI JOIN range(1) AS ids (lead_id) USING (lead_id)"
LOG_SHARE = 128
LEAST_LOG, MOST_LOG = 1 << 14, 1 << 20
DEFAULT_MEMORY = "2GB"

# At most one database, without a store, that a small import of this process has left; by how much memory it may use.
_idle: dict[str, duckdb.DuckDBPyConnection] = {}


class Engine:
    """A database on its way, and perhaps a store that is opened with it ahead; for one block that writes.

    ``is_held`` is whether the home's lock was taken ahead.
    """

    def __init__(self, pool: ThreadPoolExecutor, closing: ExitStack) -> None:
        self.is_held = False
        self._is_clean = False
        self._pool, self._closing = pool, closing
        self._begun = pool.submit(_begin)
        self._opened: Future[None] | None = None

    def open_ahead(self, home: Home) -> None:
        """Take a home's lock, unless another has it, and begin to open its store: for a block that writes soon."""
        try:
            self._closing.enter_context(hold_lock(home, timeout=0))
        except UserError:
            return
        self.is_held = True
        if home.store.exists():
            self._opened = self._pool.submit(self._open_alone, home.store)

    @contextmanager
    def open(self, path: Path | None, row_group_rows: int) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a connection whose own database is a store's file, if one is given; raises as ``attach``.

        Behind the block the file is closed. A database that was opened ahead, and has not failed, is fit for more.
        """
        database, connection = self._begun.result()
        with ExitStack() as closing:
            closing.callback(database.close)
            closing.callback(connection.close)
            if self._opened:
                self._opened.result()
            else:
                wake_threads(connection)
                if path:
                    attach(connection, path, row_group_rows)
            yield connection
            if self.is_held:
                connection.execute("USE memory")
                connection.execute("DETACH store")
                connection.close()
                closing.pop_all()
                self._is_clean = True

    def _open_alone(self, path: Path) -> None:
        """Open a store for what takes less time than to wake another thread for it, and read where its leads lie.

        What takes more calls ``wake_threads``.
        """
        _, connection = self._begun.result()
        attach(connection, path)
        connection.execute("SET threads = 1")
        with suppress(duckdb.CatalogException):  # of another program's database the main thread tells
            connection.execute(LOOK).fetchall()

    def close(self, spill: Path) -> None:
        """Close the database, or leave it for the next small import, unless it has spilled: it expects the folder."""
        if self._opened:
            wait([self._opened])
        database, connection = self._begun.result()
        connection.close()
        if self._is_clean and not _idle and not spill.exists():
            _idle[_memory_limit()] = database
        else:
            database.close()


@contextmanager
def start_engine(home: Home) -> Iterator[Engine]:
    """Begin to make what a home's store is opened with, which takes as long as a tenth of a small import.

    ``open_writer`` and ``open_scratch`` take it; it is closed behind the block, or left for the next one: what a small
    import spends on making and closing another is a tenth of it as well.
    """
    with ThreadPoolExecutor(1) as pool, ExitStack() as closing:
        engine = Engine(pool, closing)
        try:
            yield engine
        finally:
            engine.close(home.spill)


def attach(connection: duckdb.DuckDBPyConnection, path: Path, row_group_rows: int = ROW_GROUP_ROWS) -> None:
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


def wake_threads(connection: duckdb.DuckDBPyConnection) -> None:
    """Let what is to come have all threads, as it looks at many leads or entries: a small import begins with one."""
    connection.execute("RESET threads")


def make_database() -> duckdb.DuckDBPyConnection:
    """Return a database in memory that may use as much of it as a store."""
    database = duckdb.connect(":memory:")
    database.execute("SET memory_limit = ?", [_memory_limit()])
    return database


def _begin() -> tuple[duckdb.DuckDBPyConnection, duckdb.DuckDBPyConnection]:
    """Return a database and a connection of its own to it: what is temporary ends with that."""
    database = _idle.pop(_memory_limit(), None) or make_database()
    return database, database.cursor()


def _memory_limit() -> str:
    return os.environ.get("LEADMILL_MEMORY", DEFAULT_MEMORY)
