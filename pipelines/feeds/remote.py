"""The files of a feed where they lie: on a disk, or behind HTTP, FTP, SFTP or S3; all through fsspec."""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from urllib.parse import unquote, urlsplit

import fsspec
from fsspec import AbstractFileSystem
from tenacity import RetryError, Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from pipelines.errors import UserError
from pipelines.home import BLOCK
from pipelines.landing import is_drop_name
from pipelines.notifying.settings import reveal
from pipelines.templates.feeds import PROTOCOLS, FeedOptions

# Seven seconds in all: longer troubles are for the next time that is due.
TRIES, FIRST_WAIT = 4, 1.0
# What the drivers raise where a network or a server fails, besides OSError; those that are not installed raise nothing.
FAILURES = {
    "aiohttp": ("ClientError",),
    "paramiko": ("SSHException",),
    "botocore.exceptions": ("BotoCoreError", "ClientError"),
    "ftplib": ("Error",),
}
# Trying these again would answer the same, and lock an account out.
FINAL = (FileNotFoundError, PermissionError, IsADirectoryError)
FINAL_NAMES = ("AuthenticationException", "BadHostKeyException")
# By what a driver says that a file is still the same.
SIGNS = ("mtime", "LastModified", "ETag", "etag", "Last-Modified", "Content-MD5", "created", "modify")
T = TypeVar("T")


@dataclass(frozen=True)
class RemoteFile:
    """A file of a feed: its place, the name it lands under, and how it looks (null where nothing tells it apart)."""

    place: str
    name: str
    size: int | None
    signature: str | None


class Remote:
    """The place from which a feed is fetched. Errors name the host and the kind of trouble, never an option."""

    def __init__(self, template: str, feed: FeedOptions, environment: Mapping[str, str]) -> None:
        assert feed.url  # noqa: S101  the caller has looked
        self.where = f"feed of {template}"
        protocol = feed.url.partition("://")[0]
        parts = urlsplit(feed.url)
        self.host = f"{protocol}://{parts.hostname or ''}"
        options = {
            name: reveal(option, environment, self.where) if isinstance(option, str) else option
            for name, option in feed.options.items()
        }
        self.files, self.place = self._open(protocol, feed.url, options)

    def _open(self, protocol: str, url: str, options: dict[str, Any]) -> tuple[AbstractFileSystem, str]:
        def connect() -> tuple[AbstractFileSystem, str]:
            files, place = fsspec.core.url_to_fs(url, **options)
            return files, place

        try:
            return self._try(connect)
        except ImportError:
            remedy = f"Install it: pip install 'leadmill[{PROTOCOLS[protocol]}]'."
            raise UserError(self.where, f"The driver for {protocol} is not installed.", remedy) from None
        except TypeError:
            told = f"The driver for {protocol} does not know one of these options: {', '.join(options)}."
            raise UserError(self.where, told, "Correct feed.options.") from None

    def list_files(self) -> list[RemoteFile]:
        """Return the files that are there, the oldest first where the place tells, else by place.

        Folders, hidden and partial names are no drops. Raises UserError where the place cannot be read.
        """

        def look() -> list[dict[str, Any]]:
            self.files.invalidate_cache()
            if any(character in self.place for character in "*["):
                return list(self.files.glob(self.place, detail=True).values())
            try:
                return [self.files.info(self.place)]
            except FileNotFoundError as error:
                # HTTP's driver says so of every answer that is no file; the answer itself is the cause.
                if error.__cause__ is not None and not isinstance(error.__cause__, FileNotFoundError):
                    raise error.__cause__ from None
                return []

        found = [self._describe(info) for info in self._try(look) if info.get("type", "file") == "file"]
        return sorted((file for file in found if is_drop_name(file.name)), key=lambda f: (f.signature or "", f.place))

    def _describe(self, info: dict[str, Any]) -> RemoteFile:
        place = str(info["name"])
        path = urlsplit(place).path if "://" in place else place
        signs = [str(info[sign]) for sign in SIGNS if info.get(sign)]
        size = info.get("size")
        signature = " ".join([*signs, str(size)]) if signs else None
        name = "".join(c for c in unquote(path).rpartition("/")[2] if c.isprintable())
        return RemoteFile(place, name or "index", size, signature)

    def download(self, file: RemoteFile, target: Path) -> None:
        """Copy a file's bytes to a new file. Raises UserError where that fails, also after trying again."""

        def copy() -> None:
            with self.files.open(file.place, "rb") as source, target.open("wb") as stream:
                for block in _read_blocks(source):
                    stream.write(block)

        self._try(copy)

    def _try(self, work: Callable[[], T]) -> T:
        """Do something over the network, again where it fails, and say what failed in words of our own."""
        try:
            for attempt in Retrying(
                retry=retry_if_exception(_is_passing),
                stop=stop_after_attempt(TRIES),
                wait=wait_exponential(FIRST_WAIT),
            ):
                with attempt:
                    return work()
        except RetryError as error:
            kind = type(error.last_attempt.exception()).__name__
            told = f"{self.host} could not be read, tried {TRIES} times ({kind})."
            raise UserError(self.where, told, "It is tried again at its next time; check the address.") from None
        except _list_failures() as error:
            told = f"{self.host} refused or has no such place ({type(error).__name__})."
            raise UserError(self.where, told, "Check feed.url, the options and who may read there.") from None
        raise AssertionError("unreachable")


def _read_blocks(source: BinaryIO) -> Iterator[bytes]:
    while block := source.read(BLOCK):
        yield block


def _list_failures() -> tuple[type[BaseException], ...]:
    """Return what counts as trouble on the way; drivers that were not loaded have raised nothing."""
    found: list[type[BaseException]] = [OSError, EOFError]
    for module, names in FAILURES.items():
        if module in sys.modules:
            found += [getattr(sys.modules[module], name) for name in names]
    return tuple(found)


def _is_passing(error: BaseException) -> bool:
    """Return whether trying again may help."""
    is_final = isinstance(error, FINAL) or type(error).__name__ in FINAL_NAMES
    # Drivers of HTTP raise FileNotFoundError for 404 and their own error, with the status, for the rest.
    status = getattr(error, "status", None)
    is_refused = isinstance(status, int) and 400 <= status < 500 and status not in (408, 429)
    return isinstance(error, _list_failures()) and not is_final and not is_refused
