"""What readers open: whole generations, of which only the parts that changed are written anew."""

import errno
import os
import shutil
import time
from datetime import UTC, date, datetime, timedelta

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines import adding, importing, staging, store
from pipelines.dnc.loading import load_dnc
from pipelines.home import Home
from pipelines.importing import import_drop
from pipelines.published import grouping, publishing
from pipelines.published.publishing import current_generation, ensure_published, publish
from pipelines.published.reading import open_reader
from pipelines.published.relations import RELATIONS
from pipelines.store import open_writer
from pipelines.templates.template import Template

DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def make_template(name="Warm", **changes) -> Template:
    values = {
        "name": f"to {name}",
        "supplier": "Acme",
        "list": {"name": name},
        "mapping": {"phone1": "Tel", "first_name": "First"},
    }
    return Template.model_validate({**values, **changes})


def bring(home: Home, first: int, rows: int = 3, *, on: date = DAY, now: datetime = NOW, **template):
    """Import a drop of numbers that count up."""
    drop = home.root.parent / f"drop-{first}.csv"
    drop.write_text("First,Tel\n" + "".join(f"P{n},07400 {n:06}\n" for n in range(first, first + rows)))
    return import_drop(drop, make_template(**template), home, on=on, now=now)


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path / "home")


def view(home: Home, relation: str = "leads", now: datetime = NOW) -> pl.DataFrame:
    with open_reader(home, now, reports=()) as connection:
        return connection.sql(f"SELECT * FROM {relation}").pl()


def list_parts(home: Home) -> dict[str, int]:
    """Return the lead parts that are current, and their inodes."""
    current = home.published / "current" / "leads"
    return {str(path.relative_to(current)): path.stat().st_ino for path in current.glob("*/*.parquet")}


def test_other_tools_see_by_a_plain_glob_what_the_reader_sees(home):
    bring(home, 100)
    bring(home, 200, name="Cold")
    files = str(home.published / "current" / "leads" / "*" / "*.parquet")

    by_reader = view(home).sort("lead_id")
    by_polars = pl.scan_parquet(files, hive_partitioning=False).collect().sort("lead_id")
    by_duckdb = duckdb.sql(f"SELECT * FROM read_parquet('{files}', hive_partitioning = false)").pl().sort("lead_id")

    assert by_reader.height == 6
    assert by_polars.equals(by_reader)
    assert by_duckdb.select(pl.exclude(pl.Datetime)).equals(by_reader.select(pl.exclude(pl.Datetime)))


def test_parts_that_an_import_does_not_touch_are_the_same_files_before_and_after(home):
    bring(home, 100)
    bring(home, 200, name="Cold")
    before = list_parts(home)

    added = bring(home, 300)

    after = list_parts(home)
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {f"list_id=1/{added.import_id}.parquet"}


@pytest.mark.parametrize("can_share", [True, False])
def test_links_to_what_did_not_change_are_shared_by_generations_where_the_file_system_can(home, monkeypatch, can_share):
    link = os.link

    def refuse(old, new, **options):
        if not can_share and options.get("follow_symlinks") is False:
            raise OSError(errno.EMLINK, "Too many links")
        link(old, new, **options)

    monkeypatch.setattr(publishing.os, "link", refuse)
    bring(home, 1)
    before = current_generation(home)
    bring(home, 10, name="Cold")
    after = current_generation(home)

    kept, changed = "leads/list_id=1", "audit_log/logged_on=2026-03-02"
    assert ((after / kept).lstat().st_ino == (before / kept).lstat().st_ino) == can_share
    assert (after / kept).readlink() == (before / kept).readlink()
    assert (after / changed).readlink() != (before / changed).readlink()


def test_a_part_whose_leads_change_is_written_anew_and_the_old_file_is_left_as_it_was(home):
    first = bring(home, 100)
    part = home.published / "current" / "leads" / "list_id=1" / f"{first.import_id}.parquet"
    old, content = part.resolve(), part.read_bytes()

    bring(home, 101, rows=1, dedupe={"scope": ["destination"], "action": "keep_new"})

    assert old.read_bytes() == content
    assert part.resolve() != old
    assert view(home)["phone1"].sort().to_list() == ["07400000100", "07400000101", "07400000102"]


def test_what_was_committed_but_not_published_is_published_by_the_next_writer(home, monkeypatch):
    bring(home, 100)

    def break_down(*_):
        raise OSError("the disk is full")

    monkeypatch.setattr(publishing, "_switch", break_down)
    with pytest.raises(OSError, match="full"):
        bring(home, 200)
    seen_meanwhile = view(home)["phone1"].len()
    monkeypatch.undo()
    with open_writer(home) as connection:
        publish(connection, home)

    assert seen_meanwhile == 3
    assert view(home).height == 6
    assert bring(home, 200).status == "already_imported"


def test_what_broke_down_before_the_commit_has_left_nothing(home, monkeypatch):
    bring(home, 100)

    def break_down(*_, **__):
        raise OSError("the disk is full")

    monkeypatch.setattr(importing, "record_import", break_down)
    with pytest.raises(OSError, match="full"):
        bring(home, 200)
    monkeypatch.undo()

    assert view(home).height == 3
    assert bring(home, 200).status == "completed"
    assert view(home).height == 6


def test_a_content_whose_publication_broke_down_is_brought_again_without_harm(home, monkeypatch):
    def break_down(*_):
        raise OSError("the disk is full")

    monkeypatch.setattr(publishing, "write_version", break_down)
    with pytest.raises(OSError, match="full"):
        bring(home, 100)
    monkeypatch.undo()

    again = bring(home, 100)

    assert again.status == "already_imported"
    assert view(home).height == 3


@pytest.mark.from_nothing
def test_old_generations_are_swept_when_nobody_can_still_be_reading_them(home, monkeypatch):
    for first in (100, 200, 300, 400):
        bring(home, first)
    kept = len(list((home.published / "generations").iterdir()))
    monkeypatch.setattr(publishing, "KEEP_SECONDS", 0.0)

    bring(home, 500)

    generations = list((home.published / "generations").iterdir())
    versions = list((home.published / "data" / "leads" / "list_id=1").iterdir())
    assert kept == 4
    assert len(generations) == publishing.KEEP_GENERATIONS
    assert len(versions) == publishing.KEEP_GENERATIONS
    assert current_generation(home) in [generation.resolve() for generation in generations]
    assert view(home).height == 15


def test_a_link_that_a_killed_publication_left_is_cleared_by_the_next(home):
    bring(home, 100)
    (home.published / ".current-1").symlink_to("generations/1")

    bring(home, 200)

    assert list(home.published.glob(".current-*")) == []
    assert view(home).height == 6


def test_no_version_is_left_that_no_generation_shows(home, monkeypatch):
    monkeypatch.setattr(publishing, "KEEP_SECONDS", 0.0)
    for first, name in (
        (100, "Warm"),
        (200, "Cold"),
        (300, "Cold"),
        (400, "Cold"),
        (500, "Warm"),
        (600, "Cold"),
        (700, "Cold"),
    ):
        bring(home, first, name=name)

    shown = {link.resolve() for link in (home.published / "generations").glob("*/*/*")}
    there = set((home.published / "data").glob("*/*/*"))

    assert {path.resolve() for path in there} - shown == set()


def test_a_reader_that_opened_before_an_import_sees_the_same_rows_after_it(home):
    bring(home, 100)

    with open_reader(home, NOW, reports=()) as connection:
        before = connection.sql("SELECT * FROM leads ORDER BY lead_id").fetchall()
        bring(home, 200)
        bring(home, 101, rows=1, dedupe={"scope": ["destination"], "action": "keep_new"})
        after = connection.sql("SELECT * FROM leads ORDER BY lead_id").fetchall()

    assert len(before) == 3
    assert after == before
    assert view(home).height == 6


def test_a_relation_that_came_with_a_later_version_is_published_in_an_old_home(home):
    bring(home, 100)
    old = current_generation(home)
    for link in (old / "fetched").iterdir():
        link.unlink()
    (old / "fetched").rmdir()

    assert view(home, "fetched").height == 0
    assert view(home).height == 3


def test_a_new_home_publishes_every_relation_with_its_columns_and_no_rows(home):
    ensure_published(home)

    empty = {name: view(home, name) for name in RELATIONS}
    bring(home, 100)
    full = {name: view(home, name) for name in RELATIONS}

    assert {name: frame.height for name, frame in empty.items()} == dict.fromkeys(RELATIONS, 0)
    assert {name: frame.schema for name, frame in empty.items()} == {name: frame.schema for name, frame in full.items()}
    assert {name: frame.height for name, frame in full.items() if frame.height} == {
        "leads": 3, "lists": 1, "suppliers": 1, "imports": 1, "import_rows": 3, "audit_log": 1,
    }  # fmt: skip


def test_a_list_that_loses_its_last_lead_stays_with_all_columns(home):
    bring(home, 100)
    columns = view(home).columns

    bring(home, 100, rows=0, delete_existing=True)

    assert view(home).height == 0
    assert view(home).columns == columns
    assert view(home, "lists")["name"].to_list() == ["Warm"]


def test_a_lead_is_not_seen_from_the_very_instant_at_which_it_expires(home):
    bring(home, 100, expiry={"in_days": 1}, time_zone="Europe/London", on=date(2026, 3, 28), now=NOW)
    midnight = datetime(
        2026, 3, 29, 23, tzinfo=UTC
    )  # which ends the 29th in London, where the clocks have gone forward

    before = view(home, now=midnight - timedelta(microseconds=1))
    at = view(home, now=midnight)

    assert before.height == 3
    assert before["expires_at"].unique().to_list() == [midnight]
    assert at.height == 0


def test_an_expired_lead_is_no_duplicate_of_a_new_one(home):
    dedupe = {"scope": ["destination"], "action": "keep_existing"}
    bring(home, 100, expiry={"on": DAY}, dedupe=dedupe)

    again = bring(home, 99, rows=4, on=DAY + timedelta(days=1), now=NOW + timedelta(days=1), dedupe=dedupe)

    assert again.created == 4


def test_what_is_published_is_never_open_for_writing_by_its_path_alone(home):
    bring(home, 100)

    current = home.published / "current"

    assert current.is_symlink()
    assert not current.readlink().is_absolute(), "a home can be moved"
    assert all(not link.readlink().is_absolute() for link in current.resolve().glob("*/*"))


def test_a_home_that_was_moved_shows_the_same(home, tmp_path):
    bring(home, 100)
    before = view(home)

    moved = Home(tmp_path / "it's moved")
    home.root.rename(moved.root)

    assert view(moved).equals(before)
    assert bring(moved, 200).created == 3
    assert view(moved).height == 6


def test_a_relation_that_came_with_an_upgrade_is_published_before_anybody_asks(home):
    bring(home, 100)
    newest = current_generation(home)
    assert newest
    shutil.rmtree(newest / "attempts")  # as a generation looks that an older leadmill made

    assert view(home, "attempts").height == 0
    assert view(home).height == 3


def read_bytes(home: Home, relation: str) -> dict[str, bytes]:
    """Return the files of a relation that are current, by name."""
    return {path.name: path.read_bytes() for path in (home.published / "current" / relation).glob("*/*.parquet")}


@pytest.mark.parametrize("rows", [40, 10_000])
@pytest.mark.parametrize(
    ("relation", "table", "partition"), [("leads", "leads", "2"), ("import_rows", "single_rows", str(DAY))]
)
def test_a_part_whose_rows_lie_in_disorder_is_published_in_the_same_bytes(
    home, relation, table, partition, rows, monkeypatch
):
    monkeypatch.setattr(store, "ROW_GROUP_ROWS", 2_048)
    monkeypatch.setattr(grouping, "ROW_GROUP_ROWS", 4_096)
    bring(home, 100, rows=700, name="Cold")  # so that the next rows do not begin where the store's vectors do
    imported = bring(home, 10_000, rows=rows)
    before = read_bytes(home, relation)

    with open_writer(home) as connection:
        connection.execute(f"CREATE TEMP TABLE disorder AS SELECT * FROM {table} ORDER BY hash(row_number)")
        connection.execute(f"DELETE FROM {table}")
        connection.execute(f"INSERT INTO {table} SELECT * FROM disorder")
        publishing.mark_unpublished(connection, relation, partition, imported.import_id)
        publish(connection, home)

    assert read_bytes(home, relation) == before


def test_a_file_that_is_given_up_while_a_row_group_is_written_is_closed_behind_it(tmp_path, monkeypatch):
    seen = []

    class Writer(pq.ParquetWriter):
        def write_table(self, *args):
            time.sleep(0.1)
            super().write_table(*args)
            seen.append("written")

        def close(self):
            seen.append("closed")
            super().close()

    monkeypatch.setattr(pq, "ParquetWriter", Writer)
    rows = pa.table({"place": [1, 2, 3]})

    def give_up():
        with grouping.GroupFile(tmp_path / "rows.parquet", rows.schema) as file:
            file.write(rows)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        give_up()

    assert seen[:2] == ["written", "closed"]


def test_the_rows_of_an_import_are_the_same_bytes_whatever_other_imports_lack(home):
    imported = bring(home, 100)
    before = read_bytes(home, "import_rows")[f"{imported.import_id}.parquet"]

    bring_listed(home)  # rows of other imports have details and evidence, those of the first have none
    with open_writer(home) as connection:
        publishing.mark_unpublished(connection, "import_rows", str(DAY), imported.import_id)
        publish(connection, home)

    assert view(home, "import_rows").filter(pl.col("listed").is_not_null()).height == 14
    assert read_bytes(home, "import_rows")[f"{imported.import_id}.parquet"] == before


def bring_listed(home: Home) -> None:
    """Import a drop of two numbers per row, of which some stand on a do-not-call list."""
    listed, drop = home.root.parent / "listed.txt", home.root.parent / "drop.csv"
    listed.write_text("".join(f"07400 {n:06}\n" for n in range(100, 140, 3)))
    load_dnc(home, listed, "TPS", now=NOW)
    rows = "".join(f"P{n},07400 {n:06},07400 {n + 500:06}\n" for n in range(100, 140))
    drop.write_text(f"First,Tel,Mobile\n{rows}")
    mapping = {"first_name": "First", "phone1": "Tel", "phone2": "Mobile"}
    template = make_template(mapping=mapping, dnc={"categories": ["TPS"]})
    import_drop(drop, template, home, on=DAY, now=NOW)


def test_a_drop_that_is_taken_in_slices_makes_the_same_leads_in_the_same_bytes(home, tmp_path, monkeypatch):
    bring_listed(home)
    monkeypatch.setattr(staging, "CHUNK_ROWS", 7)
    monkeypatch.setattr(adding, "SLICE_ROWS", 10)
    sliced = Home(tmp_path / "sliced")

    bring_listed(sliced)

    leads = view(sliced)
    assert read_bytes(sliced, "leads") == read_bytes(home, "leads")
    assert leads.height == 40
    assert leads.filter(pl.col("phone1").is_null())["row_number"].to_list() == [*range(1, 41, 3)]
