"""Contact upload tasks, against a real server process, as Ameyo's document prints them."""

import json
import subprocess

import pytest

from pipelines.doors.access import Caller
from pipelines.doors.ameyo import Upload, choose
from pipelines.doors.settings import AmeyoList
from tests.doors.ameyo.conftest import BASIC, PATH, TEMPLATE, fault, query, send, tell

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


def test_nothing_of_a_person_is_in_the_log_of_the_server(server):
    send(server, "Name,Tel\nSecret Person,07400900901\n", update_duplicate="perhaps")
    send(server, "Name,Tel\nSecret Person,07400900901\n")

    told = "".join(server.log) + (server.home.root / "accesses.jsonl").read_text()
    assert "Secret" not in told
    assert "07400900901" not in told
