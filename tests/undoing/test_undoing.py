"""What an undo puts back, what stays on record, and what it says."""

from datetime import timedelta

import pytest

from pipelines.errors import UserError
from pipelines.published import publishing
from pipelines.published.publishing import publish
from pipelines.published.reading import open_reader
from pipelines.reports.looking_back import list_imports, show_import
from pipelines.store import open_writer
from pipelines.undoing import undo_import
from tests.bounds import spread
from tests.undoing.conftest import DAY, DEDUPE, NOW, PEOPLE, SECOND, count_images, work_the_list

EVERYWHERE = {"keys": ["phone"], "scope": ["global"]}
# What a second drop does to leads that are there; the counts of what is put back.
CHANGES = {
    "created": ({}, {}),
    "updated": ({"dedupe": DEDUPE | {"action": "update"}}, {"updated": 2}),
    "updated and reset": ({"dedupe": DEDUPE | {"action": "update", "reset_updated": True}}, {"reset": 2}),
    "reset": ({"dedupe": DEDUPE | {"action": "reset_older"}}, {"reset": 2}),
    "replaced": ({"dedupe": DEDUPE | {"action": "keep_new"}}, {"replaced": 2}),
    "migrated": ({"list": {"name": "Cold"}, "dedupe": EVERYWHERE | {"action": "keep_existing", "migrate": True}},
                 {"migrated": 2}),
    "migrated and reset": ({"list": {"name": "Cold"},
                            "dedupe": EVERYWHERE | {"action": "reset_older", "migrate": True}},
                           {"reset": 2}),
    "deleted but those with callbacks": ({"delete_existing": True}, {"deleted": 2}),
    "deleted": ({"delete_existing": True, "keep_callbacks": False}, {"deleted": 3}),
    "flushed": ({"clear_fetched": True}, {}),
    "a list per import": ({"list": {"mode": "per_import", "clone_from": "Warm"}}, {}),
    "a list per day": ({"list": {"mode": "per_day", "clone_from": "Warm", "prefix": "Day "}}, {}),
    "another supplier": ({"supplier": "Bravo"}, {}),
}  # fmt: skip
# The oracle draws all of them, too.
QUICK = ("updated and reset", "replaced", "migrated", "deleted but those with callbacks", "a list per import")


@pytest.mark.parametrize("what", spread(CHANGES, QUICK))
def test_what_an_import_did_is_put_back_to_the_row(home, bring, see, undo, what):
    changes, restored = CHANGES[what]
    first = bring(PEOPLE)
    work_the_list(home)
    before = see()
    second = bring(SECOND, **changes)
    assert see() != before

    done = undo(second)

    assert see() == before
    assert (done.removed, done.restored) == (second.created, restored)
    assert (done.left, done.lost_rows, done.removed_dialled, done.restored_dialled) == ({}, {}, 0, 0)
    assert count_images(home) == 0
    assert {row["import_id"]: row["status"] for row in list_imports(home, 9, NOW)} == {
        first.import_id: "completed",
        second.import_id: "undone",
    }


def test_callbacks_and_the_buffer_come_back_with_their_leads(home, bring, undo):
    bring(PEOPLE)
    work_the_list(home)
    second = bring(SECOND, delete_existing=True, keep_callbacks=False, clear_fetched=True)

    done = undo(second)

    assert (done.callbacks_restored, done.fetched_restored) == (1, 3)


def test_the_first_import_of_a_home_goes_with_its_list_and_supplier(bring, see, undo):
    first = bring(PEOPLE)

    done = undo(first)

    assert {name: rows for name, rows in see().items() if rows} == {}
    assert (done.lists_removed, done.suppliers_removed) == (("Warm",), ("Acme",))


def test_a_list_and_a_supplier_stay_as_long_as_another_import_uses_them(bring, ask, undo):
    first = bring(PEOPLE)
    second = bring("Else,07400 000009\n")

    kept = undo(first)
    gone = undo(second)

    assert (kept.lists_removed, kept.suppliers_removed) == ((), ())
    assert (gone.lists_removed, gone.suppliers_removed) == (("Warm",), ("Acme",))
    assert ask("SELECT * FROM lists") == []


def test_an_undone_import_stays_on_record_and_says_when_it_was_undone(home, bring, ask, undo):
    first = bring(PEOPLE)
    ledger = show_import(home, first.import_id, NOW)["ledger"]

    undo(first)

    seen = show_import(home, first.import_id, NOW)
    assert seen["ledger"] == ledger
    assert (seen["receipt"]["status"], seen["receipt"]["undone_by"]) == ("undone", "op")
    assert seen["receipt"]["undone_at"] == NOW
    assert ask("SELECT fate, count(*) FROM import_rows GROUP BY fate") == [("created", 3)]
    assert ask("SELECT \"user\", subject, detail FROM audit_log WHERE action = 'import undone'") == [
        ("op", first.import_id, "3 leads taken away, 0 put back")
    ]


def test_an_undone_drop_is_imported_again_without_force_and_gives_the_same_leads(bring, ask, undo):
    columns = "* EXCLUDE (lead_id, import_id)"
    first = bring(PEOPLE)
    leads = ask(f"SELECT {columns} FROM leads ORDER BY row_number")
    undo(first)

    again = bring(PEOPLE)

    assert again.import_id != first.import_id
    assert ask(f"SELECT {columns} FROM leads ORDER BY row_number") == leads


def test_a_rehearsal_says_the_same_and_changes_nothing(bring, see, undo):
    bring(PEOPLE)
    second = bring(SECOND, dedupe=DEDUPE | {"action": "keep_new"})
    before = see()

    rehearsed = undo(second, dry_run=True)

    assert see() == before
    assert rehearsed.to_dict() == undo(second).to_dict() | {"dry_run": True}


def test_what_was_undone_but_not_published_is_published_by_the_next_writer(home, bring, ask, undo, monkeypatch):
    first = bring(PEOPLE)

    def break_down(*_):
        raise OSError("the disk is full")

    monkeypatch.setattr(publishing, "_switch", break_down)
    with pytest.raises(OSError, match="full"):
        undo(first)
    monkeypatch.undo()
    meanwhile = ask("SELECT count(*) FROM leads")
    with open_writer(home) as connection:
        publish(connection, home)

    assert (meanwhile, ask("SELECT count(*) FROM leads")) == ([(3,)], [(0,)])
    with pytest.raises(UserError, match="undone already"):
        undo(first)


def test_a_settled_import_can_be_undone_after_its_leads_have_expired(home, bring, ask, undo):
    bring(PEOPLE, expiry={"on": DAY})
    later = NOW + timedelta(days=9)
    second = bring("New,07400 000009\n", delete_existing=True, now=later)

    done = undo_import(home, second.import_id, user="op", now=later)

    assert done.restored == {}
    with open_reader(home, later, reports=()) as connection:
        assert connection.sql("SELECT count(*) FROM leads").fetchall() == [(0,)], "what has expired does not come back"
