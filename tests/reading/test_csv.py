"""How CSV drops are read: what is found out, what the cells hold, which rows are put aside."""

import polars as pl
import pytest

from pipelines.errors import UserError
from pipelines.reading import index
from pipelines.reading.drops import Drop, count_records
from pipelines.reading.settings import FileSettings


def read(drop: Drop) -> pl.DataFrame:
    return pl.concat(drop.chunks())


def cells(drop: Drop) -> list[tuple[str | None, ...]]:
    return read(drop).drop("row_number", "line_number", "flaw").rows()


LEADS = "name,phone\nAnn,07700900123\nBob,07700900124\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (LEADS.encode(), "utf-8"),
        (LEADS.encode("utf-8-sig"), "utf-8"),
        (LEADS.encode("utf-16"), "utf-16-le"),
        (LEADS.encode("utf-16-le"), "utf-16-le"),
        (LEADS.encode("utf-16-be"), "utf-16-be"),
        (LEADS.replace("Ann", "Anné €").encode("cp1252"), "cp1252"),
        (LEADS.replace("Ann", "Ann\x81é").encode("latin-1"), "iso8859-1"),
    ],
)
def test_the_encoding_is_found_by_itself(open_text, content, encoding):
    drop = open_text(content)

    assert drop.found.encoding == encoding
    assert drop.found.headers == ("name", "phone")
    assert cells(drop)[1] == ("Bob", "07700900124")


def test_a_declared_encoding_wins_over_what_would_be_found(open_text):
    drop = open_text("name,phone\nŁukasz,07700900123\n".encode("cp1250"), encoding="cp1250")

    assert cells(drop) == [("Łukasz", "07700900123")]


def test_an_encoding_of_several_bytes_gives_back_the_suppliers_bytes(open_text):
    content = "name,phone\n表示|,0312345678\n".encode("shift_jis")

    drop = open_text(content, encoding="shift_jis")

    assert cells(drop) == [("表示|", "0312345678")]
    assert drop.raw_records(pl.Series([1]))["raw"][0] == content.splitlines(keepends=True)[1]


@pytest.mark.parametrize("encoding", ["hex", "zlib", "rot13", "idna", "unicode_escape", "utf-7", "undefined"])
def test_what_is_no_encoding_of_lists_is_not_known(open_text, encoding):
    with pytest.raises(UserError, match=f"'{encoding}' is not known"):
        open_text(LEADS, encoding=encoding)


def test_utf_32_beyond_unicode_is_refused(open_text):
    with pytest.raises(UserError, match="bytes that utf-32-le cannot have"):
        open_text(LEADS.encode("utf-32") + b"\xff\xff\xff\x7f")


@pytest.mark.parametrize(("behind", "footers"), [("total,2\n", 1), ("\n \n", 0)])
def test_half_a_character_behind_footers_or_blank_lines_belongs_to_no_row(open_text, behind, footers):
    drop = open_text((LEADS + behind).encode("utf-16") + b"x", footer_lines=footers)

    assert drop.found.records == 2
    assert drop.raw_records(pl.Series([2]))["raw"].to_list() == ["Bob,07700900124\n".encode("utf-16-le")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_is_read(open_text, end):
    drop = open_text(LEADS.replace("\n", end))

    assert cells(drop) == [("Ann", "07700900123"), ("Bob", "07700900124")]
    assert drop.found.row_delimiter == end


def test_mixed_line_ends_are_read_together(open_text):
    drop = open_text("name,phone\r\nAnn,1\rBob,2\nCid,3\r\n")

    assert cells(drop) == [("Ann", "1"), ("Bob", "2"), ("Cid", "3")]
    assert drop.found.row_delimiter == "mixed"
    assert read(drop)["line_number"].to_list() == [2, 3, 4]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "¬", "~"])
def test_the_usual_delimiters_are_found_by_themselves(open_text, delimiter):
    drop = open_text(LEADS.replace(",", delimiter))

    assert drop.found.delimiter == delimiter
    assert cells(drop)[0] == ("Ann", "07700900123")


def test_one_column_needs_no_delimiter(open_text):
    drop = open_text("phone\n07700900123\n07700900124\n")

    assert drop.found.delimiter is None
    assert cells(drop) == [("07700900123",), ("07700900124",)]


def test_delimiters_of_several_characters_and_escapes_can_be_declared(open_text):
    assert cells(open_text('a||b\n"1||1"||2\n', delimiter="||", has_header=True)) == [("1||1", "2")]
    assert cells(open_text("a\tb\n1\t2\n", delimiter="\\t", has_header=True)) == [("1", "2")]
    assert cells(open_text("a,bEOR1,2\n2EOR", row_delimiter="EOR", delimiter=",", has_header=True)) == [("1", "2\n2")]


def test_lines_over_the_table_are_preamble_and_blank_lines_are_counted_apart(open_text):
    drop = open_text("January list\n\nname,phone,city\nAnn,07700900123,Ely\n\n  \nBob,07700900124,Bath\n")

    assert drop.found.headers == ("name", "phone", "city")
    assert (drop.found.preamble_lines, drop.found.blank_lines, drop.found.first_row) == (1, 3, 3)
    assert read(drop).select("row_number", "line_number").rows() == [(1, 4), (2, 7)]


@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_lines_of_blanks_are_blank_and_a_blank_cell_is_not(open_text, delimiter):
    drop = open_text(f"a{delimiter}b\n \n   \n {delimiter}\n\n1{delimiter}2\n", delimiter=delimiter, has_header=True)

    assert drop.found.blank_lines == 3
    assert cells(drop) == [(" ", ""), ("1", "2")]


def test_the_first_row_can_be_declared(open_text):
    drop = open_text('x "y\nz,z\nname,phone\nAnn,1\n', first_row=3)

    assert drop.found.headers == ("name", "phone")
    assert read(drop)["line_number"].to_list() == [4]


def test_a_file_without_a_header_keeps_its_first_row(open_text):
    drop = open_text("Ann,07700900123,ann@example.com\nBob,07700900124,bob@example.com\n")

    assert not drop.found.has_header
    assert drop.found.headers == ("", "", "")
    assert drop.found.records == 2
    assert drop.header_bytes == b""


def test_a_mapped_header_name_is_proof_of_a_header(open_text):
    rows = "100,200\n300,400\n"

    assert not open_text(rows).found.has_header
    assert open_text(rows, mapped=("200",)).found.has_header


def test_texts_stay_as_they_are_written(open_text):
    drop = open_text('id,a,b,c,d\n007,"x ""y"" z"," 1 ","line\r\nbreak",NA\n', has_header=True)

    assert cells(drop) == [("007", 'x "y" z', " 1 ", "line\r\nbreak", "NA")]


def test_quotes_in_pairs_inside_an_unquoted_cell_are_text(open_text):
    assert cells(open_text('name,phone\nRobert "Bob" Smith,1\nAnn,2\n')) == [('Robert "Bob" Smith', "1"), ("Ann", "2")]


GOOD_ROWS = "name,phone,city\nAnn,1,Ely\n{}\nBob,2,Bath\nCid,3,Rye\nDee,4,Ayr\n"


@pytest.mark.parametrize(
    ("row", "flaw"),
    [
        ("Eve,5", "Q_RAGGED_SHORT"),
        ("Eve,5,York,England", "Q_RAGGED_LONG"),
        ('Eve,5" pipe,York', "Q_STRAY_QUOTE"),
        ('"Eve" x,5,York', "Q_STRAY_QUOTE"),
        ('Eve,"5,York', "Q_UNCLOSED_QUOTE"),
        ('"Eve,5,York', "Q_UNCLOSED_QUOTE"),
        ("Eve,5\x00,York", "Q_CONTROL"),
        ("Eve,5\x1f,York", "Q_CONTROL"),
        ("Eve," + "5" * ((1 << 20) + 1) + ",York", "Q_TOO_LONG"),
    ],
)
def test_a_damaged_row_is_put_aside_alone(open_text, row, flaw):
    drop = open_text(GOOD_ROWS.format(row))

    rows = read(drop)
    assert rows["flaw"].to_list() == [None, flaw, None, None, None]
    assert rows["c1"].to_list() == ["Ann", None, "Bob", "Cid", "Dee"]
    assert drop.found.records == 5
    assert drop.raw_records(pl.Series([2]))["raw"].to_list() == [row.encode() + b"\n"]


def test_undecodable_bytes_cost_their_own_row(open_text):
    drop = open_text(
        "name,phone\nAnné,1\nÉva\ufffd,2\nBoß,3\n".encode().replace("\ufffd".encode(), b"\xff"), encoding="utf-8"
    )

    assert read(drop)["flaw"].to_list() == [None, "Q_BAD_BYTES", None]
    assert cells(drop)[2] == ("Boß", "3")


def test_two_stray_quotes_do_not_swallow_the_rows_between(open_text):
    drop = open_text('name,phone,city\nAnn,"1,Ely\nBob,2,Bath\nCid,3,Rye\nDee,4",Ayr\nEve,5,York\n')

    assert read(drop)["c1"].to_list() == [None, "Bob", "Cid", None, "Eve"]


def test_damage_keeps_a_record_of_several_lines_together(open_text):
    drop = open_text('name,note,city\nAnn,"one\ntwo" x,Ely\nBob,"one\ntwo",Bath\n')

    assert read(drop).select("line_number", "flaw", "c2").rows() == [(2, "Q_STRAY_QUOTE", None), (4, None, "one\ntwo")]


def test_empty_fields_too_many_do_no_harm(open_text):
    assert cells(open_text("name,phone\nAnn,1,,\nBob,2\n", has_header=True, delimiter=",")) == [
        ("Ann", "1"),
        ("Bob", "2"),
    ]


def test_a_header_longer_than_every_row_leaves_its_last_columns_empty(open_text):
    drop = open_text("name,phone,city\nAnn,1\nBob,2\n", delimiter=",", has_header=True)

    assert cells(drop) == [("Ann", "1", ""), ("Bob", "2", "")]
    assert read(drop)["flaw"].null_count() == 2


@pytest.mark.parametrize("tail", ['Bob,"2', "Bob"])
def test_a_file_that_is_cut_off_says_so(open_text, tail):
    drop = open_text(LEADS + tail)

    assert drop.found.truncated
    assert drop.found.records == 3


def test_a_whole_file_without_a_last_line_end_is_not_cut_off(open_text):
    assert not open_text(LEADS.rstrip("\n")).found.truncated


def test_a_header_alone_is_a_drop_without_records(open_text):
    drop = open_text("name,phone\n")

    assert drop.found.records == 0
    assert list(drop.chunks()) == []


@pytest.mark.parametrize(
    ("content", "fact"),
    [
        (b"", "empty"),
        (b"\n\r\n\n", "blank lines only"),
        (b"PK\x03\x04rest", "zip"),
        (b"%PDF-1.7", "PDF"),
        (b"\x00" * 50, "NUL"),
        (bytes(range(256)) * 16, "control characters"),
        (b"," * 5000 + b"\n", "4,096 fields"),
    ],
)
def test_what_is_no_table_is_refused(open_text, content, fact):
    with pytest.raises(UserError, match=fact):
        open_text(content)


@pytest.mark.parametrize(
    "declared",
    [
        {"encoding": "klingon"},
        {"delimiter": '"'},
        {"delimiter": ""},
        {"delimiter": "12345678901"},
        {"first_row": 9},
        {"format": "xls"},
    ],
)
def test_a_setting_that_cannot_be_is_refused(open_text, declared):
    with pytest.raises(UserError, match=r"^acme\.csv: "):
        open_text(LEADS, **declared)


def test_blocks_smaller_than_a_record_change_nothing(open_text, monkeypatch):
    content = 'name,note\r\nAnn,"a\r\nb"\r\nBob,\r\n\r\nCid,"5"" x"\r\nbad" row,1\r\nDee,é\r\n' * 3
    expected = read(open_text(content)), open_text(content).found
    monkeypatch.setattr(index, "BLOCK_BYTES", 7)
    monkeypatch.setattr(index, "MAX_KEPT_RECORDS", 2)

    drop = open_text(content)

    assert read(drop).equals(expected[0])
    assert drop.found == expected[1]


def test_a_parser_that_loses_a_row_stops_the_import(open_text, monkeypatch):
    from pipelines.reading import frames

    drop = open_text(LEADS)
    parse = pl.read_csv
    monkeypatch.setattr(frames.pl, "read_csv", lambda *given, **options: parse(*given, **options).head(1))

    with pytest.raises(UserError, match=r"counts 2 records .* parser 1"):
        read(drop)


def test_records_are_counted_without_reading_cells(tmp_path):
    path = tmp_path / "acme.csv"
    path.write_text(LEADS)

    assert count_records(path, FileSettings()) == 2


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ("a|b|c\n1|'x|y'|3\n4|'z'|6\n7|'it''s'|9\n", [("1", "x|y", "3"), ("4", "z", "6"), ("7", "it's", "9")]),
        ('a,b,c\n1,"x \\"y\\", z",3\n4,"C:\\\\",6\n', [("1", 'x "y", z', "3"), ("4", "C:\\", "6")]),
        ('a\tb\n5" pipe\t1\n6" pipe\t2\n7" pipe\t3\n', [('5" pipe', "1"), ('6" pipe', "2"), ('7" pipe', "3")]),
        ('a, b\n1, "x, y"\n2, "z"\n', [("1", "x, y"), ("2", "z")]),
    ],
)
def test_other_ways_of_quoting_are_found_by_themselves(open_text, content, rows):
    drop = open_text(content, has_header=True)

    assert cells(drop) == rows
    assert read(drop)["flaw"].null_count() == len(rows)


@pytest.mark.parametrize(
    ("declared", "row"),
    [
        ({"quote": "none"}, ("'a'", '"b"', "c\\")),
        ({"quote": "'"}, ("a", '"b"', "c\\")),
        ({"quote": '"'}, ("'a'", "b", "c\\")),
    ],
)
def test_a_declared_quote_wins_over_what_would_be_found(open_text, declared, row):
    assert cells(open_text("x,y,z\n'a',\"b\",c\\\n", has_header=True, delimiter=",", **declared)) == [row]


def test_an_apostrophe_in_a_name_is_no_quote(open_text):
    rows = [("'Aisha", "1"), ("O'Brien", "2"), ("'t Hooft'", "3"), ("Ann", "4")]

    drop = open_text("name,phone\n" + "".join(f"{name},{phone}\n" for name, phone in rows), has_header=True)

    assert cells(drop) == rows
    assert drop.found.quote == '"'


def test_apostrophes_in_apostrophes_are_letters_where_other_cells_stand_in_quotation_marks(open_text):
    drop = open_text("first name,email,phone\n\"\",0,''\n0,0,''\n", has_header=True)

    assert cells(drop) == [("", "0", "''"), ("0", "0", "''")]


@pytest.mark.parametrize("declared", [{"quote": "'", "delimiter": "','"}, {"footer_lines": 9}])
def test_settings_that_contradict_the_file_are_refused(open_text, declared):
    with pytest.raises(UserError, match=r"^acme\.csv: file\."):
        open_text(LEADS, **declared)


TABLE = "name,phone,city\nAnn,07400123456,Ely\nBob,07400123457,Bath\n"


@pytest.mark.parametrize(
    "footer",
    ["Total,2\n", "Total: 2 records", ",,\nTotal,,2\n", "(2 rows affected)\n", "\nThank you for your custom\n",
     "---\n", "TRL,2\n", "\nEnd of file\nPrinted on Monday\n"],
)  # fmt: skip
def test_totals_and_prose_behind_the_table_are_no_rows(open_text, footer):
    drop = open_text(TABLE + footer)

    assert drop.found.records == 2
    assert drop.found.footer_lines + drop.found.blank_lines >= footer.strip().count("\n") + 1
    assert " no data" in drop.found.notices[0]
    assert cells(drop) == [("Ann", "07400123456", "Ely"), ("Bob", "07400123457", "Bath")]
    assert not drop.found.truncated


@pytest.mark.parametrize(
    "row",
    ["Total Ltd,07400123458,Rye\n", "Total,07400123458\n", "Sum,,sum@example.com\n", "Cid\n", "Record,One,Rye\n",
     "\nAnn Able 07400 123458\n", "\nAnn Able at ann@example.com\n",
     "Generated,x,y\n", '"Total\n'],
)  # fmt: skip
def test_what_may_be_a_lead_is_never_taken_for_a_footer(open_text, row):
    drop = open_text(TABLE + row)

    assert drop.found.records == 3
    assert drop.found.footer_lines == 0


def test_footers_can_be_declared_or_denied(open_text):
    assert open_text(TABLE + "Total,2\n", footer_lines=0).found.records == 3
    assert open_text(TABLE + "Total,2\n", footer_lines=2).found.records == 1


def test_lines_of_any_width_over_a_header_are_preamble(open_text):
    drop = open_text("some notes...\nmore notes,...\nnumber,text,date\n345.0,TEST4,2000-12-13\n1.5,TEST5,2000-12-14\n")

    assert drop.found.headers == ("number", "text", "date")
    assert (drop.found.preamble_lines, drop.found.records) == (2, 2)
