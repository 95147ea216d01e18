"""One place of a random table is damaged: the rows around it stay byte-exact, and every record is accounted for."""

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.home import Home
from pipelines.importing import import_drop
from pipelines.reading.drops import open_drop
from pipelines.reading.settings import FileSettings
from pipelines.templates.template import build_template
from tests.bounds import bounded

HEADER = ["name", "phone", "mail", "city"]
KINDS = ("a quote more", "a quote less", "a delimiter more", "a delimiter less", "a control character",
         "a bad byte", "a line end more", "a line end less", "a cut")  # fmt: skip


@dataclass(frozen=True)
class Dialect:
    """How a table is written."""

    delimiter: str
    line_end: str
    quote: str
    encoding: str
    always: bool
    escapes: bool

    def write(self, row: list[str]) -> bytes:
        """Return a row's bytes with its line end."""
        return (self.delimiter.join(map(self._quote, row)) + self.line_end).encode(self.encoding)

    def _quote(self, cell: str) -> str:
        marks = {*self.delimiter, self.quote, *("\\" if self.escapes else "")}
        if not (self.always or marks & set(cell)):
            return cell
        if self.escapes:
            inner = cell.replace("\\", "\\\\").replace(self.quote, "\\" + self.quote)
        else:
            inner = cell.replace(self.quote, self.quote * 2)
        return f"{self.quote}{inner}{self.quote}"

    @property
    def declared(self) -> FileSettings:
        """What a template says of it; the line ends are found."""
        return FileSettings(
            encoding=self.encoding, delimiter=self.delimiter, quote=self.quote, has_header=True, first_row=1,
            escape="backslash" if self.escapes else "doubled", footer_lines=0,
        )  # fmt: skip


dialects = st.builds(
    Dialect,
    delimiter=st.sampled_from([",", ";", "\t", "|", "¬", "~", "||", "<>"]),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    quote=st.sampled_from(['"', "'"]),
    encoding=st.sampled_from(["utf-8", "utf-16-le", "utf-16-be", "cp1252"]),
    always=st.booleans(),
    escapes=st.booleans(),
)
# Every cell begins with a letter: what a quote in the wrong place did to it shows.
cell = st.text("abXYZ 01,;|é\\", max_size=7).map(lambda text: "k" + text)
tables = st.lists(st.lists(cell, min_size=4, max_size=4), min_size=4, max_size=12)


@dataclass(frozen=True)
class Damaged:
    """A file with damage in one place, and the rows that it may cost."""

    content: bytes
    rows: list[list[str]]
    costs: set[int]


@st.composite
def damaged_files(draw, how: st.SearchStrategy[Dialect] = dialects) -> tuple[Dialect, Damaged]:
    """Draw a table, a way of writing it, and one fault in one of its rows."""
    dialect, rows = draw(how), draw(tables)
    kind = draw(st.sampled_from(KINDS))
    lines = [dialect.write(row) for row in rows]
    victim = draw(st.integers(0, len(rows) - 2))
    line = lines[victim].decode(dialect.encoding)
    body, costs = line.removesuffix(dialect.line_end), {victim}
    place = draw(st.integers(0, len(body)))
    mark = {"a quote": dialect.quote, "a delimiter": dialect.delimiter, "a line end": dialect.line_end}.get(kind[:-5])
    raw = None
    if kind == "a cut":
        size = len(line[:place].encode(dialect.encoding))
        return dialect, Damaged(
            b"".join([dialect.write(HEADER), *lines[:victim], lines[victim][:size]]), rows[: victim + 1], {victim}
        )
    if kind == "a control character":
        body = body[:place] + "\x07" + body[place:]
    elif kind == "a bad byte":
        at = len(body[:place].encode(dialect.encoding))
        bad = {"utf-8": b"\xff", "cp1252": b"\x81"}.get(dialect.encoding, "\x00".encode(dialect.encoding))
        raw = lines[victim][:at] + bad + lines[victim][at:]
    elif kind == "a line end less":
        costs, line = {victim, victim + 1}, body
    elif kind.endswith("more"):
        body = body[:place] + str(mark) + body[place:]
    else:
        at = body.find(str(mark), place)
        body = body[:at] + body[at + len(str(mark)) :] if at >= 0 else body
    if kind != "a line end less":
        line = body + dialect.line_end
    lines[victim] = line.encode(dialect.encoding) if raw is None else raw
    return dialect, Damaged(b"".join([dialect.write(HEADER), *lines]), rows, costs)


def check_damage(dialect: Dialect, damaged: Damaged) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "drop.csv"
        path.write_bytes(damaged.content)

        drop = open_drop(path, dialect.declared)

        empty = pl.DataFrame(schema={"row_number": pl.Int64, "flaw": pl.String})
        found = pl.concat(drop.chunks()) if drop.found.records else empty
        raw = drop.raw_records(found["row_number"])["raw"].to_list()
    good = found.filter(pl.col("flaw").is_null()).drop("row_number", "line_number", "flaw", strict=False).rows()
    whole = [tuple(row) for number, row in enumerate(damaged.rows) if number not in damaged.costs]
    assert drop.found.records == found.height
    assert [row for row in good if row in whole] == whole or _is_subsequence(whole, good)
    assert len(good) - len(whole) <= len(damaged.costs)
    ends = len(damaged.content) - len(dialect.write(HEADER))
    assert sum(map(len, raw)) + drop.found.blank_lines * len(dialect.line_end.encode(dialect.encoding)) == ends


def _is_subsequence(expected: list[tuple[str, ...]], rows: list[tuple[str, ...]]) -> bool:
    left = iter(rows)
    return all(row in left for row in expected)


@settings(max_examples=200, deadline=None)
@given(damaged_files())
def test_rows_around_the_damage_stay_as_they_were(drawn):
    check_damage(*drawn)


@pytest.mark.full
@settings(max_examples=bounded(20_000), deadline=None)
@given(damaged_files())
def test_rows_around_the_damage_stay_as_they_were_at_length(drawn):
    check_damage(*drawn)


def import_damaged(dialect: Dialect, damaged: Damaged, folder: Path) -> None:
    path = folder / "drop.csv"
    path.write_bytes(damaged.content)
    template = build_template(
        {
            "name": "acme", "supplier": "Acme", "list": {"name": "Warm"}, "hold_above": 1.0,
            "file": {name: value for name, value in vars(dialect.declared).items() if value is not None},
            "mapping": {"first_name": "name", "phone1": "phone", "email": "mail", "city": "city"},
        },
        "acme",
    )  # fmt: skip

    result = import_drop(path, template, Home(folder / "home"), dry_run=True, now=datetime(2026, 3, 1, tzinfo=UTC))

    assert result.status in ("completed", "held")
    assert result.rows_received == open_drop(path, dialect.declared).found.records
    assert result.rows_received == result.created + result.updated + result.rejected + result.quarantined


@settings(max_examples=12, deadline=None)
@given(damaged_files())
def test_rows_received_are_the_sum_of_their_fates_whatever_the_damage(drawn):
    with tempfile.TemporaryDirectory() as folder:
        import_damaged(*drawn, Path(folder))


@pytest.mark.full
@settings(max_examples=bounded(2_000), deadline=None)
@given(damaged_files())
def test_rows_received_are_the_sum_of_their_fates_whatever_the_damage_at_length(drawn):
    with tempfile.TemporaryDirectory() as folder:
        import_damaged(*drawn, Path(folder))
