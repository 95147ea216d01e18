"""The command ``dialler``: what it prints, how it ends, and what it never says."""

import json

import pytest

from tests.conftest import run_main
from tests.dialler.conftest import ANN, BEN

CALL = "2026-03-03T10:00:00Z"


@pytest.fixture
def lm(world, monkeypatch):
    monkeypatch.setenv("LEADMILL_HOME", str(world.home.root))
    monkeypatch.chdir(world.folder)
    world.bring(ANN)
    return run_main


def test_a_load_is_told_in_one_line_and_its_doubts_apart(lm, world):
    world.write(f"phone,called_at,outcome\n{ANN},{CALL},ODD\n{BEN},{CALL},NI")

    first = lm("dialler", "load", "report.csv", "--kind", "dispositions", "-o", "out.csv")
    again = lm("dialler", "load", "report.csv", "--kind", "dispositions", "--user", "joe")

    assert (first.code, again.code) == (0, 0)
    assert first.out == "report.csv → dispositions: 1 added; 2 rows, matched 1 by number.\n"
    assert "1 row left out (unknown_lead)" in first.err
    assert "They are in out.csv" in first.err
    assert "Outcomes without a meaning: ODD (1)" in first.err
    assert "0 added, 1 known already" in again.out
    assert "already." in again.out
    assert (world.folder / "out.csv").read_text().count("\n") == 2
    log = [(row["user"], row["action"]) for row in lm("log", "--json").json]
    assert ("operator", "dialler load") in log
    assert ("operator", "dialler rows taken") in log
    assert ("joe", "dialler load") not in log  # nothing was done


def test_json_is_one_document_with_all_counts(lm, world):
    world.write(f"phone,called_at\n{ANN},{CALL}")

    answer = lm("dialler", "load", "report.csv", "--kind", "attempts", "--json")
    codes = lm("dialler", "outcomes", "--json")

    assert (answer.code, answer.err) == (0, "")
    assert {
        name: answer.json[name] for name in ("kind", "lines", "by_id", "by_number", "added", "already_loaded_at")
    } == {"kind": "attempts", "lines": 1, "by_id": 0, "by_number": 1, "added": 1, "already_loaded_at": None}
    assert {"outcome": "NA", **dict.fromkeys(list(codes.json[0])[1:], False)} in codes.json
    assert "SALE" in lm("dialler", "outcomes").out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("report.csv",), "--kind"),
        (("report.csv", "--kind", "sales"), "'sales' is not one of"),
        (("nowhere.csv", "--kind", "attempts"), "There is no such file"),
        ((".", "--kind", "attempts"), "This is a folder"),
        (("report.csv", "--kind", "attempts", "--region", "XX"), "'XX' is not an ISO country"),
        (("report.csv", "--kind", "attempts", "--time-zone", "Mars/One"), "'Mars/One' is no time zone"),
        (("report.csv", "--kind", "attempts", "--replace"), "What happened stays"),
        (("report.csv", "--kind", "dispositions"), "No column for 'outcome'"),
        (("bare.csv", "--kind", "attempts"), "bare.csv: "),
    ],
)
def test_wrong_input_ends_with_2_and_one_line_without_anybody_s_number(lm, world, options, said):
    world.write(f"phone,called_at\n{ANN},{CALL}")
    world.write(f"{ANN},{CALL}\n{BEN},{CALL}", "bare.csv")

    answer = lm("dialler", "load", *options)

    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err
    assert "Traceback" not in answer.err
    assert "07400" not in answer.err


def test_no_person_is_in_what_is_said_or_logged(lm, world):
    world.write(f"phone,called_at,outcome,notes\n{ANN},{CALL},rang {ANN},Ann Able\n{BEN},soon,NA,\n{ANN},{CALL},NA,")

    said = [
        lm("dialler", "load", "report.csv", "--kind", "dispositions"),
        lm("dialler", "load", "report.csv", "--kind", "dispositions", "--json"),
        lm("log", "--json"),
    ]

    for answer in said:
        assert "7400" not in answer.out + answer.err
        assert "Ann" not in answer.out + answer.err


def test_the_summary_for_people_shows_calls_only_where_some_were_reported(lm, world):
    before = lm("report", "supplier-summary").out
    world.write(f"phone,called_at,outcome,sale_value\n{ANN},{CALL},SALE,49.50")

    lm("dialler", "load", "report.csv", "--kind", "dispositions")
    after = lm("report", "supplier-summary").out
    page = lm("report", "supplier-summary", "--format", "html").out

    assert "calls made" not in before
    assert "What the calls made of it" in after
    assert "What the calls made of it" in page
    assert json.loads(lm("report", "supplier-summary", "--json").out)[0]["sales"] == 1
