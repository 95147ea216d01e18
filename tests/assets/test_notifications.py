"""The sensor that tells people: through a real web server, what only Dagster knows."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import dagster as dg
import pytest

from assets.definitions import defs
from assets.notifications import notification_sensor
from assets.resources import ClockResource, HomeResource, SecretsResource


@pytest.fixture
def posted(mill):
    """What is posted to the webhook that the home names."""
    documents = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            documents.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *arguments):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        (mill.home.root / "notify.yaml").write_text(f"webhook: {{url: '{url}', allow_http: true}}\n")
        yield documents
        server.shutdown()
        thread.join()


def look(mill) -> dg.SkipReason:
    resources = {
        "home": HomeResource(root=str(mill.home.root)),
        "clock": ClockResource(),  # runs and checks are stamped by the clock of the machine
        "secrets": SecretsResource(),
    }
    with dg.build_sensor_context(
        instance=mill.instance, resources=resources, repository_def=defs.get_repository_def()
    ) as context:
        return notification_sensor(context)


def test_a_failed_run_and_a_failed_check_are_told_once(mill, drop, posted, monkeypatch) -> None:
    def forget(*arguments, **options):
        from pipelines.importing import import_drop

        if arguments[0].name == "b.csv":
            raise ZeroDivisionError("a bug")
        done = import_drop(*arguments, **options)
        return type(done)(**vars(done) | {"created": done.created - 1})

    monkeypatch.setattr("assets.drops.import_drop", forget)
    mill.land("people", "a.csv", drop(1))
    mill.land("people", "b.csv", drop(2))
    (run,) = mill.take_and_run()

    look(mill)
    again = look(mill)

    assert not run.success
    assert [document["topic"] for document in posted] == ["check_failed", "run_failed"]
    assert "screened_leads:ledger_balances" in posted[0]["message"]
    assert "do not dial" in posted[0]["message"]
    assert run.run_id in posted[1]["message"]
    assert again.skip_message == "0 sent, 0 waiting."


def test_settings_that_are_wrong_are_told_where_the_sensor_is_looked_at(mill) -> None:
    (mill.home.root / "notify.yaml").write_text("webhok: {}\n")

    assert look(mill).skip_message == "notify.yaml: 'webhok' is not a key. Did you mean 'webhook'?"
