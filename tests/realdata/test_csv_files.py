"""Every CSV file of the peers' test suites, with nothing declared: what is found is what the reviewed table says.

`python -m tests.realdata.csv_expectations` writes the table anew, see there.
"""

from collections import Counter
from itertools import pairwise

import polars as pl
import pytest

from pipelines.reading.containers import unpack
from pipelines.reading.drops import Drop
from tests.realdata.csv_expectations import COLUMNS, FILES, describe, list_codes, list_files, open_file, read_table

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not FILES.is_dir(), reason="the peers' files are not beside the checkout (../shared/data/csv)"),
]

TABLE = read_table()


def folder_of(path: str) -> str:
    """Return the top folder, of DuckDB's many files also the one below."""
    parts = path.split("/")[:-1]
    return "/".join(parts[:2] if parts[0] == "duckdb" else parts[:1])


FOLDERS = sorted({folder_of(path) for path in TABLE})


def test_the_table_knows_every_file_in_order():
    assert list(TABLE) == list_files()


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_is_found_is_what_the_table_says(folder):
    differences = []
    for path in (path for path in TABLE if folder_of(path) == folder):
        found = describe(path)
        differences += [
            f"{path}: {what} is {found[what] or 'empty'}, the table says {TABLE[path][what] or 'empty'}"
            for what in COLUMNS
            if found[what] != TABLE[path][what]
        ]

    assert not differences, "\n" + "\n".join(differences)


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_row_is_there_once_and_in_order_or_named(folder):
    for path in (path for path in TABLE if folder_of(path) == folder and not TABLE[path]["refused"]):
        drop, expected = open_file(path), TABLE[path]

        rows = pl.concat(drop.chunks(1000)) if drop.found.records else None
        flaws = Counter() if rows is None else Counter(rows["flaw"].drop_nulls())
        assert (0 if rows is None else rows.height) == drop.found.records == int(expected["rows"]), path
        assert list_codes(flaws) == expected["quarantined"], path
        if rows is not None:
            assert rows["row_number"].to_list() == list(range(1, rows.height + 1)), path
            assert all(a <= b for a, b in pairwise(rows["line_number"])), path
        assert all(0 <= sure <= 1 for sure in drop.found.confidence.values()), path
        if drop.found.format == "csv":
            require_all_bytes(path, drop, expected)


def require_all_bytes(path: str, drop: Drop, expected: dict[str, str]) -> None:
    """Hold the header and the raw rows against the file: in order, and between them nothing but blank lines.

    Before the header stands the preamble, behind the rows the footers. Rows of JSON, XML and workbooks are parts of a
    document, or of an archive of documents: what lies between them is markup, so nothing of the kind holds there.
    """
    whole = b"".join(content.work.tobytes() for content in unpack(FILES / path).contents)
    numbers = pl.Series("row_number", range(1, drop.found.records + 1), pl.Int64)
    raw = drop.raw_records(numbers)["raw"].to_list()

    pieces = [piece for piece in (drop.header_bytes, *raw) if piece]
    at, gaps = 0, []
    for piece in pieces:
        begin = whole.find(piece, at)
        assert begin >= 0, f"{path}: bytes that are not in the file, or not in order"
        gaps.append(whole[at:begin])
        at = begin + len(piece)
    before, between, behind = gaps[0], gaps[1:], whole[at:]

    assert len(raw) == drop.found.records, path
    assert all(_is_blank(gap) for gap in between), f"{path}: bytes between the rows that are in none of them"
    assert _is_blank(before) or drop.found.preamble_lines, f"{path}: bytes over the table that nobody counted"
    assert _is_blank(behind) or drop.found.footer_lines, f"{path}: bytes behind the table that nobody counted"


def _is_blank(gap: bytes) -> bool:
    for mark in (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"):
        gap = gap.removeprefix(mark)
    return not gap.strip(b" \t\r\n\x00")
