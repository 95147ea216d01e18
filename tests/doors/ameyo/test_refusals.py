"""What Ameyo's door refuses, all in the envelope of its answers."""

import asyncio
import base64
from datetime import UTC, datetime

import httpx
import pytest

from pipelines.doors import ameyo
from pipelines.doors.desk import Desk
from pipelines.doors.service import build_app
from pipelines.doors.settings import DoorSettings, read_door_settings
from pipelines.errors import UserError
from tests.doors.ameyo.conftest import PATH, fault, send, tell
from tests.doors.conftest import BEARER, let_in

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
    "a field that is half a character": ({"mapping": '{"phone1": "Tel", "\\ud800": "Name"}'}, "there is no field '?'"),
    "a long field": ({"mapping": {"phone1": "Tel", "f" * 50_000: "Name"}}, "at most 1000 characters"),
    "a table that is not there": ({"mapping": {"phone1": "Tel", "secondary.no.x": "Name"}}, "no contact data table"),
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
        server.client.get(PATH, headers={"Authorization": b"Basic \xe9"}),
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


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: UserError("drops", "The disk is full."), (503, "unavailable", "Nothing was kept")),
        (lambda: ZeroDivisionError("07400900123"), (500, "internal_error", "This is a bug")),
    ],
)
def test_what_goes_wrong_here_is_told_in_the_same_envelope(home, monkeypatch, make, said):
    def fail(*_):
        raise make()

    let_in(home)
    monkeypatch.setattr(ameyo, "take_form", fail)
    app = build_app(Desk(home, DoorSettings(), lambda: datetime.now(UTC)))

    async def run():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x", headers=BEARER) as client:
            return await client.post(PATH, files={"file": "Tel"})

    status, code, message = fault(asyncio.run(run()))

    assert (status, code) == said[:2]
    assert message.startswith(said[2])


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
