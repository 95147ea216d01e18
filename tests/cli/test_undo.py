"""The command ``leadmill undo``: exit codes, what it says, and what it never says."""

import pytest

from tests.cli.conftest import OTHERS, PERSONAL


def test_an_undo_answers_with_one_json_document(lm, loaded):
    answer = lm("undo", loaded, "--json", "--user", "ada")

    assert answer.code == 0
    assert answer.json == {
        "import_id": loaded,
        "status": "undone",
        "dry_run": False,
        "file": "acme.csv",
        "list": "Warm leads",
        "removed": 3,
        "already_expired": 0,
        "restored": {},
        "callbacks_restored": 0,
        "callbacks_removed": 0,
        "fetched_restored": 0,
        "fetched_removed": 0,
        "lists_removed": ["Warm leads"],
        "suppliers_removed": ["Acme Data"],
        "left": {},
        "lost_rows": {},
        "removed_dialled": 0,
        "restored_dialled": 0,
        "restored_on_dnc": 0,
        "numbers_taken_off": 0,
    }
    assert [row["status"] for row in lm("history", "--json").json] == ["undone"]
    assert lm("log", "--json").json[0]["user"] == "ada"
    assert lm("report", "supplier-summary", "--format", "json").json == []


def test_an_undo_says_in_sentences_what_it_did_and_show_says_when(lm, loaded):
    answer = lm("undo", loaded)
    shown = lm("show", loaded)

    assert answer.code == 0
    assert answer.out.splitlines() == [
        f"{loaded} (acme.csv → Warm leads) is undone.",
        "  leads: 3 taken away, 0 put back",
        "  list gone: Warm leads",
        "  supplier gone: Acme Data",
    ]
    assert "undone_at" in shown.out
    assert "undone_by" in shown.out


def test_a_dry_run_of_an_undo_changes_nothing(lm, loaded):
    before = lm("query", "SELECT * FROM leads ORDER BY lead_id", "--json").raw

    answer = lm("undo", loaded, "--dry-run")

    assert "(dry run: nothing was changed)" in answer.out
    assert lm("query", "SELECT * FROM leads ORDER BY lead_id", "--json").raw == before
    assert [row["status"] for row in lm("history", "--json").json] == ["completed"]


def test_what_cannot_be_undone_is_one_line_and_exit_2(lm, loaded, held, tmp_path):
    (tmp_path / "empty.csv").write_bytes(b"")
    failed = lm("import", tmp_path / "empty.csv", "-t", "acme", "--on", "2026-03-04", "--json").json[0]
    lm("undo", loaded)
    told = {
        loaded: "is undone already. Its drop can be imported again.",
        held: f"is held: nothing of it was loaded. Give it up: leadmill cancel {held}.",
        failed["import_id"]: "is failed: nothing of it was loaded. Nothing to undo.",
        loaded[:-1]: f"There is none with the id '{loaded[:-1]}'. Did you mean '{loaded}'?",
    }

    for import_id, sentence in told.items():
        answer = lm("undo", import_id)
        assert (answer.code, answer.out) == (2, "")
        assert sentence in answer.err
        assert answer.err.count("\n") == 1


def test_where_nothing_was_imported_there_is_nothing_to_undo(lm, home):
    answer = lm("undo", "20260302-0000000000")

    assert (answer.code, home.root.exists()) == (2, False)
    assert "Nothing was imported yet" in answer.err


def test_a_refusal_for_the_sake_of_later_imports_is_exit_2_and_skipping_is_0(lm, loaded, acme):
    again = lm(
        "import", acme, "-t", "acme", "--on", "2026-03-03", "--force", "--set", "dedupe.action=keep_new", "--json"
    )
    later = again.json[0]["import_id"]

    refused = lm("undo", loaded)
    skipped = lm("undo", loaded, "--skip-touched", "--json")

    assert refused.code == 2
    assert f"{later} (3)" in refused.err
    assert (skipped.code, skipped.json["removed"], skipped.json["left"]) == (0, 0, {})
    assert lm("undo", later).code == 0
    assert lm("query", "SELECT count(*) AS n FROM leads", "--json").json["rows"] == [{"n": 0}]


def test_rows_that_were_turned_away_are_told_with_what_to_do(lm, loaded, acme):
    again = lm("import", acme, "-t", "acme", "--on", "2026-03-03", "--force", "--json")
    later = again.json[0]["import_id"]

    if again.json[0]["status"] == "held":
        later = lm("release", later, "--json").json[0]["import_id"]
    answer = lm("undo", loaded)

    assert f"rows of {later} were turned away because of these leads: import its drop again with --force" in answer.out


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_an_undo_names_nobody(lm, loaded, acme, options):
    acme.write_text(OTHERS, encoding="utf-8")
    lm("import", acme, "-t", "acme", "--on", "2026-03-03", "--set", "delete_existing=true")
    newest = lm("history", "--json").json[0]["import_id"]

    said = [lm("undo", loaded, *options), lm("undo", newest, *options), lm("log")]

    assert [answer.code for answer in said] == [2, 0, 0]
    for answer in said:
        assert not [word for word in PERSONAL if word in answer.out + answer.err]
