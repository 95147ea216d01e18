"""How JSON drops are read."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import UserError
from pipelines.reading.drops import Drop, open_drop
from pipelines.reading.json_scan import find_items
from pipelines.reading.settings import FileSettings


@pytest.fixture
def open_text(tmp_path: Path):
    def open_it(content: str | bytes, declared: str = "auto") -> Drop:
        path = tmp_path / "acme.json"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return open_drop(path, FileSettings(format=declared))

    return open_it


def read(drop: Drop) -> pl.DataFrame:
    return pl.concat(drop.chunks())


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

    assert read(drop).row(0)[3:] == ("1.50", "1e400", "true", None, '{"x":[1.0,"é"]}', "0")


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


value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('ab"\\{}[],:\n é', max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(items=st.lists(value, max_size=8), indent=st.sampled_from([None, 1]))
def test_the_scan_counts_what_the_parser_would(items, indent):
    import json

    text = json.dumps(items, indent=indent, ensure_ascii=False).encode()

    found = find_items("acme.json", text)

    pieces = [text[a:b] for a, b in zip(found.start, found.end, strict=True)]
    assert [json.loads(piece) for piece in pieces] == items
