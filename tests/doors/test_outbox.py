"""Messages to other systems: never into a private network, sent again until they are taken."""

import socket
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pipelines.doors.access import Caller
from pipelines.doors.desk import Desk
from pipelines.doors.intake import carry_out, receive
from pipelines.doors.jobs import find_job
from pipelines.doors.leadlex import read_request
from pipelines.doors.outbox import deliver, list_deliveries
from pipelines.doors.service import Chores, Deliveries
from pipelines.doors.settings import DoorSettings
from pipelines.notifying.posting import NotSentError, is_public, post


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.0.1", "0.0.0.0", "::1", "fe80::1%eth0", "fc00::1",
     "::ffff:10.0.0.1", "64:ff9b::a00:1", "224.0.0.1"],
)  # fmt: skip
def test_addresses_inside_are_no_public_ones(address):
    assert not is_public(address)


def test_a_public_address_is_one():
    assert is_public("93.184.216.34")


def test_a_name_is_judged_where_it_is_dialled(monkeypatch):
    inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: inside)

    with pytest.raises(NotSentError, match="leads into a private network"):
        post("http://rebound.example/", b"{}", {}, is_guarded=True)


SETTINGS = DoorSettings.model_validate({"allow_hosts": ["127.0.0.1"]})
CALLER = Caller("acme", "default", ("write:contacts",), ())


@pytest.fixture
def silent():
    """A server that answers nobody until it is released: its address, the event that releases it, what was asked."""
    released, asked = threading.Event(), []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            released.wait(30)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener:
        thread = threading.Thread(target=listener.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.server_port}/", released, asked
        released.set()
        listener.shutdown()
        thread.join()


def keep(home, url: str, email: str):
    home.make()
    text = "name: leadlex\nsupplier: S\nlist: {mode: named, name: L}\nmapping: {email: email}\n"
    text += f"response_url: '{url}'\n"
    (home.templates / "leadlex.yaml").write_text(text)
    body = b'{"rows": [{"email": "%s"}]}' % email.encode()
    return receive(home, read_request(home, CALLER, body, None, email), datetime(2026, 3, 1, tzinfo=UTC))[0]


def wait(is_so) -> None:
    end = time.monotonic() + 8
    while not is_so() and time.monotonic() < end:
        time.sleep(0.02)


def test_a_server_that_does_not_answer_holds_up_no_import_and_is_called_by_one_at_a_time(home, silent):
    url, released, asked = silent
    first = carry_out(home, keep(home, url, "a@b.example").job_id, datetime.now(UTC))
    desk = Desk(home, SETTINGS, lambda: datetime.now(UTC))
    beside = [Deliveries(desk, {}), Chores(desk)]
    beside[0].start()
    wait(lambda: asked)
    second = keep(home, url, "c@d.example")
    beside[1].start()
    wait(lambda: find_job(home, second.job_id).state == "done")

    done, others = find_job(home, second.job_id).state, deliver(home, SETTINGS, {}, datetime.now(UTC))
    released.set()
    wait(lambda: list_deliveries(home, first.outcome.import_id)[0]["state"] == "sent")
    for each in beside:
        each.stopped.set()
    for each in beside:
        each.join()

    assert (done, others, asked[:1]) == ("done", 0, ["/"])
    assert list_deliveries(home, first.outcome.import_id)[0]["tries"] == 1
