"""When a list grows, live leads are held against what is new; and the proof that none was left out."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from pipelines.dnc import meeting
from pipelines.dnc.rescreening import rescreen_all
from pipelines.dnc.status import find_unchecked
from pipelines.points.index import open_index
from pipelines.points.recognising import list_points
from pipelines.published.reading import open_reader
from pipelines.store import open_writer
from tests.dnc.conftest import TWO_PHONES

DNC = {"categories": ["TPS"], "on_match": "drop_number"}
DROP = "Name,Tel,Second,Mail\nAnn,07400 123456,07400 123457,\nBob,07400 123458,,\nCy,07400 123459,,cy@example.com\n"
SETTINGS = TWO_PHONES | {"dnc": DNC, "call_info": "Ring {Tel}"}
LEADS = "SELECT first_name, phone1, phone2, call_info, status FROM leads ORDER BY row_number"


def gaps(home) -> list[dict]:
    with open_reader(home, datetime.now(UTC), reports=()) as connection:
        return find_unchecked(connection)


@pytest.mark.parametrize("few", [meeting.FEW, 0])
def test_what_becomes_forbidden_is_taken_off_at_once_and_a_lead_without_numbers_is_suppressed(
    lists, home, monkeypatch, few
):
    monkeypatch.setattr(meeting, "FEW", few)
    monkeypatch.setattr(meeting, "SAMPLED", 1)
    monkeypatch.setattr(meeting, "SLICE_ROWS", 256)
    lists.bring(DROP, **SETTINGS)

    done = lists.load("07400 123456\n07400 123458\n07400 123459\n07400 000000\n")

    assert (done["leads_checked"], done["points_checked"]) == (3, 4)
    assert (done["numbers_taken"], done["leads_suppressed"]) == (3, 1)
    assert lists.ask(LEADS) == [
        ("Ann", None, "07400123457", None, "new"),
        ("Bob", None, None, None, "suppressed"),
        ("Cy", None, None, None, "new"),
    ]
    out = lists.folder / "out.csv"
    lists.lm("export", "Warm", "-o", out, "--for", "dialler")
    assert [name in out.read_text() for name in ("Ann", "Bob", "Cy")] == [True, False, False]
    assert lists.ask("SELECT leads_live FROM supplier_summary") == [(2,)]
    with open_writer(home) as connection:
        list_points(connection, "SELECT lead_id FROM leads")
        left = connection.sql("SELECT value FROM lead_points WHERE kind = 1").fetchall()
        found = open_index(connection).find(np.array([447400123456, 447400123457]))
        images = connection.sql("SELECT phone1 FROM lead_images WHERE changed_by = 'dnc-load-1'").fetchall()
    assert left == [(447400123457,)]
    assert len(found) == 1
    assert sorted(images) == [("07400123456",), ("07400123458",), ("07400123459",)]


def test_a_lead_is_suppressed_as_a_whole_where_its_import_rejects_leads(lists):
    lists.bring(DROP, **SETTINGS | {"dnc": {**DNC, "on_match": "reject_lead"}})

    done = lists.load("07400 123457\n")

    assert (done["numbers_taken"], done["leads_suppressed"]) == (2, 1)
    assert lists.ask(LEADS)[0] == ("Ann", None, None, None, "suppressed")


def test_whom_we_invited_stays_in_the_history_when_the_lead_is_suppressed(lists, home):
    lists.bring(DROP, **SETTINGS | {"survey": {"id": 7}, "dnc": {**DNC, "on_match": "reject_lead"}})

    lists.load("07400 123459\n")

    with open_writer(home) as connection:
        kept = connection.sql("SELECT text, survey_id, event FROM contact_history").fetchall()
    assert kept == [("cy@example.com", 7, "attempt")]


def test_leads_of_imports_that_do_not_check_the_category_are_left_alone(lists):
    lists.bring(DROP, **SETTINGS | {"dnc": {"categories": ["Requested"]}})

    done = lists.load("07400 123456\n")

    assert (done["leads_checked"], done["numbers_taken"]) == (0, 0)


def test_a_new_prefix_is_held_against_live_leads_too(lists):
    lists.bring(DROP, **SETTINGS)

    done = lists.load("07400*\n")

    assert (done["prefixes"], done["numbers_taken"], done["leads_suppressed"]) == (1, 4, 2)


def test_the_full_run_finds_what_its_clock_made_binding_meanwhile(lists, home):
    now = datetime.now(UTC)
    lists.lm("dnc", "rule", "TPS", "--clock", 28)
    lists.load("07400 000000\n")
    lists.bring(DROP, **SETTINGS)
    early = lists.load(f"number,listed_on\n07400 123458,{now.date() - timedelta(days=20)}\n")

    today = rescreen_all(home, now=now)
    later = rescreen_all(home, now=now + timedelta(days=8))

    assert (early["numbers_taken"], today.numbers_taken) == (0, 0)
    assert (later.numbers_taken, later.leads_suppressed) == (1, 1)


def test_a_removal_brings_nobody_back(lists):
    lists.bring(DROP, **SETTINGS)
    lists.load("07400 123458\n")

    lists.load("07400 123458\n", "--remove")

    assert lists.ask(LEADS)[1] == ("Bob", None, None, None, "suppressed")


def test_the_undo_of_the_import_takes_its_suppressed_leads_away(lists):
    result = lists.bring(DROP, **SETTINGS)
    lists.load("07400 123458\n")

    assert lists.lm("undo", result["import_id"]).code == 0

    assert lists.ask(LEADS) == []
    assert lists.ask("SELECT name FROM lists") == []


def test_every_live_lead_was_held_against_every_version(lists, home):
    lists.bring(DROP, **SETTINGS)
    lists.load("07400 000001\n")
    lists.bring(DROP.replace("07400", "07401"), **SETTINGS)
    lists.load("07400 000002\n", "--changes")

    assert gaps(home) == []
    assert lists.status()["unchecked"] == 0
    with open_writer(home) as connection:
        connection.execute("DELETE FROM dnc_checks WHERE load_id = 2")
        connection.execute("INSERT INTO unpublished VALUES ('dnc_checks', 'all', 'all')")
    lists.load("07400 000003\n")
    assert [(gap["load_id"], gap["leads"]) for gap in gaps(home)] == [(2, 3), (2, 3)]
    rescreen_all(home, now=datetime.now(UTC))
    assert gaps(home) == []


def test_imports_and_loads_of_two_processes_leave_no_gap(lists, home):
    root = Path(__file__).parents[2]
    template = lists.make_template(**SETTINGS)
    door = "from pipelines.cli.main import main; main()"

    def start(*arguments: object) -> subprocess.Popen:
        command = [sys.executable, "-c", door, *map(str, arguments), "--home", str(home.root)]
        return subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    running = []
    for turn in range(3):
        drop = lists.write(f"turn{turn}.csv", DROP.replace("07400", f"0740{turn + 1}"))
        listed = lists.write(f"list{turn}.txt", f"0740{turn + 1} 123458\n")
        running.append(start("import", drop, "-t", template, "--ad-hoc"))
        running.append(start("dnc", "load", listed, "--category", "TPS"))
    assert [each.wait(timeout=240) for each in running].count(0) == 6

    assert gaps(home) == []
    forbidden = "SELECT count(*) FROM leads WHERE phone1 LIKE '%123458'"
    assert lists.ask(forbidden) == [(0,)]
