"""What `leadmill maintain` removes of the doors' memory, and what it never does."""

import json
import os
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.doors.access import Caller
from pipelines.doors.intake import carry_out, receive
from pipelines.doors.jobs import find_job, list_finished, list_open
from pipelines.doors.leadlex import DEFAULTS, read_request
from pipelines.doors.outbox import deliver
from pipelines.doors.settings import read_door_settings
from pipelines.doors.state import state_path
from pipelines.errors import UserError
from pipelines.maintaining import maintain

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=91)
CALLER = Caller("acme", "default", ("write:contacts",), ())


def keep(home, name: str):
    home.make()
    body = b'{"rows": [{"email": "%s"}]}' % name.encode()
    return receive(home, read_request(home, CALLER, body, name, name), NOW)[0].job_id


def save_template(home, **more: object) -> None:
    home.make()
    text = json.dumps({**DEFAULTS, "supplier": "S", "mapping": {"email": "email"}, **more})
    (home.templates / "leadlex.yaml").write_text(text)


def test_jobs_that_are_done_go_after_ninety_days_and_those_that_are_not_stay(home):
    done, opened = keep(home, "a@b.example"), keep(home, "open@b.example")
    carry_out(home, done, NOW)

    early, late = maintain(home, NOW + timedelta(days=89)), maintain(home, LATER)

    assert (early.doors, late.doors) == ({"keys": 1}, {"jobs": 1})
    assert find_job(home, done) is None
    assert [job.job_id for job in list_open(home)] == [opened]
    assert list_finished(home, 0, 9) == {}


def test_a_held_import_stays_until_a_person_has_decided(home):
    save_template(home, hold_above=0)
    job_id = keep(home, "not an address")
    assert carry_out(home, job_id, NOW).outcome.status == "held"

    assert "jobs" not in maintain(home, LATER).doors
    assert find_job(home, job_id) is not None


def test_messages_that_are_tried_again_stay_with_their_jobs_and_those_given_up_go(home):
    save_template(home, response_url="https://[::1]/hook")
    job_id = keep(home, "a@b.example")
    carry_out(home, job_id, NOW)
    settings = read_door_settings(home)

    waiting = maintain(home, LATER).doors
    assert (waiting, find_job(home, job_id).status) == ({"keys": 1}, "completed")
    for days in range(12):
        deliver(home, settings, {}, NOW + timedelta(days=10 * days))
    given_up = maintain(home, LATER + timedelta(days=100)).doors

    assert given_up == {"messages": 1, "jobs": 1}


def test_bytes_of_a_drop_that_no_job_has_go_and_those_of_an_open_one_stay(home):
    job_id = keep(home, "a@b.example")
    drops = home.root / "doors/drops"
    (drops / "imp_0.json").write_text("{}")
    for path in drops.iterdir():
        os.utime(path, (0, 0))

    assert maintain(home, NOW).doors == {"drops": 1}
    assert [path.stem for path in drops.iterdir()] == [job_id]


def test_a_home_without_doors_gets_none_and_the_days_are_at_least_three(home, lm):
    home.make()

    assert lm("maintain").code == 0
    assert not state_path(home).exists()
    (home.root / "doors.yaml").write_text("keep_days: 2\n")
    with pytest.raises(UserError, match="keep_days: Input should be greater than or equal to 3"):
        read_door_settings(home)


def test_the_history_counts_the_messages_of_each_import(home, lm):
    save_template(home, response_url="https://[::1]/hook")
    carry_out(home, keep(home, "a@b.example"), datetime.now(UTC))

    assert lm("history", "--json").json[0]["deliveries"] == {"waiting": 1}
    assert "1 waiting" in lm("history").out
