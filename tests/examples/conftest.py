import csv
import io
import json
from collections.abc import Callable

import pytest

from examples.generator import MadeDrop


@pytest.fixture(scope="session")
def read_rows() -> Callable[[MadeDrop], list[dict[str, str]]]:
    """Read a made drop as its dialect says; a cell that a row lacks is an empty text."""

    def read(drop: MadeDrop) -> list[dict[str, str]]:
        if drop.layout.profile.format == "json":
            return [{name: row.get(name, "") for name in drop.header} for row in json.loads(drop.content)]
        dialect = drop.dialect
        text = drop.content.decode(dialect.encoding).removeprefix("\ufeff").replace(dialect.newline, "\n")
        lines = csv.reader(io.StringIO(text), delimiter=dialect.delimiter)
        skipped = len(dialect.preamble) + dialect.has_header
        rows = [row for number, row in enumerate(lines) if number >= skipped]
        holds = [what for _, what in drop.layout.profile.columns]
        return [dict(zip(holds, [*row, *[""] * len(holds)], strict=False)) for row in rows]

    return read
