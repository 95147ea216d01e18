"""What was done since the import that is undone: by later imports, by the dialler, by do-not-call lists."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from pipelines.dnc.loading import load_dnc
from pipelines.errors import UserError
from pipelines.importing import import_drop
from pipelines.points.recognising import find_points
from pipelines.store import open_writer
from pipelines.templates.template import build_template
from tests.undoing.conftest import DAY, DEDUPE, NOW, PEOPLE, SECOND, count_images, dial, work_the_list


def test_a_later_import_that_touched_its_leads_has_to_be_undone_first(bring, see, undo):
    first = bring(PEOPLE)
    second = bring("New 1,07400 000001\nNew 2,07400 000002\n", dedupe=DEDUPE | {"action": "update"})
    third = bring("Newer 1,07400 000001\n", dedupe=DEDUPE | {"action": "keep_new"})
    before = see()

    with pytest.raises(UserError) as refused:
        undo(first)

    assert str(refused.value) == (
        f"import: Later imports touched 2 leads of {first.import_id}: {third.import_id} (1), {second.import_id} (2)."
        " Undo those first, in this order, or leave these leads as they are: --skip-touched."
    )
    assert see() == before
    for result in (third, second, first):
        undo(result)
    assert {name: rows for name, rows in see().items() if rows} == {}


def test_a_later_import_that_only_flushed_does_not_stand_in_the_way(home, bring, ask, undo):
    bring(PEOPLE)
    second = bring("New 1,07400 000001\n", dedupe=DEDUPE | {"action": "update"})
    work_the_list(home)
    third = bring("Else,07400 000009\n", clear_fetched=True)

    undo(second)
    undo(third)

    assert ask("SELECT first_name FROM leads JOIN fetched USING (lead_id) ORDER BY 1") == [
        ("Old 1",), ("Old 2",), ("Old 3",),
    ]  # fmt: skip


def test_leads_that_later_imports_touched_can_be_left_and_undone_when_those_are(home, bring, ask, undo):
    bring(PEOPLE)
    second = bring(SECOND, dedupe=DEDUPE | {"action": "update"})
    third = bring("Newer 1,07400 000001\nNewer 9,07400 000009\n", dedupe=DEDUPE | {"action": "update"})

    part = undo(second, skip_touched=True)
    between = ask("SELECT first_name FROM leads ORDER BY phone1")
    undo(third)
    rest = undo(second)

    assert (part.left, part.removed, part.restored) == ({third.import_id: 2}, 0, {"updated": 1})
    assert between == [("Newer 1",), ("Old 2",), ("Old 3",), ("Newer 9",)]
    assert (rest.left, rest.removed, rest.restored) == ({}, 1, {"updated": 1})
    assert ask("SELECT first_name FROM leads ORDER BY phone1") == [("Old 1",), ("Old 2",), ("Old 3",)]
    assert count_images(home) == 0


def test_a_lead_of_an_undone_import_does_not_come_back_with_the_undo_of_the_one_that_replaced_it(bring, ask, undo):
    first = bring(PEOPLE)
    second = bring("New 1,07400 000001\n", dedupe=DEDUPE | {"action": "keep_new"})

    part = undo(first, skip_touched=True)
    undo(second)

    assert part.left == {}
    assert ask("SELECT * FROM leads") == []
    with pytest.raises(UserError, match="undone already"):
        undo(first)


def test_rows_that_were_turned_away_for_leads_that_go_are_told(bring, undo):
    keep = {"dedupe": {"keys": ["phone"], "scope": ["global"], "action": "keep_existing"}}
    first = bring(PEOPLE)
    moved = bring("Old 1,07400 000011\n", dedupe={"keys": ["phone"], "scope": ["destination"], "action": "update"})
    later = bring("Again 2,07400 000002\nAgain 3,07400 000003\nElse,07400 000009\n", supplier="Bravo", **keep)

    done = undo(first)

    assert (moved.created, later.rejected) == (1, 2)
    assert done.lost_rows == {later.import_id: 2}


def test_rows_that_were_turned_away_for_a_number_that_an_update_brought_are_told(bring, undo):
    values = {"mapping": {"first_name": "Name", "phone1": "Tel", "phone2": "Name"}}
    bring(PEOPLE)
    second = bring("07400 000055,07400 000001\n", dedupe=DEDUPE | {"action": "update"}, **values)
    later = bring("New,07400 000055\nNew,07400 000002\n", dedupe=DEDUPE | {"action": "keep_existing"})

    done = undo(second)

    assert later.rejected == 2
    assert done.lost_rows == {later.import_id: 1}


@pytest.mark.parametrize(("rule", "attempts"), [({"action": "update"}, 5), ({"action": "reset_older"}, 5)])
def test_attempts_made_since_are_counted_on(home, bring, ask, undo, rule, attempts):
    bring(PEOPLE)
    work_the_list(home)
    second = bring("New 1,07400 000001\n", dedupe=DEDUPE | rule)
    dial(
        home,
        "UPDATE leads SET call_attempts = call_attempts + 2, status = 'sale',"
        " updated_at = TIMESTAMPTZ '2026-03-03 09:00Z' WHERE phone1_key = 447400000001",
    )

    done = undo(second)

    lead = "SELECT first_name, call_attempts, status, updated_at FROM leads WHERE row_number = 1"
    assert done.restored_dialled == 1
    assert ask(lead) == [("Old 1", attempts, "sale", datetime(2026, 3, 3, 9, tzinfo=UTC))]


def test_what_the_dialler_found_out_stays_when_the_lead_goes(home, bring, ask, undo):
    first = bring(PEOPLE)
    dial(
        home,
        "UPDATE leads SET call_attempts = 1, status = 'sale' WHERE row_number = 1",
        "INSERT INTO dispositions SELECT lead_id, 'sale', 10, 'GBP', TIMESTAMPTZ '2026-03-02 11:00Z' FROM leads"
        " WHERE row_number = 1",
        "INSERT INTO callbacks SELECT lead_id, TIMESTAMPTZ '2026-03-05 10:00Z', 'back' FROM leads",
        "INSERT INTO contact_history SELECT 1, phone1_key, NULL, lead_id, list_id, NULL, 'attempt', now() FROM leads"
        " WHERE row_number = 1",
    )

    done = undo(first)

    assert (done.removed, done.removed_dialled, done.callbacks_removed) == (3, 1, 3)
    assert ask("SELECT outcome FROM dispositions") == [("sale",)]
    assert ask("SELECT name FROM lists") == [("Warm",)], "the history names the list"
    with open_writer(home) as connection:
        assert connection.sql("SELECT event FROM contact_history").fetchall() == [("attempt",)]


def test_a_place_in_the_buffer_that_the_dialler_filled_anew_is_not_doubled(home, bring, ask, undo):
    bring(PEOPLE)
    work_the_list(home)
    second = bring("Else,07400 000009\n", clear_fetched=True)
    dial(home, "INSERT INTO fetched SELECT lead_id, TIMESTAMPTZ '2026-03-02 13:00Z' FROM leads WHERE row_number = 2")

    done = undo(second)

    assert (done.fetched_restored, done.fetched_removed) == (2, 0)
    assert ask("SELECT count(*), count(DISTINCT lead_id) FROM fetched") == [(3, 3)]


@pytest.mark.parametrize(
    ("on_match", "phones"), [("drop_number", [None, "07400000005"]), ("reject_lead", [None, None])]
)
def test_a_number_that_became_do_not_call_meanwhile_is_not_put_back(home, bring, ask, undo, tmp_path, on_match, phones):
    values = {
        "mapping": {"first_name": "Name", "phone1": "Tel", "phone2": "Second"},
        "dnc": {"categories": ["TPS"], "on_match": on_match},
    }
    drop = tmp_path / "two.csv"
    drop.write_text("Name,Tel,Second\nOld 1,07400 000001,07400 000005\nOld 2,07400 000002,\n")
    template = {"name": "two", "supplier": "Acme", "list": {"name": "Warm"}, "call_info": "Ring {Tel}", **values}
    import_drop(drop, build_template(template, "two"), home, on=DAY, now=NOW)
    second = bring("New,07400 000009\n", delete_existing=True)
    (tmp_path / "tps.txt").write_text("07400 000001\n")
    load_dnc(home, tmp_path / "tps.txt", "TPS", now=NOW + timedelta(hours=1))

    done = undo(second)

    found = ask("SELECT phone1, phone2, call_info FROM leads ORDER BY row_number")
    assert found == [(*phones, None), ("07400000002", None, "Ring 07400 000002")]
    assert (done.restored_on_dnc, done.numbers_taken_off) == (1, phones.count(None))
    with open_writer(home) as connection:
        find_points(connection, np.array([447400000001, 447400000005]))
        points = "SELECT count(*) FROM lead_points WHERE value IN (447400000001, 447400000005)"
        assert connection.sql(points).fetchall() == [(2 - phones.count(None),)]


def test_a_list_that_was_known_before_the_import_takes_nothing_off(home, bring, see, undo, tmp_path):
    (tmp_path / "tps.txt").write_text("07400 000001\n")
    bring(PEOPLE, dnc={"categories": ["TPS"]})
    load_dnc(home, tmp_path / "tps.txt", "TPS", now=NOW)
    before = see()
    second = bring("New,07400 000009\n", delete_existing=True, now=NOW + timedelta(hours=1))

    done = undo(second)

    assert (done.restored_on_dnc, done.numbers_taken_off) == (0, 0), "it was taken off when the list was loaded"
    assert see() == before
