"""A mail server and a web server of our own, that keep what they get."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pipelines.home import Home
from tests.notifying.sinks import TEMPLATE, Sink, taking_mails


@pytest.fixture
def mails() -> Iterator[Sink]:
    with taking_mails() as sink:
        yield sink


@pytest.fixture
def hooks() -> Iterator[Sink]:
    sink = Sink()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            sink.arrived.append((dict(self.headers), body, json.loads(body)))
            self.send_response(sink.answer)
            self.end_headers()

        def log_message(self, *arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        sink.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield sink
        server.shutdown()
        thread.join()


@pytest.fixture
def told_home(home: Home) -> Home:
    """A home with a template; nobody is told yet."""
    home.make()
    (home.templates / "acme.yaml").write_text(TEMPLATE)
    return home


@pytest.fixture(autouse=True)
def quick(monkeypatch) -> None:
    """Do not wait between tries."""
    monkeypatch.setattr("pipelines.notifying.sending.FIRST_WAIT", 0)
