"""Who may come in by HTTP, by the command line that an operator has."""

import io
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.doors.access import create_key, find_key, find_user, is_password
from pipelines.doors.state import state_path

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_key_is_printed_once_and_kept_as_a_digest(lm, home):
    made = lm("keys", "create", "acme", "--scope", "write:contacts")
    listed = lm("keys", "list", "--json").json

    key = made.out.strip()
    assert key.startswith("wbk_")
    assert [(row["name"], row["scopes"], row["state"]) for row in listed] == [("acme", ["write:contacts"], "in force")]
    assert key not in str(listed)
    assert key.encode() not in b"".join(path.read_bytes() for path in state_path(home).parent.glob("doors.sqlite*"))
    assert find_key(home, key, datetime.now(UTC)).name == "acme"


def test_the_rights_of_checkmarket_go_by_their_own_name(lm):
    lm("keys", "create", "survey", "--scope", "Contacts (write)")

    assert lm("keys", "list", "--json").json[0]["scopes"] == ["write:contacts"]


def test_a_key_that_is_revoked_or_expired_lets_nobody_in(lm, home):
    key = lm("keys", "create", "acme", "--scope", "write:contacts").out.strip()
    create_key(home, "short", "wbk_short", scopes=["read:contacts"], now=NOW, expires_at=NOW + timedelta(days=1))

    lm("keys", "revoke", "acme")

    assert find_key(home, key, datetime.now(UTC)) is None
    assert find_key(home, "wbk_short", NOW) is not None
    assert find_key(home, "wbk_short", NOW + timedelta(days=1)) is None


def test_a_rotated_key_goes_on_for_a_while_beside_the_new_one(lm, home):
    old = lm("keys", "create", "acme", "--scope", "write:contacts").out.strip()
    new = lm("keys", "rotate", "acme", "--overlap-hours", "2").out.strip()

    now = datetime.now(UTC)
    assert [find_key(home, key, now + timedelta(hours=1)) is None for key in (old, new)] == [False, False]
    assert [find_key(home, key, now + timedelta(hours=3)) is None for key in (old, new)] == [True, False]


def test_a_user_comes_in_by_password(lm, home, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse\n"))

    assert lm("users", "create", "john", "--password-stdin").code == 0

    caller, kept = find_user(home, "john", datetime.now(UTC))
    assert (caller.name, caller.scopes) == ("john", ("write:contacts",))
    assert is_password("correct horse", kept)
    assert not is_password("wrong horse", kept)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("create", "acme", "--scope", "write:contact"),
            "scope: 'write:contact' is none. Did you mean 'write:contacts'?",
        ),
        (("create", "a/b", "--scope", "write:contacts"), "key: 'a/b' cannot be a name."),
        (
            ("create", "old", "--scope", "write:contacts", "--expires", "2020-01-01"),
            "key: It would have expired already.",
        ),
        (("revoke", "nobody"), "key: None in force is called 'nobody'. See: leadmill keys list."),
    ],
)
def test_what_cannot_be_is_said_in_one_line(lm, arguments, said):
    answer = lm("keys", *arguments)

    assert answer.code == 2
    assert said in answer.err
    assert answer.err.count("\n") == 1


def test_a_name_is_given_once(lm):
    lm("keys", "create", "acme", "--scope", "write:contacts")

    assert "'acme' is in force already" in lm("keys", "create", "acme", "--scope", "write:contacts").err
