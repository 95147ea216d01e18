"""Undoing imports of which leads have expired, swept or not: the same, and nothing comes back alive."""

from datetime import timedelta

import pytest

from pipelines.errors import UserError
from pipelines.store import open_writer
from tests.expiring.conftest import DEDUPE, LATER, PEOPLE, SHORT
from tests.undoing.conftest import dial

SECOND = "New 1,07400 000001\nNew 9,07400 000009\n"


@pytest.fixture(params=["swept", "not swept"])
def is_swept(request) -> bool:
    return request.param == "swept"


def test_an_import_whose_leads_have_expired_can_be_undone(bring, see, sweep, undo, is_swept):
    first = bring(expiry=SHORT)
    if is_swept:
        sweep()

    done = undo(first)

    assert (done.removed, done.already_expired) == ((0, 3) if is_swept else (3, 0))
    seen = {name: rows for name, rows in see().items() if rows}
    assert set(seen) == {"import_rows", "imports"}
    assert bring(now=LATER, on=LATER.date()).status == "completed", "its drop can be imported again"


@pytest.mark.parametrize("how", [{"dedupe": {**DEDUPE, "action": "keep_new"}}, {"delete_existing": True}])
def test_what_an_import_took_away_does_not_come_back_once_it_has_expired(home, bring, ask, sweep, undo, is_swept, how):
    bring(expiry=SHORT)
    dial(home, "INSERT INTO callbacks SELECT lead_id, TIMESTAMPTZ '2026-03-09 10:00Z', 'back' FROM leads")
    second = bring(SECOND, called="second", keep_callbacks=False, **how)
    if is_swept:
        sweep()

    undo(second)

    assert ask("SELECT * FROM leads") == ask("SELECT * FROM callbacks") == []
    with open_writer(home) as connection:
        expected = 0 if is_swept or "delete_existing" in how else 2
        assert connection.sql("SELECT count(*) FROM leads").fetchall() == [(expected,)], "those that were left standing"


@pytest.mark.parametrize("how", [{"dedupe": {**DEDUPE, "action": "keep_new"}}, {"delete_existing": True}])
def test_what_has_not_expired_comes_back(bring, ask, sweep, undo, how):
    bring(expiry={"in_days": 30})
    second = bring(SECOND, called="second", **how)
    sweep()

    undo(second)

    assert ask("SELECT first_name FROM leads ORDER BY 1") == [("Ann",), ("Bob",), ("Cy",)]


@pytest.mark.parametrize("action", ["update", "reset_older"])
def test_an_image_of_a_lead_that_expired_since_puts_nothing_back(bring, ask, sweep, undo, is_swept, action):
    bring(expiry=SHORT)
    second = bring(SECOND, called="second", dedupe={**DEDUPE, "action": action})
    if is_swept:
        sweep()

    done = undo(second)

    assert done.restored == {}
    assert ask("SELECT * FROM leads") == []


def test_leads_that_expired_stand_in_no_undos_way(bring, ask, sweep, undo, is_swept):
    first = bring(expiry=SHORT)
    second = bring(SECOND, called="second", dedupe={**DEDUPE, "action": "update"})
    if is_swept:
        sweep()

    undo(first)
    undo(second)

    assert ask("SELECT * FROM leads") == ask("SELECT * FROM lists") == []
    with pytest.raises(UserError, match="undone already"):
        undo(first)


def test_leads_that_have_not_expired_still_do(bring, sweep, undo):
    first = bring(expiry=SHORT)
    bring(SECOND, called="second", dedupe={**DEDUPE, "action": "update"})

    with pytest.raises(UserError, match="Later imports touched 1 lead "):
        undo(first, now=LATER - timedelta(days=2))


def test_rows_that_were_turned_away_for_leads_that_expired_are_told(bring, sweep, undo, is_swept):
    first = bring(expiry=SHORT)
    rule = {"keys": ["phone"], "scope": ["global"], "action": "keep_existing"}
    later = bring(PEOPLE + "Dee,07400 000004\n", called="later", dedupe=rule)
    if is_swept:
        sweep()

    assert undo(first).lost_rows == {later.import_id: 3}


def test_a_lead_that_was_moved_expires_where_it_stands(bring, ask, sweep, undo, count):
    bring(expiry=SHORT)
    rule = {"keys": ["phone"], "scope": ["lists"], "lists": ["Warm"], "action": "update", "migrate": True}
    second = bring(SECOND, called="second", list={"name": "Cold"}, dedupe=rule)

    done = sweep()
    undo(second)

    assert done.lists == {"Cold": 1, "Warm": 2}
    assert count("leads") == [0]
    assert ask("SELECT name FROM lists") == [("Warm",)]
