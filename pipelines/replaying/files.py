"""The files of a home that people change and acts go by: kept by content when an act reads them, put back for a replay.

Rules of do-not-call, meanings of outcomes and contact data tables are files, so the store does not know what they said
last month. The log keeps the SHA-256 of each as it was; ``raw/`` keeps the bytes.
"""

from pathlib import Path

from pipelines.errors import UserError
from pipelines.home import Home, hash_file, keep_raw, raw_path, write_whole

READ = ("dnc.yaml", "outcomes.yaml", "tables/*.yaml")

# Path below the home -> SHA-256 of what stands there.
Files = dict[str, str]


def list_files(home: Home) -> list[str]:
    """Return the files that acts go by, as paths below the home, sorted."""
    found = (path for pattern in READ for path in home.root.glob(pattern) if path.is_file())
    return sorted(path.relative_to(home.root).as_posix() for path in found)


def hash_files(home: Home) -> Files:
    """Return which files there are and what they hold, when an act begins to read them."""
    return {name: hash_file(home.root / name) for name in list_files(home)}


def keep_files(home: Home, files: Files) -> Files:
    """Keep the files that an act has read, by content, under the lock, before it is committed; return them.

    Raises UserError where one was changed since: what was read of it may be either.
    """
    now = hash_files(home)
    for name in sorted({*now, *files}):
        if now.get(name) != files.get(name):
            raise UserError(name, "The file was changed meanwhile, so nothing was done.", "Do it again.")
        if not raw_path(home, files[name]).exists():
            keep_raw(home.make(), home.root / name)
    return files


def put_files(source: Home, home: Home, files: Files) -> None:
    """Make the files of ``home`` what they were when ``source`` kept them; others go.

    Raises UserError where a content is not kept any more.
    """
    for name in list_files(home):
        if name not in files:
            (home.root / name).unlink()
    for name, sha256 in files.items():
        path = home.root / name
        if not path.is_file() or hash_file(path) != sha256:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, find_kept(source, sha256, name).read_bytes())


def find_kept(source: Home, sha256: str, name: str) -> Path:
    """Return where a home keeps a content. Raises UserError, with the name that it had, where it is gone."""
    path = raw_path(source, sha256)
    if not path.is_file():
        fact = f"Its content, {sha256[:12]}…, is not in {source.raw} any more."
        raise UserError(name, fact, "Restore raw/ from a copy: a replay needs every drop, list and report.")
    return path
