"""Attempts and outcomes: whom they are about, what they make of leads, and reports that come late or again."""

from datetime import UTC, date, datetime

import pytest

from pipelines.dialler import loading
from pipelines.errors import UserError
from pipelines.home import Home
from pipelines.points.recognising import list_points
from pipelines.store import open_writer
from tests.dialler.conftest import ANN, BEN, CID, NOW, World

CALL = "2026-03-03T10:00:00Z"
TABLES = ("attempts", "dispositions", "contact_history")
LATER = "2026-03-04T10:00:00Z"


def count(done, *names):
    return tuple(getattr(done, name) for name in names)


def test_an_attempt_is_matched_by_number_however_it_is_spelled_and_counts(world):
    world.bring(ANN, BEN)

    done = world.load("attempts", f"Phone Number,Call Time\n+44 7400 000001,{CALL}\n07400000001,{LATER}\n{CID},{CALL}")

    assert count(done, "lines", "by_id", "by_number", "unmatched", "bad", "added") == (3, 0, 2, 1, 0, 2)
    assert done.reasons == {"unknown_lead": 1}
    assert world.stand() == [("Warm", "1", "dialled", 2), ("Warm", "2", "new", 0)]
    assert world.ask("SELECT e164, called_at FROM attempts ORDER BY called_at") == [
        ("+447400000001", datetime(2026, 3, 3, 10, tzinfo=UTC)),
        ("+447400000001", datetime(2026, 3, 4, 10, tzinfo=UTC)),
    ]


def test_an_id_is_matched_before_a_number_and_an_unknown_id_leaves_it_to_the_number(world):
    world.bring(ANN, BEN)
    ann = world.find(ANN)

    done = world.load("attempts", f"lead_id,phone,called_at\n{ann},{BEN},{CALL}\n77,{BEN},{LATER}\n78,,{LATER}")

    assert count(done, "by_id", "by_number", "unmatched") == (1, 1, 1)
    assert world.stand() == [("Warm", "1", "dialled", 1), ("Warm", "2", "dialled", 1)]


def test_the_dialler_s_own_lead_id_gives_way_to_ours(world):
    world.bring(ANN)

    done = world.load("attempts", f"lead_id,vendor_lead_code,call_date\n4711,{world.find(ANN)},2026-03-03 10:00:00")

    assert count(done, "by_id", "added") == (1, 1)


def test_every_lead_with_the_number_was_called_but_not_those_that_came_after_the_call(world):
    world.bring(ANN)
    world.bring(ANN, to="Cold")
    world.bring(ANN, to="Late", on=date(2026, 3, 5))

    done = world.load("attempts", f"phone,called_at\n{ANN},{CALL}")

    assert count(done, "by_number", "added", "late") == (1, 2, 0)
    assert world.stand() == [("Cold", "1", "dialled", 1), ("Late", "1", "new", 0), ("Warm", "1", "dialled", 1)]


def test_a_call_to_a_number_that_only_later_leads_have_is_kept_and_not_counted(world):
    world.bring(ANN)

    done = world.load("attempts", f"phone,called_at\n{ANN},2026-02-20T10:00:00Z")

    assert count(done, "added", "late") == (1, 1)
    assert world.stand() == [("Warm", "1", "new", 0)]
    assert world.ask("SELECT count(*) FROM attempts") == [(1,)]


@pytest.mark.parametrize("kind", ["attempts", "dispositions"])
def test_a_report_that_is_loaded_again_says_so_and_changes_nothing(world, kind):
    world.bring(ANN, BEN)
    report = f"phone,called_at,outcome\n{ANN},{CALL},NA\n{ANN},{LATER},SALE\n{BEN},{CALL},WRONG"
    first = world.load(kind, report)
    generation = (world.home.published / "current").resolve()
    before = world.stand(), world.look("SELECT * FROM contact_history ORDER BY ALL")

    again = world.load(kind, report)

    assert count(first, "added", "repeated", "already_loaded_at") == (3, 0, None)
    assert count(again, "added", "repeated", "corrected", "already_loaded_at") == (0, 3, 0, NOW)
    assert (world.stand(), world.look("SELECT * FROM contact_history ORDER BY ALL")) == before
    assert (world.home.published / "current").resolve() == generation
    assert world.ask("SELECT count(*) FROM dialler_loads") == [(1,)]
    assert world.ask("SELECT count(*) FROM audit_log WHERE action = 'dialler load'") == [(1,)]


def test_a_longer_report_adds_what_is_new_and_leads_that_came_since_are_matched(world):
    world.bring(ANN)
    world.load("attempts", f"phone,called_at\n{ANN},{CALL}\n{BEN},{CALL}")
    world.bring(BEN)

    done = world.load("attempts", f"phone,called_at\n{ANN},{CALL}\n{BEN},{CALL}")

    assert count(done, "added", "repeated", "already_loaded_at") == (1, 1, NOW)
    assert world.stand() == [("Warm", "1", "dialled", 1), ("Warm", "2", "dialled", 1)]
    assert world.ask("SELECT count(*) FROM dialler_loads") == [(2,)]


def test_an_outcome_without_an_attempt_is_an_attempt_and_with_one_it_is_not_another(world):
    world.bring(ANN, BEN)
    world.load("attempts", f"phone,called_at\n{ANN},{CALL}")

    done = world.load("dispositions", f"phone,called_at,disposition\n{ANN},{CALL},NI\n{BEN},{CALL},AM")

    assert count(done, "added") == (2,)
    assert world.ask("SELECT count(*) FROM attempts") == [(2,)]
    assert world.stand() == [("Warm", "1", "contacted", 1), ("Warm", "2", "dialled", 1)]


def test_it_does_not_matter_which_report_comes_first(world, tmp_path):
    other = World(Home(tmp_path / "other"), tmp_path)
    attempts = f"phone,called_at\n{ANN},{CALL}\n{BEN},{CALL}\n{ANN},{LATER}"
    outcomes = f"phone,called_at,outcome,sale_value\n{ANN},{LATER},SALE,49\n{BEN},{CALL},NI,"
    loads = [("attempts", attempts), ("dispositions", outcomes)]

    states = []
    for one, order in ((world, loads), (other, loads[::-1])):
        one.bring(ANN, BEN)
        one.bring(ANN, to="Cold")
        for kind, text in order:
            one.load(kind, text)
        kept = [one.look(f"SELECT * FROM {table} ORDER BY ALL") for table in TABLES]
        states.append((one.stand(), kept))

    assert states[0] == states[1]


def test_a_corrected_outcome_replaces_the_one_before_and_what_came_of_it(world):
    world.bring(ANN)
    world.load("dispositions", f"phone,called_at,outcome,sale_value\n{ANN},{CALL},SALE,49.00")
    sold = world.stand()

    done = world.load("dispositions", f"phone,called_at,outcome\n{ANN},{CALL},NA")

    assert count(done, "added", "corrected") == (0, 1)
    assert (sold, world.stand()) == ([("Warm", "1", "sold", 1)], [("Warm", "1", "dialled", 1)])
    assert world.ask("SELECT outcome, sale_value FROM dispositions") == [("NA", None)]
    assert world.look("SELECT event, count(*) FROM contact_history GROUP BY event") == [("attempt", 1)]


def test_of_two_rows_on_one_call_the_later_stands(world):
    world.bring(ANN)

    done = world.load("dispositions", f"phone,called_at,outcome\n{ANN},{CALL},SALE\n{ANN},{CALL},NI")

    assert count(done, "lines", "added", "repeated") == (2, 1, 1)
    assert world.ask("SELECT outcome FROM dispositions") == [("NI",)]


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        (["NA"], "dialled"),
        (["AM", "NI"], "contacted"),
        (["CB", "WRONG"], "unworkable"),
        (["SALE", "NA"], "sold"),
        (["ODD"], "dialled"),
    ],
)
def test_the_status_says_the_most_that_any_call_says(world, outcomes, status):
    world.bring(ANN)
    rows = "\n".join(f"{ANN},2026-03-03T1{i}:00:00Z,{code}" for i, code in enumerate(outcomes))

    world.load("dispositions", f"phone,called_at,outcome\n{rows}")

    assert world.stand() == [("Warm", "1", status, len(outcomes))]


def test_a_call_from_before_a_reset_is_late_and_one_after_it_counts_anew(world):
    world.bring(ANN)
    world.load("dispositions", f"phone,called_at,outcome\n{ANN},{CALL},NI")
    dedupe = {"keys": ["phone"], "scope": ["destination"], "action": "reset_older"}
    world.bring("", ANN, on=date(2026, 3, 4), dedupe=dedupe)
    reset = world.stand()

    done = world.load("dispositions", f"phone,called_at,outcome\n{ANN},2026-03-03T15:00:00Z,SALE\n{ANN},{LATER},NA")

    assert reset == [("Warm", "1", "new", 0)]
    assert count(done, "added", "late") == (2, 1)
    assert world.stand() == [("Warm", "1", "dialled", 1)]


def test_a_call_to_a_lead_that_has_been_replaced_is_kept_by_its_id(world):
    first = world.bring(f"{ANN},ann@example.com", on=date(2026, 3, 1))
    ann = world.find(ANN)
    world.bring(ANN, dedupe={"keys": ["phone"], "scope": ["destination"], "action": "keep_new"})

    done = world.load("dispositions", f"lead_id,called_at,outcome\n{ann},{CALL},SALE")

    assert count(done, "by_id", "added", "late") == (1, 1, 0)
    assert world.ask("SELECT lead_id, import_id FROM attempts") == [(ann, first.import_id)]
    assert world.stand() == [("Warm", "1", "new", 0)]
    assert world.look("SELECT kind, event FROM contact_history ORDER BY ALL") == [
        (1, "attempt"),
        (1, "response"),
        (3, "attempt"),
        (3, "response"),
    ]


def test_an_id_of_a_row_that_made_no_lead_is_unknown(world):
    world.bring(ANN)
    ann = world.find(ANN)

    done = world.load("attempts", f"lead_id,called_at\n{ann + 1},{CALL}")

    assert count(done, "unmatched", "added") == (1, 0)


def test_whom_we_called_and_who_answered_is_in_the_history_by_every_contact_point(world):
    world.bring(f"{ANN},Ann@Example.com")
    ann, (list_id,) = world.find(ANN), world.ask("SELECT list_id FROM lists")[0]

    world.load("dispositions", f"phone,called_at,outcome\n{ANN},{CALL},NI\n{ANN},{LATER},NA")

    rows = world.look(
        "SELECT kind, text, lead_id, list_id, survey_id, event, happened_at FROM contact_history ORDER BY ALL"
    )
    first, second = datetime(2026, 3, 3, 10, tzinfo=UTC), datetime(2026, 3, 4, 10, tzinfo=UTC)
    assert rows == [
        (kind, text, ann, list_id, None, event, at)
        for kind, text in ((1, None), (3, "ann@example.com"))
        for event, at in (("attempt", first), ("attempt", second), ("response", first))
    ]
    with open_writer(world.home) as connection:
        list_points(connection, "SELECT lead_id FROM leads")
        others = "SELECT DISTINCT kind, value FROM contact_history EXCEPT SELECT kind, value FROM lead_points"
        assert connection.sql(others).fetchall() == []


def test_a_number_without_an_international_form_is_compared_by_its_digits(world):
    world.bring("0999 12345678", phone={"format": "advanced", "region": "GB", "require": "length", "min_length": 6})

    done = world.load("attempts", f"phone,called_at\n0999 123 456 78,{CALL}")

    assert count(done, "by_number", "added") == (1, 1)


def test_what_breaks_down_before_the_end_leaves_nothing(world, monkeypatch):
    world.bring(ANN)

    def break_down(*_, **__):
        raise OSError("the disk is full")

    monkeypatch.setattr(loading, "_record", break_down)
    with pytest.raises(OSError, match="full"):
        world.load("dispositions", f"phone,called_at,outcome\n{ANN},{CALL},SALE")
    monkeypatch.undo()

    assert world.stand() == [("Warm", "1", "new", 0)]
    for table in ("attempts", "dispositions", "contact_history", "dialler_loads", "outcomes", "unpublished"):
        assert world.look(f"SELECT count(*) FROM {table}") == [(0,)], table
    assert world.load("dispositions", f"phone,called_at,outcome\n{ANN},{CALL},SALE").added == 1


def test_what_happened_cannot_be_replaced(world):
    world.bring(ANN)

    with pytest.raises(UserError, match="What happened stays"):
        world.load("attempts", f"phone,called_at\n{ANN},{CALL}", replace=True)
