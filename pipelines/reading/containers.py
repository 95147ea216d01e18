"""From a supplier's file to the contents that are read: itself, or what a gzip, zstd or zip wrapping holds.

What a file is, its bytes say; its name does not matter. What is in a wrapping goes to temporary files that have no
name, so a member's name is shown and never used as a path. A wrapping in a wrapping is refused.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from pipelines.errors import UserError
from pipelines.reading.expanding import Allowance, inflate_gzip, inflate_zstd, store_pieces
from pipelines.reading.kinds import HEAD_BYTES, Kind, recognise
from pipelines.reading.tokens import Bytes


@dataclass(frozen=True)
class Content:
    """One table as bytes: a file, mapped, or what it was expanded to.

    ``name`` is the file's, of a zip's member ``drop.zip/leads.csv``.
    """

    name: str
    work: Bytes
    kind: Literal["text", "xlsx"] = "text"


@dataclass(frozen=True)
class Unpacked:
    """What a file holds, in its order, and what a person may want to know of it.

    ``expanded_bytes`` is the size of it all, null where the file was not wrapped.
    """

    contents: tuple[Content, ...]
    notices: tuple[str, ...] = ()
    expanded_bytes: int | None = None


def unpack(path: Path) -> Unpacked:
    """Return the contents of a file.

    Raises UserError where it is missing or empty, a kind that is not read, damaged, cut off, or expands beyond bounds.
    """
    from pipelines.reading.archives import open_archive, unpack_members

    name, work = path.name, map_file(path)
    kind = recognise(name, work[:HEAD_BYTES].tobytes())
    if kind == "text":
        return Unpacked((Content(name, work),))
    if kind == "zip":
        archive, is_workbook = open_archive(name, work)
        return Unpacked((Content(name, work, "xlsx"),)) if is_workbook else unpack_members(name, archive, len(work))
    inflate = inflate_gzip if kind == "gzip" else inflate_zstd
    content = store_pieces(inflate(name, work), Allowance(name, len(work)))
    require_text(name, recognise(name, content[:HEAD_BYTES].tobytes()))
    return Unpacked((Content(name, content),), expanded_bytes=len(content))


def map_file(path: Path) -> Bytes:
    """Map a file's bytes. Raises UserError where it is missing, empty or cannot be read."""
    try:
        size = path.stat().st_size
        work: Bytes = np.asarray(np.memmap(path, dtype=np.uint8, mode="r")) if size else np.zeros(0, dtype=np.uint8)
    except OSError as error:
        raise UserError(path.name, f"It cannot be read: {error.strerror}.", "Check the path and its rights.") from error
    if not size:
        raise UserError(path.name, "The file is empty (0 bytes).", "Ask the supplier to send it again.")
    return work


def require_text(name: str, kind: Kind) -> None:
    """Refuse what is in a wrapping and is a wrapping or a workbook itself."""
    if kind != "text":
        raise UserError(
            name, "An archive or a workbook is packed inside another archive.", "Send what is inside by itself."
        )
