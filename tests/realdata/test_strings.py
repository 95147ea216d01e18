"""Strings that break things, as names, notes and headers: each comes back as it was sent, or its row is put aside."""

import csv
import io
import json
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from pipelines.columns.headers import BLANKS
from pipelines.home import Home
from pipelines.importing import import_drop
from pipelines.published.reading import open_reader
from pipelines.reading.drops import open_drop
from pipelines.reading.settings import FileSettings
from pipelines.templates.saved import read_yaml
from pipelines.templates.template import Template

STRINGS = Path(__file__).parents[3] / "shared" / "data" / "strings" / "blns.json"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not STRINGS.is_file(), reason=f"the strings are not beside the checkout: no {STRINGS}"),
]

TEMPLATE = """
name: naughty
supplier: S
list: {mode: named, name: L}
file: {delimiter: ",", has_header: true}
dedupe: {keys: [phone], scope: [file], action: keep_existing}
phone: {region: GB}
mapping: {first_name: name, notes: notes, phone1: phone}
"""


def is_plain(text: str) -> bool:
    return all(ord(character) >= 32 or character in "\t\n\r" for character in text)


@pytest.fixture
def naughty() -> list[str]:
    return json.loads(STRINGS.read_text(encoding="utf-8"))


def write_csv(path: Path, *records: list[str]) -> Path:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(records)
    path.write_bytes(text.getvalue().encode())
    return path


def test_each_is_a_header_and_a_cell_as_it_was_written(naughty, tmp_path):
    headers = list(dict.fromkeys(text for text in naughty if is_plain(text)))

    drop = open_drop(
        write_csv(tmp_path / "wide.csv", headers, headers, headers[::-1]), FileSettings(delimiter=",", has_header=True)
    )

    assert len(headers) > 400
    assert list(drop.found.headers) == headers
    rows = pl.concat(drop.chunks())
    assert rows["flaw"].null_count() == 2
    assert [list(row) for row in rows.drop("row_number", "line_number", "flaw").rows()] == [headers, headers[::-1]]


def test_each_comes_back_as_name_and_notes_of_a_published_lead_or_its_row_is_put_aside(naughty, tmp_path):
    records = [[text, text, f"07400 {number:06}"] for number, text in enumerate(naughty, start=100_000)]
    path = write_csv(tmp_path / "naughty.csv", ["name", "notes", "phone"], *records)
    home = Home(tmp_path / "home")

    result = import_drop(
        path, Template.model_validate(read_yaml(TEMPLATE, "template")), home, on=date(2026, 3, 2), now=NOW
    )

    plain = [text for text in naughty if is_plain(text)]
    assert 0 < len(naughty) - len(plain) < 10
    assert result.reasons == {"Q_CONTROL": len(naughty) - len(plain)}
    assert (result.rows_received, result.created) == (len(naughty), len(plain))
    tidied = [text.strip(BLANKS) or None for text in plain]
    with open_reader(home, NOW, reports=()) as connection:
        leads = connection.sql("SELECT first_name, notes FROM leads ORDER BY row_number").pl()
    assert leads["notes"].to_list() == tidied
    assert leads["first_name"].to_list() == tidied
