"""The door itself: where the home is, what goes to which stream, how a command ends."""

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from pipelines.cli import main as door
from tests.cli.conftest import PERSONAL
from tests.conftest import list_tree, run_main

CONSOLE = str(Path(sys.executable).with_name("leadmill"))
REPORTING = (
    ("history",),
    ("log",),
    ("lists",),
    ("suppliers",),
    ("templates", "list"),
    ("templates", "show", "acme"),
    ("dnc", "status"),
    ("dnc", "check", "0121 234 5671"),
    ("report", "supplier-summary"),
    ("query", "SELECT * FROM leads"),
)


def test_the_home_is_named_before_or_behind_the_command_or_by_the_environment(loaded, home, monkeypatch, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    monkeypatch.setenv("LEADMILL_HOME", str(elsewhere))

    before = run_main("--home", home.root, "lists", "--json")
    behind = run_main("lists", "--home", home.root, "--json")
    of_both = run_main("--home", elsewhere, "lists", "--home", home.root, "--json")
    by_environment = run_main("lists", "--json")

    assert before.json == behind.json == of_both.json
    assert [row["name"] for row in before.json] == ["Warm leads"]
    assert by_environment.json == []


def test_a_subcommand_of_a_group_takes_the_home_in_all_three_places(loaded, home, monkeypatch, tmp_path):
    monkeypatch.setenv("LEADMILL_HOME", str(tmp_path / "elsewhere"))

    answers = [
        run_main("--home", home.root, "lists", "clone", "Warm leads", "A"),
        run_main("lists", "--home", home.root, "clone", "Warm leads", "B"),
        run_main("lists", "clone", "Warm leads", "C", "--home", home.root),
        run_main("--home", home.root, "templates", "show", "acme"),
        run_main("templates", "show", "acme", "--home", home.root),
        run_main("dnc", "status", "--home", home.root),
    ]

    assert [answer.code for answer in answers] == [0] * len(answers)
    assert not (tmp_path / "elsewhere").exists()


def test_without_any_word_the_home_is_a_folder_beside_the_user(tmp_path, monkeypatch):
    monkeypatch.delenv("LEADMILL_HOME", raising=False)
    monkeypatch.chdir(tmp_path)

    answer = run_main("templates", "new", "mine")

    assert answer.code == 0
    assert (tmp_path / "leadmill-home" / "templates" / "mine.yaml").is_file()


@pytest.mark.parametrize("command", REPORTING, ids=" ".join)
def test_json_is_one_document_on_standard_output_and_nothing_else_is_there(command, shared):
    answer = run_main(*command, "--json")

    assert answer.code == 0
    assert answer.err == ""
    json.loads(answer.out, parse_constant=pytest.fail)


@pytest.mark.parametrize("command", REPORTING, ids=" ".join)
def test_every_report_is_also_there_for_people(command, shared):
    answer = run_main(*command)

    assert answer.code == 0
    assert answer.err == ""
    assert answer.out.strip()
    with pytest.raises(ValueError, match=r"Expecting|Extra"):
        json.loads(answer.out)


@pytest.mark.parametrize(
    ("command", "names"),
    [
        (("import", "acme.csv", "-t", "acne"), "Did you mean 'acme'?"),
        (("templates", "show", "acne"), "Did you mean 'acme'?"),
        (("templates", "delete", "acne"), "Did you mean 'acme'?"),
        (("templates", "default", "acne"), "Did you mean 'acme'?"),
        (("templates", "clone", "acne", "new"), "Did you mean 'acme'?"),
        (("preview", "acme.csv", "-t", "acne"), "Did you mean 'acme'?"),
        (("export", "Warm lead", "-o", "x.csv"), "Did you mean 'Warm leads'?"),
        (("lists", "clone", "Warm lead", "x"), "Did you mean 'Warm leads'?"),
        (("show", "20260302-0000000000"), "leadmill history"),
        (("rejects", "20260302-0000000000", "-o", "x.csv"), "leadmill history"),
        (("release", "20260302-0000000000"), "leadmill history"),
        (("cancel", "20260302-0000000000"), "leadmill history"),
        (("query", "SELECT * FROM lead"), "Relations: leads, lists"),
        (("import", "acme.csv"), "leadmill templates list"),
        (("import", "acme.csv", "-t", "nowhere/acme.yaml"), "Check the path"),
        (("import", "nowhere.csv", "-t", "acme"), "There is no such file"),
        (("import", ".", "-t", "acme"), "This is a folder"),
        (("preview", "nowhere.csv", "-t", "acme"), "nowhere.csv: There is no such file"),
        (("preview", ".", "-t", "acme"), "This is a folder"),
        (("dnc", "load", "nowhere.txt", "--category", "TPS"), "There is no such file"),
        (("dnc", "load", "acme.csv", "--category", "TPS", "--region", "XX"), "'XX' is not an ISO country"),
        (("dnc", "load", "acme.csv", "--category", " "), "A category has a name"),
        (("dnc", "check", "hello"), "not a telephone number"),
        (("import", "acme.csv", "-t", "acme", "--on", "soon"), "is not a date"),
        (("import", "acme.csv", "-t", "acme", "--currency", "GPB"), "not an ISO currency"),
        (("import", "acme.csv", "-t", "acme", "--cost-per-lead", "much"), "cost_per_lead"),
        (("import",), "Missing argument"),
        (("imprt",), "No such command"),
        (("lists", "--nonsense"), "No such option"),
        (("export", "Warm leads", "-o", "x.xlsx"), "written as .csv or .parquet"),
        (("export", "Warm leads", "-o", "no/such/x.csv"), "There is no such folder"),
        (("rejects", "{import}", "-o", "no/such/x.csv"), "no/such"),
        (("report", "supplier-summary", "-o", "no/such/x.csv"), "no/such"),
        (("query", "SELECT 1 AS one", "--format", "csv", "-o", "no/such/x.csv"), "no/such"),
        (("report", "supplier-summary", "--from", "2026-03-02", "--to", "2026-03-01"), "is after"),
        (("report", "supplier-summary", "--format", "parquet"), "Name a file with -o"),
        (("report", "supplier-summary", "-o", "x.docx"), "docx"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_input_ends_with_2_and_says_what_to_do(command, names, shared):
    answer = run_main(*(shared if word == "{import}" else word for word in command))

    assert answer.code == 2
    assert answer.out == ""
    assert names in answer.err
    last = answer.err.strip().splitlines()
    said = [line for line in last if not line.startswith(("Usage:", "Try '")) and line]
    assert len(said) == 1, "one clear line"
    assert said[0].startswith("Error: ")
    assert not said[0].startswith("Error: :"), "the line names no file"
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("command", ["new", "clone", "show", "delete", "default"])
def test_a_hostile_template_name_is_refused_and_touches_nothing(command, lm, loaded, tmp_path):
    before = list_tree(tmp_path)

    for name in ("../x", "/etc/x", "..", ".hidden", "a/b", "a\0b", "", "x" * 300, "a\nb", "-rf", "~"):
        answer = lm("templates", command, "--", *(["acme", name] if command == "clone" else [name]))
        assert answer.code == 2, name
        assert answer.err.count("\n") == 1, name

    assert list_tree(tmp_path) == before


@pytest.mark.parametrize("name", ["../x", "x" * 300, "Ünïcode ✓", "a'b\"; DROP TABLE leads", "100%"])
def test_a_list_and_a_supplier_of_any_name_are_kept_in_their_places(name, lm, acme, home, tmp_path):
    before = set(tmp_path.iterdir())

    done = lm("import", acme, "-t", "acme.yaml", "--list", name, "--supplier", name, "--json")
    exported = lm("export", "--json", "-o", "out.csv", "--", name)

    assert done.code == 0
    assert exported.json["rows"] == done.json[0]["created"] == 4
    assert set(tmp_path.iterdir()) - before == {tmp_path / "out.csv", home.root}


def test_a_dnc_category_of_any_name_is_kept_in_its_place(lm, home, tmp_path):
    (tmp_path / "list.txt").write_text("0121 234 5671\n", encoding="utf-8")

    for category in ("../x", "a/b", "100%", "Ünïcode ✓", ".", ".."):
        assert lm("dnc", "load", "list.txt", "--category", category).code == 0
    status = lm("dnc", "status", "--json").json

    assert {row["category"]: row["entries"] for row in status} == {
        **dict.fromkeys(("IVR", "Imported", "Requested"), 0),
        **dict.fromkeys(("../x", "a/b", "100%", "Ünïcode ✓", ".", ".."), 1),
    }
    assert {path.name for path in tmp_path.iterdir()} == {"home", "list.txt"}


def test_no_person_appears_in_a_message_or_a_log(loaded, held, lm, acme, tmp_path):
    (tmp_path / "wrong.csv").write_text("Name,Phone\nAnn Able,07400 123450\n", encoding="utf-8")

    said = [
        lm("import", acme, "-t", "acme", "--force"),
        lm("import", "wrong.csv", "-t", "acme"),
        lm("dnc", "load", acme, "--category", "TPS"),
        lm("dnc", "check", "Ann Able 07400"),
        lm("export", "Warm leads", "-o", "x.docx"),
    ]
    kept = [
        lm(*command) for command in (("history",), ("history", "--json"), ("log",), ("log", "--json"), ("show", held))
    ]

    told = "".join([answer.err for answer in said + kept] + [answer.out for answer in kept])
    assert [word for word in PERSONAL if word in told] == []


def test_an_interrupt_ends_with_130_and_one_line(lm, monkeypatch):
    def interrupt(ctx):
        raise KeyboardInterrupt

    monkeypatch.setattr(door.leadmill, "invoke", interrupt)
    answer = lm("lists")

    assert answer.code == 130
    assert answer.err.strip().count("\n") == 0


def test_a_bug_keeps_its_traceback(lm, monkeypatch):
    def fail(ctx):
        raise ZeroDivisionError

    monkeypatch.setattr(door.leadmill, "invoke", fail)

    with pytest.raises(ZeroDivisionError):
        lm("lists")


def test_every_command_describes_itself_without_a_home(lm, home):
    root = door.leadmill
    context = click.Context(root)

    for name in root.list_commands(context):
        command = root.get_command(context, name)
        assert command is not None
        assert command.get_short_help_str(), name
        answer = lm(name, "--help")
        assert (answer.code, answer.err) == (0, ""), name
    assert not home.root.exists()


def test_the_installed_command_runs_as_its_own_process(tmp_path):
    environment = {**os.environ, "LEADMILL_HOME": str(tmp_path / "home")}

    def run(*arguments):
        return subprocess.run([CONSOLE, *arguments], env=environment, cwd=tmp_path, capture_output=True, text=True)

    version, empty, wrong = run("--version"), run("lists", "--json"), run("show", "nothing")

    assert (version.returncode, version.stderr) == (0, "")
    assert version.stdout.startswith("leadmill")
    assert (empty.returncode, empty.stderr, json.loads(empty.stdout)) == (0, "", [])
    assert (wrong.returncode, wrong.stdout, wrong.stderr.count("\n")) == (2, "", 1)


def test_a_reader_who_has_gone_is_no_error(acme_home):
    with subprocess.Popen(
        [CONSOLE, "query", "SELECT * FROM range(200000)", "--format", "csv", "--home", str(acme_home[0].root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdout.read(10)
        process.stdout.close()
        told = process.stderr.read()

    assert process.returncode == 0
    assert told == b""


def test_a_home_that_is_a_file_is_refused_in_one_line(tmp_path, acme):
    (tmp_path / "file").write_text("x")

    answer = run_main("import", acme, "-t", tmp_path / "acme.yaml", "--home", tmp_path / "file")

    assert answer.code == 2
    assert "Choose --home" in answer.err
    assert answer.err.count("\n") == 1
