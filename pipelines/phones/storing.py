"""Keeps built tables: read from those that ship, else from the user's cache, else built and put into the cache.

A table is one Parquet file that carries, in its own metadata, what it was built from and a digest of its rows. A file
that is torn, foreign, of another `phonenumbers` or of another format is rebuilt, never trusted. Files are written
beside their place and renamed, so that two processes may build at once. Where nothing can be written, tables are
built anew by each process.
"""

import hashlib
import json
import logging
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import phonenumbers
import platformdirs
import polars as pl
from polars.exceptions import PolarsError

SHIPPED = Path(__file__).parent / "tables"
TABLE_FORMAT = 1
_NOTE = "leadmill_phones"
_log = logging.getLogger(__name__)


def find_cache() -> Path:
    """Answer the folder for tables built here: $LEADMILL_CACHE_DIR, else the user's cache directory."""
    chosen = os.environ.get("LEADMILL_CACHE_DIR")
    return (Path(chosen) if chosen else Path(platformdirs.user_cache_dir("leadmill"))) / "phones"


def digest_rows(table: pl.DataFrame) -> str:
    """Digest the names, types and values of a table (strings, integers, booleans), so that any change of it shows."""
    digest = hashlib.sha256(repr(table.schema).encode())
    for column in table:
        if column.dtype == pl.String:
            digest.update(column.fill_null("\0").str.join("\n").item().encode())
        else:
            digest.update(column.cast(pl.Int64).fill_null(-1).to_numpy().tobytes())
    return digest.hexdigest()


def describe_table(name: str, table: pl.DataFrame) -> dict[str, str]:
    """Describe a table for the file that keeps it: what it is, what it was built from and the digest of its rows."""
    return {
        "table": name,
        "phonenumbers": phonenumbers.__version__,
        "format": str(TABLE_FORMAT),
        "digest": digest_rows(table),
    }


def read_table(path: Path, name: str, schema: pl.Schema) -> pl.DataFrame | None:
    """Read a table if the file holds just what it should: this table, version, format, schema and digest; else None."""
    try:
        note = json.loads(pl.read_parquet_metadata(path)[_NOTE])
        table = pl.read_parquet(path, use_statistics=False)
    except (OSError, PolarsError, KeyError, ValueError):
        return None
    return table if table.schema == schema and note == describe_table(name, table) else None


def write_table(path: Path, name: str, table: pl.DataFrame) -> None:
    """Write a table beside its place, then rename it there: readers see the old file or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    try:
        note = {_NOTE: json.dumps(describe_table(name, table))}
        table.write_parquet(temporary, compression="zstd", compression_level=19, statistics=False, metadata=note)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def load_table(name: str, schema: pl.Schema, build: Callable[[], pl.DataFrame]) -> pl.DataFrame:
    """Load a table by name from the shipped ones or the cache; build and cache it where neither has a good one."""
    file = f"{name}.parquet"
    cached = find_cache() / f"{phonenumbers.__version__}-{TABLE_FORMAT}" / file
    for path in (SHIPPED / file, cached):
        table = read_table(path, name, schema)
        if table is not None:
            return table
    table = build_aloud(name, build)
    try:
        write_table(cached, name, table)
    except OSError as error:
        _log.info("phone tables are not cached: %s", error)
    return table


def build_aloud(name: str, build: Callable[[], pl.DataFrame]) -> pl.DataFrame:
    """Build a table, saying so on stderr when a person watches."""
    watched = sys.stderr.isatty()
    if watched:
        sys.stderr.write(f"leadmill: building phone table {name} for phonenumbers {phonenumbers.__version__} … ")
        sys.stderr.flush()
    table = build()
    if watched:
        sys.stderr.write(f"{len(table):,} rows\n")
    return table
