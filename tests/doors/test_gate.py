"""What each request passes before it is read: the rate, the number at once, slow clients; in this process."""

import asyncio
from datetime import UTC, datetime

import httpx
import pytest

from pipelines.doors.desk import Desk
from pipelines.doors.service import build_app, require_safe
from pipelines.doors.settings import DoorSettings, read_door_settings
from pipelines.errors import UserError
from tests.doors.conftest import BEARER, let_in

NOW = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)
PATH = "/v1/import/contacts"


def ask_often(home, settings, requests, **headers):
    """Return the answers to requests that are sent one after the other."""

    async def run():
        transport = httpx.ASGITransport(build_app(Desk(home, settings, lambda: datetime.now(UTC))))
        async with httpx.AsyncClient(transport=transport, base_url="http://x", headers={**BEARER, **headers}) as client:
            return [await client.request(*request) for request in requests]

    return asyncio.run(run())


@pytest.mark.feature("LL-027")
def test_who_sends_more_than_the_rate_is_told_when_to_come_again(home):
    let_in(home)

    first, second, third = ask_often(home, DoorSettings(rate_per_minute=2), [("GET", f"{PATH}/imp_1")] * 3)

    assert [answer.status_code for answer in (first, second, third)] == [404, 404, 429]
    assert third.json()["error"]["code"] == "rate_limited"
    assert 0 < int(third.headers["Retry-After"]) <= 60
    assert third.headers["X-RateLimit-Remaining"] == "0"


def test_a_body_that_comes_too_slowly_is_not_waited_for(home):
    let_in(home)

    async def trickle():
        yield b"{"
        await asyncio.sleep(5)

    async def run():
        desk = Desk(home, DoorSettings(body_seconds=0.1), lambda: datetime.now(UTC))
        transport = httpx.ASGITransport(build_app(desk))
        async with httpx.AsyncClient(transport=transport, base_url="http://x", headers=BEARER) as client:
            return await client.post(PATH, content=trickle())

    assert asyncio.run(run()).status_code == 408


def test_one_drop_more_than_can_be_waited_for_is_refused_before_it_is_kept(home):
    let_in(home)
    desk = Desk(home, DoorSettings(patience_seconds=0.5), lambda: datetime.now(UTC))
    desk.waiting = 1

    async def run():
        transport = httpx.ASGITransport(build_app(desk))
        async with httpx.AsyncClient(transport=transport, base_url="http://x", headers=BEARER) as client:
            return await client.post(PATH, json={"rows": [{"email": "a@b.example"}]})

    answer = asyncio.run(run())
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert list((home.root / "doors").glob("drops/*")) == []


def test_a_page_of_a_named_host_may_read_the_answer_and_another_may_not(home):
    let_in(home)
    settings = DoorSettings(origins=["https://crm.example"])

    asked = ask_often(home, settings, [("GET", f"{PATH}/x")], Origin="https://crm.example")[0]
    other = ask_often(home, settings, [("GET", f"{PATH}/x")], Origin="https://evil.example")[0]

    assert asked.headers["Access-Control-Allow-Origin"] == "https://crm.example"
    assert "Access-Control-Allow-Origin" not in other.headers


def test_nobody_listens_to_the_world_without_a_key(home):
    with pytest.raises(UserError, match=r"0\.0\.0\.0 can be reached by others, and no key or user is in force"):
        require_safe(home, "0.0.0.0", NOW)

    let_in(home)
    require_safe(home, "0.0.0.0", datetime.now(UTC))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rate: 5", "'rate' is not a key. Known: rate_per_minute"),
        ("tenants: {a: {secret: open}}", "Write $NAME"),
        ("at_once: 0", "at_once: Input should be greater than or equal to 1"),
    ],
)
def test_settings_that_are_wrong_are_told_in_one_line(home, text, said):
    home.make()
    (home.root / "doors.yaml").write_text(text)

    with pytest.raises(UserError) as error:
        read_door_settings(home)

    assert said in str(error.value)
