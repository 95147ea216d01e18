"""The page of the Supplier Summary in a browser: it draws its charts and asks for nothing outside itself."""

import re
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pipelines.reports.charting import render_html
from tests.reports.test_page import multiply, summary  # noqa: F401  a fixture

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
BROWSER = next((path for name in NAMES if (path := shutil.which(name))), None)
# What a browser asks for by itself, whatever the page.
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-default-apps", "--disable-domain-reliability",
)  # fmt: skip
# The hosts of its maker, none of which serves scripts, styles or fonts to pages.
OWN = re.compile(r"(?:^|//)(?:accounts|clients\d?|android\.clients|update|redirector|www)\.(?:google|gvt1)\.com\b")
pytestmark = [pytest.mark.full, pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")]


@pytest.fixture
def browse(tmp_path):
    """Open a page in a browser whose every request goes through a proxy of ours; return its DOM and those requests."""
    asked = []

    class Proxy(BaseHTTPRequestHandler):
        def refuse(self):
            asked.append(self.path)
            self.send_error(404)

        do_GET = do_POST = do_HEAD = do_CONNECT = refuse  # noqa: N815

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()

        def browse(page: bytes):
            asked.clear()
            path = tmp_path / "page.html"
            path.write_bytes(page)
            proxy = f"--proxy-server=http://127.0.0.1:{server.server_port}"
            profile = f"--user-data-dir={tmp_path / 'profile'}"
            seen = subprocess.run(
                [BROWSER, *QUIET, proxy, "--proxy-bypass-list=<-loopback>", profile, "--virtual-time-budget=20000",
                 "--dump-dom", path.as_uri()],
                capture_output=True, timeout=120, check=True,
            )  # fmt: skip
            return seen.stdout.decode(), [one for one in asked if not OWN.search(one)]

        yield browse
        server.shutdown()


def test_the_page_draws_every_chart_and_asks_for_nothing(browse, summary):  # noqa: F811
    _, noticed = browse(b"<!doctype html><img src='http://outside.example/picture.png'>")
    dom, asked = browse(render_html(multiply(summary, 200), "day"))

    assert noticed == ["http://outside.example/picture.png"]
    assert asked == []
    assert len(re.findall(r"<svg[^>]*class=\"marks\"", dom)) == 4
    assert all(f">{day} Mar 2026<" in dom for day in (2, 3))
