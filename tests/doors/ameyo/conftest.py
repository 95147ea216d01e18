"""A server process that takes contact upload tasks, and what sends to it."""

import base64
import json
import time
from datetime import UTC, datetime

import pytest

from pipelines.doors.access import create_user
from pipelines.home import Home
from pipelines.reports.looking_back import ask
from tests.conftest import run_main
from tests.doors.conftest import let_in, serving

PATH = "/v1/cc-list/1/process-list/13/leads/17/contact-upload-tasks"
BASIC = f"Basic {base64.b64encode(b'john:correct horse').decode()}"
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


@pytest.fixture(scope="session")
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
