"""Expand compressed bytes, piece by piece, within bounds that no declared size can move."""

import gzip
import mmap
import shutil
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from typing import NoReturn

import numpy as np
import pyarrow as pa

from pipelines.errors import UserError
from pipelines.reading.tokens import Bytes

PIECE = 1 << 20
# Lead files shrink 5 to 30 times. Small ones may shrink more: only what is large can do harm.
FREE_BYTES = 64 << 20
MAX_RATIO = 250
MAX_BYTES = 16 << 30
# What has to stay free on the disk of the temporary files.
SPARE_DISK = 1 << 30
_RESEND = "Ask the supplier to send it again."


class Allowance:
    """How many bytes one file may expand to, over all that is in it: counted as they come, never as declared."""

    def __init__(self, name: str, compressed: int, most: int = MAX_BYTES) -> None:
        self.name = name
        self.most = min(most, max(FREE_BYTES, MAX_RATIO * compressed))
        self.spent = 0
        self._is_checked_at = 0

    def spend(self, count: int) -> None:
        """Take ``count`` bytes off; raises UserError where that is more than is left, or than the disk has."""
        self.spent += count
        if self.spent > self.most:
            raise UserError(
                self.name,
                f"It expands to more than {self.most >> 20:,} MiB, which is more than its size allows.",
                "Send the list itself, not compressed, or split it.",
            )
        if self.spent >= self._is_checked_at:
            self._is_checked_at = self.spent + FREE_BYTES
            if shutil.disk_usage(tempfile.gettempdir()).free < SPARE_DISK + FREE_BYTES:
                raise UserError(self.name, "There is no room on the disk to expand it.", "Free some of the disk.")


def store_pieces(pieces: Iterable[bytes], allowance: Allowance) -> Bytes:
    """Write pieces to a temporary file that has no name, and map it. Raises UserError beyond the allowance."""
    with tempfile.TemporaryFile() as copy:
        for piece in pieces:
            allowance.spend(len(piece))
            copy.write(piece)
        copy.flush()
        size = copy.tell()
        mapped = mmap.mmap(copy.fileno(), size, access=mmap.ACCESS_READ) if size else b""
    return np.frombuffer(mapped, np.uint8)


def inflate_gzip(name: str, work: Bytes) -> Iterator[bytes]:
    """Yield what gzip members, one or more, hold. Raises UserError where they are cut off or damaged."""
    stream = gzip.GzipFile(fileobj=pa.BufferReader(work))
    try:
        while piece := stream.read(PIECE):
            yield piece
    except EOFError:
        refuse_cut_off(name)
    except gzip.BadGzipFile as error:
        if "Not a gzipped file" in str(error):
            raise UserError(name, "Something else stands behind the compressed data.", _RESEND) from None
        refuse_damaged(name)
    except zlib.error:
        refuse_damaged(name)


def inflate_zstd(name: str, work: Bytes) -> Iterator[bytes]:
    """Yield what zstd frames, one or more, hold. Raises UserError where they are cut off or damaged."""
    try:
        stream = pa.CompressedInputStream(pa.BufferReader(work), "zstd")
        while piece := stream.read(PIECE):
            yield piece
    except OSError as error:
        if "Truncated" in str(error):
            refuse_cut_off(name)
        if "Unknown frame" in str(error):
            raise UserError(name, "Something else stands behind the compressed data.", _RESEND) from None
        refuse_damaged(name)


def refuse_cut_off(name: str) -> NoReturn:
    """Raise the UserError of compressed data that ends too early."""
    raise UserError(name, "The compressed data is cut off.", _RESEND) from None


def refuse_damaged(name: str) -> NoReturn:
    """Raise the UserError of compressed data whose checksum or structure is wrong."""
    raise UserError(name, "The compressed data is damaged.", _RESEND) from None
