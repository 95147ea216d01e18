"""The mail on each import that a configuration asks for: kept with the outcome, sent until a server takes it."""

import email
import email.policy
from datetime import UTC, datetime, timedelta

import pytest
from starlette.datastructures import Headers

from pipelines.doors import intake
from pipelines.doors.access import Caller
from pipelines.doors.checkmarket.configuration import read_configuration
from pipelines.doors.checkmarket.contacts import read_contacts
from pipelines.doors.checkmarket.keeping import add_configuration, find_configuration
from pipelines.doors.intake import carry_out, receive
from pipelines.doors.jobs import start_job
from pipelines.doors.outbox import deliver, list_deliveries
from pipelines.doors.settings import DoorSettings
from tests.notifying.sinks import name_mail, taking_mails

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CALLER = Caller("acme", "default", ("write:contacts",), ())


def keep(home, *, name="Spring", is_mailed=True, body=b'{"Contacts": [{"Email": "jane@secret.example"}, {}]}'):
    """Return the job of two contacts that were sent by a configuration."""
    home.make()
    config = read_configuration({"Name": name, "SendNotificationMail": is_mailed}, is_typed=True)
    configuration = find_configuration(home, "default", add_configuration(home, "default", config, NOW))
    headers = Headers({"content-type": "application/json"})
    return receive(home, read_contacts(home, CALLER, configuration, {}, body, headers, "digest"), NOW)[0]


@pytest.mark.feature("CM-027")
def test_each_import_is_told_by_one_mail_once_a_server_takes_it(home, monkeypatch):
    monkeypatch.setattr("pipelines.notifying.sending.FIRST_WAIT", 0)
    job = carry_out(home, keep(home).job_id, NOW)

    with taking_mails() as mails:
        nobody_named = deliver(home, DoorSettings(), {}, NOW)
        (home.root / "notify.yaml").write_text(name_mail(9))
        nobody_there = deliver(home, DoorSettings(), {}, NOW + timedelta(minutes=1))
        (waiting,) = list_deliveries(home, job.outcome.import_id)
        (home.root / "notify.yaml").write_text(name_mail(mails.port))
        taken = [deliver(home, DoorSettings(), {}, NOW + timedelta(hours=hours)) for hours in (1, 2)]

    assert (nobody_named, nobody_there, taken) == (0, 0, [1, 0])
    assert (waiting["channel"], waiting["state"], waiting["tries"]) == ("mail", "waiting", 2)
    ((to, text),) = mails.arrived
    mail = email.message_from_string(text)
    assert (to, mail["Subject"]) == (["ops@example.com"], "[leadmill] An import was made: Spring, completed")
    assert f"Import {job.job_id} by configuration 1 (Spring): completed." in mail.get_payload()
    assert "2 rows: 1 created, 0 updated, 1 rejected, 0 quarantined." in mail.get_payload()
    assert "jane" not in text
    assert list_deliveries(home, job.outcome.import_id)[0]["state"] == "sent"


def test_an_import_that_was_committed_before_a_kill_is_told_once_and_one_that_was_not_asked_for_never(home):
    job = keep(home)
    start_job(home, job)
    committed = intake._import(home, job)  # killed here: the job knows nothing of it

    done = [carry_out(home, job.job_id, NOW) for _ in range(2)]
    quiet = carry_out(home, keep(home, is_mailed=False).job_id, NOW)

    assert [each.outcome.import_id for each in done] == [committed.import_id] * 2
    assert len(list_deliveries(home, committed.import_id)) == 1
    assert list_deliveries(home, quiet.outcome.import_id) == []


def test_an_import_that_failed_is_told_too_and_no_name_breaks_the_head_of_a_mail(home):
    job = carry_out(home, keep(home, name="Ä: B <c@d>, 'e'", body=b'{"Contacts": [{"Ref": 1}]}').job_id, NOW)

    with taking_mails() as mails:
        (home.root / "notify.yaml").write_text(name_mail(mails.port))
        deliver(home, DoorSettings(), {}, NOW)

    ((to, text),) = mails.arrived
    assert (job.outcome.status, job.answer.status, to) == ("failed", 400, ["ops@example.com"])
    assert email.message_from_string(text)["To"] == "ops@example.com"
    subject = email.message_from_string(text, policy=email.policy.default)["Subject"]
    assert subject == "[leadmill] An import was made: Ä: B <c@d>, 'e', failed"
