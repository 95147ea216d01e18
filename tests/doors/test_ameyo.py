"""The door of Ameyo, against a real server process, as its document prints it."""

import base64
import json
import subprocess
import time
from datetime import UTC, datetime

import httpx
import pytest

from pipelines.doors.access import Caller, create_user
from pipelines.doors.ameyo import Upload, choose
from pipelines.doors.settings import AmeyoList, read_door_settings
from pipelines.errors import UserError
from pipelines.home import Home
from pipelines.reports.looking_back import ask
from tests.cli.conftest import run_main
from tests.doors.conftest import let_in, serving

PATH = "/v1/cc-list/1/process-list/13/leads/17/contact-upload-tasks"
BASIC = f"Basic {base64.b64encode(b'john:correct horse').decode()}"
# As it stands in their document, typographic quotes and all.
MAPPING = """{
“twitter”: “”,
“timezone”: “”,
“facebook”: “”,
“phone2”: “”,
“name”: “customer_name”,
“phone3”: “”,
“phone4”: “”,
“phone5”: “”,
“email”: “”,
“phone1”: “phone1”
}"""
ANSWER = """{
“metadata”: null,
“method”: “POST”,
“response”: [
{
“data”: {
“task_id”: 4231888909951751
},
“http_code”: 200,
“error_data”: null
}
],
“http_code”: 200,
“request_id”: null
}"""
SETTINGS = """
rate_per_minute: 100000
origins: [https://crm.example]
tenants:
  default:
    ameyo:
      1/13/17:
      1/13/18: {}
      1/14/1: {template: club, list: Members}
      1/15/1: {list: Social, table: social}
      1/16/1: {template: club}
"""
TEMPLATE = """
supplier: Club
list: {mode: named, name: Club}
dedupe: {keys: [email], scope: [destination], action: update, reset_updated: true, on_multiple: quarantine}
mapping: {email: Mail}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("ameyo") / "home")
    let_in(home)
    create_user(home, "tied", "correct horse", scopes=["write:contacts"], now=datetime.now(UTC), templates=("none",))
    (home.templates / "club.yaml").write_text(TEMPLATE)
    assert run_main("--home", home.root, "tables", "create", "social", "--field", "twitter:text").code == 0
    (home.root / "doors.yaml").write_text(SETTINGS)
    with serving(home) as server:
        yield server


def send(server, text, mapping=None, path=PATH, authorization=BASIC, **fields):
    """Post a form as a client does, and return the answer."""
    mapping = {"name": "Name", "phone1": "Tel"} if mapping is None else mapping
    data = {"user_id": "john", "header_mapping": mapping if isinstance(mapping, str) else json.dumps(mapping)}
    data = {name: value for name, value in {**data, **fields}.items() if value is not None}
    files = {"file": ("contacts.csv", text)} if text is not None else {"nothing": ("", b"")}
    return server.client.post(path, data=data, files=files, headers={"Authorization": authorization})


def tell(server, answer, path=PATH):
    """Return what a GET on an upload's task tells, once it is done."""
    number = answer.json()["response"][0]["data"]["task_id"]
    deadline = time.monotonic() + 30
    while True:
        told = server.client.get(f"{path}/{number}").json()["response"][0]
        if told["data"]["status"] not in ("queued", "processing") or time.monotonic() > deadline:
            return told
        time.sleep(0.1)


def fault(answer):
    """Return what is wrong, out of an envelope that says so throughout."""
    document = answer.json()
    (response,) = document["response"]
    assert list(document) == ["metadata", "method", "response", "http_code", "request_id"]
    assert [document["http_code"], response["http_code"], response["data"]] == [answer.status_code] * 2 + [None]
    assert document["method"] == answer.request.method
    return answer.status_code, response["error_data"]["code"], response["error_data"]["message"]


def query(server, sql):
    return [tuple(row.values()) for row in ask(server.home, datetime.now(UTC), sql)]


@pytest.mark.feature("AM-002", "AM-003", "AM-004", "AM-005", "AM-006", "AM-008", "AM-009", "AM-017", "AM-018", "AM-019")
def test_the_form_of_the_document_is_answered_as_the_document_says(server, tmp_path):
    file = tmp_path / "contacts.csv"
    file.write_text("customer_name,phone1\nJane Doe,07400900123\n")
    headers = ["-H", "accept: */*", "-H", f"authorization: {BASIC}", "-H", "origin: https://crm.example"]
    fields = ["user_id=john", "update_duplicate=false", "churn_updated_records=false", "migrate=false"]
    form = [part for field in (f"file=@{file}", *fields, f"header_mapping={MAPPING}") for part in ("-F", field)]

    said = subprocess.run(
        ["curl", "-s", "-X", "POST", server.url + PATH, *headers, *form], capture_output=True, check=True
    ).stdout.decode()

    number = json.loads(said)["response"][0]["data"]["task_id"]
    printed = json.loads(ANSWER.translate(str.maketrans("“”", '""')).replace("4231888909951751", str(number)))
    assert said == json.dumps(printed)
    assert 0 < number < 1 << 63
    sql = "SELECT name, first_name, last_name, phone1, imports.user FROM leads JOIN lists USING (list_id)"
    sql += " JOIN imports USING (import_id) WHERE last_name = 'Doe'"
    assert query(server, sql) == [("Ameyo 1/13/17", "Jane", "Doe", "07400900123", "john")]


@pytest.mark.feature("AM-013", "AM-014", "AM-015", "AM-020")
def test_a_task_tells_its_state_its_counts_and_the_rows_in_error(server):
    text = "Name,Tel\nAnn Able,07400900201\nBob Bell,12\nAnn Able,07400900201\n"

    answer = send(server, text, {"name": "Name", "phone1": "Tel", "timezone": "", "email": None})
    told = tell(server, answer)

    data = told["data"]
    assert [told["http_code"], told["error_data"], data["status"]] == [200, None, "completed"]
    assert [data[name] for name in ("rows_received", "created", "updated", "rejected")] == [3, 1, 0, 2]
    assert [(error["row_number"], error["code"]) for error in data["errors"]] == [(2, "R_PHONE_PLACEHOLDER")]
    assert query(server, f"SELECT status FROM imports WHERE import_id = '{data['import_id']}'") == [("completed",)]


@pytest.mark.feature("AM-010", "AM-012")
def test_known_contacts_of_the_process_are_ignored_updated_or_moved_to_the_list_of_the_address(server):
    second = PATH.replace("17", "18")
    sql = "SELECT name, first_name FROM leads JOIN lists USING (list_id) WHERE phone1 = '07400900301'"
    send(server, "Name,Tel\nOld One,07400900301\n")
    seen = []

    for update, migrate in (("false", "false"), ("TRUE", ""), ("false", "true")):
        send(server, f"Name,Tel\nNew{update} One,07400900301\n", path=second, update_duplicate=update, migrate=migrate)
        seen += query(server, sql)

    assert seen == [("Ameyo 1/13/17", "Old"), ("Ameyo 1/13/17", "NewTRUE"), ("Ameyo 1/13/18", "NewTRUE")]


@pytest.mark.feature("AM-011")
@pytest.mark.parametrize(
    ("template", "flags", "rule"),
    [
        (None, (None, None, None), {"keys": ["phone"], "scope": ["file", "campaign"], "action": "keep_existing"}),
        (None, (True, True, None), {"action": "update", "reset_updated": True, "migrate": False}),
        (None, (False, True, True), {"action": "keep_existing", "reset_updated": False, "migrate": True}),
        ("club", (None, None, None), {"keys": ["email"], "scope": ["destination"], "reset_updated": True}),
        ("club", (True, False, None), {"reset_updated": False, "on_multiple": "quarantine"}),
        ("club", (False, None, None), {"action": "keep_existing", "reset_updated": False, "on_multiple": "first"}),
    ],
)
def test_the_flags_of_a_form_go_over_what_the_template_says_of_duplicates(home, template, flags, rule):
    home.make()
    (home.templates / "club.yaml").write_text(TEMPLATE)
    caller = Caller("john", "default", ("write:contacts",), ())

    made, _ = choose(
        home, caller, "1/13/17", AmeyoList(template=template), Upload(b"", "john", {"phone1": "Tel"}, *flags)
    )

    assert rule.items() <= made.dedupe.model_dump().items()


def test_a_lead_list_has_the_template_the_list_and_the_table_that_the_operator_names(server):
    mapping = {"email": "Mail", "twitter": "Handle"}

    send(server, "Mail\nann@club.example\n", {"email": "Mail"}, PATH.replace("13", "14").replace("17", "1"))
    send(server, "Mail\nbob@club.example\n", {"email": "Mail"}, PATH.replace("13", "16").replace("17", "1"))
    send(server, "Mail,Handle\ncy@x.example,@cy\n", mapping, PATH.replace("13", "15").replace("17", "1"))

    sql = "SELECT email, name, supplier FROM leads JOIN lists USING (list_id) WHERE email IS NOT NULL ORDER BY email"
    assert query(server, sql) == [
        ("ann@club.example", "Members", "Club"),
        ("bob@club.example", "Club", "Club"),
        ("cy@x.example", "Social", "john"),
    ]
    assert query(server, "SELECT twitter FROM social") == [("@cy",)]


def test_more_than_five_hundred_rows_are_queued_and_answered_in_the_same_way(server):
    rows = "".join(f"P{number},0740090{number:04}\n" for number in range(1000, 1501))

    answer = send(server, f"Name,Tel\n{rows}")

    assert answer.status_code == 200
    assert list(answer.json()["response"][0]["data"]) == ["task_id"]
    assert tell(server, answer)["data"]["rows_received"] == 501


def test_an_upload_of_which_nothing_can_be_read_says_so_at_once_or_in_its_task(server):
    at_once = send(server, "Who,Tel\nAnn,07400900401\n")
    queued = tell(server, send(server, "Who,Tel\n" + "Ann,07400900401\n" * 501))

    assert fault(at_once)[:2] == (400, "validation_error")
    assert "Name" in fault(at_once)[2]
    assert [queued["http_code"], queued["data"]["status"]] == [400, "failed"]
    assert "Name" in queued["error_data"]["message"]


WRONG = {
    "no user": ({"user_id": None}, "user_id is required."),
    "a blank user": ({"user_id": " "}, "user_id has 1 to 255 printable characters."),
    "a user of two lines": ({"user_id": "a\nb"}, "user_id has 1 to 255"),
    "no mapping": ({"header_mapping": None}, "header_mapping is required."),
    "a mapping that is no JSON": ({"mapping": "{name"}, "header_mapping is a JSON object"),
    "a mapping that is a list": ({"mapping": "[]"}, "header_mapping is a JSON object"),
    "a mapping to figures": ({"mapping": {"phone1": 7}}, "header_mapping is a JSON object"),
    "a key twice": ({"mapping": '{"phone1": "a", "phone1": "b"}'}, "header_mapping is a JSON object"),
    "a deep mapping": ({"mapping": '{"a":' * 9000}, "header_mapping is a JSON object"),
    "an unknown field": ({"mapping": {"phone1": "Tel", "fone2": "Name"}}, "Did you mean 'phone2'?"),
    "no phone and no e-mail": ({"mapping": {"name": "Name"}}, "maps neither a phone nor an e-mail"),
    "nothing mapped": ({"mapping": {"phone1": ""}}, "It maps nothing"),
    "what no lead has": ({"mapping": {"phone1": "Tel", "twitter": "Name"}}, "'twitter' goes to no lead"),
    "a flag that is none": ({"migrate": "maybe"}, "migrate is true or false."),
    "an unknown part": ({"migrat": "true"}, "The form has no part 'migrat'."),
    "a long text": ({"user_id": "x" * 70_000}, "A part other than file has more than 64 KB."),
    "no file": ({"text": None}, "The form has no part 'nothing'."),
    "an empty file": ({"text": ""}, "file is required."),
    "a picture": ({"text": b"\x89PNG\r\n\x1a\n\0\0"}, "it is a picture"),
    "a broken archive": ({"text": b"PK\x03\x04" + b"\0" * 40}, None),
    "bytes": ({"text": bytes(range(256)) * 4}, "This is not text"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_said_wrongly_is_a_validation_error(server, case):
    changes, said = WRONG[case]

    answer = send(server, **{"text": "Name,Tel\nAnn,07400900501\n", **changes})
    if said is None:  # what is packed is queued
        assert tell(server, answer)["data"]["status"] == "failed"
        return

    assert fault(answer)[:2] == (400, "validation_error")
    assert said in fault(answer)[2]


PART = b'--x\r\nContent-Disposition: form-data; name="%s"; filename="c.csv"\r\n\r\n%s\r\n'
END = b"--x--\r\n"
HOSTILE = {
    "nothing": b"",
    "no form": b"{}",
    "no end": PART % (b"file", b"Name,Tel"),
    "no part": END,
    "a part twice": PART % (b"file", b"a") * 2 + END,
    "a part without a name": b"--x\r\n\r\nx\r\n" + END,
    "a name that is no text": PART % (b"\xff\xfe", b"x") + END,
    "many parts": b"".join(PART % (b"p%d" % number, b"x") for number in range(5000)) + END,
    "many headers": b"--x\r\n" + b"A: b\r\n" * 500 + b"\r\nx\r\n" + END,
    "a long header": b"--x\r\nA: " + b"b" * 100_000 + b"\r\n\r\nx\r\n" + END,
    "text that is none": PART % (b"user_id", b"\xff\xfe") + PART % (b"file", b"x") + PART % (b"header_mapping", b"{}") + END,  # noqa: E501
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_forms_are_refused(server, case):
    headers = {"Content-Type": "multipart/form-data; boundary=x"}

    assert fault(server.client.post(PATH, content=HOSTILE[case], headers=headers))[:2] == (400, "validation_error")


def test_who_may_not_come_in_and_what_is_not_there_are_told_in_the_same_envelope(server):
    text, elsewhere = "Name,Tel\nAnn,07400900601\n", PATH.replace("17", "99")
    token = base64.b64encode(b"tied:correct horse").decode()
    answers = [
        send(server, text, authorization="Basic am9objp3cm9uZw=="),
        send(server, text, authorization="Bearer wbk_reader"),
        send(server, text, path=elsewhere),
        send(server, text, path=PATH.replace("13", "16").replace("17", "1"), authorization=f"Basic {token}"),
        server.client.post(elsewhere, content=b"x" * 1_000_000),
        server.client.get("/v1/cc-list/1"),
        server.client.put(PATH),
        server.client.post(PATH, json={}),
        server.client.post(PATH, content=b"x" * (20 * 1024 * 1024 + 1)),
    ]

    assert [fault(answer)[:2] for answer in answers] == [
        (401, "invalid_key"),
        (403, "insufficient_permissions"),
        (404, "not_found"),
        (404, "not_found"),
        (404, "not_found"),
        (404, "not_found"),
        (405, "method_not_allowed"),
        (415, "unsupported_media_type"),
        (413, "payload_too_large"),
    ]


def test_a_task_is_seen_by_its_tenant_at_its_list_and_nowhere_else(server):
    number = send(server, "Name,Tel\nAnn,07400900701\n").json()["response"][0]["data"]["task_id"]
    own, other = {"Authorization": "Bearer wbk_reader"}, {"Authorization": "Bearer wbk_other"}
    asked = [(PATH, number, own), (PATH, number, other), (PATH.replace("17", "18"), number, own)]
    asked += [(PATH, wrong, own) for wrong in ("0", "-1", "1" * 30, "x", "٣", 1 << 63)]

    answers = [server.client.get(f"{path}/{task}", headers=headers).status_code for path, task, headers in asked]

    assert answers == [200] + [404] * 8


def test_a_tenant_of_which_nothing_is_said_has_the_list_of_the_document_and_sees_no_other_tenants_contacts(server):
    for authorization in (BASIC, "Bearer wbk_other"):
        send(server, "Name,Tel\nShared One,07400900801\n", authorization=authorization, update_duplicate="true")

    sql = "SELECT name FROM leads JOIN lists USING (list_id) WHERE phone1 = '07400900801' ORDER BY name"
    assert query(server, sql) == [("Ameyo 1/13/17",), ("Ameyo other 1/13/17",)]


@pytest.mark.feature("AM-007")
def test_a_page_of_a_named_host_is_told_that_it_may_send_and_another_is_not(server):
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}

    named, other = (
        httpx.options(server.url + PATH, headers={**asked, "Origin": origin})
        for origin in ("https://crm.example", "https://evil.example")
    )

    assert (named.status_code, named.headers["Access-Control-Allow-Origin"]) == (200, "https://crm.example")
    assert "authorization" in named.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Origin" not in other.headers


def test_nothing_of_a_person_is_in_the_log_of_the_server(server):
    send(server, "Name,Tel\nSecret Person,07400900901\n", update_duplicate="perhaps")
    send(server, "Name,Tel\nSecret Person,07400900901\n")

    told = "".join(server.log) + (server.home.root / "accesses.jsonl").read_text()
    assert "Secret" not in told
    assert "07400900901" not in told


@pytest.mark.parametrize(
    ("lists", "said"),
    [
        ("{1/13: {}}", "'1/13' is no lead list: write contact centre/process/list, such as 1/13/17."),
        ("{1/13/17: {lists: A}}", "'tenants.a.ameyo.1/13/17.lists' is not a key. Did you mean 'list'?"),
        ("{1/13/17: {template: club}}", "tenants.a.ameyo.1/13/17: no template is saved as 'club'."),
        ("[1/13/17]", "tenants.a.ameyo: Input should be a valid dictionary"),
    ],
)
def test_lead_lists_that_are_wrong_are_told_in_one_line(home, lists, said):
    home.make()
    (home.root / "doors.yaml").write_text(f"tenants: {{a: {{ameyo: {lists}}}}}")

    with pytest.raises(UserError) as error:
        read_door_settings(home)

    assert said in str(error.value)
