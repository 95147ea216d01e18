"""A home that is built anew from the log and the kept bytes publishes the same bytes."""

import ast
import json
import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.errors import UserError
from pipelines.home import Home
from pipelines.maintaining import maintain
from pipelines.published import packing
from pipelines.replaying.acts import ACTS, PARTS
from pipelines.replaying.replaying import replay
from pipelines.store import open_writer
from tests.bounds import bounded
from tests.replaying.conftest import START, hash_published, read_views


def check_replay(history, into) -> None:
    done = replay(history.home, into, user="op", now=history.now)

    assert hash_published(Home(into)) == hash_published(history.home), history.did
    assert done.differing == {}, history.did
    assert read_views(Home(into), history.now) == read_views(history.home, history.now), history.did


@pytest.mark.full
def test_what_maintenance_packed_is_packed_again_at_its_place(make_history, tmp_path, monkeypatch):
    monkeypatch.setattr(packing, "SMALL_FILES", 1)
    history = make_history(3, 4)
    for _ in range(5):
        history.bring()
    maintain(history.home, history.now)
    history.bring()

    check_replay(history, tmp_path / "again")

    with open_writer(Home(tmp_path / "again")) as connection:
        assert connection.sql("SELECT count(*) FROM packs").fetchall() != [(0,)]


@pytest.mark.full
def test_whatever_was_done_a_replay_publishes_the_same_bytes_at_length(make_history, tmp_path):
    for seed in range(100, 100 + bounded(60)):
        check_replay(make_history(seed, 30), tmp_path / f"again{seed}")


THREADS = """
import sys, duckdb
connect = duckdb.connect
duckdb.connect = lambda *given, **named: connect(*given, **{**named, "config": {"threads": 7}})
from pipelines.cli.main import main
main()
"""


def test_whatever_was_done_a_replay_on_other_threads_publishes_the_same_bytes(make_history, tmp_path):
    history = make_history(1, 6)
    into = tmp_path / "again"
    command = ["replay", "--home", history.home.root, "--into", into, "--json"]

    done = subprocess.run(
        [sys.executable, "-c", THREADS, *map(str, command)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "POLARS_MAX_THREADS": "1", "PYTHONHASHSEED": "5"},
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["is_same"] is True
    assert hash_published(Home(into)) == hash_published(history.home)


def test_up_to_a_day_the_home_stands_as_it_stood_then(make_history, tmp_path):
    history = make_history(5, 2)
    then, views = history.now, read_views(history.home, history.now)
    before = hash_published(history.home)
    history.now = then + timedelta(days=2)
    history.bring()

    done = replay(history.home, tmp_path / "then", until=then.date(), user="op", now=history.now)

    assert done.differing is None
    assert hash_published(Home(tmp_path / "then")) == before
    assert read_views(Home(tmp_path / "then"), then) == views


def test_a_folder_that_is_not_empty_is_refused(make_history, tmp_path):
    history = make_history(1, 1)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()

    with pytest.raises(UserError, match="There is something already"):
        replay(history.home, tmp_path / "full", user="op", now=START)


def test_what_an_older_leadmill_did_not_keep_is_named(make_history, tmp_path):
    history = make_history(1, 0)
    history.bring()
    with open_writer(history.home) as connection:
        connection.execute("UPDATE audit_log SET told = NULL")

    with pytest.raises(UserError, match=r"log, entry 1 \(import completed .* did not keep"):
        replay(history.home, tmp_path / "again", user="op", now=START)
    assert not (tmp_path / "again").exists()
    assert not list(tmp_path.glob(".leadmill-replay-*"))


def test_a_drop_that_was_changed_in_raw_is_named(make_history, tmp_path):
    history = make_history(1, 0)
    history.bring()
    for kept in history.home.raw.glob("*/*"):
        kept.chmod(0o644)
        kept.write_bytes(kept.read_bytes() + b"More,07400 999999,,,\n")

    with pytest.raises(UserError, match=r"file1.csv: raw/ has another content"):
        replay(history.home, tmp_path / "again", user="op", now=START)


def test_every_action_that_is_written_to_the_log_can_be_done_again():
    written = set()
    for path in Path("pipelines").glob("**/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "write_log":
                written |= {arg.value for arg in node.args[3:4] if isinstance(arg, ast.Constant)}

    assert {"dnc load", "import undone", "list cloned"} <= written
    assert written <= {*ACTS, *PARTS}


@pytest.mark.full
@pytest.mark.parametrize("seed", range(bounded(20)))
def test_what_is_published_is_made_anew_from_the_store_the_same_to_the_value(make_history, seed):
    history = make_history(seed, 15)
    before = read_views(history.home, history.now)

    shutil.rmtree(history.home.published)

    assert read_views(history.home, history.now) == before
