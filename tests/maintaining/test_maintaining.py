"""Maintenance: fewer files, sorted tables, nothing left behind, and readers that notice nothing."""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipelines import maintaining
from pipelines.dnc.loading import load_dnc
from pipelines.expiring import expire
from pipelines.importing import import_drop
from pipelines.landing import look_at_landing
from pipelines.maintaining import maintain
from pipelines.published import packing
from pipelines.published.publishing import current_generation
from pipelines.published.reading import open_reader
from pipelines.published.relations import RELATIONS
from pipelines.published.republishing import republish_list
from pipelines.store import open_writer
from pipelines.templates.template import build_template
from pipelines.undoing import undo_import
from tests.conftest import copy_home, list_tree

DAY, NOW = date(2026, 3, 2), datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = datetime(2026, 3, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    """Let a few files be many, and a few rows much."""
    monkeypatch.setattr(packing, "SMALL_FILES", 2)
    monkeypatch.setattr(packing, "SMALL_ROWS", 6)
    monkeypatch.setattr(packing, "PACK_ROWS", 8)


@pytest.fixture
def bring(home, tmp_path):
    """Import people by number, from the first to the last; keywords change the template."""

    def bring(first: int, last: int | None = None, **changes):
        numbers = range(first, (last or first) + 1)
        drop = tmp_path / f"drop{first}.csv"
        drop.write_text("Name,Tel\n" + "".join(f"P{n},07400 {n:06}\n" for n in numbers))
        home.make()
        (home.tables / "contract.yaml").write_text("name: contract\nfields:\n  - {name: tariff, type: text}\n")
        values = {"name": "acme", "supplier": "Acme", "list": {"name": "Warm"}, "hold_above": 1, "survey": {"id": 7}}
        mapping = {"first_name": "Name", "phone1": "Tel", "secondary.contract.tariff": "Name"}
        result = import_drop(
            drop, build_template({**values, "mapping": mapping, **changes}, "acme"), home, on=DAY, now=NOW, force=True
        )
        assert result.status == "completed", result.message
        return result

    return bring


def see(home, *, without=("audit_log",)) -> dict[str, list[tuple]]:
    with open_reader(home, NOW, reports=("supplier_summary",)) as connection:
        names = {*RELATIONS, "supplier_summary", "contract"} - {*without}
        return {name: connection.sql(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for name in names}


def list_files(home, relation="leads") -> list[str]:
    generation = current_generation(home)
    return sorted(str(path.relative_to(generation / relation)) for path in (generation / relation).glob("*/*"))


def test_many_small_drops_become_few_files_and_readers_see_the_same(home, bring):
    for number in range(1, 13):
        bring(number)
    before = see(home)

    done = maintain(home, LATER)

    packs = ["list_id=1/pack-1.parquet", "list_id=1/pack-2.parquet"]
    assert list_files(home) == list_files(home, "secondary_contract") == ["list_id=0/all.parquet", *packs]
    assert [path.split("/")[1] for path in list_files(home, "import_rows")][1:] == ["pack-1.parquet", "pack-2.parquet"]
    assert done.packed == {"leads": 10, "import_rows": 10, "survey_places": 10}
    assert done.after.published_files < done.before.published_files
    assert see(home) == before


def test_a_second_run_changes_nothing_and_a_new_drop_has_a_file_of_its_own_again(home, bring):
    for number in range(1, 5):
        bring(number)
    maintain(home, LATER)
    tree = list_tree(home.published)

    again = maintain(home, LATER)
    between = list_tree(home.published)
    result = bring(5)

    assert (again.packed, again.sorted) == ({}, {})
    assert between == tree
    assert list_files(home)[1:] == [f"list_id=1/{result.import_id}.parquet", "list_id=1/pack-1.parquet"]
    for number in range(6, 9):
        bring(number)
    maintain(home, LATER)
    assert list_files(home)[1:] == ["list_id=1/pack-2.parquet"], "packs that are small are packed again"


def test_big_parts_keep_their_files(home, bring):
    big = bring(100, 120)
    part = current_generation(home) / "leads" / "list_id=1" / f"{big.import_id}.parquet"
    before = part.stat().st_ino
    for number in range(1, 5):
        bring(number)

    maintain(home, LATER)

    part = current_generation(home) / "leads" / "list_id=1" / f"{big.import_id}.parquet"
    assert part.stat().st_ino == before
    assert len(list_files(home)) == 3


def test_what_happens_to_a_packed_lead_afterwards_is_seen(home, bring):
    results = [bring(number, expiry={"in_days": number}) for number in range(1, 6)]
    maintain(home, NOW)

    bring(2, dedupe={"keys": ["phone"], "scope": ["destination"], "action": "keep_new"}, supplier="Other")
    undo_import(home, results[3].import_id, user="op", now=NOW)
    swept = expire(home, now=datetime(2026, 3, 4, 12, tzinfo=UTC))

    assert swept.leads == 1
    names = "SELECT first_name, supplier FROM leads ORDER BY 1"
    with open_reader(home, NOW, reports=()) as connection:
        assert connection.sql(names).fetchall() == [("P2", "Other"), ("P3", "Acme"), ("P5", "Acme")]
    assert republish_list(home, "Warm").rows == 3
    expire(home, now=datetime(2026, 4, 4, 12, tzinfo=UTC))
    assert [name for name in list_files(home) if "pack" in name] == [], "an empty pack goes"


def test_an_open_reader_keeps_its_state(home, bring):
    for number in range(1, 6):
        bring(number)

    with open_reader(home, NOW, reports=()) as reader:
        before = reader.sql("SELECT count(*), min(lead_id) FROM leads").fetchall()
        maintain(home, LATER)
        bring(9)
        after = reader.sql("SELECT count(*), min(lead_id) FROM leads").fetchall()

    assert after == before == [(5, before[0][1])]


def test_tables_whose_entries_lie_in_disorder_are_sorted_again_and_answer_the_same(home, bring, tmp_path, monkeypatch):
    monkeypatch.setattr(maintaining, "UNSORTED_ROWS", 10_000)
    for number, lines in enumerate((range(0, 40_000, 2), range(1, 40_000, 2)), start=1):
        (tmp_path / f"{number}.txt").write_text("".join(f"07400 {n:06}\n" for n in lines))
        load_dnc(home, tmp_path / f"{number}.txt", "TPS", now=NOW)
    bring(1, 3)
    with open_writer(home) as connection:
        before = connection.sql("SELECT * FROM dnc_entries ORDER BY ALL").fetchall()

    done = maintain(home, LATER)
    again = maintain(home, LATER)

    assert (done.sorted, again.sorted) == ({"dnc_entries": 40_000}, {})
    with open_writer(home) as connection:
        assert connection.sql("SELECT * FROM dnc_entries ORDER BY ALL").fetchall() == before
        values = [row[0] for row in connection.sql("SELECT value FROM dnc_entries ORDER BY rowid").fetchall()]
        columns = connection.sql("SELECT column_name FROM duckdb_columns() WHERE table_name = 'dnc_entries'").fetchall()
    assert values == sorted(values)
    assert len(columns) == 2
    turned = bring(20_000, 20_001, dnc={"categories": ["TPS"]})
    assert turned.reasons == {"R_DNC_TPS": 2}


KILLED = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from pipelines import maintaining
from pipelines.home import Home
maintaining.UNSORTED_ROWS = 1_000
setattr(maintaining, sys.argv[2], lambda *_: os.kill(os.getpid(), 9))
maintaining.maintain(Home(Path(sys.argv[1])), datetime(2026, 3, 9, tzinfo=UTC))
"""


@pytest.mark.full
@pytest.mark.parametrize("step", ["publish", "checkpoint"])
def test_a_sorting_that_is_killed_is_done_or_not_done(home, bring, tmp_path, monkeypatch, step):
    monkeypatch.setattr(maintaining, "UNSORTED_ROWS", 1_000)
    for number, lines in enumerate((range(0, 80_000, 2), range(1, 40_000, 2)), start=1):
        (tmp_path / f"{number}.txt").write_text("".join(f"07400 {n:06}\n" for n in lines))
        load_dnc(home, tmp_path / f"{number}.txt", "TPS", now=NOW)
    bring(1)
    before = see(home)

    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(home.root), step], cwd=Path(__file__).parents[2], check=False
    )
    seen = see(home)
    again = maintain(home, LATER)

    assert killed.returncode == -signal.SIGKILL
    assert seen == see(home) == before
    assert again.sorted == ({} if step == "checkpoint" else {"dnc_entries": 60_000})
    with open_writer(home) as connection:
        values = [row[0] for row in connection.sql("SELECT value FROM dnc_entries ORDER BY rowid").fetchall()]
    assert values == sorted(values)
    assert len(values) == 60_000


def test_what_nothing_uses_is_removed_and_what_is_used_is_not(home, bring):
    bring(1)
    orphan = home.published / "data" / "leads" / "list_id=9" / "4"
    orphan.mkdir(parents=True)
    (orphan / "x.parquet").write_bytes(b"half")
    (home.work / "drop-999999999-x").mkdir()
    partial = home.work / ".partial-of-a-write"
    partial.write_bytes(b"half")
    os.utime(partial, (0, 0))
    (home.work / f"drop-{os.getpid()}-x").mkdir()
    shown = list_tree(home.published / "generations")

    maintain(home, LATER)

    assert not orphan.parent.exists()
    assert sorted(path.name for path in home.work.iterdir()) == [f"drop-{os.getpid()}-x"]
    assert list_tree(home.published / "generations") == shown
    assert len(see(home)["leads"]) == 1


def test_files_that_are_gone_from_the_landing_folder_are_forgotten(home, bring):
    bring(1)
    folder = home.landing / "acme"
    folder.mkdir()
    for name in ("stays.csv", "goes.csv"):
        (folder / name).write_text("Tel\n")
    look_at_landing(home, set(), NOW)
    (folder / "goes.csv").unlink()

    done = maintain(home, LATER)

    assert done.forgotten == 1
    assert list(json.loads((home.work / "landing.json").read_text())) == ["acme/stays.csv"]


def test_the_log_is_written_into_the_store(home, bring):
    bring(1)
    wal = home.store.with_name(f"{home.store.name}.wal")
    assert wal.stat().st_size > 0

    maintain(home, LATER)

    assert not wal.exists()


def test_a_copy_that_was_not_maintained_answers_the_same_for_all_that_follows(home, bring, tmp_path):
    for number in range(1, 7):
        bring(number)
    other = copy_home(home, tmp_path / "other")
    maintain(home, LATER)

    again = build_template(
        {
            "name": "acme", "supplier": "Acme", "list": {"name": "Warm"}, "hold_above": 1,
            "mapping": {"phone1": "Tel"}, "dedupe": {"keys": ["phone"], "scope": ["destination"], "action": "update"},
        },
        "acme",
    )  # fmt: skip
    (tmp_path / "again.csv").write_text("Tel\n07400 000003\n07400 000099\n")
    for each in (home, other):
        import_drop(tmp_path / "again.csv", again, each, on=DAY, now=NOW)

    left = ("audit_log", "imports")
    assert see(home, without=left) == see(other, without=left)


def test_the_command_tells_sizes_and_what_was_done(lm, home, bring):
    empty = lm("maintain", "--json")
    for number in range(1, 4):
        bring(number)

    done = lm("maintain", "--json")
    again = lm("maintain")

    assert empty.json["packed"] == {}
    assert (done.code, done.json["packed"]["leads"]) == (0, 2)
    assert set(done.json["before"]) == set(done.json["after"])
    assert "published files" in again.out
    logged = [row["detail"] for row in lm("log", "--json").json if row["action"] == "store maintained"]
    assert logged == [
        "2 files of import_rows packed away, 2 files of leads packed away, 2 files of survey_places packed away"
    ]
