"""The Response URL of a template, by whichever way its drop came: told once the import is done or has failed."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.doors.outbox import list_deliveries
from pipelines.doors.responses import call_back, collect_responses, watch_responses
from pipelines.doors.state import state_path
from pipelines.importing import import_drop
from pipelines.replaying.replaying import replay
from tests.doors.conftest import Hook

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
GOOD, BAD = "firstname,phone\nJane,07400123456\n", "firstname,phone\nJane,12\n"
TEMPLATE = """\
name: web
supplier: Web
list: {{mode: named, name: Web}}
response_url: "{url}"
request_format: {kind}
phone: {{format: uk}}
mapping: {{first_name: firstname, phone1: phone}}
"""


@pytest.fixture
def save(home, hook):
    """Save the template ``web``; the hook's host may be called."""

    def write(kind: str = "json", url: str | None = None) -> None:
        home.make()
        (home.root / "doors.yaml").write_text("allow_hosts: [127.0.0.1]\n")
        (home.templates / "web.yaml").write_text(TEMPLATE.format(url=url or f"{hook.url}/done", kind=kind))
        hook.got.clear()

    return write


def put(tmp_path, text: str, name: str = "a.csv"):
    path = tmp_path / name
    path.write_text(text)
    return path


def told(hook: Hook) -> list[dict]:
    return [json.loads(body) for _, _, body in hook.got]


@pytest.mark.feature("MA-015")
def test_an_import_by_the_command_line_is_told_and_seen_in_the_history(save, lm, tmp_path, hook):
    save()

    done = lm("import", put(tmp_path, GOOD), "-t", "web", "--json")

    import_id = done.json[0]["import_id"]
    counts = {"rows_received": 1, "created": 1, "updated": 0, "rejected": 0, "quarantined": 0}
    assert told(hook) == [
        {
            "job_id": None, "import_id": import_id, "template": "web", "status": "completed", **counts,
            "message": None,
        }
    ]  # fmt: skip
    assert (done.code, done.err) == (0, "")
    (line,) = lm("show", import_id, "--json").json["deliveries"]
    assert (line["channel"], line["host"], line["state"]) == ("response_url", "127.0.0.1", "sent")


@pytest.mark.feature("MA-015", "MA-016", "MA-017")
def test_a_failed_import_is_told_in_the_request_format(save, lm, tmp_path, hook):
    save("xml")

    lm("import", put(tmp_path, "nothing,that,fits\n1,2,3\n"), "-t", "web")

    ((_, headers, body),) = hook.got
    assert headers["Content-Type"] == "application/xml"
    assert body.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<import><job_id /><import_id>2')
    assert b"<status>failed</status>" in body


def test_an_import_that_is_held_is_told_once_a_person_has_decided(save, lm, tmp_path, hook):
    save()
    released, cancelled = (
        lm("import", put(tmp_path, text, name), "-t", "web", "--json").json[0]["import_id"]
        for name, text in (("a.csv", BAD), ("b.csv", BAD + BAD[16:]))
    )
    before = list(hook.got)

    lm("release", released)
    lm("cancel", cancelled)

    assert before == []
    assert [(line["import_id"], line["status"]) for line in told(hook)] == [
        (released, "completed"),
        (cancelled, "cancelled"),
    ]


def test_a_server_that_says_no_fails_no_import_and_is_told_by_whoever_looks_next(save, lm, home, tmp_path, hook):
    save()
    hook.refusals = 1

    done = lm("import", put(tmp_path, GOOD), "-t", "web")
    sent, _ = call_back(home, {}, datetime.now(UTC) + timedelta(seconds=5))

    assert (done.code, sent) == (0, 1)
    note = "Note: response_url was not told. 127.0.0.1: the server answered 503; leadmill serve, dev and notify send"
    assert done.err.startswith(note)
    assert [headers["X-Leadmill-Event-Id"] for _, headers, _ in hook.got] == [hook.got[0][1]["X-Leadmill-Event-Id"]] * 2


def test_what_a_killed_process_had_committed_is_told_by_whoever_looks_next(save, lm, home, tmp_path, hook):
    save()
    watch_responses(home, datetime.now(UTC))
    import_drop(put(tmp_path, GOOD), "web", home)  # killed here: nobody has put it into the outbox

    first, again = (lm("notify", "send", "--json").json["messages"] for _ in range(2))

    assert (first, again) == (1, 0)
    assert [line["status"] for line in told(hook)] == ["completed"]


def test_a_replayed_home_calls_nobody_for_its_past(save, home, tmp_path, hook):
    save()
    watch_responses(home, NOW)
    import_drop(put(tmp_path, GOOD), "web", home, now=NOW)
    replay(home, tmp_path / "again", user="operator", now=NOW)

    copy = type(home)(tmp_path / "again")

    assert [collect_responses(each, NOW + timedelta(hours=1)) for each in (home, copy)] == [1, 0]


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://[half", "the address is none of the web"),
        ("ftp://example.com/x", "the address is not encrypted"),
        ("https://10.0.0.1/x", "the address leads into a private network"),
    ],
)
def test_an_address_that_may_not_be_called_is_told_and_fails_no_import(save, lm, home, tmp_path, url, problem):
    save(url=url)

    done = lm("import", put(tmp_path, GOOD), "-t", "web", "--json")

    assert (done.code, problem in done.err) == (0, True)
    assert problem in list_deliveries(home, done.json[0]["import_id"])[0]["problem"]


def test_a_rehearsal_and_an_import_without_response_url_tell_nobody(save, lm, home, tmp_path, hook):
    save()

    lm("import", put(tmp_path, GOOD), "-t", "web", "--dry-run")
    lm("import", put(tmp_path, GOOD), "-t", "web", "--set", "response_url=null")

    assert hook.got == []
    assert not state_path(home).exists()
