"""Messages to other systems: never into a private network, sent again until they are taken."""

import socket

import pytest

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
