"""Post a document to an address: never along a redirect, and where asked, never to a private network.

Names are looked up when the connection is made and the address that was judged is the one that is dialled, so a name
that changes its mind in between (DNS rebinding) gains nothing.
"""

import ipaddress
import socket
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

TIMEOUT = 10.0


class NotSentError(Exception):
    """A server was not reached or refused; worth trying again."""


class ForbiddenAddressError(urllib3.exceptions.HTTPError):
    """A name leads into a private network."""


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the open internet: not private, link-local, loopback, multicast, mapped."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        is_nat64 = found in ipaddress.ip_network("64:ff9b::/96")
        inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF) if is_nat64 else inner
        if inner is not None:
            return inner.is_global and not inner.is_multicast
    return found.is_global and not found.is_multicast


def resolve_public(host: str, port: int) -> list[tuple[Any, ...]]:
    """Return where a name leads, as ``socket.getaddrinfo`` does. Raises ForbiddenAddressError if any is not public."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    if not found or not all(is_public(str(each[4][0])) for each in found):
        raise ForbiddenAddressError(f"{host} leads into a private network.")
    return found


def _dial(host: str, port: int) -> socket.socket:
    problem: OSError = OSError("no address")
    for family, kind, protocol, _, address in resolve_public(host, port):
        connection = socket.socket(family, kind, protocol)
        connection.settimeout(TIMEOUT)
        try:
            connection.connect(address)
        except OSError as error:
            connection.close()
            problem = error
            continue
        return connection
    raise urllib3.exceptions.ConnectTimeoutError(type(problem).__name__)


class _GuardedConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _dial(self.host, self.port or 80)


class _GuardedSecureConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _dial(self.host, self.port or 443)


class _GuardedPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _GuardedConnection


class _GuardedSecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _GuardedSecureConnection


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, is_guarded: bool = False, allow_hosts: Collection[str] = ()
) -> None:
    """Post bytes once, not followed anywhere else. A guarded post goes to public addresses or to ``allow_hosts`` only.

    Raises NotSentError, which tells what happened and nothing that the server said.
    """
    try:
        with urllib3.PoolManager(retries=False, timeout=TIMEOUT) as pool:
            if is_guarded and (urlsplit(url).hostname or "") not in allow_hosts:
                pool.pool_classes_by_scheme = {"http": _GuardedPool, "https": _GuardedSecurePool}
            answer = pool.request("POST", url, body=body, headers=dict(headers), redirect=False, preload_content=False)
            answer.close()
    except ForbiddenAddressError:
        raise NotSentError("the address leads into a private network, which allow_hosts does not name") from None
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise NotSentError(f"the server was not reached ({type(error).__name__})") from None
    if answer.status >= 300:
        raise NotSentError(f"the server answered {answer.status}")
