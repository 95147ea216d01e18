"""The leads that a drop brings are written for readers beside the store, and are what would be published from it."""

import random
from datetime import UTC, date, datetime

import polars as pl
import pytest

from pipelines import adding, committing, staging
from pipelines.dnc.loading import load_dnc
from pipelines.home import Home
from pipelines.importing import import_drop
from pipelines.published import grouping, rows
from pipelines.published.publishing import current_generation, mark_unpublished, publish
from pipelines.replaying.comparing import count_differences
from pipelines.screening import judging
from pipelines.store import open_writer
from pipelines.templates.template import Template

DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
NEVER = 10**9
ROWS = 1_000
TEMPLATE = {
    "name": "acme",
    "supplier": "Acme",
    "list": {"name": "Warm"},
    "hold_above": 1,
    "expiry": {"in_days": 30},
    "call_info": "{{first_name}} on {Tel}",
    "tags": ["spring", "new"],
    "dnc": {"categories": ["TPS"]},
    "dedupe": {"keys": ["phone", "email"], "scope": ["file", "destination"], "action": "keep_existing"},
    "mapping": {"first_name": "First", "phone1": "Tel", "phone2": "Mobile", "email": "Mail", "notes": "Notes"},
}


@pytest.fixture(autouse=True)
def short_groups_and_chunks(monkeypatch):
    monkeypatch.setattr(adding, "SLICE_ROWS", 130)
    monkeypatch.setattr(grouping, "ROW_GROUP_ROWS", 150)
    monkeypatch.setattr(staging, "CHUNK_ROWS", 200)


def draw_row(chance: random.Random) -> str:
    """Return a line of the drop: numbers that may be bad, missing or listed, texts of any kind or none."""
    first = chance.choice(["Al", "Zoë", "", "Bob"])
    numbers = [chance.choice(["", "07400 12", f"07400 {chance.randrange(10**6):06}"]) for _ in range(2)]
    mail = chance.choice(["", f"p{chance.randrange(10**4)}@example.org"])
    return ",".join([first, *numbers, mail, chance.choice(["", "", "call late"])])


@pytest.fixture
def drop(tmp_path):
    chance = random.Random("drop")
    lines = [draw_row(chance) for _ in range(ROWS)]
    lines[400:600] = ["Eve,,,,"] * 200  # none of these makes a lead
    path = tmp_path / "drop.csv"
    path.write_text("\n".join(["First,Tel,Mobile,Mail,Notes", *lines]))
    listed = [line.split(",")[1] for line in lines[::7] if line.split(",")[1].startswith("07400 ")]
    (tmp_path / "listed.txt").write_text("\n".join(listed))
    return path


def bring(home: Home, drop, **changes):
    load_dnc(home, drop.with_name("listed.txt"), "TPS", now=NOW)
    return import_drop(drop, Template.model_validate(TEMPLATE | changes), home, on=DAY, now=NOW)


def count_differing(one: Home, other: Home) -> dict[str, int]:
    generations = current_generation(one), current_generation(other)
    assert all(generations)
    return count_differences(*generations)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"dnc": None, "dedupe": None},
        {"expiry": None, "tags": []},
        {"dedupe": {"keys": ["phone"], "scope": ["file"], "action": "update"}},
    ],
)
def test_leads_written_beside_the_store_are_those_that_would_be_published_from_it(tmp_path, drop, changes, monkeypatch):
    beside, later = Home(tmp_path / "beside"), Home(tmp_path / "later")

    brought = bring(beside, drop, **changes)
    monkeypatch.setattr(committing, "add_leads", lambda connection, chunks, _: adding.add_leads(connection, chunks))
    bring(later, drop, **changes)

    assert count_differing(beside, later) == {}
    leads = pl.read_parquet(current_generation(beside) / "leads" / "list_id=1" / "*.parquet")
    assert leads.height == brought.created > 2 * grouping.ROW_GROUP_ROWS
    assert list(beside.work.iterdir()) == []


def test_few_rows_come_to_the_same_bytes_in_memory_as_by_a_file(tmp_path, drop, monkeypatch):
    homes, files = [Home(tmp_path / "memory"), Home(tmp_path / "file")], list[int]()
    write = staging.write_rows
    monkeypatch.setattr(staging, "CHUNK_ROWS", ROWS)
    monkeypatch.setattr(staging, "write_rows", lambda *given: (files.append(given[-1]), write(*given)))
    for home, few in zip(homes, (ROWS, ROWS - 1), strict=True):
        monkeypatch.setattr(staging, "FEW_ROWS", few)
        assert bring(home, drop).rejected > 0

    assert files == [0]
    assert count_differing(*homes) == {}


@pytest.mark.parametrize(("name", "partition"), [("leads", "list_id=1"), ("import_rows", f"import_date={DAY}")])
def test_what_was_written_beside_the_store_stays_the_same_bytes_when_it_is_published_anew(
    tmp_path, drop, monkeypatch, name, partition
):
    monkeypatch.setattr(judging, "FEW_ROWS", 0)
    monkeypatch.setattr(rows, "ROW_GROUP_ROWS", 130)
    home = Home(tmp_path / "home")
    brought = bring(home, drop)
    file = current_generation(home) / name / partition / f"{brought.import_id}.parquet"

    with open_writer(home) as connection:
        mark_unpublished(connection, name, partition.split("=")[1], brought.import_id)
        publish(connection, home)

    again = current_generation(home) / name / partition / file.name
    assert again.stat().st_ino != file.stat().st_ino
    assert again.read_bytes() == file.read_bytes()
    assert pl.read_parquet(again).height == (brought.created if name == "leads" else ROWS)


def test_a_drop_whose_leads_cannot_be_written_for_readers_has_brought_nothing(tmp_path, drop, full_disk):
    home = Home(tmp_path / "home")
    load_dnc(home, drop.with_name("listed.txt"), "TPS", now=NOW)
    before = current_generation(home)

    with full_disk(), pytest.raises(OSError, match="full"):
        import_drop(drop, Template.model_validate(TEMPLATE), home, on=DAY, now=NOW)

    assert current_generation(home) == before
    assert bring(home, drop).status == "completed"


def test_a_rehearsal_writes_nothing_for_readers(tmp_path, drop):
    home = Home(tmp_path / "home")
    load_dnc(home, drop.with_name("listed.txt"), "TPS", now=NOW)
    before = current_generation(home)

    result = import_drop(drop, Template.model_validate(TEMPLATE), home, on=DAY, now=NOW, dry_run=True)

    assert result.created > 0
    assert current_generation(home) == before
    assert list(home.work.iterdir()) == []


@pytest.mark.parametrize(("most_rows", "most_odd"), [(NEVER, NEVER), (NEVER, 100), (ROWS - 1, NEVER)])
def test_rows_are_judged_the_same_in_memory_and_by_the_store(tmp_path, drop, monkeypatch, most_rows, most_odd):
    few, many = Home(tmp_path / "few"), Home(tmp_path / "many")
    for home, least in ((few, NEVER), (many, 0)):
        monkeypatch.setattr(judging, "FEW_ROWS", least)
        monkeypatch.setattr(judging, "MOST_ROWS", most_rows)
        monkeypatch.setattr(judging, "MOST_ODD", most_odd)
        assert bring(home, drop).rejected > 0

    assert count_differing(few, many) == {}


def test_rows_that_merely_made_leads_are_one_line_as_long_as_they_follow_one_another(tmp_path, monkeypatch):
    monkeypatch.setattr(judging, "FEW_ROWS", 0)
    numbers = [f"07400 {number:06}" for number in range(9)]
    numbers[3] = "07400 12"  # no number
    numbers[6:6] = [""]  # a blank line, which is no row
    path, home = tmp_path / "drop.csv", Home(tmp_path / "home")
    path.write_text("\n".join(["Tel", *numbers, ""]))
    template = Template.model_validate(TEMPLATE | {"dnc": None, "call_info": None, "mapping": {"phone1": "Tel"}})

    result = import_drop(path, template, home, on=DAY, now=NOW)

    with open_writer(home) as connection:
        spans = connection.sql("SELECT first_row, first_line, rows FROM row_spans ORDER BY first_row").fetchall()
        single = connection.sql("SELECT row_number, fate FROM single_rows").fetchall()
        lines = connection.sql("SELECT line_number FROM import_rows ORDER BY row_number").fetchall()
    assert (result.created, single) == (8, [(4, "rejected")])
    assert spans == [(1, 2, 3), (5, 6, 2), (7, 9, 3)]
    assert [line for (line,) in lines] == [2, 3, 4, 5, 6, 7, 9, 10, 11]


def test_a_long_drop_of_which_nothing_is_said_is_one_span(tmp_path, monkeypatch):
    monkeypatch.setattr(judging, "FEW_ROWS", 0)
    path, home = tmp_path / "drop.csv", Home(tmp_path / "home")
    path.write_text("\n".join(["Tel", *(f"07400 {number:06}" for number in range(ROWS))]))
    template = Template.model_validate(TEMPLATE | {"dnc": None, "call_info": None, "mapping": {"phone1": "Tel"}})

    result = import_drop(path, template, home, on=DAY, now=NOW)

    with open_writer(home) as connection:
        spans = connection.sql("SELECT first_row, first_line, rows FROM row_spans").fetchall()
        single = connection.sql("SELECT * FROM single_rows").fetchall()
    assert (result.created, spans, single) == (ROWS, [(1, 2, ROWS)], [])
