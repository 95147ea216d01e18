"""What the tests of notifications say: a template, two drops, and where notices go."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller

TEMPLATE = """\
name: acme
supplier: Acme
list: {mode: named, name: Warm}
hold_above: 0.5
mapping: {first_name: Name, phone1: Tel}
"""
GOOD = "Name,Tel\nAnn,07400 123456\nBob,07400 123457\n"
BAD = "Name,Tel\nZebedee,07400 1\nYolanda,07400 2\n"


@dataclass
class Sink:
    """What arrived, and how the server answers."""

    port: int = 0
    arrived: list[Any] = field(default_factory=list)
    answer: int = 200


def name_mail(port: int) -> str:
    return (
        f"email: {{server: 127.0.0.1, port: {port}, security: none, sender: mill@example.com, to: [ops@example.com]}}\n"
    )


def name_hook(port: int) -> str:
    return f"webhook: {{url: 'http://127.0.0.1:{port}/hook', allow_http: true, secret: $HOOK_SECRET}}\n"


@contextmanager
def taking_mails() -> Iterator[Sink]:
    """Run a mail server that keeps what it gets: recipients and text."""
    sink = Sink()

    class Handler:
        async def handle_DATA(self, server, session, envelope):  # noqa: N802  the name that the library calls
            sink.arrived.append((envelope.rcpt_tos, envelope.content.decode()))
            return "250 OK"

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        sink.port = free.getsockname()[1]
    controller = Controller(Handler(), hostname="127.0.0.1", port=sink.port)
    controller.start()
    yield sink
    controller.stop()
