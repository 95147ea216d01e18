"""What an import takes in memory does not grow with its file."""

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.bounds import bounded

TEMPLATE = """\
supplier: Acme
list: {name: Warm}
dedupe: {keys: [phone, email], scope: [file, destination], action: keep_existing}
mapping: {name: name, phone1: phone, email: email, notes: note}
"""


def write_drop(path: Path, rows: int) -> Path:
    with path.open("w", encoding="ascii") as lines:
        lines.write("name,phone,email,note\n")
        lines.writelines(
            f"Ann Able{row},+447400{row:06},ann{row}@example.com,{'a note on the lead ' * 8}\n" for row in range(rows)
        )
    return path


def measure_import(folder: Path, drop: Path, rows: int) -> int:
    """Import a drop in a process of its own and return the most memory it had for itself, in KiB."""
    (folder / "acme.yaml").write_text(TEMPLATE)
    run = "from pipelines.cli.main import main; main()"
    command = [sys.executable, "-c", run, "--home", folder / f"home-{drop.stem}", "import", drop, "--json"]
    environment = {"LEADMILL_MEMORY": "300MB", "PATH": "/usr/bin:/bin", "HOME": str(folder)}
    answer = folder / "answer.json"
    with answer.open("wb") as stream:
        process = subprocess.Popen(
            [*map(str, command), "-t", str(folder / "acme.yaml")],
            env=environment, stdout=stream, cwd=Path(__file__).parents[2],
        )  # fmt: skip
    most = 0
    while process.poll() is None:
        status = Path(f"/proc/{process.pid}/status").read_text()
        most = max(most, *map(int, re.findall(r"RssAnon:\s+(\d+)", status)), 0)
        time.sleep(0.05)
    assert [result["created"] for result in json.loads(answer.read_text())] == [rows]
    return most


@pytest.mark.full
@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="only Linux tells a process's own memory")
def test_a_file_five_times_as_large_takes_hardly_more_memory(tmp_path):
    rows = max(300_000, bounded(400_000))
    small, large = write_drop(tmp_path / "small.csv", rows), write_drop(tmp_path / "large.csv", 5 * rows)

    taken, taken_by_large = measure_import(tmp_path, small, rows), measure_import(tmp_path, large, 5 * rows)

    assert large.stat().st_size > 4 * small.stat().st_size
    assert taken_by_large < 2 * taken
