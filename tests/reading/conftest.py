"""What the tests of reading share."""

from pathlib import Path

import pytest

from pipelines.reading.drops import Drop, open_drop
from pipelines.reading.settings import FileSettings


@pytest.fixture
def open_text(tmp_path: Path):
    """Open a text as a drop, with what a template declares and maps."""

    def open_it(content: str | bytes, mapped: tuple[str, ...] = (), **declared: object) -> Drop:
        path = tmp_path / "acme.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return open_drop(path, FileSettings(**declared), mapped)  # type: ignore[arg-type]

    return open_it
