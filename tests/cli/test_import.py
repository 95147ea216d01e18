"""The command ``import`` and what goes with a held import."""

import json
import os
from pathlib import Path

import pytest

from examples.generator import make_drop
from tests.cli.conftest import DROP, OTHERS
from tests.conftest import list_tree, run_main

KEYS = {
    "import_id", "status", "file", "sha256", "template", "supplier", "list", "import_date", "rows_received", "blank_lines",  # noqa: E501
    "created", "updated", "rejected", "quarantined", "effects", "reasons", "warnings", "cost", "expires_at", "seconds",
}  # fmt: skip


def read_leads(*options: object) -> list[dict]:
    return run_main("query", "SELECT * FROM leads ORDER BY lead_id", "--json", *options).json["rows"]


@pytest.mark.feature("MA-012")
def test_an_import_answers_with_a_list_of_what_the_contract_names(lm, acme):
    answer = lm("import", acme, "-t", "acme.yaml", "--on", "2026-03-02", "--json")

    (result,) = answer.json
    assert (answer.code, answer.err) == (0, "")
    assert set(result) >= KEYS
    assert result["status"] == "completed"
    assert result["import_date"] == "2026-03-02"
    assert (result["rows_received"], result["blank_lines"]) == (8, 1)
    assert (result["created"], result["updated"], result["rejected"], result["quarantined"]) == (4, 0, 3, 1)
    assert result["effects"] == dict.fromkeys(("replaced", "reset", "migrated", "deleted", "flushed"), 0)
    assert result["reasons"] == {"Q_RAGGED_LONG": 1, "R_DUP_IN_FILE": 1, "R_NO_CONTACT": 1, "R_PHONE_NO_AREA_CODE": 1}
    assert {key: result["cost"][key] for key in ("unit", "currency", "total")} == {
        "unit": 0.45, "currency": "GBP", "total": 3.60,
    }  # fmt: skip
    assert result["expires_at"] is None


@pytest.mark.feature("ML-003")
def test_every_row_has_one_fate_and_the_lead_it_gave(shared):
    rows = run_main("query", "SELECT * FROM import_rows ORDER BY row_number", "--json").json["rows"]

    assert [(row["row_number"], row["fate"], row["code"]) for row in rows] == [
        (1, "created", None),
        (2, "rejected", "R_DNC_TPS"),
        (3, "rejected", "R_NO_CONTACT"),
        (4, "rejected", "R_DUP_IN_FILE"),
        (5, "created", None),
        (6, "rejected", "R_PHONE_NO_AREA_CODE"),
        (7, "created", None),
        (8, "quarantined", "Q_RAGGED_LONG"),
    ]
    created = {row["lead_id"]: row["row_number"] for row in rows if row["fate"] == "created"}
    assert created == {lead["lead_id"]: lead["row_number"] for lead in read_leads()}


def test_a_content_that_was_brought_before_changes_nothing_unless_forced(lm, loaded, acme):
    before = read_leads()

    again = lm("import", acme, "-t", "acme", "--on", "2026-03-05", "--json")
    renamed = acme.rename(acme.with_name("renamed.csv"))
    as_other = lm("import", renamed, "-t", "acme", "--json")
    told = lm("import", renamed, "-t", "acme")
    forced = lm("import", renamed, "-t", "acme", "--force", "--on", "2026-03-05", "--json")

    assert (again.code, again.json[0]["status"], again.json[0]["import_id"]) == (0, "already_imported", loaded)
    assert (as_other.code, as_other.json[0]["status"]) == (0, "already_imported")
    assert "--force" in told.out
    assert read_leads() == before
    assert forced.json[0]["created"] == 0
    assert forced.json[0]["reasons"]["R_DUP_SAME_SUPPLIER"] >= 3
    assert forced.json[0]["import_id"] != loaded


def test_two_templates_may_bring_the_same_content(lm, loaded, acme):
    lm("templates", "clone", "acme", "other")

    answer = lm("import", acme, "-t", "other", "--list", "Cold", "--json")

    assert answer.json[0]["status"] == "completed"


def test_a_rehearsal_answers_the_same_report_and_changes_nothing(lm, home, acme, tmp_path):
    before = list_tree(tmp_path)
    without_home = lm("import", acme, "-t", "acme.yaml", "--on", "2026-03-02", "--dry-run", "--json")
    assert list_tree(tmp_path) == before, "no home was made"

    real = lm("import", acme, "-t", "acme.yaml", "--on", "2026-03-02", "--json")

    assert without_home.code == real.code == 0
    assert without_home.json[0].pop("dry_run") is True

    def report(answer):
        return {k: v for k, v in answer.json[0].items() if k not in ("seconds", "steps", "dry_run")}

    assert report(without_home) == report(real)


def test_a_rehearsal_in_a_used_home_leaves_every_byte_of_it(lm, home, loaded, tmp_path):
    (tmp_path / "next.csv").write_text(DROP.replace("Ely", "Ayr"), encoding="utf-8")
    ignored = {"store/writer.lock", "store/writer.pid"}
    before = list_tree(home.root)

    rehearsed = lm("import", "next.csv", "-t", "acme", "--on", "2026-03-03", "--dry-run", "--json")
    for_people = lm("import", "next.csv", "-t", "acme", "--on", "2026-03-03", "--dry-run")
    after = list_tree(home.root)

    assert rehearsed.json[0]["rejected"] == 7
    assert "dry run" in for_people.out
    assert {k: v for k, v in after.items() if k not in ignored} == {k: v for k, v in before.items() if k not in ignored}
    real = lm("import", "next.csv", "-t", "acme", "--on", "2026-03-03", "--json").json[0]
    same = ("import_id", "status", "list", "created", "rejected", "quarantined", "reasons", "warnings", "cost")
    assert {key: real[key] for key in same} == {key: rehearsed.json[0][key] for key in same}


@pytest.mark.feature("ML-012", "MA-011")
def test_options_override_the_template_for_this_import_only(lm, loaded, home, acme):
    text = (home.templates / "acme.yaml").read_text()

    (result,) = lm(
        "import", acme, "-t", "acme", "--force", "--list", "Cold leads", "--supplier", "Other Ltd", "--cost-per-lead", "1.5",  # noqa: E501
        "--currency", "EUR", "--notes", "a test", "--user", "mary", "--on", "2026-04-01", "--json",
    ).json  # fmt: skip
    shown = lm("show", result["import_id"], "--json").json
    entry = lm("log", "--json").json

    assert (result["list"], result["supplier"], result["import_date"]) == ("Cold leads", "Other Ltd", "2026-04-01")
    assert (result["cost"]["unit"], result["cost"]["currency"]) == (1.5, "EUR")
    assert shown["receipt"]["notes"] == "a test"
    assert shown["receipt"]["user"] == "mary"
    assert {"mary"} == {row["user"] for row in entry if row["subject"] == result["import_id"]}
    origins = {row["setting"]: row["from"] for row in shown["settings"]}
    assert origins["supplier"] == origins["cost_per_lead"] == origins["list.name"] == "override"
    assert origins["phone.format"] == "template"
    assert origins["hold_above"] == "default"
    assert (home.templates / "acme.yaml").read_text() == text
    assert {row["created_at"] for row in read_leads() if row["supplier"] == "Other Ltd"} == {
        "2026-03-31T23:00:00+00:00"
    }


@pytest.mark.feature("MA-013", "MA-014")
@pytest.mark.parametrize(
    ("mode", "first", "second"),
    [
        ("per_day", "Acme 2026-03-02", "Acme 2026-03-02"),
        ("per_import", "Acme 2026-03-02", "Acme 2026-03-02 (2)"),
    ],
)
def test_a_list_per_day_or_per_import_is_named_by_the_logical_date(lm, acme, tmp_path, mode, first, second):
    template = tmp_path / "acme.yaml"
    named = "{mode: named, name: Warm leads}"
    template.write_text(template.read_text().replace(named, f'{{mode: {mode}, prefix: "Acme "}}'))
    (tmp_path / "more.csv").write_text(OTHERS, encoding="utf-8")

    answers = [
        lm("import", acme, "-t", template, "--on", "2026-03-02", "--json"),
        lm("import", "more.csv", "-t", template, "--on", "2026-03-02", "--json"),
        lm("import", "more.csv", "-t", template, "--on", "2026-03-03", "--force", "--json"),
    ]

    assert [answer.json[0]["list"] for answer in answers] == [first, second, "Acme 2026-03-03"]


@pytest.mark.feature("ML-020", "ML-021", "MA-002")
def test_a_template_given_by_its_path_is_kept_unless_it_is_for_once(lm, home, acme):
    once = lm("import", acme, "-t", "acme.yaml", "--ad-hoc", "--json")
    kept_none = lm("templates", "list", "--json").json
    lm("import", acme, "-t", "acme.yaml", "--force")

    assert once.json[0]["status"] == "completed"
    assert kept_none == []
    assert [row["name"] for row in lm("templates", "list", "--json").json] == ["acme"]


def test_a_held_import_says_why_and_loads_nothing(lm, held, tmp_path):
    before = read_leads()
    again = lm("import", "bad.csv", "-t", "acme", "--on", "2026-03-03", "--json")
    shown = lm("show", held, "--json").json

    assert (again.code, again.json[0]["status"], again.json[0]["import_id"]) == (1, "held", held)
    assert "R_PHONE_NO_AREA_CODE" in shown["receipt"]["message"]
    assert shown["ledger"]["rejected"] == 9
    assert len(before) == 3
    assert [row["status"] for row in lm("history", "--json").json] == ["held", "completed"]


def test_a_held_import_goes_on_when_it_is_released_and_only_once(lm, held, tmp_path):
    (tmp_path / "bad.csv").unlink()

    released = lm("release", held, "--json")
    again = lm("release", held)
    cancelled = lm("cancel", held)

    assert released.code == 0
    assert (released.json[0]["import_id"], released.json[0]["status"]) == (held, "completed")
    assert (released.json[0]["created"], released.json[0]["rejected"]) == (1, 9)
    assert len(read_leads()) == 4
    assert again.code == cancelled.code == 2
    assert "not held" in again.err


def test_a_held_import_that_is_cancelled_stays_on_record_and_can_be_sent_again(lm, held, tmp_path):
    cancelled = lm("cancel", held, "--json")
    again = lm("release", held)
    sent = lm("import", "bad.csv", "-t", "acme", "--on", "2026-03-03", "--json")

    assert cancelled.json == {"import_id": held, "status": "cancelled"}
    assert again.code == 2
    assert len(read_leads()) == 3
    assert sent.json[0]["status"] == "held"
    assert sent.json[0]["import_id"] != held
    assert {row["action"] for row in lm("log", "--json").json} >= {"import held", "import cancelled"}


def test_a_bad_file_among_good_ones_fails_alone(lm, acme, tmp_path):
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "other.csv").write_text("Name,Phone\nA,B\n")
    good = tmp_path / "good.csv"
    good.write_text(OTHERS, encoding="utf-8")

    answer = lm("import", acme, "empty.csv", "other.csv", good, "-t", "acme.yaml", "--json")

    assert answer.code == 1
    assert [result["status"] for result in answer.json] == ["completed", "failed", "failed", "completed"]
    assert all("\n" not in line for line in answer.err.strip().splitlines())
    assert answer.err.count("\n") == 2
    assert "empty.csv: " in answer.err
    assert "other.csv: " in answer.err
    assert len(read_leads()) == 8


def test_files_that_cannot_be_read_end_with_2_and_are_on_record(lm, acme, tmp_path):
    (tmp_path / "empty.csv").write_bytes(b"")

    answer = lm("import", "empty.csv", "-t", "acme.yaml", "--json")
    record = lm("history", "--json").json

    assert answer.code == 2
    assert answer.json[0]["status"] == "failed"
    assert "empty.csv" in answer.json[0]["message"]
    assert [(row["status"], row["rows_received"]) for row in record] == [("failed", 0)]
    assert lm("rejects", record[0]["import_id"], "-o", "r.csv").code == 2


@pytest.mark.parametrize("wrong", ["nowhere.csv", "."])
def test_beside_a_missing_file_or_a_folder_nothing_is_imported_unseen(lm, acme, wrong):
    answer = lm("import", acme, wrong, "-t", "acme.yaml", "--json")

    done = [row["file"] for row in lm("history", "--json").json if row["status"] == "completed"]
    told = [row["file"] for row in answer.json if row["status"] == "completed"] if answer.out else []
    assert answer.code in (1, 2)
    assert answer.err.count("\n") == 1
    assert told == done


def test_a_file_with_a_header_and_no_rows_is_imported_as_nothing(lm, acme, tmp_path):
    (tmp_path / "header.csv").write_text("First,Last,Tel,Mail,City\n")

    answer = lm("import", "header.csv", "-t", "acme.yaml", "--json")

    assert answer.code == 0
    assert (answer.json[0]["status"], answer.json[0]["rows_received"]) == ("completed", 0)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_said_so(lm, acme):
    acme.chmod(0)

    answer = lm("import", acme, "-t", "acme.yaml")

    assert answer.code == 2
    assert "cannot be read" in answer.err


def test_a_file_of_a_hostile_name_is_imported_and_only_told(lm, acme, tmp_path):
    name = "[bold]x\x1b[31m;$(touch pwned)'\".csv"
    acme.rename(tmp_path / name)

    answer = lm("import", tmp_path / name, "-t", "acme.yaml", "--json")
    told = lm("history")
    seen = lm("import", tmp_path / name, "-t", "acme.yaml", "--force", "--list", "B")

    assert answer.json[0]["file"] == name
    assert not (tmp_path / "pwned").exists()
    assert "\x1b" not in told.out
    assert "\x1b" not in seen.out
    assert "[bold]x" in seen.out


@pytest.mark.feature("ML-079", "ML-094")
def test_a_preview_shows_settings_mapping_and_five_records_and_writes_nothing(lm, loaded, home, tmp_path):
    before = list_tree(home.root)

    seen = lm("preview", "acme.csv", "-t", "acme", "--json").json
    for_people = lm("preview", "acme.csv", "-t", "acme")

    assert list_tree(home.root) == before
    assert len(seen["records"]) == 5
    assert seen["records"][0]["call_info"] == "Ann of Leeds"
    assert seen["records"][0]["phone1"] == "07400123450"
    assert {row["field"]: row["headers"] for row in seen["mapping"]}["phone1"] == ["Tel"]
    assert {row["setting"]: row["value"] for row in seen["settings"]}["phone.region"] == "GB"
    assert seen["found"]["records"] == 8
    assert "Ann of Leeds" in for_people.out


def test_a_generated_drop_gives_a_lead_for_every_number_it_tells_once(lm, acme, tmp_path):
    drop = make_drop("uk_register", 1_000, 5, plain=True)
    (tmp_path / drop.name).write_bytes(drop.content)
    (tmp_path / "register.yaml").write_text(
        "{supplier: R, list: {mode: named, name: R}, mapping: {company: Name, phone1: Telephone},"
        " dedupe: {keys: [phone], scope: [file], action: keep_existing}}"
    )

    (result,) = lm("import", drop.name, "-t", "register.yaml", "--json").json

    told = drop.truth["number"].drop_nulls()
    assert result["rows_received"] == 1_000
    assert result["created"] == told.n_unique()
    assert result["reasons"].get("R_DUP_IN_FILE", 0) == told.len() - told.n_unique()


def test_what_was_imported_as_json_is_the_same_as_from_csv(lm, acme, tmp_path):
    rows = [line.split(",") for line in DROP.splitlines()[1:] if line.startswith(("Ann", "Eve", "Gus"))]
    names = ("First", "Last", "Tel", "Mail", "City")
    (tmp_path / "acme.json").write_text(json.dumps([dict(zip(names, row, strict=True)) for row in rows]))

    (result,) = lm("import", "acme.json", "-t", "acme.yaml", "--json").json

    assert (result["created"], result["found"]["format"]) == (3, "json")
    assert {row["phone1"] for row in read_leads()} == {"07400123450", "07400123455", "07400123457"}


def test_the_raw_drop_is_kept_byte_for_byte_and_cannot_be_changed(shared, acme_home):
    home, _ = acme_home
    (line,) = run_main("history", "--json").json

    kept = home.raw / line["sha256"][:2] / line["sha256"]

    assert kept.read_bytes() == Path("acme.csv").read_bytes()
    assert kept.stat().st_mode & 0o222 == 0
