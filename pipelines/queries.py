"""The statements of sql/, by name."""

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "sql"


@cache
def read_query(name: str) -> str:
    """Return the text of ``sql/<name>.sql``, without its closing semicolon."""
    return (FOLDER / f"{name}.sql").read_text(encoding="utf-8").rstrip().removesuffix(";")
