"""Open callbacks and the dialler's buffer: states, of which a report is the truth about the leads it names."""

from datetime import date

import pytest

from pipelines.errors import UserError
from tests.dialler.conftest import ANN, BEN, CID

MON, TUE, WED = (f"2026-03-{day:02}T10:00:00Z" for day in (9, 10, 11))
DUE = "SELECT right(phone1_e164, 1), strftime(due_at, '%d'), callbacks.notes FROM callbacks JOIN leads USING (lead_id)"
WAITING = (
    "SELECT right(phone1_e164, 1), strftime(fetched_at, '%d') FROM fetched JOIN leads USING (lead_id) ORDER BY ALL"
)


def count(done, *names):
    return tuple(getattr(done, name) for name in names)


def see(world):
    return world.ask(f"{DUE} ORDER BY ALL")


def test_callbacks_are_added_and_a_report_is_the_truth_about_the_leads_it_names(world):
    world.bring(ANN, BEN, CID)
    world.load("callbacks", f"phone,due_at,notes\n{ANN},{MON},ring twice\n{BEN},{MON},\n{CID},{MON},")

    moved = world.load("callbacks", f"phone,due_at,notes\n{ANN},{TUE},\n{BEN},{MON},after ten")

    assert count(moved, "added", "corrected", "removed", "repeated") == (1, 1, 1, 0)
    assert see(world) == [("1", "10", None), ("2", "09", "after ten"), ("3", "09", None)]


def test_a_callback_that_is_closed_goes(world):
    world.bring(ANN, BEN)
    world.load("callbacks", f"phone,due_at\n{ANN},{MON}\n{BEN},{MON}")

    done = world.load("callbacks", f"phone,due_at,state\n{ANN},{MON},Closed\n{BEN},{MON},open")

    assert count(done, "removed", "repeated") == (1, 1)
    assert see(world) == [("2", "09", None)]


def test_with_replace_the_report_is_all_there_is(world):
    world.bring(ANN, BEN)
    world.load("callbacks", f"phone,due_at\n{ANN},{MON}\n{BEN},{MON}")

    done = world.load("callbacks", f"phone,due_at\n{BEN},{TUE}", replace=True)
    after = see(world)
    emptied = world.load("callbacks", "phone,due_at", replace=True)

    assert count(done, "added", "removed") == (1, 2)
    assert after == [("2", "10", None)]
    assert count(emptied, "lines", "removed") == (0, 1)
    assert see(world) == []


def test_a_report_about_nobody_replaces_nothing(world):
    world.bring(ANN)
    world.load("callbacks", f"phone,due_at\n{ANN},{MON}")

    with pytest.raises(UserError, match="None of its 1 rows is about a lead here"):
        world.load("callbacks", f"phone,due_at\n{CID},{MON}", replace=True)

    assert see(world) == [("1", "09", None)]


def test_a_state_that_comes_back_is_loaded_though_the_file_is_known(world):
    world.bring(ANN)
    first, second = f"phone,due_at\n{ANN},{MON}", f"phone,due_at\n{ANN},{TUE}"

    added = [world.load("callbacks", text).added for text in (first, second, first, first)]

    assert added == [1, 1, 1, 0]
    assert see(world) == [("1", "09", None)]
    assert world.ask("SELECT count(*) FROM dialler_loads") == [(3,)]


@pytest.mark.usefixtures("rows_lie_as")
def test_a_lead_that_is_gone_is_not_called_back(world):
    world.bring(ANN, on=date(2026, 3, 1))
    ann = world.find(ANN)
    world.bring(BEN, delete_existing=True, keep_callbacks=False)

    done = world.load("callbacks", f"lead_id,due_at\n{ann},{MON}\n{world.find(BEN)},{MON}")

    assert (done.by_id, done.unmatched, dict(done.reasons)) == (1, 1, {"gone_lead": 1})
    assert see(world) == [("2", "09", None)]


def test_leads_with_a_callback_stay_when_the_rest_is_deleted(world):
    world.bring(ANN, BEN)
    world.load("callbacks", f"phone,due_at\n{ANN},{MON}")

    world.bring(CID, delete_existing=True, keep_callbacks=True)

    assert [row[1] for row in world.stand()] == ["1", "3"]
    assert see(world) == [("1", "09", None)]


def test_the_buffer_keeps_the_later_time_and_replace_empties_the_rest(world):
    world.bring(ANN, BEN)
    world.load("fetched", f"phone,fetched_at\n{ANN},2026-03-05T10:00:00Z\n{BEN},2026-03-05T10:00:00Z")

    late = world.load("fetched", f"phone,fetched_at\n{ANN},2026-03-04T10:00:00Z")
    kept = world.ask(WAITING)
    now = world.load("fetched", f"phone\n{ANN}", replace=True)

    assert count(late, "added", "corrected", "repeated") == (0, 0, 1)
    assert kept == [("1", "05"), ("2", "05")]
    assert count(now, "corrected", "removed") == (1, 1)
    assert world.ask(WAITING) == [("1", "06")]
