"""What CheckMarket's door refuses, in its own envelope; in this process."""

import asyncio
import re
from datetime import UTC, datetime

import httpx
import pytest

from pipelines.doors.desk import Desk
from pipelines.doors.service import build_app
from pipelines.doors.settings import DoorSettings
from pipelines.home import Home
from tests.doors.conftest import BEARER, let_in

CONFIGS = "/3/contacts/import/configs"
AS_JSON, AS_XML = {"Content-Type": "application/json"}, {"Content-Type": "application/xml"}
BOMB = '<!DOCTYPE b [<!ENTITY a "aa"><!ENTITY b "&a;&a;&a;">]><BaseImportConfig><Name>&b;</Name></BaseImportConfig>'
OUTSIDE = '<!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/passwd">]><BaseImportConfig><Name>&x;</Name></BaseImportConfig>'
HOSTILE_XML = {
    "nothing": b"",
    "no XML": b"{}",
    "not whole": b"<BaseImportConfig><Name>a</Name>",
    "a bomb": BOMB.encode(),
    "a bomb in UTF-16": BOMB.encode("utf-16"),
    "a bomb in UTF-16, big end first": BOMB.encode("utf-16-be"),
    "a bomb in UTF-32": BOMB.encode("utf-32"),
    "a bomb in UTF-7": b'<?xml version="1.0" encoding="utf-7"?>' + BOMB.encode("utf-7"),
    "a bomb in EBCDIC": ('<?xml version="1.0" encoding="cp037"?>' + BOMB).encode("cp037"),
    "an unknown encoding": b'<?xml version="1.0" encoding="x-none"?><BaseImportConfig/>',
    "an encoding of many bytes": b'<?xml version="1.0" encoding="shift_jis"?><BaseImportConfig/>',
    "a codec that is no encoding": b'<?xml version="1.0" encoding="zlib_codec"?><BaseImportConfig/>',
    "a null in the encoding": b'<?xml version="1.0" encoding="utf-8\0"?><BaseImportConfig/>',
    "a file elsewhere": OUTSIDE.encode(),
    "a file elsewhere by parameter": b'<!DOCTYPE b SYSTEM "http://127.0.0.1/x.dtd"><BaseImportConfig/>',
    "an entity that is not there": b"<BaseImportConfig><Name>&nbsp;</Name></BaseImportConfig>",
    "without end deep": b"<BaseImportConfig>" + b"<a>" * 100_000,
    "a long name": b"<BaseImportConfig><Name>" + b"a" * 500_000 + b"</Name></BaseImportConfig>",
    "another root": b"<Payload><Name>a</Name></Payload>",
    "twice": b"<BaseImportConfig><Name>a</Name><Name>b</Name></BaseImportConfig>",
    "an unknown prefix": b"<BaseImportConfig><z:Name>a</z:Name></BaseImportConfig>",
    "an object for a text": b"<BaseImportConfig><Name><a>b</a></Name></BaseImportConfig>",
    "a text for an object": b"<BaseImportConfig><Name>a</Name><SurveySettings>1</SurveySettings></BaseImportConfig>",
    "no columns": b"<BaseImportConfig><Name>a</Name><ColumnMappings><a/></ColumnMappings></BaseImportConfig>",
    "an empty number": b"<BaseImportConfig><Name>a</Name><FirstRow/></BaseImportConfig>",
    "no number": b"<BaseImportConfig><Name>a</Name><FirstRow>" + b"9" * 5000 + b"</FirstRow></BaseImportConfig>",
    "a control character": b"<BaseImportConfig><Name>a\x01</Name></BaseImportConfig>",
}
HOSTILE_JSON = {
    "nothing": b"",
    "half": b'{"Name": ',
    "an array": b"[]",
    "without end deep": b'{"Name":' + b"[" * 100_000,
    "rather deep": b'{"Name":"a","SurveySettings":' + b'{"a":' * 600 + b"1" + b"}" * 601,
    "a key twice": b'{"Name":"a","Name":"b"}',
    "no figure": b'{"Name":"a","FirstRow":NaN}',
    "no UTF-8": b"\xff\xfe",
    "no bound": b'{"Name":"a","FirstRow":' + b"9" * 399 + b"}",
}
WRONG = [
    ({}, "Name is missing."),
    ({"Name": "x" * 51}, "Name: String should have at most 50 characters"),
    ({"Name": "x", "Nme": 1}, "There is no field Nme. Did you mean 'Name'?"),
    ({"Name": "x", "DateFormat": "dd/mm/yyyy"}, "DateFormat: 'dd/mm/yyyy' is not a date format"),
    ({"Name": "x", "DateFormat": "sample string"}, "DateFormat: String should have at most 10 characters"),
    ({"Name": "x", "FieldDelimiter": "x" * 11}, "FieldDelimiter: String should have at most 10"),
    ({"Name": "x", "DefaultLanguageCode": "klingon"}, "DefaultLanguageCode: 'klingon' is not a language"),
    ({"Name": "x", "UpdateTypeId": 3}, "UpdateTypeId: Input should be less than or equal to 2"),
    ({"Name": "x", "IsReusable": "true"}, "IsReusable: Input should be a valid boolean"),
    ({"Name": "x", "SurveySettings": {}}, "SurveySettings.SurveyId is missing."),
    ({"Name": "x", "SurveySettings": {"SurveyId": 1, "InvitationTime": "24:00:00"}}, "SurveySettings.InvitationTime: is a time"),  # noqa: E501
    ({"Name": "x", "SurveySettings": {"SurveyId": 1, "ExpirationTime": "10:00:00"}}, "SurveySettings: expire_at goes"),
    ({"Name": "x", "ColumnMappings": [{"SourceColumnNumber": 0, "TargetColumnName": "Email"}]}, "ColumnMappings.0.SourceColumnNumber"),  # noqa: E501
]  # fmt: skip
HOSTILE_CONTACTS = {
    "no contacts": (AS_JSON, b'{"Contacts": []}'),
    "a figure for a contact": (AS_JSON, b'{"Contacts": [1]}'),
    "another name": (AS_JSON, b'{"Contact": [{}]}'),
    "rather deep": (AS_JSON, b'{"Contacts": [{"Email": ' + b'{"a":' * 900 + b"1" + b"}" * 901 + b"]}"),
    "no contact elements": (AS_XML, b"<Contacts/>"),
    "other elements": (AS_XML, b"<Contacts><Person/></Contacts>"),
    "elements for a text": (AS_XML, b"<Contacts><Contact><Email><a/></Email></Contact></Contacts>"),
    "a document type": (AS_XML, b"<!DOCTYPE a []><Contacts><Contact><Email>a@b.example</Email></Contact></Contacts>"),
    "an empty file": ({"Content-Type": "text/csv"}, b""),
    "a binary file": ({"Content-Type": "text/csv"}, b"\x00\x01\x02\xff"),
    "one quote after another": ({"Content-Type": "text/csv"}, b'"' * 1001),
    "half an archive": ({"Content-Type": "text/csv"}, b"PK\x03\x04 no zip"),
    "a page": ({"Content-Type": "text/csv"}, b"<html><body>Not here</body></html>"),
}


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    """Return what sends one request to the doors of this process."""
    home = Home(tmp_path_factory.mktemp("refusals") / "home")
    let_in(home)
    settings = DoorSettings(rate_per_minute=100_000, max_megabytes=1)
    app = build_app(Desk(home, settings, lambda: datetime.now(UTC)))

    def send(method: str, path: str, headers: dict | None = None, **more: object) -> httpx.Response:
        async def run() -> httpx.Response:
            told = BEARER | (headers or {})
            async with httpx.AsyncClient(
                transport=httpx.ASGITransport(app), base_url="http://x", headers=told
            ) as asked:
                return await asked.request(method, path, **more)

        return asyncio.run(run())

    assert send("POST", CONFIGS, json={"Name": "First"}).json()["Data"]["ImportConfigId"] == 1
    return send


def read_refusal(answer: httpx.Response, status: int) -> str:
    """Return why a request was refused, by JSON or XML, having looked at the envelope."""
    assert answer.status_code == status, answer.text
    if answer.headers["content-type"].startswith("application/xml"):
        assert re.search(rf"<Succeeded>false</Succeeded>.*<Status>{status}</Status>", answer.text)
        return re.search("<FailureMessage>(.*?)</FailureMessage>", answer.text)[1]
    told = answer.json()
    assert (told["Data"]["Succeeded"], told["Meta"]["Status"]) == (False, status)
    return told["Data"]["FailureMessage"]


@pytest.mark.parametrize("case", HOSTILE_XML)
def test_hostile_xml_is_refused_in_xml(ask, case):
    answer = ask("POST", CONFIGS, AS_XML, content=HOSTILE_XML[case])

    assert answer.headers["content-type"].startswith("application/xml")
    assert read_refusal(answer, 400)


@pytest.mark.parametrize("case", HOSTILE_JSON)
def test_hostile_json_is_refused(ask, case):
    assert read_refusal(ask("POST", CONFIGS, AS_JSON, content=HOSTILE_JSON[case]), 400)


@pytest.mark.feature("CM-004", "CM-023", "CM-025", "CM-034")
@pytest.mark.parametrize(("document", "said"), WRONG)
def test_what_is_configured_wrongly_is_said_of_its_field(ask, document, said):
    created, changed = (ask(*to, json=document) for to in (("POST", CONFIGS), ("PUT", f"{CONFIGS}/1")))

    assert read_refusal(created, 400).startswith(said)
    assert read_refusal(changed, 400).startswith(said)


@pytest.mark.parametrize("case", HOSTILE_CONTACTS)
def test_hostile_contacts_are_refused(ask, case):
    headers, body = HOSTILE_CONTACTS[case]

    assert read_refusal(ask("POST", f"{CONFIGS}/1/contacts", headers, content=body), 400)


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("POST", CONFIGS, {"Content-Type": "multipart/form-data; boundary=x"}, 415),
        ("POST", CONFIGS, {"Content-Type": "text/csv"}, 415),
        ("PUT", f"{CONFIGS}/1", {"Content-Type": "text/plain"}, 415),
        ("POST", f"{CONFIGS}/1/contacts", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ("POST", f"{CONFIGS}/1/contacts", AS_JSON | {"Idempotency-Key": ""}, 400),
        ("PATCH", f"{CONFIGS}/1", {}, 405),
        ("GET", "/3/contacts/import", {}, 404),
        ("GET", f"{CONFIGS}/0", {}, 404),
        ("GET", f"{CONFIGS}/99999999999999999999999", {}, 404),
        ("GET", f"{CONFIGS}/one", {}, 404),
        ("GET", f"{CONFIGS}/%00", {}, 404),
        ("GET", f"{CONFIGS}/1/contacts/imp_none", {}, 404),
        ("GET", f"{CONFIGS}?Offset=-1", {}, 400),
        ("GET", f"{CONFIGS}?Limit=1001", {}, 400),
        ("GET", CONFIGS, {"Authorization": ""}, 401),
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "text/html, application/xml;q=0.9, */*;q=0.8"])
def test_each_refusal_comes_in_the_envelope_and_the_format_that_is_accepted(ask, method, path, headers, status, accept):
    answer = ask(method, path, headers | {"Accept": accept}, content=b"{}" if method in ("POST", "PUT") else None)

    assert read_refusal(answer, status)
    assert answer.headers["content-type"].startswith("application/xml" if "xml" in accept else "application/json")


def test_more_than_is_taken_is_refused_while_it_comes_in(ask):
    async def stream():
        for _ in range(40):
            yield b"x" * 65536

    assert read_refusal(ask("POST", CONFIGS, AS_XML, content=stream()), 413) == "Payload exceeds 1 MB."


def test_another_method_is_told_all_that_there_are(ask):
    answers = [ask("PATCH", path) for path in (CONFIGS, f"{CONFIGS}/1", f"{CONFIGS}/1/contacts")]

    assert [answer.headers["Allow"] for answer in answers] == ["GET, POST", "DELETE, GET, PUT", "POST"]


def test_contacts_without_a_column_that_is_known_are_refused_in_words_of_the_configuration(ask):
    said = read_refusal(ask("POST", f"{CONFIGS}/1/contacts", json={"Contacts": [{"Ref": 1}]}), 400)

    assert "Configuration 1 is not mapped yet" in said
    assert said.endswith("Found: Ref. Call one Email or Phone.")
    assert "template" not in said
