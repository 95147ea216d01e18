"""The door of LeadLex, against a real server process, as its document prints it."""

import hashlib
import hmac
import json
import shlex
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from pipelines.reports.looking_back import ask, read_log
from tests.doors.conftest import KEY, Server

PATH = "/v1/import/contacts"
# As it stands in their document, but for the host.
PRINTED = r"""
curl -X POST \
  https://data.leadlex.com/functions/v1/api-gateway/v1/import/contacts \
  -H "Authorization: Bearer wbk_your_api_key_here" \
  -H "Content-Type: application/json" \
  -d '{
    "rows": [
      { "full_name": "Jane Doe", "email": "jane@acme.com" },
      { "full_name": "Bob Smith", "email": "bob@beta.com" }
    ]
  }'
"""
ERRORS = {
    "nothing": ({}, "Supply either rows or csv."),
    "both": ({"rows": [{}], "csv": "<string>", "has_header": True, "mapping": {}, "tags": [{}]}, "not both"),
    "mapping missing": ({"csv": "Email\na@b.example\n"}, "mapping says"),
    "mapping no object": ({"csv": "Email\na@b.example\n", "mapping": ["email"]}, "mapping says"),
    "mapping unknown": ({"csv": "Email\na@b.example\n", "mapping": {"Email": "emial"}}, "Did you mean 'email'?"),
    "column missing": ({"csv": "Mail\na@b.example\n", "mapping": {"Email": "email"}}, "Email"),
    "rows no array": ({"rows": {}}, "rows is an array"),
    "header by name": ({"csv": "a@b.example\n", "has_header": False, "mapping": {"Email": "email"}}, 'from "1"'),
    "tags no texts": ({"rows": [{"email": "a@b.example"}], "tags": [{}]}, "tags is an array"),
    "no contact": ({"rows": [{}]}, "an email or a phone"),
}


@pytest.fixture(scope="module")
def settings(hook):
    return (
        "rate_per_minute: 100000\nmax_megabytes: 20\nallow_hosts: [127.0.0.1]\n"
        f"tenants: {{default: {{webhook: '{hook.url}/done', secret: $HOOK_SECRET}}}}\n"
    )


def send(server: Server, document: object, **headers: str):
    return server.client.post(PATH, json=document, headers={k.replace("_", "-"): v for k, v in headers.items()})


def query(server: Server, sql: str) -> list[dict]:
    return ask(server.home, datetime.now(UTC), sql)


@pytest.mark.feature("LL-001", "LL-012", "LL-013", "LL-015", "LL-016", "LL-017", "LL-018", "LL-019", "LL-020")
def test_the_request_of_the_document_is_answered_as_the_document_says(server):
    command = shlex.split(PRINTED.replace("\\\n", " "))
    command[command.index(next(part for part in command if part.startswith("https:")))] = server.url + PATH

    answer = json.loads(subprocess.run([*command, "-s"], capture_output=True, check=True).stdout)

    job_id = answer["data"].pop("job_id")
    assert job_id.startswith("imp_")
    assert answer == {
        "data": {"status": "completed", "created_count": 2, "updated_count": 0, "skipped_count": 0, "errors": []}
    }
    seen = query(server, "SELECT first_name, last_name, email FROM leads WHERE email LIKE '%@acme.com' ")
    assert seen == [{"first_name": "Jane", "last_name": "Doe", "email": "jane@acme.com"}]
    assert server.client.get(f"{PATH}/{job_id}").json()["data"]["created_count"] == 2


@pytest.mark.feature("LL-002", "LL-004")
def test_csv_comes_in_by_its_mapping_and_without_a_header_by_position(server):
    mapping = {"Email Address": "email", "Full Name": "full_name"}
    text = "Email Address,Full Name,Shoe\ncsv1@x.example,Ann Lee,7\n"

    named = send(server, {"csv": text, "mapping": mapping, "tags": ["spring"]}).json()["data"]
    placed = send(server, {"csv": "Al Bo,csv2@x.example\n", "has_header": False, "mapping": {"2": "email"}}).json()

    assert (named["created_count"], placed["data"]["created_count"]) == (1, 1)
    assert query(server, "SELECT last_name, tags FROM leads WHERE email = 'csv1@x.example'") == [
        {"last_name": "Lee", "tags": ["spring"]}
    ]


def test_known_people_are_skipped_or_updated_and_bad_rows_are_named(server):
    send(server, {"rows": [{"email": "known@x.example", "phone": "07700900111"}]})
    rows = [{"email": "known@x.example", "company": "New"}, {"email": "not an address"}, {"email": "fresh@x.example"}]

    skipped = send(server, {"rows": rows}).json()["data"]
    updated = send(server, {"rows": rows[:1], "update_existing": True}).json()["data"]

    assert [skipped[f"{what}_count"] for what in ("created", "updated", "skipped")] == [1, 0, 2]
    assert [(error["row_number"], error["code"]) for error in skipped["errors"]] == [(2, "R_EMAIL_INVALID")]
    assert [updated[f"{what}_count"] for what in ("created", "updated", "skipped")] == [0, 1, 0]
    assert query(server, "SELECT company FROM leads WHERE email = 'known@x.example'") == [{"company": "New"}]


@pytest.mark.feature("LL-003", "LL-008", "LL-023")
@pytest.mark.parametrize("case", ERRORS)
def test_what_is_said_wrongly_is_a_validation_error(server, case):
    document, said = ERRORS[case]

    answer = send(server, document)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "validation_error")
    assert said in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"rows":' + b"[" * 100_000,
        b'{"csv":"a","csv":"b"}',
        b'{"rows":[{"email":NaN}]}',
        b"\xff\xfe",
    ],
)
def test_hostile_json_is_refused(server, body):
    answer = server.client.post(PATH, content=body, headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "validation_error")


def test_half_a_character_becomes_a_question_mark_wherever_it_stands(server):
    content = b'{"csv": "Mail,\\ud800\\nhalf@x.example,\\udfff\\n", "mapping": {"Mail": "email", "\\ud800": "company"}}'

    answer = server.client.post(PATH, content=content, headers={"Content-Type": "application/json"})

    assert answer.json()["data"]["created_count"] == 1
    assert query(server, "SELECT company FROM leads WHERE email = 'half@x.example'") == [{"company": "?"}]


@pytest.mark.feature("LL-024", "LL-025")
@pytest.mark.parametrize(
    ("authorization", "status", "code"),
    [
        ("Bearer wbk_wrong", 401, "invalid_key"),
        ("Basic am9objp3cm9uZw==", 401, "invalid_key"),
        ("Bearer wbk_reader", 403, "insufficient_permissions"),
    ],
)
def test_who_may_not_come_in_is_told_so(server, authorization, status, code):
    answer = send(server, {"rows": [{"email": "a@b.example"}]}, Authorization=authorization)

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_another_tenant_sees_no_job_of_ours(server):
    job_id = send(server, {"rows": [{"email": "secret@x.example"}]}).json()["data"]["job_id"]

    answers = [
        server.client.get(f"{PATH}/{job_id}", headers={"Authorization": f"Bearer {key}"}).status_code
        for key in (KEY, "wbk_reader", "wbk_other")
    ]

    assert answers == [200, 200, 404]


@pytest.mark.feature("LL-021")
def test_each_answer_tells_what_is_left_of_the_rate_and_its_own_id(server):
    first, second = (send(server, {}) for _ in range(2))

    assert first.headers["X-RateLimit-Limit"] == "100000"
    assert int(second.headers["X-RateLimit-Remaining"]) in (99_999, int(first.headers["X-RateLimit-Remaining"]) - 1)
    assert time.time() < int(first.headers["X-RateLimit-Reset"]) <= time.time() + 61
    assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]
    log = read_log(server.home, 20, datetime.now(UTC))
    assert any(line["detail"].endswith(first.headers["X-Request-ID"]) and line["user"] == "acme" for line in log)


@pytest.mark.feature("LL-026")
def test_more_than_20_mb_is_refused_while_it_comes_in(server):
    def stream():
        for _ in range(400):
            yield b"x" * 65536

    declared = server.client.post(PATH, content=b"x" * (20 * 1024 * 1024 + 1))
    streamed = server.client.post(PATH, content=stream())

    for answer in (declared, streamed):
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "payload_too_large")


@pytest.mark.feature("LL-014")
def test_the_same_key_gives_the_same_answer_and_another_body_a_conflict(server):
    document = {"rows": [{"email": "once@x.example"}]}

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: send(server, document, Idempotency_Key="k1"), range(8)))
    other = send(server, {"rows": [{"email": "twice@x.example"}]}, Idempotency_Key="k1")

    done = {answer.content for answer in answers if answer.status_code == 200}
    assert len(done) == 1
    assert {answer.status_code for answer in answers} <= {200, 429}
    assert (other.status_code, other.json()["error"]["code"]) == (409, "idempotency_conflict")
    assert query(server, "SELECT count(*) AS leads FROM leads WHERE email = 'once@x.example'") == [{"leads": 1}]


@pytest.mark.feature("LL-011", "LL-022")
def test_five_hundred_rows_are_answered_at_once_and_one_more_is_queued_and_told_by_webhook(server, hook):
    hook.refusals = 1
    rows = [{"email": f"n{number}@many.example"} for number in range(501)]

    at_once = send(server, {"rows": rows[:500]})
    queued = send(server, {"rows": [*rows[:500], {"email": "last@many.example"}]})

    assert (at_once.status_code, at_once.json()["data"]["status"]) == (200, "completed")
    assert (queued.status_code, queued.json()["data"]["status"]) == (202, "queued")
    job_id = queued.json()["data"]["job_id"]
    deadline = time.monotonic() + 30
    while len(hook.got) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    done = server.client.get(f"{PATH}/{job_id}").json()["data"]
    assert [done["status"], done["created_count"], done["skipped_count"]] == ["completed", 1, 500]
    (_, first, body), (_, second, again) = hook.got[:2]
    assert (body, first["X-Leadmill-Event-Id"]) == (again, second["X-Leadmill-Event-Id"])
    assert json.loads(body)["event"] == "import.completed"
    assert json.loads(body)["data"]["job_id"] == job_id
    signed = f"{second['X-Leadmill-Timestamp']}.".encode() + body
    assert second["X-Leadmill-Signature"] == f"sha256={hmac.new(b's3cret', signed, hashlib.sha256).hexdigest()}"


def test_nothing_of_a_person_is_in_the_log_of_the_server(server):
    send(server, {"rows": [{"email": "private@x.example", "phone": "07700900777"}]})

    assert "private" not in "".join(server.log)
    assert "private" not in (server.home.root / "accesses.jsonl").read_text()
