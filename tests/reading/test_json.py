"""How JSON drops are read."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import UserError
from pipelines.reading import items, places
from pipelines.reading.drops import Drop, open_drop
from pipelines.reading.json_scan import find_items, find_lines
from pipelines.reading.settings import FileSettings

# What `LEADS` stands for in a content.
LEADS = '[{"name": "Ann", "phone": "1"}, {"name": "Bob", "phone": "2"}]'


@pytest.fixture
def open_text(tmp_path: Path):
    def open_it(content: str | bytes, declared: str = "auto", records: str | None = None, mapped=(), **more) -> Drop:
        path = tmp_path / "acme.json"
        path.write_bytes(content.replace("LEADS", LEADS).encode() if isinstance(content, str) else content)
        return open_drop(path, FileSettings(format=declared, records=records, **more), mapped)

    return open_it


def read(drop: Drop) -> pl.DataFrame:
    return pl.concat(drop.chunks())


def read_leads(drop: Drop) -> list[dict[str, str | None]]:
    """Return what each row has, by header; nothing of what it has not."""
    rows = read(drop).rows()
    return [{h: cell for h, cell in zip(drop.found.headers, row[3:], strict=True) if cell is not None} for row in rows]


@pytest.mark.parametrize(
    "content",
    [
        '[{"name": "Ann", "n": 1},\n {"name": "Bob", "n": 2}]',
        '{"list": {"rows": 1}, "rows": [{"name": "Ann", "n": 1}, {"name": "Bob", "n": 2}], "x": [3]}',
        '{"name": "Ann", "n": 1}\n\n{"name": "Bob", "n": 2}\n',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_arrays_rows_and_lines_are_read(open_text, content, encoding):
    drop = open_text(content.encode(encoding))

    assert drop.found.headers == ("name", "n")
    assert read(drop).select("row_number", "flaw", "c1", "c2").rows() == [(1, None, "Ann", "1"), (2, None, "Bob", "2")]
    assert drop.found.records == 2


def test_values_keep_the_text_they_were_written_with(open_text):
    drop = open_text(
        '[{"a": 1.50, "b": 1e400, "c": true, "d": null, "e": {"x": [1.0, "é"]}, "f": 00000}]'.replace("00000", "0")
    )

    lead = dict(zip(drop.found.headers, read(drop).row(0)[3:], strict=True))
    assert [lead[key] for key in "abcdef"] == ["1.50", "1e400", "true", None, '{"x":[1.0,"é"]}', "0"]


def test_a_key_that_is_missing_is_null_and_keys_stand_in_first_seen_order(open_text):
    drop = open_text('[{"b": "1"}, {"a": "2", "b": ""}]')

    assert drop.found.headers == ("b", "a")
    assert read(drop).select("c1", "c2").rows() == [("1", None), ("", "2")]


def test_braces_and_escaped_quotes_inside_texts_count_for_nothing(open_text):
    drop = open_text(r'[{"a": "},{ \" [\\"}, {"a": "\\\""}]')

    assert read(drop)["c1"].to_list() == ['},{ " [\\', '\\"']


@pytest.mark.parametrize(
    ("item", "flaw"),
    [
        ("17", "Q_NOT_AN_OBJECT"),
        ('["a"]', "Q_NOT_AN_OBJECT"),
        ('{"a": "1", "a": "2"}', "Q_DUPLICATE_KEY"),
        (r'{"a": "\u0000"}', "Q_CONTROL"),
        (r'{"a": "\ud800"}', "Q_BAD_BYTES"),
    ],
)
def test_an_item_that_is_no_lead_is_put_aside_alone(open_text, item, flaw):
    drop = open_text('[{"a": "x"},' + item + ',{"a": "y"}]')

    assert read(drop).select("flaw", "c1").rows() == [(None, "x"), (flaw, None), (None, "y")]
    assert drop.raw_records(pl.Series([2]))["raw"].to_list() == [item.encode()]


def test_a_broken_line_of_json_lines_costs_itself(open_text):
    drop = open_text('{"a": "x"}\n{"a": "\n{"a": "y"}\n')

    assert read(drop).select("line_number", "flaw", "c1").rows() == [
        (1, None, "x"),
        (2, "Q_NOT_AN_OBJECT", None),
        (3, None, "y"),
    ]


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ('[{"a": 1},\n {"a": }]', "line 2, column 8"),
        ('[{"a": 1}\n', "line 2, column 1"),
        ('[{"a": 1}] x', "line 1, column 12"),
        ('[{"a": 1},]', "line 1"),
        ('[{"a": NaN}]', "line 1"),
    ],
)
def test_malformed_json_is_refused_where_it_breaks(open_text, content, where):
    with pytest.raises(UserError, match=where):
        open_text(content)


@pytest.mark.parametrize("bomb", ["[" * 100_000, '[{"a":' * 50_000, '{"a":1}\n{"a":' + "[" * 100_000])
def test_deep_nesting_is_refused(open_text, bomb):
    with pytest.raises(UserError, match="deeper"):
        open_text(bomb, "json")


def test_an_empty_array_has_no_records(open_text):
    assert open_text("[ ]").found.records == 0


def test_nested_fields_stand_under_their_paths_behind_the_whole(open_text):
    drop = open_text('[{"a": {"b": {"c": 1}, "d": null}, "p": [{"n": "x"}, [true]]}]')

    assert drop.found.headers == ("a", "a.b", "a.b.c", "a.d", "p", "p[0]", "p[0].n", "p[1]", "p[1][0]")
    assert read(drop).row(0)[3:] == (
        '{"b":{"c":1},"d":null}', '{"c":1}', "1", None, '[{"n":"x"},[true]]', '{"n":"x"}', "x", "[true]", "true",
    )  # fmt: skip


def test_elements_beyond_the_twentieth_are_in_the_whole_only(open_text):
    drop = open_text('[{"p": [' + ",".join(map(str, range(30))) + "]}]")

    assert drop.found.headers == ("p", *(f"p[{n}]" for n in range(20)))
    assert read(drop)["c1"].to_list() == ["[" + ",".join(map(str, range(30))) + "]"]


def test_a_key_that_looks_like_a_path_is_a_header_as_it_is(open_text):
    drop = open_text('[{"a.b": "1", "c[0]": "2"}, {"a": {"b": "3"}}]')

    assert drop.found.headers == ("a.b", "c[0]", "a")
    assert [lead.get("a.b") for lead in read_leads(drop)] == ["1", "3"]


@pytest.mark.parametrize(
    "item", ['{"a.b": 1, "a": {"b": 2}}', '{"a": {"b": 1, "b": 1}}', '{"a": [1, {"b": [{"c": 1, "c": 2}]}]}']
)
def test_a_field_named_twice_at_any_depth_puts_the_item_aside(open_text, item):
    drop = open_text(f'[{item}, {{"x": 1}}]')

    assert read(drop)["flaw"].to_list() == ["Q_DUPLICATE_KEY", None]


def test_an_escaped_control_character_deep_down_puts_the_item_aside(open_text):
    drop = open_text(r'[{"a": {"b": ["\u0007"]}}, {"a": "\ttab\n"}]')

    assert read(drop)["flaw"].to_list() == ["Q_CONTROL", None]


@pytest.mark.parametrize("content", ['[{"a":"%s"}]', '[{"a":[%s]}]'])
def test_a_cell_and_an_item_beyond_all_measure_are_put_aside(open_text, content):
    inside = "x" * (1 << 20) + "x" if '"%s"' in content else "1," * (3 << 20) + "1"
    drop = open_text(content % inside)

    assert read(drop)["flaw"].to_list() == ["Q_TOO_LONG"]


def test_records_that_each_name_another_field_are_refused_before_they_are_a_table(open_text, monkeypatch):
    monkeypatch.setattr(items, "MAX_SPARSE_CELLS", 30_000)
    names = [f'{{"k{number}":1}}' for number in range(200)]

    assert open_text("\n".join(names[:150])).found.records == 150
    with pytest.raises(UserError, match="200 different fields, and each on average less than 1% of them"):
        open_text("\n".join(names))


def test_more_paths_than_fields_of_any_lead_are_refused(open_text):
    with pytest.raises(UserError, match="2,000 different fields"):
        open_text("[" + ",".join(f'{{"k{n}": 1}}' for n in range(2001)) + "]")


PHONES = '{"name": "Ann", "phones": [{"number": "1"}, {"number": "2"}]}'


def test_the_only_array_of_objects_holds_the_records_and_a_notice_says_so(open_text):
    drop = open_text('{"meta": {"tags": ["x"]}, "data": {"leads": LEADS}}')

    assert drop.found.notices == ("The records are taken from data.leads.",)
    assert read(drop)["c1"].to_list() == ["Ann", "Bob"]
    assert drop.raw_records(pl.Series([2]))["raw"].to_list() == [b'{"name": "Bob", "phone": "2"}']


@pytest.mark.parametrize(
    ("content", "records", "names"),
    [
        ('{"a": {"b": LEADS}, "c": [{"name": "x"}]}', "a.b", ["Ann", "Bob"]),
        ('{"a": {"b": LEADS}, "c": [{"name": "x"}]}', "c", ["x"]),
        ('{"lead": {"name": "Ann"}, "c": [{"name": "x"}]}', "lead", ["Ann"]),
        ('{"name": "x", "leads": LEADS}', "$", ["x"]),
        ("LEADS", "data.leads", ["Ann", "Bob"]),
        ('{"name": "Ann"}\n{"name": "Bob"}\n', "data.leads", ["Ann", "Bob"]),
    ],
)
def test_a_declared_path_chooses_the_records(open_text, content, records, names):
    drop = open_text(content, records=records)

    assert [lead["name"] for lead in read_leads(drop)] == names
    assert drop.found.notices == ()


def test_a_path_that_is_not_there_is_refused_with_the_nearest(open_text):
    with pytest.raises(UserError, match=r"'data.lead'. Found: data, data.leads. Did you mean 'data.leads'"):
        open_text('{"data": {"leads": LEADS}}', records="data.lead")


def test_of_several_arrays_none_is_guessed(open_text):
    with pytest.raises(UserError, match=r"any of these: a, b\.c"):
        open_text('{"a": LEADS, "b": {"c": LEADS}}')


@pytest.mark.parametrize(
    ("mapped", "records"),
    [(("Name", "phones[1].number"), 1), (("name",), 1), (("number",), 2), ((), 2), (("other",), 2)],
)
def test_an_object_with_all_mapped_headers_is_one_lead_with_a_list_inside(open_text, mapped, records):
    assert open_text(PHONES, mapped=mapped).found.records == records


def test_an_object_and_a_list_that_both_have_the_headers_are_not_guessed_between(open_text):
    with pytest.raises(UserError, match=r"any of these: leads, \$"):
        open_text('{"name": "batch 7", "leads": LEADS}', mapped=("name",))


@pytest.mark.parametrize(
    "content", ['{"data": {"leads": LEADS}', '{"data": {"leads": LEADS}} x', '{"data" {"leads": LEADS}}']
)
def test_a_document_that_is_broken_around_its_records_is_refused(open_text, content):
    with pytest.raises(UserError, match="malformed at line 1, column"):
        open_text(content)


def test_a_file_in_another_encoding_gives_its_own_bytes_back(open_text):
    drop = open_text('[{"name": "Zoë"},\n {"name": "René"}]'.encode("cp1252"), encoding="cp1252")

    assert read(drop)["c1"].to_list() == ["Zoë", "René"]
    assert drop.raw_records(pl.Series([2, 1]))["raw"].to_list() == [b'{"name": "Ren\xe9"}', b'{"name": "Zo\xeb"}']


@pytest.mark.parametrize("blanks", [" " * 5_000, "\n" * (2 << 20)])
def test_blanks_before_between_and_behind_items_are_stepped_over(open_text, blanks):
    drop = open_text(blanks.join(["", "[", '{"a": 1}', ",", '{"a": 2}', "]", ""]), "json")

    assert read(drop)["c1"].to_list() == ["1", "2"]
    assert drop.raw_records(pl.Series([2]))["raw"].to_list() == [b'{"a": 2}']
    assert read(drop)["line_number"].to_list() == [1 + blanks.count("\n") * 2, 1 + blanks.count("\n") * 4]


value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('ab"\\{}[],:\n é', max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture(scope="module", params=[7, 64, 1 << 20])
def block_bytes(request):
    """Scan in blocks so small that every state crosses their edges."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "BLOCK_BYTES", request.param)
        yield request.param


@settings(max_examples=200, deadline=None)
@given(items=st.lists(value, max_size=8), indent=st.sampled_from([None, 1]))
def test_the_scan_counts_what_the_parser_would(block_bytes, items, indent):
    text = json.dumps(items, indent=indent, ensure_ascii=False).encode()

    found = find_items("acme.json", text)

    pieces = [text[a:b] for a, b in zip(found.start, found.end, strict=True)]
    assert [json.loads(piece) for piece in pieces] == items
    assert found.line.tolist() == [text.count(b"\n", 0, a) + 1 for a in found.start.tolist()]


@settings(max_examples=100, deadline=None)
@given(items=st.lists(value, min_size=1, max_size=8), blanks=st.sampled_from(["\n", "\r\n", "\n\n \t\n", " \n"]))
def test_lines_are_cut_wherever_the_blocks_end(block_bytes, items, blanks):
    text = blanks.join(json.dumps(item, ensure_ascii=False) for item in items).encode()

    found, blank_lines = find_lines(np.frombuffer(text, np.uint8), 0)

    pieces = [text[a:b] for a, b in zip(found.start, found.end, strict=True)]
    assert [json.loads(piece) for piece in pieces] == items
    assert found.line.tolist() == [text.count(b"\n", 0, a) + 1 for a in found.start.tolist()]
    assert blank_lines == text.count(b"\n") - len(items) + 1


def list_cells(path: str, value: object) -> dict[str, str | None]:
    """Return what a value gives by path, as plainly as it can be said."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    cells = {path: None if value is None else value if isinstance(value, str) else written}
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        cells |= list_cells(f"{path}.{key}" if isinstance(value, dict) else f"{path}[{key}]", item)
    return cells


@settings(max_examples=100, deadline=None)
@given(lead=st.dictionaries(st.text("ab", max_size=2), value, max_size=3))
def test_whatever_is_written_comes_back_by_path(tmp_path_factory, block_bytes, lead):
    path = tmp_path_factory.mktemp("trees") / "acme.json"
    path.write_text(json.dumps({"data": {"rows": [lead]}}, ensure_ascii=False), encoding="utf-8")

    drop = open_drop(path, FileSettings(records="data.rows"))

    expected = {key: cell for top, item in lead.items() for key, cell in list_cells(top, item).items()}
    assert dict(zip(drop.found.headers, read(drop).row(0)[3:], strict=True)) == expected
