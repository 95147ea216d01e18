"""What is found by itself where it is a near thing: a row is kept, or put aside, and never passed over."""

import polars as pl
import pytest

from pipelines.reading.drops import Drop


def read(drop: Drop) -> pl.DataFrame:
    return pl.concat(drop.chunks())


@pytest.mark.parametrize("content", ["1,2,3\n", "7700900123\n", "12,North Street", "Ann;Smith\n", "0||x|y\n"])
def test_a_record_that_stands_alone_is_a_row(open_text, content):
    drop = open_text(content)

    assert (drop.found.has_header, drop.found.records) == (False, 1)
    assert drop.found.confidence["has_header"] < 0.7


@pytest.mark.parametrize(
    "content",
    ["name,phone\n", "customerPhone;customerCity\n", "Lead ID|Phone no|Whatever\n", "vendor_ref\tcust_since\n"],
)
def test_a_record_of_header_words_that_stands_alone_is_a_header(open_text, content):
    drop = open_text(content)

    assert (drop.found.has_header, drop.found.records) == (True, 0)


def test_a_mapped_name_makes_a_header_of_a_record_that_stands_alone(open_text):
    assert open_text("foo,bar\n", mapped=("bar",)).found.has_header


def test_an_open_quote_that_stands_alone_is_a_damaged_row(open_text):
    drop = open_text('"Ann Smith, 12')

    assert read(drop)["flaw"].to_list() == ["Q_UNCLOSED_QUOTE"]
    assert drop.found.truncated


def test_numbers_over_fewer_columns_are_no_header(open_text):
    drop = open_text("1;3a;7\n6;7\n")

    assert not drop.found.has_header
    assert drop.found.records == 2


@pytest.mark.parametrize("first", ["Dec 8, 2026", "AB-1042", "[10.0.0.1]:8080"])
def test_a_first_cell_that_looks_like_those_below_is_no_header(open_text, first):
    below = [first.replace("1", "3").replace("8", "9"), first.replace("2", "7").replace("0", "5")]

    drop = open_text("".join(f'"{cell}"\n' for cell in [first, *below]))

    assert (drop.found.has_header, drop.found.records) == (False, 3)


@pytest.mark.parametrize("header", ["Line 100", "ref2026"])
def test_a_header_with_digits_over_other_cells_is_one(open_text, header):
    drop = open_text(f"{header}\nLeek\nEly\nStoke\n")

    assert drop.found.headers == (header,)


def test_a_row_of_nothing_but_delimiters_over_a_title_is_preamble(open_text):
    drop = open_text(",,\nLeads of spring,,\n,,\nname,phone,city\nAnn,07700900123,Leek\nBob,07700900124,Ely\n")

    assert (drop.found.preamble_lines, drop.found.headers) == (3, ("name", "phone", "city"))
    assert drop.found.records == 2


@pytest.mark.parametrize("first", ["Carol,,", "Carol", "07700 900125 is Carol"])
def test_a_short_first_row_over_rows_without_a_header_is_not_passed_over(open_text, first):
    drop = open_text(f"{first}\nAnn,07700900123,Leek\nBob,07700900124,Ely\nAnn,07700900126,Ely\n")

    assert (drop.found.preamble_lines, drop.found.has_header, drop.found.records) == (0, False, 4)
    assert read(drop)["flaw"].null_count() >= 3


def test_prose_over_rows_without_a_header_is_preamble(open_text):
    drop = open_text("Leads of the spring fair\nAnn,07700900123,Leek\nBob,07700900124,Ely\nAnn,07700900126,Ely\n")

    assert (drop.found.preamble_lines, drop.found.has_header, drop.found.records) == (1, False, 3)


def test_quotes_that_spoil_most_rows_and_begin_no_line_are_letters(open_text):
    rows = "".join(f'{number}\t"Nick{number}" Smith "Junior\n' for number in range(20))

    drop = open_text("id\tname\n" + rows)

    assert (drop.found.delimiter, drop.found.quote, drop.found.records) == ("\t", None, 20)
    assert read(drop)["c2"][3] == '"Nick3" Smith "Junior'


@pytest.mark.parametrize("quote", ["none", "auto"])
def test_headers_keep_all_their_letters_where_nothing_is_quoted(open_text, quote):
    rows = "".join(f'{number}|the "late|Mr {number}\n' for number in range(20))

    drop = open_text("number|note|name\n" + rows, quote=quote)

    assert (drop.found.quote, drop.found.headers) == (None, ("number", "note", "name"))
    assert read(drop)["c2"].to_list() == ['the "late'] * 20


def test_delimiters_inside_quoted_lines_part_nothing(open_text):
    drop = open_text("".join(f'"Smith, Ann {number}"\n' for number in range(20)), has_header=False)

    assert (drop.found.delimiter, drop.found.quote) == (None, '"')
    assert read(drop)["c1"][0] == "Smith, Ann 0"


@pytest.mark.parametrize(
    ("names", "codec"),
    [(("Иванов", "Петров"), "cp1251"), (("佐藤健一", "鈴木花子"), "shift_jis"), (("陳大文", "林小明"), "big5")],
)
def test_an_encoding_of_another_script_is_not_taken_for_western_without_a_word(open_text, names, codec):
    content = "name,phone\n" + "".join(f"{name},07700900{number:03}\n" for number, name in enumerate(names))

    drop = open_text(content.encode(codec))

    assert drop.found.confidence["encoding"] < 0.5
    assert any("declare file.encoding" in notice for notice in drop.found.notices)
    declared = open_text(content.encode(codec), encoding=codec)
    assert read(declared)["c1"].to_list() == list(names)
    assert not declared.found.notices


def test_accents_of_western_names_raise_no_doubt(open_text):
    drop = open_text("name¬phone¬fee¬note\nZoë Müßig¬¬¬\nJosé Nuñez¬07700900124¬£5¬‘ok’…\n".encode("cp1252"))

    assert (drop.found.encoding, drop.found.confidence["encoding"]) == ("cp1252", 0.8)
    assert not drop.found.notices


def test_a_delimiter_that_is_hardly_better_than_another_is_not_sure(open_text):
    near = open_text("Ann,Smith;Leek\nBob,Jones;Ely\nCy,Miller;Ely\n")
    plain = open_text("Ann,Smith\nBob,Jones\nCy,Miller\n")
    single = open_text("Ann\nBob\nCy\n")

    assert near.found.confidence["delimiter"] <= 0.6 < plain.found.confidence["delimiter"]
    assert (single.found.delimiter, single.found.confidence["delimiter"]) == (None, 0.7)


def test_a_stray_quote_at_the_end_does_not_make_a_file_cut_off(open_text):
    drop = open_text('name,phone,note\nAnn,07700900123,x\nBob,07700900124,5" pipe')

    assert read(drop)["flaw"].to_list() == [None, "Q_STRAY_QUOTE"]
    assert not drop.found.truncated
