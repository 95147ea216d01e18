"""The OpenAPI document is valid, and no door answers what is not in it: schemathesis asks a real server process."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bounds import bounded
from tests.doors.conftest import KEY, Server

# What is good or bad about a row is told of the row: no schema says it, so what it would accept is not looked at.
OPTIONS = "--exclude-checks positive_data_acceptance,negative_data_rejection --suppress-health-check all --warnings off"
OPTIONS += " --no-color --continue-on-failure"
ALIKE = "--generation-deterministic"
AMEYO = "/v1/cc-list/1/process-list/13/leads/17/contact-upload-tasks"
# What stands in addresses, so that they lead somewhere; more of it is found out below.
PLACES = {"cc": "1", "process": "13", "lead_list": "17", "template": "web"}
WEB = """\
name: web
supplier: Web
list: {mode: named, name: Web}
phone: {format: uk}
hold_above: 1
mapping: {first_name: firstname, phone1: phone}
"""
SHOW_WEB = "/v1/templates/{template}/leads/{job_id}"


@pytest.fixture(scope="module")
def settings() -> str:
    return "rate_per_minute: 1000000\npatience_seconds: 600\n"


@pytest.fixture(scope="module")
def places(server: Server) -> dict[str, str]:
    """Return what stands in addresses, of one import by each door."""
    contacts = {"rows": [{"email": "a@b.example"}, {"email": "none"}]}
    job = server.client.post("/v1/import/contacts", json=contacts).json()["data"]["job_id"]
    form = {"user_id": "john", "header_mapping": '{"email": "Mail"}'}
    sent = server.client.post(AMEYO, data=form, files={"file": "Mail\nc@d.example\nnone\n"}).json()
    (server.home.templates / "web.yaml").write_text(WEB)
    web = server.client.post("/v1/templates/web/leads", json={"leads": [{"phone": "07400 123456"}]}).json()["job_id"]
    return {**PLACES, "job_id": job, "web_job_id": web, "task_id": str(sent["response"][0]["data"]["task_id"])}


def examine(server: Server, folder: Path, places: dict[str, str], *options: str) -> None:
    """Let schemathesis ask what the document describes; fail with what it says to ask again."""
    config = folder / "schemathesis.toml"
    written = [f'"path.{name}" = "{value}"' for name, value in places.items()]
    if "web_job_id" in places:
        written += ["[[operations]]", f'include-path = "{SHOW_WEB}"', "[operations.parameters]"]
        written += [f'"path.{name}" = "{value}"' for name, value in {**places, "job_id": places["web_job_id"]}.items()]
    config.write_text("\n".join(["[parameters]", *written]))
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run"]
    command += [f"{server.url}/openapi.json", *OPTIONS.split(), *options]

    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr


def list_operations(server: Server) -> Iterator[tuple[str, str]]:
    """Yield method and path of each operation of the document."""
    for path, operations in server.client.get("/openapi.json").json()["paths"].items():
        yield from ((f"http {method.upper()}", path) for method in operations)


def list_answers(server: Server) -> set[tuple[str, str, str]]:
    """Return method, path and status of what was answered so far, from the record of accesses."""
    lines = map(json.loads, (server.home.root / "accesses.jsonl").read_text().splitlines())
    return {(line["action"], line["subject"], line["detail"].split()[0]) for line in lines}


def bearing(key: str) -> tuple[str, str]:
    return "--header", f"Authorization: Bearer {key}"


def test_the_document_is_valid(server):
    import schemathesis

    schemathesis.openapi.from_dict(server.client.get("/openapi.json").json()).validate()


def test_whoever_has_a_key_gets_no_answer_that_the_document_does_not_say(server, places, tmp_path):
    examine(server, tmp_path, places, *bearing(KEY), ALIKE, "--phases", "examples,fuzzing", "--max-examples", "1")

    answers = list_answers(server)
    assert {(*operation, "200") for operation in list_operations(server)} <= answers
    assert not {status for _, _, status in answers if status >= "500"}


def test_whoever_has_none_is_refused_as_the_document_says(server, tmp_path):
    examine(server, tmp_path, {}, ALIKE, "--phases", "fuzzing", "--max-examples", "1")

    assert {(method, "401") for method, _ in list_operations(server)} <= {
        (method, status) for method, _, status in list_answers(server)
    }


@pytest.mark.full
@pytest.mark.parametrize(
    ("key", "phases"),
    [(KEY, "examples,coverage,fuzzing,stateful"), ("wbk_reader", "coverage,fuzzing"), ("wbk_wrong", "coverage")],
)
def test_no_answer_is_missing_from_the_document_however_long_one_looks(server, places, tmp_path, key, phases):
    examine(server, tmp_path, places, *bearing(key), "--phases", "coverage")
    examine(server, tmp_path, PLACES, *bearing(key), "--phases", phases, "--max-examples", str(bounded(500)))

    assert not {status for _, _, status in list_answers(server) if status >= "500"}
