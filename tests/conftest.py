"""What the tests of the command line, of publishing and of the real files share."""

import io
import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli.main import main
from pipelines.home import Home


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
