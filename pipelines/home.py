"""Where everything of one installation lies on the disk."""

import hashlib
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile, mkdtemp

from pipelines.errors import UserError

BLOCK = 1 << 20
SEND_BYTES = 1 << 30
# A file that is written whole takes less than this, and has a name that begins so until it is.
STALE_SECONDS = 3600
PARTIAL = ".partial-"


@dataclass(frozen=True)
class Home:
    """The folders of one installation; all are made on first use."""

    root: Path

    @property
    def templates(self) -> Path:
        """Saved settings and mappings, one YAML file each."""
        return self.root / "templates"

    @property
    def tables(self) -> Path:
        """Contact data tables as they are declared, one YAML file each."""
        return self.root / "tables"

    @property
    def mappings(self) -> Path:
        """Mappings saved apart from settings, one YAML file each."""
        return self.root / "mappings"

    @property
    def landing(self) -> Path:
        """Where suppliers' files arrive: ``landing/<template>/``."""
        return self.root / "landing"

    @property
    def raw(self) -> Path:
        """Every drop as it came, named by its content; never changed."""
        return self.root / "raw"

    @property
    def store(self) -> Path:
        """The DuckDB file that only the writer opens."""
        return self.root / "store" / "leadmill.duckdb"

    @property
    def lock(self) -> Path:
        """Held by whoever writes."""
        return self.root / "store" / "writer.lock"

    @property
    def published(self) -> Path:
        """What readers open: Parquet, in generations, ``current`` being the newest."""
        return self.root / "published"

    @property
    def work(self) -> Path:
        """Scratch space on the same disk, for renames and for spilling."""
        return self.root / "work"

    @property
    def spill(self) -> Path:
        """Where the writer puts what its memory does not hold."""
        return self.work / "spill"

    @property
    def dagster(self) -> Path:
        """DAGSTER_HOME unless the environment names another."""
        return self.root / "dagster"

    def make(self) -> "Home":
        """Create the folders that are not there.

        Raises UserError where the home is a file or cannot be written.
        """
        try:
            for folder in (
                self.templates,
                self.tables,
                self.mappings,
                self.landing,
                self.raw,
                self.store.parent,
                self.published,
                self.work,
            ):
                folder.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError, PermissionError) as error:
            raise UserError(
                str(self.root), "The home cannot be made here.", f"{error.strerror}. Choose --home."
            ) from None
        return self


def resolve_home(option: str | None) -> Home:
    """Return the home that is meant: the option, else ``$LEADMILL_HOME``, else ``./leadmill-home``."""
    return Home(Path(option or os.environ.get("LEADMILL_HOME") or "leadmill-home").expanduser().absolute())


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal.

    Raises UserError where there is no such file or it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except IsADirectoryError:
        raise UserError(str(path), "This is a folder.", "Name the files in it.") from None
    except FileNotFoundError:
        raise UserError(str(path), "There is no such file.", "Check the path.") from None
    except OSError as error:
        raise UserError(str(path), "The file cannot be read.", f"{error.strerror}.") from None


def raw_path(home: Home, sha256: str) -> Path:
    """Return where the drop of this content is kept."""
    return home.raw / sha256[:2] / sha256


def keep_raw(home: Home, source: Path) -> tuple[str, Path]:
    """Copy a drop to where raw drops are kept, whole or not at all; return its SHA-256 and that path.

    A content that is there already is not copied again. The copy is what is read from then on, so that a file which
    changes while it is read cannot matter. Raises UserError where the source cannot be read.
    """
    with keep_raw_meanwhile(home, source) as raw:
        pass
    return raw.sha256, raw.path


@dataclass
class RawCopy:
    """A drop that is being kept: where its copy can be read meanwhile, and what its bytes tell once they are hashed."""

    path: Path
    find_hash: Callable[[], tuple[str, bool]]

    @property
    def sha256(self) -> str:
        """The SHA-256 of its bytes, in hexadecimal; waited for."""
        return self.find_hash()[0]

    @property
    def was_kept(self) -> bool:
        """Whether a drop of this content was kept before; waited for."""
        return self.find_hash()[1]


def hash_kept(home: Home, path: Path) -> tuple[str, bool]:
    """Return the SHA-256 of a file, and whether a drop of this content is kept already; raises as ``hash_file``."""
    sha256 = hash_file(path)
    return sha256, raw_path(home, sha256).exists()


@contextmanager
def keep_raw_meanwhile(home: Home, source: Path) -> Iterator[RawCopy]:
    """Keep a drop as ``keep_raw`` does: what comes of its copy is done beside the block, and ``path`` moves behind it.

    The drop is kept whether or not the block fails; once the block is left it survives a power cut.
    """
    copy = _copy(home, source)
    with ThreadPoolExecutor(2) as pool:
        raw = RawCopy(copy, pool.submit(hash_kept, home, copy).result)
        placing = pool.submit(_place, home, raw)
        try:
            yield raw
        finally:
            raw.path = placing.result()
            copy.unlink()


def _copy(home: Home, source: Path) -> Path:
    try:
        with (
            source.open("rb") as stream,
            NamedTemporaryFile(dir=home.work, prefix=f"raw-{os.getpid()}-", delete=False) as copy,
        ):
            _send(stream.fileno(), copy.fileno())
            shutil.copyfileobj(stream, copy, BLOCK)
    except OSError:
        hash_file(source)  # says what is wrong with the file
        raise
    return Path(copy.name)


def _place(home: Home, raw: RawCopy) -> Path:
    """Give a copy that survives a power cut its place beside the name by which it is read; return that place."""
    sync_file(raw.path)
    kept = raw_path(home, raw.sha256)
    if not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        raw.path.chmod(0o444)
        with suppress(FileExistsError):  # another process kept it meanwhile
            os.link(raw.path, kept)
        sync_folder(kept.parent)
    return kept


def _send(source: int, target: int) -> None:
    """Copy what is behind a file's position inside the kernel, which takes a fifth of the time, as far as that goes."""
    if sys.platform == "linux":
        with suppress(OSError):
            while os.sendfile(target, source, None, SEND_BYTES):
                pass


def sweep_work(home: Home) -> None:
    """Remove what killed processes left: in the work folder, and, once they are old, files that were not whole."""
    for folder in (home.root, home.work, home.templates, home.mappings, home.tables):
        for left in folder.glob(f"{PARTIAL}*"):
            with suppress(FileNotFoundError):
                if time.time() - left.stat().st_mtime > STALE_SECONDS:
                    left.unlink()
    for left in home.work.glob("*-*-*"):
        pid = left.name.split("-")[1]
        if pid.isdigit() and not is_running(int(pid)):
            shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)


@contextmanager
def make_work_folder(home: Home, kind: str) -> Iterator[Path]:
    """Yield a folder for a piece of work, which goes with it; elsewhere where nothing may be written to the home."""
    sweep_work(home)
    folder = Path(mkdtemp(prefix=f"{kind}-{os.getpid()}-", dir=home.work if home.work.is_dir() else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def is_running(pid: int) -> bool:
    """Tell whether there is a process of this id."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def sync_folder(folder: Path) -> None:
    """Make a rename in this folder survive a power cut."""
    sync_file(folder)


def sync_file(path: Path) -> None:
    """Make what was written to a file survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old content or the new one, never a part.

    Raises UserError where there is no such folder or it cannot be written to.
    """
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=PARTIAL, delete=False) as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        partial = Path(stream.name)
        partial.chmod(0o644)
        partial.replace(path)
    except OSError as error:
        raise UserError(str(path), f"The file cannot be written: {error.strerror}.", "Name another.") from None
    sync_folder(path.parent)
