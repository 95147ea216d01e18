"""The door of CheckMarket, against a real server process, as its document prints it."""

import json
import re
import subprocess
import time
from datetime import UTC, datetime

import pytest

from pipelines.reports.looking_back import ask
from tests.doors.checkmarket_document import ANSWER_JSON, ANSWER_XML, REQUEST_JSON, REQUEST_XML, fill
from tests.doors.conftest import KEY, Server

CONFIGS = "/3/contacts/import/configs"
AS_XML = {"Content-Type": "application/xml"}
OTHER, READER = {"Authorization": "Bearer wbk_other"}, {"Authorization": "Bearer wbk_reader"}


@pytest.fixture(scope="module")
def settings():
    return "rate_per_minute: 100000\nmax_megabytes: 1\ntenants: {default: {contact_lists: {77: Warm leads}}}\n"


def create(server: Server, **values: object) -> int:
    answer = server.client.post(CONFIGS, json={"Name": "Customers", **values})
    assert answer.status_code == 200, answer.text
    return answer.json()["Data"]["ImportConfigId"]


def send(server: Server, number: int, *contacts: dict, **headers: str):
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return server.client.post(f"{CONFIGS}/{number}/contacts", json={"Contacts": contacts}, headers=told)


def list_codes(answer) -> list[str]:
    return [result["ResultCode"] for result in answer.json()["Data"]["Results"]]


def query(server: Server, sql: str) -> list[dict]:
    return ask(server.home, datetime.now(UTC), sql)


def curl(server: Server, path: str, body: str, kind: str) -> str:
    command = ["curl", "-s", "-X", "POST", server.url + path, "-H", f"Authorization: Bearer {KEY}"]
    command += ["-H", f"Content-Type: {kind}", "--data-binary", body]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


def squeeze(xml: str) -> str:
    """Return XML without what is between its elements."""
    return re.sub(r">\s+<", "><", xml.strip())


@pytest.mark.feature("CM-001", "CM-031", "CM-032", "CM-033", "CM-034", "CM-035")
def test_the_json_that_is_printed_is_answered_by_the_json_that_is_printed(server):
    answer = curl(server, CONFIGS, fill(REQUEST_JSON), "application/json")

    told, printed = json.loads(answer), json.loads(ANSWER_JSON)
    assert [list(told), list(told["Meta"]), list(told["Data"])] == [
        ["Meta", "Data", "Links"],
        list(printed["Meta"]),
        list(printed["Data"]),
    ]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z", told["Meta"].pop("Timestamp"))
    assert told["Data"].pop("ImportConfigId") > 0
    assert told["Data"] == {"Succeeded": True, "FailureMessage": None}
    assert told["Meta"] | {"Offset": 1, "Status": 1, "IsFiltered": True} == {
        key: value for key, value in printed["Meta"].items() if key != "Timestamp"
    }


@pytest.mark.feature("CM-031", "CM-035")
def test_the_xml_that_is_printed_is_answered_by_the_xml_that_is_printed(server):
    answer = curl(server, CONFIGS, fill(REQUEST_XML), "application/xml")

    told = re.sub(r"<Links>.*</Links>", "", answer)
    told = told.replace('<FailureMessage i:nil="true" />', "<FailureMessage>sample string 2</FailureMessage>")
    told = re.sub(r"(<Timestamp>)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}\+0[01]:00<", r"\g<1>2024-04-18T23:14:18.9430217+01:00<", told)  # noqa: E501  # fmt: skip
    for name, value in {"ImportConfigId": 1, "Status": 1, "Offset": 1, "IsFiltered": "true"}.items():
        told = re.sub(rf"(<{name}>)[^<]*<", rf"\g<1>{value}<", told)
    assert told == squeeze(ANSWER_XML)


@pytest.mark.feature("CM-031", "CM-005")
def test_what_was_sent_in_one_format_is_read_back_in_both_as_it_is_printed(server):
    made = server.client.post(CONFIGS, content=fill(REQUEST_XML), headers=AS_XML | {"Accept": "application/json"})
    number = made.json()["Data"]["ImportConfigId"]

    read = server.client.get(f"{CONFIGS}/{number}").json()["Data"]
    text = server.client.get(f"{CONFIGS}/{number}", headers={"Accept": "application/xml"}).text

    assert list(read.items()) == [("ImportConfigId", number), *json.loads(fill(REQUEST_JSON)).items()]
    inner = re.search(r"<Data>(.*)</Data>", text)[1].replace(f"<ImportConfigId>{number}</ImportConfigId>", "")
    assert inner == re.fullmatch(r"<BaseImportConfig[^>]*>(.*)</BaseImportConfig>", squeeze(fill(REQUEST_XML)))[1]


def test_the_placeholders_of_the_document_are_refused_by_the_lengths_that_it_asks_for(server):
    answer = server.client.post(CONFIGS, content=REQUEST_JSON, headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.json()["Data"]["Succeeded"]) == (400, False)
    assert answer.json()["Data"]["FailureMessage"].startswith("ColumnMappings.0.TargetColumnName: there is no contact")


@pytest.mark.feature("CM-006", "CM-022", "CM-019", "CM-021")
def test_every_contact_is_answered_for_by_its_code_and_goes_to_the_list_of_the_configuration(server):
    number = create(
        server,
        ContactListId=77,
        EmailIsRequired=True,
        EmailMustBeUniqueWithinAccount=True,
        EmailMustBeUniqueWithinFile=True,
        SurveySettings={"SurveyId": 5, "InvitationDelayInDays": 2},
    )
    send(server, number, {"Email": "known@cm.example"})

    answer = send(
        server,
        number,
        {"Email": "new@cm.example", "FirstName": "Ann", "LanguageCode": "nl"},
        {"FirstName": "Bob"},
        {"Email": "no address"},
        {"Email": "KNOWN@cm.example", "LastName": "Known"},
    )

    assert list_codes(answer) == ["R0301", "R0307", "R0308", "R0300"]
    data = answer.json()["Data"]
    assert (data["Status"], data["CreatedCount"], data["UpdatedCount"], data["RejectedCount"]) == ("completed", 1, 1, 2)
    assert query(server, "SELECT name FROM lists WHERE name LIKE 'Warm%'") == [{"name": "Warm leads"}]
    seen = query(server, "SELECT last_name, language FROM leads WHERE email LIKE '%cm.example' ORDER BY email")
    assert seen == [{"last_name": "Known", "language": None}, {"last_name": None, "language": "nl"}]
    assert query(server, "SELECT count(*) AS places FROM survey_places WHERE survey_id = 5") == [{"places": 2}]
    path = next(each["Href"] for each in answer.json()["Links"] if each["Rel"] == "self")
    again = server.client.get(path, params={"Limit": 2, "Offset": 1}).json()
    assert [each["ResultCode"] for each in again["Data"]["Results"]] == ["R0307", "R0308"]
    assert [again["Meta"][name] for name in ("TotalRowCount", "TotalPageCount", "StartRec", "StopRec")] == [4, 2, 2, 3]


def test_contacts_come_as_xml_and_as_a_file_too(server):
    number = create(server, ContactListId=2, FieldDelimiter="||", RowDelimiter="#", FirstRow=2,
                    ColumnMappings=[{"SourceColumnNumber": 2, "TargetColumnName": "Email"}])  # fmt: skip
    path = f"{CONFIGS}/{number}/contacts"
    contacts = "<Contacts><Contact><Email>x@xml.example</Email></Contact><Contact><Email>x</Email></Contact></Contacts>"
    file = "any||thing#Ann||a@file.example#Bob||b@file.example#"

    as_xml = server.client.post(path, content=contacts, headers=AS_XML)
    as_file = server.client.post(path, content=file, headers={"Content-Type": "text/csv"})

    assert re.findall(r"<ResultCode>(\w+)</ResultCode>", as_xml.text) == ["R0301", "R0308"]
    assert as_xml.headers["content-type"] == "application/xml; charset=utf-8"
    assert (list_codes(as_file), as_file.json()["Data"]["CreatedCount"]) == (["R0301", "R0301"], 2)
    assert query(server, "SELECT DISTINCT list FROM imports WHERE list LIKE 'CheckMarket 2%'") == [
        {"list": "CheckMarket 2"}
    ]


@pytest.mark.feature("CM-003")
def test_the_first_import_fills_the_columns_and_they_can_be_sent_back(server):
    number = create(server)
    path = f"{CONFIGS}/{number}"

    first = send(server, number, *({"Ref": str(n), "Wie": f"n{n}@first.example"} for n in range(8)))
    filled = server.client.get(path).json()["Data"]
    changed = server.client.put(path, json=filled | {"Name": "Changed"})
    second = send(server, number, {"Wie": "later@first.example"})
    other = send(server, number, {"Something": "else"})

    assert set(list_codes(first)) == {"R0301"}
    assert filled["ColumnMappings"] == [{"SourceColumnNumber": 2, "TargetColumnName": "Email"}]
    assert (changed.status_code, server.client.get(path).json()["Data"]["Name"]) == (200, "Changed")
    assert (list_codes(second), other.status_code) == (["R0301"], 400)
    assert other.json()["Data"]["FailureMessage"] == "A contact has an Email or a Phone: no column is called so."


@pytest.mark.feature("CM-028")
def test_a_configuration_for_one_import_is_not_there_any_more_after_it(server):
    number = create(server, IsReusable=False, Name="Only once")
    path = f"{CONFIGS}/{number}"
    failed = server.client.post(f"{path}/contacts", content='Ref\n"', headers={"Content-Type": "text/csv"})

    first = send(server, number, {"Email": "once@cm.example"})
    second = send(server, number, {"Email": "twice@cm.example"})
    gone = [server.client.get(path), server.client.put(path, json={"Name": "Again"}), server.client.delete(path)]

    assert (failed.status_code, list_codes(first)) == (400, ["R0301"])
    assert [second.status_code, *(each.status_code for each in gone)] == [404] * 4
    assert second.json()["Data"]["Succeeded"] is False
    assert server.client.get(CONFIGS, params={"Name": "only ONCE"}).json()["Data"] == []


@pytest.mark.feature("CM-035", "CM-036")
def test_configurations_are_listed_by_pages_whose_links_lead_on_and_are_removed(server):
    numbers = [create(server, Name=f"Page {n}") for n in range(3)]

    first = server.client.get(CONFIGS, params={"limit": 2, "Name": "page"}).json()
    links = {each["Rel"]: each["Href"] for each in first["Links"]}
    second = server.client.get(links["next"]).json()
    back = next(each["Href"] for each in second["Links"] if each["Rel"] == "previous")
    methods = {each["Rel"]: each["Method"] for each in server.client.get(f"{CONFIGS}/{numbers[0]}").json()["Links"]}
    before = server.client.get(back).json()["Data"]
    removed = server.client.delete(f"{CONFIGS}/{numbers[0]}").json()["Data"]

    assert [each["ImportConfigId"] for each in first["Data"] + second["Data"]] == numbers
    assert before == first["Data"]
    assert {name: second["Meta"][name] for name in list(second["Meta"]) if name != "Timestamp"} == {
        "Status": 200, "TotalRowCount": 3, "Limit": 2, "Offset": 2, "TotalPageCount": 2,
        "StartRec": 3, "StopRec": 3, "IsFiltered": True,
    }  # fmt: skip
    assert methods == {"self": "GET", "update": "PUT", "delete": "DELETE", "import": "POST"}
    assert removed == {"ImportConfigId": numbers[0], "Succeeded": True, "FailureMessage": None}
    assert server.client.get(f"{CONFIGS}/{numbers[0]}").status_code == 404
    assert server.client.get(CONFIGS, params={"Limit": 0}).status_code == 400


@pytest.mark.feature("CM-002")
def test_who_may_not_come_in_or_write_is_told_so_in_their_words(server):
    number = create(server, ContactListId=3)
    body = {"Contacts": [{"Email": "a@other.example"}]}

    unknown = server.client.get(CONFIGS, headers={"Authorization": "Bearer wbk_wrong"})
    reading = server.client.post(CONFIGS, json={"Name": "x"}, headers=READER)
    foreign = [
        server.client.get(f"{CONFIGS}/{number}", headers=OTHER),
        server.client.put(f"{CONFIGS}/{number}", json={"Name": "x"}, headers=OTHER),
        server.client.delete(f"{CONFIGS}/{number}", headers=OTHER),
        server.client.post(f"{CONFIGS}/{number}/contacts", json=body, headers=OTHER),
    ]

    assert [unknown.status_code, reading.status_code, *(each.status_code for each in foreign)] == [401, 403] + [404] * 4
    assert {each.json()["Data"]["Succeeded"] for each in (unknown, reading, *foreign)} == {False}
    assert reading.json()["Meta"]["Status"] == 403
    assert server.client.get(f"{CONFIGS}/{number}", headers=READER).status_code == 200
    assert server.client.get(CONFIGS, headers=OTHER).json()["Data"] == []
    assert server.client.get(f"{CONFIGS}/{number}").status_code == 200


def test_a_repeated_request_is_answered_as_before_and_many_contacts_are_queued(server):
    number = create(server, EmailMustBeUniqueWithinFile=True)
    once = [send(server, number, {"Email": "key@cm.example"}, Idempotency_Key="cm1") for _ in range(2)]
    other = send(server, number, {"Email": "other@cm.example"}, Idempotency_Key="cm1")

    queued = send(server, number, *({"Email": f"n{n // 2}@queue.example"} for n in range(502)))

    assert (once[0].content, other.status_code) == (once[1].content, 409)
    assert (queued.status_code, queued.json()["Data"]["Status"]) == (202, "queued")
    path, deadline = queued.json()["Links"][0]["Href"], time.monotonic() + 30
    while (done := server.client.get(path).json())["Data"]["Status"] != "completed" and time.monotonic() < deadline:
        time.sleep(0.1)
    assert (done["Data"]["CreatedCount"], done["Data"]["RejectedCount"]) == (251, 251)
    assert [each["ResultCode"] for each in done["Data"]["Results"][:2]] == ["R0301", "R0315"]
    assert done["Meta"]["TotalRowCount"] == 502
    assert server.client.get(path, headers=OTHER).status_code == 404
