"""The door of MaxContact: leads sent against a saved template, as JSON or XML, against a real server process."""

import json
import subprocess
import time
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest

from pipelines.doors.access import create_key, create_user
from pipelines.reports.looking_back import ask
from tests.doors.conftest import KEY, READER, Server

BASE = """\
name: {name}
supplier: Web
list: {{mode: named, name: Web}}
phone: {{format: uk}}
hold_above: 1
dedupe: {{keys: [phone], scope: [file, global], action: keep_existing}}
mapping: {{first_name: firstname, last_name: lastname, phone1: phone}}
"""
MEDIA = {"json": "application/json", "xml": "application/xml"}


@pytest.fixture(scope="module")
def settings():
    return "rate_per_minute: 100000\nallow_hosts: [127.0.0.1]\n"


@pytest.fixture(scope="module")
def site(server, hook) -> Server:
    """The server, with templates in both formats and callers that may use one of them."""
    now = datetime.now(UTC)
    create_key(server.home, "json only", "wbk_json", scopes=["write:contacts"], now=now, templates=("json",))
    create_user(server.home, "api", "a long password", scopes=["write:contacts"], now=now, templates=("xml",))
    for name, more in {
        "json": f"response_url: '{hook.url}/json'\n",
        "xml": f"request_format: xml\nresponse_url: '{hook.url}/xml'\n",
        "urgent": "high_priority: true\n",
        "held": f"hold_above: 0\nresponse_url: '{hook.url}/held'\n",
        "paths": "file: {records: data.people, limits: maxcontact}\n",
    }.items():
        (server.home.templates / f"{name}.yaml").write_text(
            BASE.format(name=name).replace("hold_above: 1\n", "" if "hold_above" in more else "hold_above: 1\n") + more
        )
    return server


def send(site: Server, template: str, content: object, **headers: str):
    kind = "xml" if template == "xml" else "json"
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    sent = {"Content-Type": MEDIA[kind], **{name.replace("_", "-"): value for name, value in headers.items()}}
    return site.client.post(f"/v1/templates/{template}/leads", content=body, headers=sent)


def query(site: Server, sql: str) -> list[dict]:
    return ask(site.home, datetime.now(UTC), sql)


def wait_for(hook, path: str, import_id: str, *, of: int = 1) -> list[tuple[dict, bytes]]:
    """Return what was posted to a path about an import, once it was."""
    end = time.monotonic() + 30
    while True:
        got = [(headers, body) for at, headers, body in list(hook.got) if at == path and import_id.encode() in body]
        if len(got) >= of or time.monotonic() > end:
            return got
        time.sleep(0.05)


@pytest.mark.feature("MA-001", "MA-015", "MA-016", "MA-017")
def test_json_is_imported_by_its_template_answered_in_json_and_told_to_the_response_url(site, hook):
    command = [
        "curl", "-s", "-X", "POST", f"{site.url}/v1/templates/json/leads",
        "-H", f"Authorization: Bearer {KEY}", "-H", "Content-Type: application/json",
        "-d", '{"leads": [{"firstname": "Jane", "lastname": "Doe", "phone": "07400 123456"}, {"phone": "12"}]}',
    ]  # fmt: skip

    answer = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)

    assert answer["job_id"].startswith("imp_")
    errors = answer.pop("errors")
    assert [(error["row_number"], error["code"]) for error in errors] == [(2, "R_PHONE_PLACEHOLDER")]
    assert answer | {"job_id": "", "import_id": ""} == {
        "job_id": "", "import_id": "", "template": "json", "status": "completed", "rows_received": 2, "created": 1,
        "updated": 0, "rejected": 1, "quarantined": 0, "message": None,
    }  # fmt: skip
    assert query(site, "SELECT last_name, phone1 FROM leads WHERE first_name = 'Jane'") == [
        {"last_name": "Doe", "phone1": "07400123456"}
    ]
    ((headers, body),) = wait_for(hook, "/json", answer["import_id"])
    assert (headers["Content-Type"], json.loads(body)) == ("application/json", answer)


@pytest.mark.feature("MA-011", "MA-015", "MA-016", "MA-017")
def test_xml_by_a_user_of_that_template_is_answered_and_told_in_xml(site, hook):
    body = (
        b"<?xml version='1.0' encoding='ISO-8859-1'?><leads><lead><firstname>Zo\xeb</firstname>"
        b"<phone>07400123457</phone></lead><lead><firstname>A&amp;B</firstname><phone>07400123458</phone></lead></leads>"
    )
    command = [
        "curl", "-s", "-u", "api:a long password", "-H", "Content-Type: text/xml", "--data-binary", "@-",
        f"{site.url}/v1/templates/xml/leads",
    ]  # fmt: skip

    answer = ET.fromstring(subprocess.run(command, input=body, capture_output=True, check=True).stdout)

    assert answer.tag == "import"
    assert [answer.findtext(name) for name in ("status", "created")] == ["completed", "2"]
    names = query(site, "SELECT first_name FROM leads WHERE phone1 LIKE '0740012345_' ORDER BY phone1 DESC LIMIT 2")
    assert [line["first_name"] for line in names] == ["A&B", "Zoë"]
    ((headers, told),) = wait_for(hook, "/xml", answer.findtext("import_id"))
    assert headers["Content-Type"] == "application/xml"
    assert ET.fromstring(told).findtext("job_id") == answer.findtext("job_id")
    shown = site.client.get(f"/v1/templates/xml/leads/{answer.findtext('job_id')}")
    assert (shown.headers["Content-Type"], ET.fromstring(shown.content).findtext("created")) == (
        "application/xml",
        "2",
    )


@pytest.mark.parametrize(
    ("template", "content", "created"),
    [
        ("json", {"firstname": "One", "phone": "07400123460"}, 1),
        ("json", [{"firstname": "Two", "phone": "07400123461"}, {"firstname": "Three", "phone": "07400123462"}], 2),
        ("xml", b"<lead><firstname>Four</firstname><phone>07400123463</phone></lead>", 1),
        ("paths", {"data": {"people": [{"phone": "07400123464"}], "other": [{"x": 1}, {"x": 2}]}}, 1),
    ],
)
def test_one_lead_many_and_records_by_path_come_in(site, template, content, created):
    answer = send(site, template, content)

    assert answer.status_code == 200, answer.text
    done = ET.fromstring(answer.content).findtext("created") if template == "xml" else answer.json()["created"]
    assert int(done) == created


@pytest.mark.feature("MA-009")
def test_many_leads_are_queued_unless_the_template_is_urgent(site, hook):
    leads = [{"phone": f"0740020{number:04}"} for number in range(501)]

    queued = send(site, "json", leads)
    urgent = send(site, "urgent", leads)

    assert (queued.status_code, queued.json()["status"], urgent.status_code) == (202, "queued", 200)
    path = f"/v1/templates/json/leads/{queued.json()['job_id']}"
    end = time.monotonic() + 30
    while (job := site.client.get(path).json())["status"] != "completed" and time.monotonic() < end:
        time.sleep(0.1)
    assert job["rows_received"] == urgent.json()["rows_received"] == 501
    assert job["created"] + urgent.json()["created"] == 501
    ((_, body),) = wait_for(hook, "/json", job["import_id"])
    assert json.loads(body)["job_id"] == job["job_id"]


@pytest.mark.feature("MA-015")
def test_an_import_that_fails_is_a_refusal_in_the_format_of_the_template_and_told(site, hook):
    hook.got.clear()

    answer = send(site, "xml", b"<people><person><name>x</name></person><person><name>y</name></person></people>")

    error = ET.fromstring(answer.content)
    assert (answer.status_code, error.tag, error.findtext("code")) == (400, "error", "validation_error")
    ((_, body),) = wait_for(hook, "/xml", "")
    assert ET.fromstring(body).findtext("status") == "failed"


def test_a_held_import_is_answered_as_held_and_not_told_yet(site, hook):
    answer = send(site, "held", [{"phone": "12"}])

    assert (answer.status_code, answer.json()["status"]) == (200, "held")
    assert [path for path, *_ in hook.got if path == "/held"] == []


@pytest.mark.parametrize(
    ("template", "body"),
    [
        ("json", b""), ("json", b"5"), ("json", b"[]"), ("json", b"[1]"), ("json", b'{"a":1,"a":2}'),
        ("json", b'[{"a":NaN}]'), ("json", b"[" * 100_000), ("json", b"\xff"),
        ("xml", b""), ("xml", b"<a>"), ("xml", b"<a>&x;</a>"), ("xml", b"<a>" * 5000), ("xml", b"\x00"),
        ("xml", b'<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;">]><a>&z;</a>'),
        ("xml", b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'),
        ("xml", b"<?xml version='1.0' encoding='utf-9'?><a/>"),
        ("json", b'{"leads": [{"phone": "\\ud800"}]}'), ("json", b'{"leads": []}'), ("xml", b"<leads/>"),
    ],
)  # fmt: skip
def test_hostile_and_empty_bodies_are_no_fault_of_the_server(site, template, body):
    answer = send(site, template, body)

    assert answer.status_code in (200, 400), answer.text
    assert answer.headers["Content-Type"] == MEDIA[template]
    if answer.status_code == 400:
        told = ET.fromstring(answer.content) if template == "xml" else answer.json()["error"]
        assert (told.findtext("code") if template == "xml" else told["code"]) == "validation_error"


@pytest.mark.parametrize(
    ("template", "headers", "status"),
    [
        ("json", {"Authorization": "Bearer wbk_wrong"}, 401),
        ("json", {"Authorization": f"Bearer {READER}"}, 403),
        ("xml", {"Authorization": "Bearer wbk_json"}, 404),
        ("nothing", {}, 404),
        ("..", {}, 404),
        ("x" * 200, {}, 404),
        ("a%00b", {}, 404),
        ("json", {"Content-Type": "application/xml"}, 415),
        ("json", {"Idempotency_Key": "x" * 300}, 400),
    ],
)
def test_what_is_not_allowed_is_told_by_its_status(site, template, headers, status):
    answer = send(site, template, [{"phone": "07400123470"}], **headers)

    assert answer.status_code == status
    assert "error" in answer.text


def test_a_refusal_of_a_stranger_is_worded_as_the_request_was(site):
    headers = {"Authorization": "Bearer wbk_wrong"}

    as_xml = send(site, "xml", b"<a/>", **headers)
    as_json = send(site, "json", {}, **headers)

    assert ET.fromstring(as_xml.content).findtext("code") == as_json.json()["error"]["code"] == "invalid_key"
    assert "WWW-Authenticate" in as_xml.headers


def test_the_same_key_gives_the_same_answer_also_for_no_other_template(site):
    lead = [{"phone": "07400123480"}]

    first, again, other = (
        send(site, name, lead, Idempotency_Key="once") for name in ("json", "json", "urgent")
    )  # fmt: skip

    assert (first.status_code, first.content) == (200, again.content)
    assert (other.status_code, other.json()["error"]["code"]) == (409, "idempotency_conflict")


def test_a_job_is_seen_by_its_tenant_under_its_template_only(site):
    job_id = send(site, "json", [{"phone": "07400123490"}]).json()["job_id"]

    statuses = [
        site.client.get(f"/v1/templates/{name}/leads/{job_id}", headers={"Authorization": f"Bearer {key}"}).status_code
        for name, key in (("json", KEY), ("json", "wbk_json"), ("json", "wbk_other"), ("xml", KEY), ("json", READER))
    ]

    assert statuses == [200, 200, 404, 404, 200]


def test_more_than_is_taken_is_refused_in_the_format_of_the_template(site):
    answer = send(site, "xml", b"<a>" + b"x" * (20 * 1024 * 1024))

    assert (answer.status_code, ET.fromstring(answer.content).findtext("code")) == (413, "payload_too_large")


def test_a_template_that_is_broken_is_said_to_be(site):
    (site.home.templates / "broken.yaml").write_text("supplier: X\n")

    answer = send(site, "broken", [{"phone": "07400123495"}])

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "validation_error")
