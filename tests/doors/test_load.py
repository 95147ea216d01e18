"""Fifty clients at once: whatever they are told, no lead is lost and none is there twice, nor when the server dies."""

import threading
import time

import httpx
import pytest

from benchmarks.doors import KEY, PATH, Told, find_lost_and_double, open_doors, press, serve
from benchmarks.stocking import stock_home
from tests.bounds import bounded

CLIENTS = 50


@pytest.fixture
def stocked(home):
    """A home with a million leads."""
    stock_home(home, max(bounded(1_000_000), 20_000), 0)
    open_doors(home)
    return home


def send_again(url: str, told: Told) -> bytes:
    """Return what a request is told that is sent again with its key."""
    headers = {"Authorization": f"Bearer {KEY}", "Idempotency-Key": told.email}
    return httpx.post(url + PATH, json={"rows": [{"email": told.email}]}, headers=headers, timeout=60).content


@pytest.mark.full
def test_what_fifty_clients_are_told_is_what_readers_see(stocked):
    with serve(stocked) as (_, url):
        told = press(url, CLIENTS, max(bounded(30), 8))

    assert {line.status for line in told} <= {200, 429}
    assert any(line.status == httpx.codes.OK for line in told)
    assert find_lost_and_double(stocked, told) == (set(), set())


@pytest.mark.full
def test_a_server_that_is_killed_by_fifty_clients_has_lost_nothing_and_answers_as_before(stocked):
    told: list[Told] = []
    with serve(stocked) as (process, url):
        pressing = threading.Thread(target=lambda: told.extend(press(url, CLIENTS, 60)))
        pressing.start()
        time.sleep(max(bounded(15), 6))
        process.kill()
        pressing.join()
    answered = [line for line in told if line.status == httpx.codes.OK]

    with serve(stocked) as (_, url):
        again = [send_again(url, line) for line in answered]

    assert answered
    assert again == [line.body for line in answered]
    assert find_lost_and_double(stocked, told) == (set(), set())
