"""Lists that are nothing but digits, `number` or `area,number` per line, in blocks: bounded memory at any length."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from polars.exceptions import PolarsError

from pipelines.reading.tokens import Bytes

BLOCK_BYTES = 1 << 25
HEAD_BYTES = 1 << 16
_LINE = re.compile(rb"\+?[0-9]{5,18}|[0-9]{2,5},[0-9]{4,12}")
_ALLOWED = np.zeros(256, dtype=bool)
_ALLOWED[list(b"0123456789+,\r\n")] = True
_NEWLINE, _RETURN = 10, 13


class NotPlainError(Exception):
    """A list that began plain holds something else further on."""


@dataclass(frozen=True)
class PlainList:
    """A plain list, mapped: how many columns it has, and its bytes."""

    work: Bytes
    columns: int

    def read(self) -> Iterator[tuple[pl.DataFrame, int]]:
        """Yield ``raw`` (String: area and number together) block by block, and how many of its lines are blank.

        Raises NotPlainError where something else turns up.
        """
        start = 0
        while start < len(self.work):
            end = _find_end(self.work, start)
            block = self.work[start:end]
            if not _ALLOWED[block].all():
                raise NotPlainError
            lines = int(np.count_nonzero(block == _NEWLINE)) + int(block[-1] != _NEWLINE)
            yield self._parse(block, lines)
            start = end

    def _parse(self, block: Bytes, lines: int) -> tuple[pl.DataFrame, int]:
        text = block[block != _RETURN].tobytes()
        if not text.strip():
            return pl.DataFrame(schema={"raw": pl.String}), lines
        names = ["area", "raw"] if self.columns == 2 else ["raw"]
        try:
            rows = pl.read_csv(
                text, has_header=False, new_columns=names, infer_schema=False, quote_char=None, low_memory=True
            )
        except PolarsError:
            raise NotPlainError from None
        if rows.width != self.columns:
            raise NotPlainError
        if self.columns == 2:
            if rows.filter(~pl.col("area").str.len_bytes().is_between(2, 5) | pl.col("raw").is_null()).height:
                raise NotPlainError
            rows = rows.select(raw=pl.col("area") + pl.col("raw"))
        rows = rows.drop_nulls()
        return rows, lines - rows.height


def find_plain(work: Bytes) -> PlainList | None:
    """Return the list if its beginning is plain, all lines in one shape; null otherwise."""
    head = work[:HEAD_BYTES].tobytes()
    if len(work) > HEAD_BYTES:
        head = head[: head.rfind(b"\n") + 1]
    lines = [line.rstrip(b"\r") for line in head.split(b"\n") if line.strip()]
    if not lines or not all(map(_LINE.fullmatch, lines)):
        return None
    shapes = {1 + line.count(b",") for line in lines}
    return PlainList(work, shapes.pop()) if len(shapes) == 1 else None


def _find_end(work: Bytes, start: int) -> int:
    """Return where a block ends: behind its last whole line."""
    end = min(start + BLOCK_BYTES, len(work))
    if end == len(work):
        return end
    cut = work[start:end].tobytes().rfind(b"\n")
    return start + cut + 1 if cut >= 0 else end
