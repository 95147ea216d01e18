"""A server that is killed under load: what was acknowledged is there, once, and is answered for as before."""

import threading
import time
from datetime import UTC, datetime

import httpx
import pytest

from pipelines.reports.looking_back import ask
from tests.doors.conftest import let_in, serving

PATH = "/v1/import/contacts"


@pytest.mark.full
def test_nothing_acknowledged_is_lost_or_doubled_by_a_kill_under_load(home):
    let_in(home)
    (home.root / "doors.yaml").write_text("rate_per_minute: 100000\n")
    told: dict[str, bytes] = {}
    statuses = set()

    def send(server, number):
        key = f"k{number}"
        document = {"rows": [{"email": f"n{number}@load.example"}]}
        answer = server.client.post(PATH, json=document, headers={"Idempotency-Key": key})
        statuses.add(answer.status_code)
        if answer.status_code == 200:
            told[key] = answer.content

    def keep_sending(server, numbers):
        try:
            for number in numbers:
                send(server, number)
        except httpx.HTTPError:
            return  # killed

    with serving(home) as server:
        senders = [threading.Thread(target=keep_sending, args=(server, range(n, 4000, 8))) for n in range(8)]
        for sender in senders:
            sender.start()
        patience = time.monotonic() + 60
        while len(told) < 12 and time.monotonic() < patience:
            time.sleep(0.1)
        server.kill()
        for sender in senders:
            sender.join()
    before = dict(told)
    with serving(home) as server:
        again = {
            key: server.client.post(
                PATH, json={"rows": [{"email": f"n{key[1:]}@load.example"}]}, headers={"Idempotency-Key": key}
            ).content
            for key in before
        }

    assert before
    assert statuses <= {200, 429}
    assert again == before
    leads = ask(home, datetime.now(UTC), "SELECT email, count(*) AS leads FROM leads GROUP BY email")
    assert {line["leads"] for line in leads} == {1}
    assert {f"n{key[1:]}@load.example" for key in before} <= {line["email"] for line in leads}
