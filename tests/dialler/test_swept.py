"""What the dialler reports late of leads that have expired and been swept meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.expiring import expire
from tests.dialler.conftest import ANN, BEN, NOW

pytestmark = pytest.mark.usefixtures("rows_lie_as")

MIDNIGHT = datetime(2026, 3, 4, tzinfo=UTC)
CALLS = """\
    phone,called_at,agent
    07400 000001,2026-03-03T15:00:00Z,Al
"""


@pytest.mark.parametrize("is_swept", [True, False])
def test_a_call_to_a_lead_that_was_swept_since_is_counted_by_its_number_too(world, is_swept):
    world.bring(ANN, BEN, expiry={"in_days": 1})
    if is_swept:
        expire(world.home, now=MIDNIGHT + timedelta(hours=1))

    world.load("attempts", CALLS)

    assert world.ask("SELECT leads_dialled, attempts FROM supplier_summary") == [(1, 1)]
    assert world.look("SELECT value FROM contact_history") == [(447400000001,)], "the person is left in peace"


def test_a_person_who_came_again_is_told_from_the_lead_that_was_swept(world):
    world.bring(ANN, expiry={"in_days": 1})
    expire(world.home, now=MIDNIGHT + timedelta(hours=1))
    again = world.bring(ANN, to="Cold", by="Bravo", on=NOW.date())

    world.load(
        "attempts",
        """\
        phone,called_at,agent
        07400 000001,2026-03-03T15:00:00Z,Al
        07400 000001,2026-03-06T11:00:00Z,Al
        """,
    )

    calls = world.look("SELECT import_id, called_at FROM attempts ORDER BY called_at")
    assert [import_id == again.import_id for import_id, _ in calls] == [False, True]
    assert [row[3] for row in world.stand()] == [1]
