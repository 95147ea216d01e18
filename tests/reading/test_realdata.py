"""Real files, in place: every row is there, or it is named."""

import json
from pathlib import Path

import polars as pl
import pytest

from pipelines.reading.drops import open_drop
from pipelines.reading.settings import FileSettings

DATA = Path(__file__).parents[3] / "shared" / "data"

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not DATA.is_dir(), reason="the real files are not beside the checkout (../shared/data)"),
]


def files_under(folder: str) -> list[str]:
    return sorted(str(path.relative_to(DATA)) for path in (DATA / folder).rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("name", "rows", "columns", "delimiter", "has_header"),
    [
        ("uk_gp_practices_epraccur.csv", 14357, 27, ",", False),
        ("uk_hospitals.csv", 1234, 22, "¬", True),
        ("us_hospitals_cms.csv", 5334, 29, ",", True),
        ("us-500.csv", 500, 12, ",", True),
        ("uk-500.csv", 500, 12, ",", True),
        ("au-500.csv", 500, 11, ",", True),
        ("au_nsw_schools.csv", 2216, 44, ",", True),
        ("peers/testMULTI_VICIDIAL_lead_file.csv", 14, 23, ",", False),
        ("peers/testMULTI_VICIDIAL_lead_file.txt", 14, 23, "|", False),
        ("peers/testMULTI_VICIDIAL_lead_file_PNreplace.txt", 13, 23, "|", False),
        ("peers/testMULTI_VICIDIAL_lead_file_state_conv.txt", 14, 23, "|", False),
        ("peers/testMULTI_VICIDIAL_lead_fileRANK-OWNER.txt", 14, 25, "|", False),
        ("peers/testUPDATE_lead_file.txt", 14, 2, "|", False),
        ("peers/UTF8_lead_file.txt", 16, 23, "|", False),
        ("peers/odoo_res_partner.csv", 6, 17, ",", True),
        ("peers/civicrm_individual_locations_with_related.csv", 1, 46, ",", True),
        ("peers/civicrm_individual_unicode.csv", 1, 4, ",", True),
        ("peers/frappe_bulk_edit_phone_nos.csv", 2, 2, ",", True),
    ],
)
def test_a_lead_file_is_read_fully_and_undeclared(name, rows, columns, delimiter, has_header):
    drop = open_drop(DATA / "leads" / name, FileSettings())

    found = pl.concat(drop.chunks())
    assert (drop.found.records, found.height, len(drop.found.headers)) == (rows, rows, columns)
    assert (drop.found.delimiter, drop.found.has_header) == (delimiter, has_header)
    assert found["flaw"].null_count() == rows
    assert not drop.found.truncated


def test_ragged_rows_of_chatwoot_are_named():
    drop = open_drop(DATA / "leads/peers/chatwoot_invalid_contacts_first5.csv", FileSettings())

    found = pl.concat(drop.chunks())
    assert found.height == 5
    assert set(found["flaw"].drop_nulls()) == {"Q_RAGGED_SHORT"}


def test_codes_and_accents_are_as_in_the_file():
    practices = pl.concat(open_drop(DATA / "leads/uk_gp_practices_epraccur.csv", FileSettings()).chunks())
    hospitals = pl.concat(open_drop(DATA / "leads/uk_hospitals.csv", FileSettings()).chunks())

    lines = (DATA / "leads/uk_gp_practices_epraccur.csv").read_bytes().decode().split("\r\n")[:-1]
    assert [
        ",".join(f'"{cell}"' for cell in row) for row in practices.drop("row_number", "line_number", "flaw").rows()
    ] == lines
    lines = (DATA / "leads/uk_hospitals.csv").read_bytes().decode("cp1252").splitlines()[1:]
    assert ["¬".join(row) for row in hospitals.drop("row_number", "line_number", "flaw").rows()] == lines


@pytest.mark.parametrize("name", ["au-500.csv", "us-500.csv", "us_hospitals_cms.csv", "au_nsw_schools.csv"])
def test_cells_equal_those_of_another_parser(name):
    import csv

    with (DATA / "leads" / name).open(newline="", encoding="utf-8") as lines:
        expected = [tuple(row) for row in csv.reader(lines)]

    drop = open_drop(DATA / "leads" / name, FileSettings())

    assert [drop.found.headers, *pl.concat(drop.chunks()).drop("row_number", "line_number", "flaw").rows()] == expected


@pytest.mark.parametrize("name", files_under("csv/spectrum/csvs") if DATA.is_dir() else [])
def test_csv_spectrum_equals_its_json(name):
    drop = open_drop(DATA / name, FileSettings())

    rows = pl.concat(drop.chunks()).drop("row_number", "line_number", "flaw").rows()
    expected = json.loads((DATA / "csv/spectrum/json" / (Path(name).stem + ".json")).read_text())
    # The two sides of location_coordinates differ in the suite itself: its JSON has no list, and another phone.
    if Path(name).stem == "location_coordinates":
        expected = [{**expected, "Contact Phone Number": "2095257564"}]
    assert [dict(zip(drop.found.headers, row, strict=True)) for row in rows] == expected


def test_naughty_strings_round_trip_as_names_and_notes_blanks_included(tmp_path):
    naughty = [text for text in json.loads((DATA / "strings/blns.json").read_text()) if "\x00" not in text]
    plain = [text for text in naughty if all(ord(c) >= 32 or c in "\t\n\r" for c in text)]
    quoted = ['"' + text.replace('"', '""') + '"' for text in plain]
    path = tmp_path / "naughty.csv"
    path.write_bytes(("name,notes\n" + "".join(f"{q},{q}\n" for q in quoted)).encode("utf-8", "surrogatepass"))

    drop = open_drop(path, FileSettings(delimiter=",", has_header=True))

    found = pl.concat(drop.chunks())
    assert found["flaw"].null_count() == len(plain)
    assert found.select("c1", "c2").rows() == [(text, text) for text in plain]
