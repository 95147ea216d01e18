"""How XML drops are read."""

import time
from pathlib import Path
from xml.sax.saxutils import escape

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import UserError
from pipelines.reading import places
from pipelines.reading.drops import Drop, open_drop
from pipelines.reading.settings import FileSettings

TWO = "<Lead><Name>Ann</Name></Lead>\n<Lead><Name>Bob</Name></Lead>"


@pytest.fixture
def open_text(tmp_path: Path):
    def open_it(content: str | bytes, mapped=(), **declared) -> Drop:
        path = tmp_path / "acme.xml"
        path.write_bytes(content.replace("TWO", TWO).encode() if isinstance(content, str) else content)
        return open_drop(path, FileSettings(**declared), mapped)

    return open_it


def read(drop: Drop) -> pl.DataFrame:
    return pl.concat(drop.chunks())


def read_leads(drop: Drop) -> list[dict[str, str | None]]:
    """Return what each row has, by header; nothing of what it has not."""
    rows = read(drop).rows()
    return [{h: cell for h, cell in zip(drop.found.headers, row[3:], strict=True) if cell is not None} for row in rows]


@pytest.mark.parametrize(
    ("content", "path"),
    [
        ("<Leads>TWO</Leads>", "Leads.Lead"),
        ("<?xml version='1.0'?>\n<!-- <Lead> -->\n<Leads>TWO<!-- <Lead/> --></Leads>\n<?end <Lead> ?>", "Leads.Lead"),
        ("<r><status>ok</status><data><leads n='2'>TWO</leads></data></r>", "r.data.leads.Lead"),
        ("<r>TWO<Bad><x/></Bad></r>", "r.Lead"),
        ("<x:Leads xmlns:x='urn:1' xmlns='urn:2'>TWO</x:Leads>", "Leads.Lead"),
    ],
)
def test_the_highest_repeated_elements_are_the_records_and_a_notice_says_so(open_text, content, path):
    drop = open_text(content)

    assert drop.found.format == "xml"
    assert drop.found.notices[0] == f"The records are taken from {path}."
    assert read(drop).select("row_number", "flaw", "c1").rows() == [(1, None, "Ann"), (2, None, "Bob")]
    assert drop.found.records == 2
    assert drop.raw_records(pl.Series([2]))["raw"].to_list() == [b"<Lead><Name>Bob</Name></Lead>"]


@pytest.mark.parametrize(
    ("content", "mapped", "lead"),
    [
        ("<Lead><Phone>1</Phone><Phone>2</Phone></Lead>", (), {"Phone": "1", "Phone[0]": "1", "Phone[1]": "2"}),
        ("<Leads><Lead><Name>Ann</Name><Phone>1</Phone></Lead></Leads>", (), {"Name": "Ann", "Phone": "1"}),
        ("<r><n>1</n><Lead><Name>Ann</Name></Lead></r>", (), {"n": "1", "Lead.Name": "Ann"}),
        ("<r><n>1</n><Lead><Name>Ann</Name></Lead></r>", ("name",), {"Name": "Ann"}),
        ("<Lead phone='1'/>", (), {"@phone": "1"}),
        ("<?xml version='1.0'?><error>no rights</error>", (), {"#text": "no rights"}),
    ],
)
def test_a_document_in_which_nothing_repeats_is_one_record(open_text, content, mapped, lead):
    assert read_leads(open_text(content, mapped)) == [lead]


@pytest.mark.parametrize(("mapped", "records"), [(("Name", "Call[1].At"), 1), (("At",), 2), ((), 2)])
def test_an_element_with_all_mapped_headers_is_one_lead_with_a_list_inside(open_text, mapped, records):
    content = "<Lead><Name>Ann</Name><Call><At>1</At></Call><Call><At>2</At></Call></Lead>"

    assert open_text(content, mapped).found.records == records


@pytest.mark.parametrize("content", ["<r><a>TWO</a><b>TWO</b></r>", "<r>TWO<L x='1'/><L/></r>"])
def test_of_several_lists_none_is_guessed(open_text, content):
    with pytest.raises(UserError, match="could be any of these"):
        open_text(content)


@pytest.mark.parametrize("content", ["<Leads/>", "<Leads></Leads>", "<Leads>\n</Leads>"])
@pytest.mark.parametrize("records", [None, "Leads.Lead"])
def test_a_root_without_content_has_no_records(open_text, content, records):
    assert open_text(content, records=records).found.records == 0


def test_a_declared_path_chooses_the_records_wherever_they_stand(open_text):
    drop = open_text("<r><b>TWO</b><b><Lead><Name>Cid</Name></Lead></b><Lead/></r>", records="r.b.Lead")

    assert read(drop)["c1"].to_list() == ["Ann", "Bob", "Cid"]
    assert drop.found.notices == ("Beside the records stand elements that are left out: r.Lead.",)


def test_a_path_that_is_not_there_is_refused_with_the_nearest(open_text):
    with pytest.raises(UserError, match=r"'Leads.Led'. Found: Leads, Leads.Lead. Did you mean 'Leads.Lead'"):
        open_text("<Leads>TWO</Leads>", records="Leads.Led")


def test_fields_stand_under_their_paths(open_text):
    drop = open_text(
        """<Leads><Lead id="7" xmlns:i="urn:i"><Name i:lang="en">A &amp; <![CDATA[<B>]]>&#33;</Name>
        <Address type="home">near<City>Leeds</City></Address><None i:nil="true"/><Empty/>
        <Phone><No>1</No></Phone><Phone><No>2</No></Phone></Lead><Lead><Phone><No>3</No></Phone></Lead></Leads>"""
    )

    assert read_leads(drop) == [
        {
            "@id": "7", "Name": "A & <B>!", "Name.@lang": "en", "Address.#text": "near", "Address.@type": "home",
            "Address.City": "Leeds", "Empty": "", "Phone.No": "1", "Phone[0].No": "1", "Phone[1].No": "2",
        },
        {"Phone.No": "3", "Phone[0].No": "3"},
    ]  # fmt: skip
    assert "None" in drop.found.headers


def test_elements_named_as_the_record_inside_it_are_its_fields(open_text):
    drop = open_text("<Lead><Lead><Lead>x</Lead><Lead/></Lead><Lead a='>'/><Lead></Lead ></Lead>")

    assert drop.found.records == 3
    assert [raw.decode() for raw in drop.raw_records(pl.Series([1, 2, 3]))["raw"]] == [
        "<Lead><Lead>x</Lead><Lead/></Lead>", "<Lead a='>'/>", "<Lead></Lead >",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("<?xml version='1.0' encoding='ISO-8859-1'?><L>{}</L>".encode("latin-1"), "iso8859-1"),
        ("<?xml version='1.0' encoding='windows-1252'?><L>{}</L>".encode("cp1252"), "cp1252"),
        ("<?xml version='1.0' encoding='utf-16'?><L>{}</L>".encode("utf-16"), "utf-16-le"),
        ("<?xml version='1.0' encoding='utf-16'?><L>{}</L>".encode("utf-16-be"), "utf-16-be"),
        (b"<?xml version='1.0' encoding='utf-16'?><L>{}</L>", "utf-8"),
        ("<?xml version='1.0' encoding='Shift_JIS'?><L>{}</L>".encode("shift_jis"), "shift_jis"),
        ("<L>{}</L>".encode("utf-8-sig"), "utf-8"),
    ],
)
def test_the_encoding_is_the_marks_or_the_declarations_and_bytes_come_back(open_text, content, found):
    codec = {"utf-16-le": "utf-16-le", "iso8859-1": "latin-1"}.get(found, found)
    name = "Поль" if found == "shift_jis" else "Zoë"
    records = [f"<P><N>{each}</N></P>".encode(codec) for each in (name, "x" + name)]

    drop = open_text(content.replace("{}".encode(codec), b"".join(records)))

    assert drop.found.encoding == found
    assert read(drop)["c1"].to_list() == [name, "x" + name]
    assert drop.raw_records(pl.Series([2, 1]))["raw"].to_list() == records[::-1]


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"<?xml version='1.0' encoding='klingon'?><L/>", "'klingon' is not known"),
        (b"<?xml version='1.0' encoding='hex'?><L/>", "'hex' is not known"),
        (b"<L>\n<P><N>Zo\xeb</N></P></L>", "malformed at line 2, column 9.*file.encoding"),
        (b"<L>\n<P><N>x</N></P>\n<P><N>", "malformed at line 3, column 7"),
        (b"<L><P></Q></L>", "malformed at line 1"),
        (b"<L><P/></L><L/>", "malformed at line 1, column 12"),
        (b"<L><P>&nbsp;</P></L>", "undefined entity"),
        (b"<L><P>&#0;</P></L>", "malformed"),
        (b"<L><P a='1' a='2'/></L>", "duplicate attribute"),
        (b"<!DOCTYPE html><html></html>", "HTML page"),
        (b"\n<HTML>\n<head></head></HTML>", "HTML page"),
    ],
)
def test_what_is_no_sound_xml_is_refused_where_it_breaks(open_text, content, match):
    with pytest.raises(UserError, match=match):
        open_text(content)


LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(10))


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (f'<!DOCTYPE L [<!ENTITY l0 "ha">{LAUGHS}]><L><P>&l10;</P></L>', "document type"),
        ('<!DOCTYPE L [<!ENTITY f SYSTEM "file:///etc/passwd">]><L><P>&f;</P></L>', "document type"),
        ('<!DOCTYPE L SYSTEM "http://127.0.0.1:9/x.dtd"><L/>', "document type"),
        (f'<!DOCTYPE L [<!ENTITY q "{"x" * 100_000}">]><L>{"&q;" * 10_000}</L>', "document type"),
        ("<a>" * 100_000, "deeper than 100"),
        ("<a>" + "<b>" * 100 + "</b>" * 100 + "</a>", "deeper than 100"),
        ("<L><P " + " ".join(f'a{n}="1"' for n in range(100_000)) + "/></L>", "different fields"),
        ("<L><P>" + "".join(f"<n{n}/>" for n in range(100_000)) + "</P></L>", "different fields"),
        ("<L>" + "<a><b>" * 30 + "x" + "</b><b/></a>" * 30 + "</L>", "different fields|could be any"),
        ('<L><P a="' + "x" * (40 << 20), "does not end within 16 MiB"),
        ("<L><!--" + "x" * (40 << 20), "does not end within 16 MiB"),
    ],
    ids=range(11),
)
def test_bombs_are_refused_at_once(open_text, content, match):
    started = time.perf_counter()

    with pytest.raises(UserError, match=match):
        open_text(content, format="xml")

    assert time.perf_counter() - started < 10


def test_repeats_in_repeats_do_not_multiply_the_paths_without_bound(open_text):
    inner = "<a><x/></a>"
    for _ in range(40):
        inner = f"<a>{inner}<a><y/></a></a>"

    with pytest.raises(UserError, match="different fields"):
        open_text(f"<L>{inner}</L>", records="L")


@pytest.mark.parametrize("field", ["<N a='{}'/>", "<N>{}</N>"])
def test_a_field_longer_than_any_lead_has_puts_its_record_aside(open_text, field):
    drop = open_text(f"<L><P>{field.format('x' * (1 << 20) + 'x')}</P><P><N>y</N></P></L>")

    assert read(drop)["flaw"].to_list() == ["Q_TOO_LONG", None]


def test_attributes_that_differ_in_the_namespace_only_put_the_record_aside(open_text):
    drop = open_text("<L xmlns:x='u:1' xmlns:y='u:2'><P x:id='1' y:id='2'/><P x:id='3'/></L>")

    assert read(drop).select("flaw", "c1").rows() == [("Q_DUPLICATE_KEY", None), (None, "3")]


@pytest.mark.parametrize("content", ["<name>,<phone>\nAnn,1\n", "<b>,x\n<i>,y\n"])
def test_tags_in_the_cells_of_a_table_are_no_xml(open_text, content):
    assert open_text(content).found.format == "csv"


def test_lines_are_those_on_which_records_begin(open_text):
    drop = open_text("<Leads>\n  <Lead><Name>\n</Name></Lead><Lead/>\n\n<Lead/></Leads>")

    assert read(drop)["line_number"].to_list() == [2, 3, 5]


text = st.text("ab<>&\"'] -éЖ", max_size=8)
tree = st.recursive(text, lambda inner: st.dictionaries(st.sampled_from(["A", "B.b", "é", "P"]), inner, min_size=1))
Tree = str | dict[str, "Tree"]


def write_tree(value: Tree) -> str:
    if isinstance(value, str):
        return f"<![CDATA[{value}]]>" if "<" in value and "]" not in value else escape(value)
    return "<!--<P>-->".join(f"<x:{name} >{write_tree(inner)}</x:{name}>" for name, inner in value.items())


def list_cells(path: str, value: Tree) -> dict[str, str]:
    if isinstance(value, str):
        return {path: value}
    return {k: cell for name, inner in value.items() for k, cell in list_cells(f"{path}.{name}", inner).items()}


@settings(max_examples=100, deadline=None)
@given(
    leads=st.lists(st.dictionaries(st.sampled_from("PQR"), tree), min_size=1, max_size=4),
    encoding=st.sampled_from(["utf-8", "utf-16", "koi8-r"]),
    block_bytes=st.sampled_from([1, 7, 1 << 20]),
)
def test_whatever_is_written_comes_back_by_path(tmp_path_factory, leads, encoding, block_bytes):
    if encoding == "koi8-r":
        leads = eval(repr(leads).replace("é", "Ж"))
    path = tmp_path_factory.mktemp("trees") / "acme.xml"
    body = "".join(f"<P>{write_tree(lead)}</P>" for lead in leads)
    content = f'<?xml version="1.0" encoding="{encoding}"?>\n<r xmlns:x="u:x"><P>{body}</P></r>'
    path.write_bytes(content.encode(encoding))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "BLOCK_BYTES", block_bytes)
        drop = open_drop(path, FileSettings(records="r.P.P"))

    expected = [{k: c for name, inner in lead.items() for k, c in list_cells(name, inner).items()} for lead in leads]
    assert read_leads(drop) == expected
