"""The command ``demo``: the first thing that a newcomer sees."""

import shlex

from tests.conftest import run_main


def test_the_demo_runs_its_summary_reconciles_and_a_second_one_imports_nothing(tmp_path):
    home = ("--home", tmp_path / "home")

    first = run_main("demo", "--on", "2026-03-02", "--json", *home)
    again = run_main("demo", "--on", "2026-03-02", *home)
    live = run_main("query", "SELECT count(*) AS n FROM import_rows WHERE fate = 'created'", "--json", *home)

    assert (first.code, first.err, again.code, again.err) == (0, "", 0, "")
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
    assert again.out.count("already_imported") == len(imports)
    assert again.out.count("0 added") == 4
    assert "Supplier Summary" in again.out
    assert "What the calls made of it" in again.out


def test_what_the_demo_says_to_try_next_works(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LEADMILL_HOME", raising=False)

    said = run_main("demo").out
    commands = [line.strip() for line in said.split("Try next:")[1].splitlines() if line.strip()]

    assert len(commands) > 3
    for line in commands:
        program, *arguments = shlex.split(line)
        assert program == "leadmill"
        if arguments[0] not in ("dev", "serve"):
            answer = run_main(*arguments)
            assert (answer.code, "Traceback" in answer.err) == (0, False), line
