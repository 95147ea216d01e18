"""The statements of sql/, by name, and statements that are parsed once."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import duckdb

FOLDER = Path(__file__).parents[1] / "sql"
# More texts than leadmill has; what is over are texts that do not come again.
MOST_PARSED = 1_000
_parsed: dict[str, duckdb.Statement] = {}


@cache
def read_query(name: str) -> str:
    """Return the text of ``sql/<name>.sql``, without its closing semicolon."""
    return (FOLDER / f"{name}.sql").read_text(encoding="utf-8").rstrip().removesuffix(";")


def execute(
    connection: duckdb.DuckDBPyConnection, text: str, values: Sequence[object] = ()
) -> duckdb.DuckDBPyConnection:
    """Execute a statement whose text comes with each import; raises as ``connection.execute``, whose answer it returns.

    It is parsed once in a process: on few rows that is a third of its time.
    """
    statement = _parsed.get(text)
    if statement is None:
        (statement,) = connection.extract_statements(text)
        if len(_parsed) >= MOST_PARSED:
            _parsed.clear()
        _parsed[text] = statement
    return connection.execute(statement, values)
