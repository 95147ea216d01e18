"""What a killed server leaves is carried on: nothing lost, nothing twice."""

from datetime import UTC, datetime

import pytest

from pipelines.doors import intake
from pipelines.doors.access import Caller
from pipelines.doors.answers import RefusedError
from pipelines.doors.desk import Desk
from pipelines.doors.intake import carry_out, receive
from pipelines.doors.jobs import list_open, start_job
from pipelines.doors.leadlex import read_request
from pipelines.doors.settings import DoorSettings
from pipelines.reports.looking_back import ask
from tests.conftest import list_tree

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CALLER = Caller("acme", "default", ("write:contacts",), ())
BODY = b'{"rows": [{"email": "a@b.example"}]}'


def keep(home):
    home.make()
    return receive(home, read_request(home, CALLER, BODY, "k1", "digest"), NOW)[0]


def test_a_drop_that_was_kept_before_the_kill_is_imported_after_it(home):
    keep(home)

    done = [carry_out(home, job.job_id, NOW) for job in list_open(home)]

    assert [(job.outcome.created, job.answer.status) for job in done] == [(1, 200)]
    assert list_open(home) == []


def test_an_import_that_was_committed_before_the_kill_is_answered_for_and_not_made_again(home):
    job = keep(home)
    start_job(home, job)
    committed = intake._import(home, job)  # killed here: the job knows nothing of it

    done = carry_out(home, job.job_id, NOW)

    assert (done.outcome.import_id, done.outcome.created) == (committed.import_id, 1)
    assert ask(home, NOW, "SELECT count(*) AS imports FROM imports") == [{"imports": 1}]
    assert list((home.root / "doors/drops").iterdir()) == []


def test_who_is_told_to_come_again_is_told_another_time_than_the_one_before(home):
    desk = Desk(home, DoorSettings(patience_seconds=0.1), lambda: NOW)
    desk.waiting, desk.expected = 1, 2.0
    drop = read_request(home, CALLER, BODY, None, "digest")

    turns = []
    for _ in range(40):
        with pytest.raises(RefusedError) as refused:
            desk.take(drop)
        turns.append(int(refused.value.headers["Retry-After"]))

    assert turns[:3] == [6, 8, 10]
    assert turns[-1] == 60, "a minute at most"
    assert not (home.root / "doors/drops").exists()


def test_the_import_that_is_rehearsed_before_anybody_comes_leaves_nothing(home):
    keep(home)
    carry_out(home, list_open(home)[0].job_id, NOW)
    before = list_tree(home.root)

    desk = Desk(home, DoorSettings(), lambda: NOW)
    desk.warm_up()
    desk.worker.shutdown()

    after = list_tree(home.root)
    changed = {name for name in before | after if before.get(name) != after.get(name)}
    assert changed <= {"store/writer.pid", "store/leadmill.duckdb.wal"}
    assert ask(home, NOW, "SELECT count(*) AS imports FROM imports") == [{"imports": 1}]
