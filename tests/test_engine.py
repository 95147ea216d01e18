"""What a small import does ahead, and what it leaves for the next."""

import os
import subprocess
import sys
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from pipelines import committing, engine, importing, keeping, staging, store
from pipelines.errors import UserError
from pipelines.home import Home
from pipelines.importing import import_drop
from pipelines.lock import hold_lock
from pipelines.templates.template import Template, build_template
from tests.conftest import list_tree

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PLAN = {
    "name": "acme",
    "supplier": "Acme",
    "list": {"name": "Warm"},
    "dedupe": {"keys": ["phone"], "scope": ["file", "global"], "action": "keep_existing"},
    "mapping": {"phone1": "Tel"},
}
TEMPLATE = build_template(PLAN, "acme")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    engine._idle.clear()
    return Home(tmp_path / "home")


def write_drop(home: Home, *numbers: int) -> Path:
    path = home.root.parent / f"drop{numbers[0]}.csv"
    path.write_text("Tel\n" + "".join(f"07400 {number:06}\n" for number in numbers))
    return path


def bring(home: Home, *numbers: int, template: Template = TEMPLATE) -> int:
    return import_drop(write_drop(home, *numbers), template, home, now=NOW).created


def test_a_small_drop_has_the_home_to_itself_before_it_is_cleaned_and_no_longer_than_its_import(home, monkeypatch):
    clean_drop, told = keeping.clean_drop, list[str]()

    def clean_alone(*arguments):
        with pytest.raises(UserError, match="is writing to this home") as refused, hold_lock(home, timeout=0):
            pass
        told.append(str(refused.value))
        return clean_drop(*arguments)

    monkeypatch.setattr(keeping, "clean_drop", clean_alone)
    bring(home, 1, 2)

    assert len(told) == 1
    with hold_lock(home, timeout=0):
        pass


def test_a_small_drop_waits_for_its_turn_once_it_is_cleaned_where_another_writes(home, monkeypatch):
    bring(home, 1)
    clean_drop = keeping.clean_drop
    other = hold_lock(home)

    def end_the_other(*arguments):
        cleaned = clean_drop(*arguments)
        other.__exit__(None, None, None)
        return cleaned

    monkeypatch.setattr(keeping, "clean_drop", end_the_other)
    other.__enter__()

    assert bring(home, 1, 2) == 1


def test_a_small_import_leaves_its_database_to_the_next_without_a_store_or_anything_of_its_own(home):
    bring(home, 1)
    (left,) = engine._idle.values()

    assert "store" not in {name for (name,) in left.execute("SELECT database_name FROM duckdb_databases()").fetchall()}
    assert left.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal").fetchall() == []
    bring(home, 2)
    assert list(engine._idle.values()) == [left]


def test_what_another_process_brought_meanwhile_is_seen_by_the_next_import(home):
    bring(home, 1)
    code = (
        "import sys; from pathlib import Path; from tests.test_engine import Home, bring;"
        "bring(Home(Path(sys.argv[1])), 2, 3)"
    )
    subprocess.run(
        [sys.executable, "-c", code, str(home.root)], check=True, env=os.environ | {"PYTHONPATH": str(Path.cwd())}
    )

    assert bring(home, 3, 2, 4) == 1


def test_an_import_that_fails_leaves_neither_a_database_nor_a_lock(home, monkeypatch):
    bring(home, 1)

    def fail(*_, **__):
        raise RuntimeError("in the middle")

    with monkeypatch.context() as patch:
        patch.setattr(importing, "commit_rows", fail)
        with pytest.raises(RuntimeError, match="in the middle"):
            bring(home, 2)

    assert engine._idle == {}
    assert bring(home, 2, 3) == 2


def test_a_database_that_was_left_is_not_used_with_another_limit_of_memory(home, monkeypatch):
    bring(home, 1)
    (left,) = engine._idle.values()
    monkeypatch.setenv("LEADMILL_MEMORY", "1GB")
    limits = list[str]()
    screen = importing.screen

    def look(connection, *arguments, **options):
        limits.append(connection.execute("SELECT current_setting('memory_limit')").fetchone()[0])
        return screen(connection, *arguments, **options)

    monkeypatch.setattr(importing, "screen", look)
    bring(home, 2)

    assert limits == ["953.6 MiB"]
    assert list(engine._idle.values()) == [left]


def test_a_large_import_has_all_threads_though_a_small_one_went_before(home, monkeypatch):
    screen, threads = importing.screen, list[int]()

    def look(connection, *arguments, **options):
        threads.append(connection.execute("SELECT current_setting('threads')").fetchone()[0])
        return screen(connection, *arguments, **options)

    monkeypatch.setattr(importing, "screen", look)
    bring(home, 1)
    bring(home, 2)
    monkeypatch.setattr(staging, "FEW_ROWS", 2)
    bring(home, 3, 4, 5)

    assert threads[1] == 1
    assert threads[2] == threads[0] == pl.thread_pool_size()
    assert engine._idle == {}


def test_a_small_import_that_changes_leads_has_all_threads_to_find_them(home, monkeypatch):
    keep_images, threads = committing._keep_images, list[int]()

    def look(connection):
        threads.append(connection.execute("SELECT current_setting('threads')").fetchone()[0])
        return keep_images(connection)

    monkeypatch.setattr(committing, "_keep_images", look)
    bring(home, 1)
    bring(home, 1, 2, template=build_template(PLAN | {"dedupe": PLAN["dedupe"] | {"action": "keep_new"}}, "acme"))

    assert threads == [pl.thread_pool_size()]


def test_an_import_comes_to_the_same_bytes_whether_it_began_ahead_or_not(home, monkeypatch):
    trees = []
    for few in (2_000, 0):
        monkeypatch.setattr(staging, "FEW_ROWS", few)
        own = Home(home.root.parent / f"home{few}")
        own.root.parent.mkdir(exist_ok=True)
        for numbers in ((1, 2), (2, 3), (4, 5, 1)):
            bring(own, *numbers)
        trees.append(list_tree(own.published))

    assert trees[0] == trees[1]


def test_no_file_of_the_store_is_open_once_another_may_write(home, monkeypatch):
    opened = list[Path]()

    @contextmanager
    def look(*arguments, **options):
        with hold_lock(*arguments, **options):
            yield
            for place in Path("/proc/self/fd").iterdir():
                with suppress(FileNotFoundError):  # the folder itself, while it is listed
                    opened.append(place.readlink())

    monkeypatch.setattr(store, "hold_lock", look)
    monkeypatch.setattr(staging, "FEW_ROWS", 0)
    bring(home, 1)

    assert opened
    assert home.store not in opened


def test_a_store_that_is_none_is_told_of_as_ever_when_it_is_opened_ahead(home):
    bring(home, 1)
    home.store.write_bytes(b"no store" * 1_000)

    with pytest.raises(UserError, match="The store cannot be opened"):
        bring(home, 2)
    with hold_lock(home, timeout=0):
        pass


def test_a_store_that_is_opened_ahead_is_looked_at_and_not_answered_for_by_what_is_known_of_the_table(home):
    bring(home, 1, 2)

    with engine.start_engine(home) as ahead, ahead.open(home.store, engine.ROW_GROUP_ROWS) as connection:
        plan = connection.execute(f"EXPLAIN {engine.LOOK}").fetchall()[0][1]

    assert "store.main.leads" in plan
    assert "Empty Result" not in plan
