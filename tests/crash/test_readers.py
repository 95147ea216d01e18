"""Analysts' processes that read while imports, undos and backfills run and are killed."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bounds import bounded
from tests.conftest import copy_home
from tests.crash.world import ROOT, World, do, kill_at_random, start

PROGRAM = Path(__file__).with_name("reading.py")
WRITING = ("import", "import of several", "undo", "dialler load", "maintain", "backfill", "expire")


def read_while(world: World, home, folder: Path, names: tuple[str, ...], kills: int) -> int:
    """Let an analyst read while each act is killed some times and then done; return how often it looked."""
    chance = random.Random(os.environ.get("LEADMILL_SEED", "5"))
    stop = folder / "stop"
    words = [sys.executable, str(PROGRAM), str(home.root), str(stop)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(words, env={"PYTHONPATH": str(ROOT), "PATH": ""}, **pipes) as analyst:
        for name in names:
            act = world.acts[name]
            for _ in range(kills):
                kill_at_random(home, act.command, chance, 1.0)
            _, told = start(home, act.command, "none").communicate()
            assert b"Traceback" not in told, told.decode()
        stop.touch()
        looks, wrong = analyst.communicate()
    assert analyst.returncode == 0, wrong.decode()
    return int(looks)


def test_an_analyst_reads_on_while_an_import_is_killed_and_done(world, tmp_path):
    home = copy_home(world.home, tmp_path / "home")

    looks = read_while(world, home, tmp_path, ("import",), 1)

    assert looks >= 2
    assert b"already_imported" in do(home, (*world.acts["import"].command, "--json")).raw


@pytest.mark.full
def test_an_analyst_reads_on_whatever_is_killed_and_done(world, tmp_path):
    home = copy_home(world.home, tmp_path / "home")

    looks = read_while(world, home, tmp_path, WRITING, max(1, bounded(5)))

    assert looks >= len(WRITING)
