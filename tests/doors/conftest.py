"""A real server process on a free port of this machine, and what answers it in turn."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from pipelines.doors.access import create_key, create_user
from pipelines.home import Home

KEY, READER = "wbk_your_api_key_here", "wbk_reader"
BEARER = {"Authorization": f"Bearer {KEY}"}


@dataclass
class Server:
    """A server process: where it is, the home it serves, and a client with a key."""

    process: subprocess.Popen[str]
    url: str
    home: Home
    client: httpx.Client
    log: list[str] = field(default_factory=list)

    def kill(self) -> None:
        """End it as the kernel does."""
        self.process.kill()
        self.process.wait()


@contextmanager
def serving(home: Home, **environment: str) -> Iterator[Server]:
    """Run ``leadmill serve`` until the block is left."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from pipelines.cli.main import main; main()", "serve", "--port", "0"],
        env={**os.environ, "LEADMILL_HOME": str(home.root), **environment},
        cwd=Path(__file__).parents[2],
        stderr=subprocess.PIPE,
        text=True,
    )
    log: list[str] = []
    try:
        for line in process.stderr:
            log.append(line)
            if found := re.search(r"Listening on (http://\S+)", line):
                break
        else:
            raise AssertionError("".join(log))
        reader = threading.Thread(target=lambda: log.extend(process.stderr), daemon=True)
        reader.start()
        with httpx.Client(base_url=found[1], headers=BEARER, timeout=60) as client:
            yield Server(process, found[1], home, client, log)
    finally:
        process.terminate()
        process.wait(timeout=60)
        process.stderr.close()


def let_in(home: Home) -> None:
    """Make the callers of these tests: a key, one that may only read, another tenant's, and a user."""
    now = datetime.now(UTC)
    home.make()
    create_key(home, "acme", KEY, scopes=["write:contacts"], now=now)
    create_key(home, "reader", READER, scopes=["read:contacts"], now=now)
    create_key(home, "other", "wbk_other", scopes=["write:contacts"], now=now, tenant="other")
    create_user(home, "john", "correct horse", scopes=["write:contacts"], now=now)


@pytest.fixture(scope="module")
def hook() -> Iterator["Hook"]:
    """A server that takes what the doors send, and says no as often as it is told to."""
    with Hook.opened() as hook:
        yield hook


@pytest.fixture(scope="module")
def settings() -> str:
    """What ``doors.yaml`` says; a module overrides it."""
    return "rate_per_minute: 100000\norigins: [https://crm.example]\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory, settings) -> Iterator[Server]:
    home = Home(tmp_path_factory.mktemp("serve") / "home")
    let_in(home)
    (home.root / "doors.yaml").write_text(settings)
    with serving(home, HOOK_SECRET="s3cret") as server:
        yield server


@dataclass
class Hook:
    """What was posted to us, and how often we still say no."""

    url: str
    refusals: int = 0
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    @classmethod
    @contextmanager
    def opened(cls) -> Iterator["Hook"]:
        """Listen on a free port."""

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.got.append((self.path, dict(self.headers), body))
                hook.refusals -= 1
                self.send_response(503 if hook.refusals >= 0 else 204)
                self.end_headers()

            def log_message(self, *arguments: object) -> None:
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener:
            hook = cls(f"http://127.0.0.1:{listener.server_port}")
            thread = threading.Thread(target=listener.serve_forever, daemon=True)
            thread.start()
            yield hook
            listener.shutdown()
            thread.join()
