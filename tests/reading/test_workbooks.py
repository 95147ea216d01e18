"""Excel workbooks: which sheet is read, what its cells become, and what is refused."""

import io
import re
import time
import zipfile
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from functools import partial
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from openpyxl.workbook import Workbook

from pipelines.errors import UserError
from pipelines.importing import import_drop
from pipelines.reading import sheets, workbooks
from pipelines.reading.cell_texts import write_cell
from pipelines.reading.drops import Drop, open_drop
from pipelines.reading.settings import FileSettings
from pipelines.reports.rejecting import write_rejects
from pipelines.templates.template import build_template

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
moment = partial(datetime, tzinfo=None)  # a cell of a workbook has no zone
LEADS = [["name", "phone"], ["Ann", "07400 123456"], ["Bob", 447400123457]]


def make_book(**sheets: list[list[object]]) -> Workbook:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return book


def to_bytes(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def change_part(content: bytes, part: str, change, extra: dict[str, bytes] | None = None) -> bytes:
    """Return a workbook with one of its parts changed, and perhaps others added."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
        for name, added in (extra or {}).items():
            new.writestr(name, added)
    return stream.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"


def share_strings(content: bytes) -> bytes:
    """Return a workbook as Excel writes it: its cells hold numbers of strings that they share."""
    strings: list[bytes] = []

    def share(found: re.Match[bytes]) -> bytes:
        strings.append(b"<si>" + found[2] + b"</si>")
        return found[1] + b't="s"><v>%d</v></c>' % (len(strings) - 1)

    inline = re.compile(rb'(<c [^>]*)t="inlineStr"><is>(.*?)</is></c>')
    content = change_part(content, SHEET, lambda xml: inline.sub(share, xml))
    namespace = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + kind + b'"/></Types>'
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        is_there = STRINGS in archive.namelist()
    table = b'<?xml version="1.0"?><sst xmlns="' + namespace + b'">' + b"".join(strings) + b"</sst>"
    if is_there:
        return change_part(content, STRINGS, lambda _: table)
    declare = change_part(content, "[Content_Types].xml", lambda xml: xml.replace(b"</Types>", override))
    return change_part(declare, "", None, {STRINGS: table})


@pytest.fixture
def open_book(tmp_path: Path):
    def open_it(book: Workbook | bytes, **declared: object) -> Drop:
        path = tmp_path / "acme.csv"
        path.write_bytes(book if isinstance(book, bytes) else to_bytes(book))
        return open_drop(path, FileSettings(**declared))  # type: ignore[arg-type]

    return open_it


def read(drop: Drop) -> pl.DataFrame:
    return pl.concat(drop.chunks())


def test_a_workbook_is_known_by_its_content_and_read_as_texts(open_book):
    drop = open_book(make_book(Leads=LEADS))

    assert (drop.found.format, drop.found.encoding, drop.found.headers) == ("xlsx", "utf-8", ("name", "phone"))
    assert read(drop).select("row_number", "line_number", "c1", "c2").rows() == [
        (1, 2, "Ann", "07400 123456"),
        (2, 3, "Bob", "447400123457"),
    ]
    assert drop.raw_records(pl.Series([2]))["raw"].to_list() == [b'"Bob","447400123457"\r\n']


def test_cells_that_are_numbers_are_known_by_their_place(open_book):
    drop = open_book(make_book(Leads=[["name", "phone", "age"], ["Ann", "07400", 3], ["Bob", "1", "x"], ["", 7.5, 8]]))

    assert read(drop)["numeric_cells"].to_list() == [[3], [], [2, 3]]


def test_line_numbers_are_those_of_the_sheet(open_book):
    book = make_book(
        Leads=[["Leads of May"], [], ["name", "phone", "city"], ["Ann", "1\r\n2", ""], [], [None] * 3, ["Bob", 3]]
    )

    drop = open_book(book)

    assert (drop.found.preamble_lines, drop.found.blank_lines, drop.found.first_row) == (1, 3, 3)
    assert read(drop).select("line_number", "c1", "c2").rows() == [(4, "Ann", "1\n2"), (7, "Bob", "3")]


def test_quotes_commas_and_blanks_stay_as_they_are(open_book):
    rows = [["name", "notes"], ['Ann "x"', " a,b;c\td "], ["=1+1x", "_x000D_\nnext"], ["é ŁŸ 😀", None]]
    book = make_book(Leads=rows)
    book["Leads"]["A3"].data_type = "s"

    assert read(open_book(book)).select("c1", "c2").rows() == [
        ('Ann "x"', " a,b;c\td "),
        ("=1+1x", "\nnext"),
        ("é ŁŸ 😀", ""),
    ]


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (447700900123, "General", "447700900123"),
        (447700900123.0, "General", "447700900123"),
        (4.47700900123e11, "0.00E+00", "447700900123"),
        (123456789012345680000.0, "General", "123456789012345680000"),
        (0.1, "0.00", "0.1"),
        (1e-7, "General", "0.0000001"),
        (-5, "General", "-5"),
        (1234.5, "#,##0.00", "1234.5"),
        (7700900123, "00000000000", "07700900123"),
        (7700900123, "00000 000000", "07700 900123"),
        (7700900123, '"+44 "0000000000', "+44 7700900123"),
        (2025550123, r"[<=9999999]###\-####;\(###\)\ ###\-####", "(202) 555-0123"),
        (5550123, r"[<=9999999]###\-####;\(###\)\ ###\-####", "555-0123"),
        (-7, "000;(000)", "(007)"),
        (0, "#", "0"),
        (7, ";;;", "7"),
        (7.5, "000", "7.5"),
        (0.125, "0%", "12.5%"),
        (1, "0%", "100%"),
        (True, "General", "TRUE"),
        (moment(2026, 5, 7), "dd/mm/yyyy", "07/05/2026"),
        (moment(2026, 5, 7), "d-mmm-yy", "7-May-26"),
        (moment(2026, 5, 7), "[$-809]dddd, d mmmm yyyy;@", "Thursday, 7 May 2026"),
        (moment(2026, 5, 7, 9, 3, 5), "yyyy-mm-dd hh:mm:ss", "2026-05-07 09:03:05"),
        (moment(2026, 5, 7, 15, 3), "d/m/yyyy h:mm AM/PM", "7/5/2026 3:03 PM"),
        (moment(2026, 5, 7), "mm-dd-yy", "2026-05-07"),
        (moment(2026, 5, 7, 9, 3), "m/d/yy h:mm", "2026-05-07 09:03:00"),
        (moment(2026, 5, 7), "[$-F800]dddd, mmmm dd, yyyy", "2026-05-07"),
        (date(2026, 5, 7), "General", "2026-05-07"),
        (clock(9, 3), "h:mm", "9:03"),
        (clock(9, 3), "dd/mm/yyyy", "09:03:00"),
        (timedelta(hours=30, minutes=5), "[h]:mm:ss", "30:05:00"),
        (moment(2026, 5, 7, 9, 3, 5, 250000), "mm:ss.000", "03:05.250"),
    ],
)
def test_a_cell_is_the_text_that_is_shown_without_losing_a_digit(value, number_format, text):
    assert write_cell(value, number_format) == text


def test_number_formats_and_dates_are_honoured_in_a_file(open_book):
    book = make_book(Leads=[["phone", "born", "share", "ok"], [7700900123, moment(1990, 2, 3), 0.5, True]])
    for cell, number_format in (("A2", "00000000000"), ("B2", "dd/mm/yyyy"), ("C2", "0%")):
        book["Leads"][cell].number_format = number_format

    drop = open_book(book, has_header=True)

    assert read(drop).select("c1", "c2", "c3", "c4").rows() == [("07700900123", "03/02/1990", "50%", "TRUE")]
    assert read(drop)["numeric_cells"].to_list() == [[1, 3]]


def test_formulas_give_their_results_and_errors_are_shown(open_book):
    content = to_bytes(make_book(Leads=[["name", "phone"], ["Ann", 1], ["Bob", 2], ["Cid", 3]]))
    results = {
        b'<c r="B2" t="n"><v>1</v></c>': b'<c r="B2" t="str"><f>"0"&amp;C2</f><v>07400123456</v></c>',
        b'<c r="B3" t="n"><v>2</v></c>': b'<c r="B3" t="e"><f>1/0</f><v>#DIV/0!</v></c>',
        b'<c r="B4" t="n"><v>3</v></c>': b'<c r="B4"><f>A1</f><v></v></c>',
    }

    def put_formulas(sheet: bytes) -> bytes:
        for old, new in results.items():
            assert old in sheet
            sheet = sheet.replace(old, new)
        return sheet

    drop = open_book(change_part(content, SHEET, put_formulas))

    assert read(drop)["c2"].to_list() == ["07400123456", "#DIV/0!", ""]
    assert drop.found.notices == ("1 formulas have no result in the file; their cells were read as empty.",)


def test_rich_and_empty_texts_are_read(open_book):
    content = share_strings(to_bytes(make_book(Leads=[["name", "phone"], ["Ann", "1"], ["Zed", "2"]])))

    def enrich(strings: bytes) -> bytes:
        rich = b"<si><r><t>An</t></r><r><t>na</t></r><rPh sb='0' eb='1'><t>x</t></rPh></si>"
        strings = re.sub(rb"<si><t>Ann</t></si>", rich, strings)
        return re.sub(rb"<si><t>Zed</t></si>", b"<si><t/></si>", strings)

    drop = open_book(change_part(content, "xl/sharedStrings.xml", enrich))

    assert read(drop).select("c1", "c2").rows() == [("Anna", "1"), ("", "2")]


def test_the_only_visible_sheet_with_rows_is_read_and_hidden_ones_are_named(open_book):
    book = make_book(Empty=[], Leads=LEADS, Old=LEADS)
    book["Old"].sheet_state = "hidden"

    drop = open_book(book)

    assert drop.found.records == 2
    assert drop.found.notices == ("Hidden sheets with rows were not read: Old.",)


def test_of_several_sheets_one_has_to_be_named(open_book):
    book = make_book(May=LEADS, June=[*LEADS, ["Cid", "1"]])

    with pytest.raises(UserError, match=r"Several sheets have rows: May, June\. Name one as file\.sheet"):
        open_book(book)
    with pytest.raises(UserError, match=r"no sheet 'Juni'. Found: May, June. Did you mean 'June'"):
        open_book(book, sheet="Juni")
    drop = open_book(book, sheet="june ")
    assert drop.found.records == 3
    assert drop.found.notices == ("Other sheets with rows were not read: May.",)


def test_a_workbook_without_visible_rows_is_refused(open_book):
    book = make_book(Empty=[], Old=LEADS)
    book["Old"].sheet_state = "veryHidden"

    with pytest.raises(UserError, match="Only hidden sheets have rows: Old"):
        open_book(book)
    with pytest.raises(UserError, match="has no rows"):
        open_book(make_book(Empty=[]))
    assert open_book(book, sheet="Old").found.records == 2


def test_a_size_that_the_sheet_declares_does_not_count(open_book):
    content = to_bytes(make_book(Leads=LEADS))

    drop = open_book(change_part(content, SHEET, lambda xml: xml.replace(b'ref="A1:B3"', b'ref="A1:A1"')))

    assert drop.found.headers == ("name", "phone")
    assert drop.found.records == 2


def test_a_stray_cell_far_away_is_refused_at_once(open_book):
    content = to_bytes(make_book(Leads=LEADS))
    started = time.perf_counter()

    for cell in (b"XFD1048576", b"XFD4", b"ZZZZ4"):
        row = b'<row r="1048576"><c r="' + cell + b'"><v>1</v></c></row></sheetData>'
        with pytest.raises(UserError, match="Clear what is beyond"):
            open_book(change_part(content, SHEET, lambda xml, row=row: xml.replace(b"</sheetData>", row)))
    far = b'<row r="9999999999"><c><v>1</v></c></row></sheetData>'
    with pytest.raises(UserError, match="Clear what is beyond"):
        open_book(change_part(content, SHEET, lambda xml: xml.replace(b"</sheetData>", far)))

    assert time.perf_counter() - started < 5


def test_rows_far_below_cost_little(open_book):
    content = to_bytes(make_book(Leads=LEADS))
    row = b'<row r="1048576"><c r="A1048576"><v>1</v></c><c r="B1048576"><v>2</v></c></row></sheetData>'

    drop = open_book(change_part(content, SHEET, lambda xml: xml.replace(b"</sheetData>", row)))

    assert read(drop)["line_number"].to_list() == [2, 3, 1048576]


@pytest.mark.parametrize(
    "part", [SHEET, "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml", "docProps/core.xml"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_entities_are_refused_wherever_they_are(open_book, part, encoding):
    content = share_strings(to_bytes(make_book(Leads=LEADS)))

    def declare(xml: bytes) -> bytes:
        body = re.sub(r"<\?xml[^>]*\?>", "", xml.decode())
        entities = "".join(f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, 10))
        return f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY x0 "x">{entities}]>{body}'.encode(
            encoding
        )

    with pytest.raises(UserError, match="XML entities"):
        open_book(change_part(content, part, declare))


def test_a_workbook_that_expands_beyond_bounds_is_refused_before_it_is_opened(open_book, monkeypatch):
    content = to_bytes(make_book(Leads=LEADS))
    monkeypatch.setattr(workbooks, "_open_sheet", None)

    with pytest.raises(UserError, match="expands to more than"):
        open_book(change_part(content, SHEET, lambda xml: xml, {"xl/media/x.bin": bytes(80 << 20)}))
    with pytest.raises(UserError, match="beside its sheets"):
        open_book(change_part(content, "xl/styles.xml", lambda xml: xml + b" " * (33 << 20)))
    with pytest.raises(UserError, match="beside its sheets"):
        open_book(change_part(content, "xl/styles.xml", lambda xml: xml + b"<xf/>" * 500_001))


def test_elements_without_end_are_refused(open_book, monkeypatch):
    content = share_strings(to_bytes(make_book(Leads=LEADS)))
    cells = b'<c r="A9"/>' * 1_000_001 + b"</row></sheetData>"

    with pytest.raises(UserError, match="more than 1,000,000 elements"):
        open_book(change_part(content, SHEET, lambda xml: xml.replace(b"</row></sheetData>", cells)))
    monkeypatch.setattr(sheets, "MAX_STRINGS", 2)
    with pytest.raises(UserError, match="more than 2 strings"):
        open_book(content)


def test_one_long_text_in_many_cells_is_refused(open_book):
    book = make_book(Leads=[["name", "notes"], *(["x" * 30_000, number] for number in range(5_000))])

    with pytest.raises(UserError, match="expands to more than"):
        open_book(book)


def test_a_damaged_workbook_is_refused(open_book):
    content = share_strings(to_bytes(make_book(Leads=LEADS)))

    for part, change in (
        (SHEET, lambda xml: xml[:-40]),
        ("xl/workbook.xml", lambda xml: b"no xml"),
        ("xl/workbook.xml", lambda xml: re.sub(rb"(<sheet [^>]*/>)", rb"\1\1", xml)),
        (SHEET, lambda xml: xml.replace(b"<v>1</v>", b"<v>999</v>")),
        (SHEET, lambda xml: xml.replace(b"<v>447400123457</v>", b"<v>x</v>")),
        ("xl/styles.xml", lambda xml: xml[:-40]),
    ):
        with pytest.raises(UserError, match=r"^acme\.csv: "):
            open_book(change_part(content, part, change))


def test_rows_that_openpyxl_would_lose_stop_the_import(open_book):
    content = to_bytes(make_book(Leads=LEADS))

    with pytest.raises(UserError, match="3 rows with 6 cells, but 2 rows with 4 cells were read"):
        open_book(change_part(content, SHEET, lambda xml: xml.replace(b'<row r="3"', b'<row r="2"')))


def test_without_the_extra_it_is_named(open_book, monkeypatch):
    monkeypatch.setattr(workbooks, "find_spec", lambda name: None)

    with pytest.raises(UserError, match=r"Install leadmill\[excel\]"):
        open_book(make_book(Leads=LEADS))


def test_a_workbook_declared_as_another_format_is_refused(open_book):
    with pytest.raises(UserError, match=r"It is a workbook; file\.format is 'csv'"):
        open_book(make_book(Leads=LEADS), format="csv")


TEMPLATE = build_template(
    {
        "name": "acme",
        "supplier": "Acme",
        "list": {"name": "Warm"},
        "hold_above": 1.0,
        "file": {"format": "xlsx"},
        "mapping": {"phone1": "phone", "phone2": "other", "first_name": "name"},
    },
    "acme",
)


def test_an_import_warns_of_phones_that_are_numbers_and_gives_its_rejects_as_csv(home, tmp_path):
    rows = [["name", "phone", "other"], ["Ann", "07400 123456", None], ["Bob", 7400123457, "x"], ["Cid", None, 1]]
    path = tmp_path / "drop.xlsx"
    path.write_bytes(to_bytes(make_book(Leads=rows)))

    result = import_drop(path, TEMPLATE, home, now=NOW)
    written = write_rejects(home, str(result.import_id), tmp_path / "rejects.csv", NOW)
    again = import_drop(tmp_path / "rejects.csv", TEMPLATE, home, now=NOW)

    assert (result.status, result.created, result.rejected, written) == ("completed", 2, 1, 1)
    assert result.warnings["W_PHONE_NUMERIC"] == 2
    lines = (tmp_path / "rejects.csv").read_bytes().split(b"\r\n")
    assert lines[0] == b'"name","phone","other","row_number","code","reason","remedy"'
    assert lines[1].startswith(b'"Cid",,"1","3","R_PHONE_')
    assert (again.rows_received, again.rejected) == (1, 1)


def test_openpyxl_uses_defusedxml():
    assert openpyxl.DEFUSEDXML
