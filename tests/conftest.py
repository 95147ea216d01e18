"""What the tests of the command line, of publishing and of the real files share."""

import io
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines import store
from pipelines.cli.main import main
from pipelines.home import Home
from pipelines.maintaining import maintain
from pipelines.published import grouping
from pipelines.published.publishing import ensure_published

# Where files lie in memory, and how many bytes have to be free there.
MEMORY = Path("/dev/shm")
MEMORY_BYTES = 8 << 30


def pytest_configure() -> None:
    """Let the tests write to memory where there is room and nobody chose a folder: they make some 100,000 folders."""
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK):
        return
    if shutil.disk_usage(MEMORY).free >= MEMORY_BYTES:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


@dataclass(frozen=True)
class Answer:
    """What a command said, and how it ended."""

    code: int
    raw: bytes
    err: str

    @property
    def out(self) -> str:
        """Standard output as text."""
        return self.raw.decode()

    @property
    def json(self) -> Any:
        """Standard output, which is one JSON document and nothing else."""
        return json.loads(self.out)


def run_main(*arguments: object) -> Answer:
    """Run ``leadmill`` in this process, through the door that the console script takes."""
    kept = sys.argv, sys.stdout, sys.stderr
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    sys.argv, sys.stdout, sys.stderr = ["leadmill", *map(str, arguments)], out, err
    try:
        main()
    except SystemExit as ended:
        code = ended.code
    finally:
        sys.argv, sys.stdout, sys.stderr = kept
    assert isinstance(code, int)
    return Answer(code, out.buffer.getvalue(), err.buffer.getvalue().decode())  # type: ignore[attr-defined]


Command = Callable[..., Answer]


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory) -> Home:
    """A home in which nothing was done yet, with an empty store and an empty publication."""
    home = Home(tmp_path_factory.mktemp("empty") / "home")
    ensure_published(home)
    maintain(home, datetime(2026, 1, 1, tzinfo=UTC))
    return home


@pytest.fixture(autouse=True)
def _begin_with_a_copy(request, empty_home, monkeypatch) -> None:
    """Give each new home of a test a copy of the empty one, in a third of the time that making it takes.

    A test marked ``from_nothing`` makes its own; so does every other process.
    """
    if request.node.get_closest_marker("from_nothing"):
        return
    create = store._create

    def copy(home: Home) -> None:
        if any(home.published.iterdir()):
            create(home)
            return
        shutil.copytree(empty_home.published, home.published, symlinks=True, dirs_exist_ok=True)
        shutil.copy2(empty_home.store, home.store)

    monkeypatch.setattr(store, "_create", copy)


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def lm(home, tmp_path, monkeypatch) -> Command:
    """Run a command on a home of its own, in a folder of its own."""
    monkeypatch.setenv("LEADMILL_HOME", str(home.root))
    monkeypatch.chdir(tmp_path)
    return run_main


def copy_home(source: Home, target: Path) -> Home:
    """Copy a home, links as links."""
    shutil.copytree(source.root, target, symlinks=True)
    return Home(target)


def list_tree(root: Path) -> dict[str, tuple[int, bytes]]:
    """Return what stands under a folder: names, kinds and content, of links their targets."""
    seen = {}
    for folder, folders, files in os.walk(root):
        for name in [*folders, *files]:
            path = Path(folder) / name
            if path.is_symlink():
                content = os.fsencode(path.readlink())
            else:
                content = path.read_bytes() if path.is_file() else b""
            seen[str(path.relative_to(root))] = (path.lstat().st_mode, content)
    return seen


@pytest.fixture
def full_disk(monkeypatch) -> Callable[[], AbstractContextManager[None]]:
    """A block in which no row group of a published file can be written."""

    def break_down(*_: object) -> None:
        raise OSError("the disk is full")

    @contextmanager
    def fill() -> Iterator[None]:
        with monkeypatch.context() as patched:
            patched.setattr(grouping.pq.ParquetWriter, "write_table", break_down)
            yield

    return fill
