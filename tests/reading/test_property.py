"""Random tables in random dialects come back exactly; damage in one place costs at most the row it is in."""

import tempfile
from pathlib import Path

import polars as pl
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipelines.errors import UserError
from pipelines.reading.drops import Drop, open_drop
from pipelines.reading.settings import FileSettings

LETTERS = "abcXYZ059 .-@'"
AWKWARD = LETTERS + '",;|\t\n\r~¬é€ß'
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "iso8859-15")
DELIMITERS = (",", ";", "\t", "|", "¬", "~", "||", "::", "<>!")
LINE_ENDS = ("\n", "\r\n", "\r", "\x85\n", "|~|", "END\r\n")


def open_bytes(content: bytes, **declared: object) -> Drop:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "drop.csv"
        path.write_bytes(content)
        return open_drop(path, FileSettings(**declared))  # type: ignore[arg-type]


def read_all(drop: Drop, rows: int = 250_000) -> pl.DataFrame:
    return pl.concat(drop.chunks(rows))


def cells_of(rows: pl.DataFrame) -> list[tuple[str, ...]]:
    return rows.drop("row_number", "line_number", "flaw").rows()


def write_cell(cell: str, delimiter: str, line_end: str, always: bool) -> str:
    marks = ('"', "\r", "\n", *delimiter, *line_end)
    if always or not cell.strip() or any(mark in cell for mark in marks):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def write_table(rows: list[list[str]], delimiter: str, line_end: str, always: bool = False) -> list[str]:
    return [delimiter.join(write_cell(c, delimiter, line_end, always) for c in row) + line_end for row in rows]


def tables(alphabet: str, min_width: int = 1) -> st.SearchStrategy[list[list[str]]]:
    cell = st.text(alphabet, max_size=8)
    return st.integers(min_width, 5).flatmap(
        lambda width: st.lists(st.lists(cell, min_size=width, max_size=width), min_size=1, max_size=12)
    )


@settings(max_examples=100, deadline=None)
@given(
    rows=tables(AWKWARD),
    delimiter=st.sampled_from(DELIMITERS),
    line_end=st.sampled_from(LINE_ENDS),
    encoding=st.sampled_from(ENCODINGS),
    always=st.booleans(),
    has_last_end=st.booleans(),
    chunk=st.integers(1, 5),
)
def test_a_table_in_any_declared_dialect_comes_back_exactly(
    rows, delimiter, line_end, encoding, always, has_last_end, chunk
):
    header = [f"col{number}" for number in range(len(rows[0]))]
    written = write_table([header, *rows], delimiter, line_end, always)
    text = "".join(written) if has_last_end else "".join(written).removesuffix(line_end)
    try:
        content = text.encode(encoding)
    except UnicodeEncodeError:
        return

    drop = open_bytes(
        content,
        encoding=encoding,
        delimiter=delimiter,
        row_delimiter="auto" if line_end in ("\n", "\r\n", "\r") else line_end,
        has_header=True,
        first_row=1,
    )

    found = read_all(drop, chunk)
    assert cells_of(found) == [tuple(row) for row in rows]
    assert found["flaw"].null_count() == len(rows) == drop.found.records
    assert drop.found.headers == tuple(header)
    assert found["row_number"].to_list() == list(range(1, len(rows) + 1))
    raw = drop.raw_records(found["row_number"])["raw"].to_list()
    bom = {"utf-8-sig": 3, "utf-16": 2}.get(encoding, 0)
    assert content[:bom] + drop.header_bytes + b"".join(raw) == content


@settings(max_examples=60, deadline=None)
@given(
    rows=tables(LETTERS + "é,", min_width=3),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    delimiter=st.sampled_from([",", ";", "\t", "|", "¬", "~"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
)
def test_a_lead_file_needs_no_declaration(rows, line_end, delimiter, encoding):
    # A column whose cells stand in apostrophes may be quoted by them: that nobody can tell without being told.
    assume(not any(len(cell) > 1 and cell[0] == cell[-1] == "'" for row in rows for cell in row))
    header = ["first name", "email", "phone", "city", "notes"][: len(rows[0])]
    content = "".join(write_table([header, *rows], delimiter, line_end)).encode(encoding)

    drop = open_bytes(content)

    assert drop.found.headers == tuple(header)
    assert cells_of(read_all(drop)) == [tuple(row) for row in rows]
    assert drop.found.delimiter == delimiter


lead_cell = st.text("abcdXYZ 0123,", max_size=7).map(lambda text: "k" + text)


@settings(max_examples=130, deadline=None)
@given(
    rows=st.lists(st.lists(lead_cell, min_size=4, max_size=4), min_size=3, max_size=15),
    always=st.booleans(),
    mark=st.sampled_from(['"', ",", "\x00", "\x07", "\xff"]),
    data=st.data(),
)
def test_damage_in_one_place_costs_at_most_the_row_it_is_in(rows, always, mark, data):
    lines = [line.encode("latin-1") for line in write_table(rows, ",", "\n", always)]
    victim = data.draw(st.integers(0, len(rows) - 1))
    place = data.draw(st.integers(0, len(lines[victim]) - 1))
    damaged = lines[victim][:place] + mark.encode("latin-1") + lines[victim][place:]
    content = b"name,phone,mail,city\n" + b"".join([*lines[:victim], damaged, *lines[victim + 1 :]])

    drop = open_bytes(content, encoding="utf-8", delimiter=",", has_header=True, first_row=1)

    found = read_all(drop)
    assert found.height == drop.found.records == len(rows)
    others = [number for number in range(len(rows)) if number != victim]
    assert [cells_of(found)[number] for number in others] == [tuple(rows[number]) for number in others]
    assert found["flaw"][others].null_count() == len(others)
    assert drop.raw_records(pl.Series([victim + 1]))["raw"][0] == damaged


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(st.lists(lead_cell, min_size=4, max_size=4), min_size=3, max_size=15),
    always=st.booleans(),
    data=st.data(),
)
def test_a_lost_quote_costs_only_its_row(rows, always, data):
    lines = write_table(rows, ",", "\n", always)
    victim = data.draw(st.integers(0, len(rows) - 1))
    quotes = [at for at, char in enumerate(lines[victim]) if char == '"']
    if not quotes:
        return
    place = data.draw(st.sampled_from(quotes))
    damaged = lines[victim][:place] + lines[victim][place + 1 :]
    content = "name,phone,mail,city\n" + "".join([*lines[:victim], damaged, *lines[victim + 1 :]])

    drop = open_bytes(content.encode(), delimiter=",", has_header=True, first_row=1)

    found = read_all(drop)
    assert found["flaw"][victim] is not None
    assert found.height == drop.found.records == len(rows)
    others = [number for number in range(len(rows)) if number != victim]
    assert [cells_of(found)[number] for number in others] == [tuple(rows[number]) for number in others]


@settings(max_examples=160, deadline=None)
@given(content=st.binary(max_size=200) | st.text('",\n\r;x1{}[]:\\|', max_size=200).map(str.encode))
def test_any_bytes_are_read_whole_or_refused(content):
    try:
        drop = open_bytes(content)
    except UserError:
        return

    found = read_all(drop) if drop.found.records else pl.DataFrame({"row_number": []}, schema={"row_number": pl.Int64})
    assert found.height == drop.found.records
    assert drop.raw_records(found["row_number"]).height == found.height


@settings(max_examples=100, deadline=None)
@given(content=st.text('",\nx1', max_size=300).map(str.encode))
def test_records_and_header_and_blank_lines_are_all_of_the_file(content):
    try:
        drop = open_bytes(content, delimiter=",", has_header=False, first_row=1, encoding="utf-8")
    except UserError:
        return

    raw = drop.raw_records(pl.Series(range(1, drop.found.records + 1), dtype=pl.Int64))["raw"].to_list()
    assert b"".join(raw).replace(b"\n", b"") == content.replace(b"\n", b"")
