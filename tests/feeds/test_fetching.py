"""Fetching a feed from real places: a folder, fsspec's memory, a web server on this machine."""

import functools
import os
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import fsspec
import pytest

from pipelines.errors import UserError
from pipelines.feeds.fetching import fetch_feed
from pipelines.home import Home

DROP = "Name,Tel\nAnn,07400 123456\n"


@pytest.fixture(autouse=True)
def quick(monkeypatch) -> None:
    """Do not wait between tries."""
    monkeypatch.setattr("pipelines.feeds.remote.FIRST_WAIT", 0)


@pytest.fixture
def there(tmp_path: Path) -> Path:
    """The supplier's folder."""
    folder = tmp_path / "there"
    folder.mkdir()
    return folder


@pytest.fixture
def fed(home: Home):
    """Give the home a template with a feed; fetch it."""

    def fetch(url: str, *, pause=lambda seconds: None, environment=None, **options):
        home.make()
        told = "".join(f", {name}: {value}" for name, value in options.items())
        (home.templates / "acme.yaml").write_text(
            "name: acme\nsupplier: Acme\nlist: {name: Warm}\nmapping: {phone1: Tel}\n"
            f"feed: {{url: '{url}', options: {{{told[2:]}}}}}\n"
        )
        return fetch_feed(home, "acme", environment or {}, pause=pause)

    return fetch


def landed(home: Home) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted((home.landing / "acme").iterdir())}


def test_new_files_of_a_folder_land_whole_and_come_once(home, fed, there) -> None:
    for name in ("a.csv", "b.csv"):
        (there / name).write_text(DROP + name)

    first, second = fed(f"file://{there}/*.csv"), fed(f"file://{there}/*.csv")

    assert (sorted(first.landed), first.known) == (["a.csv", "b.csv"], 0)
    assert (second.landed, second.known) == ([], 2)
    assert landed(home) == {"a.csv": f"{DROP}a.csv", "b.csv": f"{DROP}b.csv"}


def test_hidden_and_partial_names_markers_and_folders_are_left_there(home, fed, there) -> None:
    for name in (".a.csv", "b.csv.part", "c.csv.done", "d.csv~"):
        (there / name).write_text(DROP)
    (there / "sub.csv").mkdir()

    assert fed(f"file://{there}/*").landed == []


def test_a_file_that_still_grows_is_left_for_the_next_time(home, fed, there) -> None:
    (there / "a.csv").write_text(DROP)

    growing = fed(f"file://{there}/*.csv", pause=lambda seconds: (there / "a.csv").write_text(DROP * 2))
    later = fed(f"file://{there}/*.csv")

    assert (growing.landed, growing.changing) == ([], 1)
    assert later.landed == ["a.csv"]
    assert landed(home) == {"a.csv": DROP * 2}


def test_the_same_content_under_another_name_or_touched_lands_once(home, fed, there) -> None:
    (there / "a.csv").write_text(DROP)
    fed(f"file://{there}/*.csv")
    os.utime(there / "a.csv", (1, 1))
    (there / "again.csv").write_text(DROP)

    again = fed(f"file://{there}/*.csv")

    assert (again.landed, again.known) == ([], 2)
    assert list(landed(home)) == ["a.csv"]


def test_a_name_with_new_content_does_not_write_over_what_waits(home, fed, there) -> None:
    (there / "daily.csv").write_text(DROP)
    fed(f"file://{there}/daily.csv")
    (there / "daily.csv").write_text(DROP + "Bob,07400 123457\n")

    (name,) = fed(f"file://{there}/daily.csv").landed

    assert name.startswith("daily-")
    assert landed(home) == {"daily.csv": DROP, name: DROP + "Bob,07400 123457\n"}


def test_what_a_killed_fetch_left_is_swept_and_is_no_drop(home, fed, there) -> None:
    (home.landing / "acme").mkdir(parents=True)
    (home.landing / "acme" / ".fetching-1").write_text("half")
    (there / "a.csv").write_text(DROP)

    fed(f"file://{there}/*.csv")

    assert list(landed(home)) == ["a.csv"]


def test_a_place_where_nothing_is_yet_brings_nothing(fed, there) -> None:
    assert fed(f"file://{there}/none/*.csv").landed == fed(f"file://{there}/none.csv").landed == []


def test_the_memory_of_this_process_is_a_place_too(home, fed) -> None:
    memory = fsspec.filesystem("memory")
    memory.pipe("/acme/a.csv", DROP.encode())

    assert fed("memory://acme/*.csv").landed == ["a.csv"]
    memory.rm("/acme", recursive=True)


@pytest.fixture
def web(there):
    """A web server on the supplier's folder; it fails as often as it is told to. Yields its address and that number."""
    pytest.importorskip("aiohttp", reason="leadmill[http] is not installed")
    failing = [0]

    class Handler(SimpleHTTPRequestHandler):
        def send_head(self):
            if failing[0] > 0:
                failing[0] -= 1
                self.send_error(503)
                return None
            return super().send_head()

        def log_message(self, *arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(there))) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", failing
        server.shutdown()
        thread.join()


def test_a_file_is_fetched_from_a_web_server_and_again_when_it_has_changed(home, fed, there, web) -> None:
    address, _ = web
    (there / "a.csv").write_text(DROP)

    first, same = fed(f"{address}/a.csv"), fed(f"{address}/a.csv")
    (there / "a.csv").write_text(DROP * 2)
    os.utime(there / "a.csv", (10**9, 10**9))
    changed = fed(f"{address}/a.csv")

    assert (first.landed, same.landed, same.known) == (["a.csv"], [], 1)
    assert len(changed.landed) == 1
    assert sorted(landed(home).values()) == [DROP, DROP * 2]


def test_a_server_that_fails_now_and_then_is_asked_again(fed, there, web) -> None:
    address, failing = web
    (there / "a.csv").write_text(DROP)
    failing[0] = 2

    assert fed(f"{address}/a.csv").landed == ["a.csv"]


def test_a_server_that_keeps_failing_is_one_clear_line_without_the_address_behind_the_host(fed, web) -> None:
    address, failing = web
    failing[0] = 100

    with pytest.raises(UserError) as error:
        fed(f"{address}/a.csv?token=hunter2")

    assert "feed of acme: http://127.0.0.1 could not be read, tried 4 times" in str(error.value)
    assert "hunter2" not in str(error.value)


def test_a_driver_that_is_not_installed_is_said_with_how_to_get_it(fed, monkeypatch) -> None:
    def lack(*arguments, **options):
        raise ImportError("paramiko")

    monkeypatch.setattr("fsspec.core.url_to_fs", lack)

    with pytest.raises(
        UserError, match=r"The driver for sftp is not installed. Install it: pip install 'leadmill\[sftp\]'"
    ):
        fed("sftp://example.com/*.csv")


def test_a_secret_that_is_not_set_is_named(fed) -> None:
    with pytest.raises(UserError, match=r"\$ACME_PASSWORD is not set in the environment"):
        fed("ftp://127.0.0.1/*.csv", password="$ACME_PASSWORD")


def test_an_option_that_the_driver_does_not_know_is_said(fed) -> None:
    with pytest.raises(UserError, match="does not know one of these options: colour"):
        fed("sftp://127.0.0.1:1/*.csv", colour="blue")


def test_a_template_without_a_feed_says_what_to_give(lm, home) -> None:
    home.make()
    (home.templates / "acme.yaml").write_text("name: acme\nsupplier: A\nlist: {name: W}\nmapping: {phone1: T}\n")

    answer = lm("feeds", "fetch", "acme")

    assert answer.code == 2
    assert "It has no feed that is fetched. Give it feed: {url: ...}." in answer.err
    assert lm("feeds", "list", "--json").json == [
        {"template": "acme", "url": None, "cron": None, "expected_by": None, "last_file_at": None, "late": None}
    ]
