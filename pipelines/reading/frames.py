"""Turn good records into cells with Polars' parser, whatever the dialect, and hold its count against the index."""

import io
from dataclasses import replace
from typing import NoReturn

import numpy as np
import polars as pl

from pipelines.errors import UserError
from pipelines.reading.records import Records
from pipelines.reading.source import Source
from pipelines.reading.tokens import (
    BACKSLASH,
    DELIMITER,
    NO_DELIMITER,
    QUOTE,
    Dialect,
    Mask,
    find_run_starts,
    find_tokens,
)

_ROW_MARK = b"\x1e"  # as NO_DELIMITER: rows that hold it are quarantined, so it is free
_CR = 13


def name_columns(width: int) -> list[str]:
    """Return the names of the cells of a row, in order: ``c1`` to ``cN``."""
    return [f"c{number}" for number in range(1, width + 1)]


def parse_rows(
    source: Source, dialect: Dialect, width: int, content: memoryview, records: Records, is_wanted: Mask
) -> pl.DataFrame:
    """Return the cells of the wanted records: c1…cN String, exact texts, '' where empty, in the file's order.

    Raises UserError where Polars finds another number of rows than the index did.
    """
    columns = name_columns(width)
    delimiter = dialect.delimiter
    # A header of our own keeps Polars from taking the first bytes for a byte order mark or a compressed file.
    text, mark = _gather(delimiter.join(name.encode() for name in columns), content, records, is_wanted, dialect)
    if dialect.has_escapes:
        text = _double_quotes(text, replace(dialect, row_delimiter=None))
    if len(delimiter) > 1 or delimiter[0] >= 0x80:
        text = _put_single_delimiter(text, replace(dialect, row_delimiter=None, has_escapes=False))
        delimiter = NO_DELIMITER
    is_short = bool((records.fields[is_wanted] < width).any())
    expected = int(np.count_nonzero(is_wanted))
    try:
        cells = pl.read_csv(
            io.BytesIO(source.to_utf8(text)),
            separator=delimiter.decode(),
            quote_char=dialect.quote.decode() or None,
            eol_char=mark.decode(),
            schema=dict.fromkeys(columns, pl.String),
            empty_string_is_null=False,
            infer_schema=False,
            extra_columns="ignore",
            missing_columns="insert" if is_short else "raise",
        )
    except pl.exceptions.ComputeError:  # its message quotes the cells
        _refuse_parting(source.name, expected, None)
    if is_short:
        cells = cells.with_columns(pl.all().fill_null(""))
    if cells.height != expected:
        _refuse_parting(source.name, expected, cells.height)
    return cells


def _refuse_parting(name: str, expected: int, rows: int | None) -> NoReturn:
    found = "cannot read it" if rows is None else f"{rows}"
    raise UserError(
        name,
        f"The index counts {expected} records in a part of the file and the parser {found}.",
        "Nothing was loaded. Please report this file as a bug of leadmill.",
    )


def _gather(
    head: bytes, content: memoryview, records: Records, is_wanted: Mask, dialect: Dialect
) -> tuple[bytes, bytes]:
    """Join a header and the wanted records, each ended by one mark that Polars knows; return the bytes and the mark."""
    edges = np.flatnonzero(np.diff(is_wanted.astype(np.int8), prepend=0, append=0))
    starts, stops = records.start[edges[0::2]].tolist(), records.next[edges[1::2] - 1].tolist()
    spans = [content[start:stop] for start, stop in zip(starts, stops, strict=True)]
    sizes = (records.next - records.start)[is_wanted]
    marks = (records.next - records.end)[is_wanted]
    is_native = dialect.row_delimiter in (None, b"\n")
    mark = b"\n" if is_native else _ROW_MARK
    # The file's last record may lack its line end.
    text = b"".join([head, mark, *spans, b"" if marks[-1] else mark])
    if not marks[-1]:
        marks[-1], sizes[-1] = 1, sizes[-1] + 1
    if is_native and (dialect.row_delimiter or b"\r" not in text):
        return text, mark
    view = np.frombuffer(text, dtype=np.uint8).copy()
    ends = np.cumsum(sizes) + len(head) + len(mark)
    if is_native:
        view[ends[view[ends - 1] == _CR] - 1] = mark[0]
        return view.tobytes(), mark
    view[ends - marks] = mark[0]
    keep = np.ones(len(view), dtype=bool)
    for offset in range(1, int(marks.max())):
        keep[(ends - marks + offset)[marks > offset]] = False
    return view[keep].tobytes(), mark


def _put_single_delimiter(text: bytes, dialect: Dialect) -> bytes:
    """Replace each delimiter outside quotes by a control character."""
    view = np.frombuffer(text, dtype=np.uint8).copy()
    tokens = find_tokens(view, dialect)
    outside = (np.cumsum(tokens.kind == QUOTE) & 1) == 0
    at = tokens.start[(tokens.kind == DELIMITER) & outside]
    view[at] = NO_DELIMITER[0]
    keep = np.ones(len(view), dtype=bool)
    for offset in range(1, len(dialect.delimiter)):
        keep[at + offset] = False
    return view[keep].tobytes()


def _double_quotes(text: bytes, dialect: Dialect) -> bytes:
    r"""Rewrite escapes inside quotes as Polars knows them: a quote behind a backslash doubled, ``\\\\`` as one."""
    view = np.frombuffer(text, dtype=np.uint8).copy()
    tokens = find_tokens(view, dialect)
    quotes = tokens.start[tokens.kind == QUOTE]
    slashes = np.flatnonzero(view == BACKSLASH)
    slashes = slashes[(np.searchsorted(quotes, slashes) & 1).astype(bool)]
    opening = slashes[((slashes - find_run_starts(slashes)) & 1) == 0]
    following = view[np.minimum(opening + 1, len(view) - 1)]
    view[opening[following == dialect.quote[0]]] = dialect.quote[0]
    keep = np.ones(len(view), dtype=bool)
    keep[opening[following == BACKSLASH]] = False
    return view[keep].tobytes()
