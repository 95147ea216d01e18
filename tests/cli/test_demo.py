"""The command ``demo``: the first thing that a newcomer sees."""

import shlex

import pytest

from tests.conftest import run_main


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of a newcomer's, with the home that the demo has made in it."""
    return tmp_path_factory.mktemp("newcomer")


@pytest.fixture(scope="module")
def first(folder):
    with pytest.MonkeyPatch.context() as place:
        place.chdir(folder)
        place.delenv("LEADMILL_HOME", raising=False)
        return run_main("demo", "--on", "2026-03-02", "--json")


@pytest.fixture
def run(first, folder, monkeypatch):
    """Run a command in that folder, after the demo."""
    monkeypatch.chdir(folder)
    monkeypatch.delenv("LEADMILL_HOME", raising=False)
    return run_main


def test_the_demo_runs_and_its_summary_reconciles(first, run):
    live = run("query", "SELECT count(*) AS n FROM import_rows WHERE fate = 'created'", "--json")

    assert (first.code, first.err) == (0, "")
    imports, summary = first.json["imports"], first.json["supplier_summary"]
    assert {result["status"] for result in imports} == {"completed"}
    assert {row["supplier_name"] for row in summary} == {"Acme Data", "Bluebird Leads", "Northwind Web"}
    assert all(row["reconciled"] for row in summary)
    assert sum(row["rows_received"] for row in summary) == sum(result["rows_received"] for result in imports) == 2_900
    assert sum(row["leads_created"] for row in summary) == live.json["rows"][0]["n"]
    assert all(load["added"] for load in first.json["dnc"])
    assert [report["kind"] for report in first.json["dialler"]] == ["attempts", "callbacks", "fetched", "dispositions"]
    assert all(report["added"] and not report["bad"] for report in first.json["dialler"])
    assert all(not report["unknown_outcomes"] for report in first.json["dialler"])
    assert all(row["sales"] and row["cost_per_contact"] and row["revenue"] for row in summary)


def test_a_second_demo_imports_nothing_and_what_it_says_to_try_next_works(first, run):
    again = run("demo", "--on", "2026-03-02")
    commands = [line.strip() for line in again.out.split("Try next:")[1].splitlines() if line.strip()]

    assert (again.code, again.err) == (0, "")
    assert again.out.count("already_imported") == len(first.json["imports"])
    assert again.out.count("0 added") == 4
    assert "Supplier Summary" in again.out
    assert "What the calls made of it" in again.out
    assert len(commands) > 3
    for line in commands:
        program, *arguments = shlex.split(line)
        assert program == "leadmill"
        if arguments[0] not in ("dev", "serve"):
            answer = run(*arguments)
            assert (answer.code, "Traceback" in answer.err) == (0, False), line
