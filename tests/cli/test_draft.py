"""The command ``templates new NAME --from FILE``: a template for a new supplier in a minute."""

import json
import re
from pathlib import Path

import pytest

from pipelines.columns.headers import BLANKS
from pipelines.templates.reading import write_line
from pipelines.templates.saved import read_yaml

STRINGS = Path(__file__).parents[2].parent / "shared" / "data" / "strings" / "blns.json"
HEADER = "Ref;First name;Surname;Mobile No.;Tel (home);E-mail address;addr1;addr2;PostCode;Fax"
CELLS = (
    "{row};Ann;Able;07400 123{row:03};020 7946 0{row:03};ann{row}@able.co.uk;1 High St;Leek;LS1 4AB;020 7946 0{row:03}"
)


def write(path: Path, header: str = HEADER, cells: str = CELLS, rows: int = 30) -> Path:
    lines = [cells.format(row=row) for row in range(rows)]
    path.write_text("\n".join([header, *lines] if header else lines) + "\n", encoding="utf-8")
    return path


def test_a_draft_pins_what_was_found_maps_what_is_likely_and_imports_the_file(lm, home, tmp_path):
    drop = write(tmp_path / "new supplier.csv")

    drafted = lm("templates", "new", "nova", "--from", drop, "--json")
    checked = lm("templates", "check", home.templates / "nova.yaml")
    imported = lm("import", drop, "-t", "nova", "--json")

    assert drafted.code == 0, drafted.err
    assert {each["field"]: each["source"] for each in drafted.json["mapping"]} == {
        "first_name": "First name",
        "last_name": "Surname",
        "address": {"columns": ["addr1", "addr2"], "separator": ", "},
        "postcode": "PostCode",
        "phone1": "Mobile No.",
        "phone2": "Tel (home)",
        "email": "E-mail address",
    }
    assert drafted.json["region"] == "GB"
    assert checked.code == 0
    assert (imported.json[0]["status"], imported.json[0]["created"]) == ("completed", 30)
    text = (home.templates / "nova.yaml").read_text()
    assert 'file: {format: csv, encoding: utf-8, delimiter: ";", has_header: true}' in text
    assert re.search(r"(?m)^  # phone3: Fax +# 0\.\d\d$", text)
    assert "# Not mapped: Ref (1)" in text


def test_no_cell_of_the_file_stands_in_the_draft_or_in_what_is_said(lm, home, tmp_path):
    drop = write(tmp_path / "drop.csv")

    said = [lm("templates", "new", name, "--from", drop, *more) for name, more in (("a", ()), ("b", ("--json",)))]

    texts = [answer.out for answer in said] + [path.read_text() for path in home.templates.glob("*.yaml")]
    assert all(word not in text for text in texts for word in ("Able", "07400", "able.co.uk", "High St", "LS1"))


def test_a_person_is_shown_the_mapping_and_what_to_type_next(lm, tmp_path):
    drop = write(tmp_path / "new supplier.csv")

    answer = lm("templates", "new", "my nova", "--from", "new supplier.csv")

    assert answer.code == 0
    assert re.search(r"phone1 +Mobile No\. +0\.950", answer.out)
    assert "leadmill preview 'new supplier.csv' -t 'my nova'" in answer.out
    assert drop.is_file()


def test_columns_without_a_header_or_with_one_that_comes_twice_are_mapped_by_position(lm, home, tmp_path):
    headerless = write(tmp_path / "a.csv", "", "x;07400 123{row:03};ann{row}@able.co.uk")
    twice = write(tmp_path / "b.csv", "Phone;Phone;Email", "07400 123{row:03};07400 124{row:03};ann{row}@able.co.uk")

    first = lm("templates", "new", "a", "--from", headerless, "--json").json
    second = lm("templates", "new", "b", "--from", twice, "--json").json

    assert {each["field"]: each["source"] for each in first["mapping"]} == {"phone1": 2, "email": 3}
    assert "by what the cells look like" in (home.templates / "a.yaml").read_text()
    assert "has_header: false" in (home.templates / "a.yaml").read_text()
    assert [each["source"] for each in second["mapping"]] == [1, 2, "Email"]


def test_the_country_is_taken_as_given(lm, home, tmp_path):
    drop = write(tmp_path / "a.csv", "Phone", "0412 345 {row:03}")

    answer = lm("templates", "new", "a", "--from", drop, "--region", "AU", "--json")

    assert answer.json["region"] == "AU"
    assert "phone: {region: AU}" in (home.templates / "a.yaml").read_text()


def test_objects_of_json_are_drafted_from_as_well(lm, tmp_path):
    rows = [{"name": "Ann", "contact": {"tel": "x"}, "mobile": f"07400 123{row:03}"} for row in range(20)]
    (tmp_path / "a.json").write_text(json.dumps(rows))

    drafted = lm("templates", "new", "a", "--from", "a.json", "--json").json
    imported = lm("import", "a.json", "-t", "a", "--json").json

    assert {each["field"]: each["source"] for each in drafted["mapping"]} == {"name": "name", "phone1": "mobile"}
    assert imported[0]["created"] == 20


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("taken", "--from", "good.csv"), "'taken' is saved already"),
        (("new", "--from", "no.csv"), "no.csv"),
        (("new", "--from", "poor.csv"), "No column looks like phones or e-mail addresses. Found: Pet, Age."),
        (("new", "--from", "rowless.csv"), "no rows"),
        (("new", "--from", "good.csv", "--region", "XX"), "'XX' is not an ISO country"),
        (("new", "--region", "GB"), "It goes with --from only"),
        (("../new", "--from", "good.csv"), "cannot be a name"),
    ],
    ids=["name taken", "no file", "no contact", "no rows", "no country", "region alone", "no name"],
)
def test_what_cannot_be_drafted_is_refused_in_one_line_and_saves_nothing(lm, home, tmp_path, arguments, says):
    lm("templates", "new", "taken")
    before = (home.templates / "taken.yaml").read_text()
    write(tmp_path / "good.csv")
    write(tmp_path / "poor.csv", "Pet;Age", "cat;{row}")
    (tmp_path / "rowless.csv").write_text("Phone,Email\n")

    answer = lm("templates", "new", *arguments)

    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert says in answer.err
    assert [path.name for path in home.templates.glob("*.yaml")] == ["taken.yaml"]
    assert (home.templates / "taken.yaml").read_text() == before


NAUGHTY = json.loads(STRINGS.read_text(encoding="utf-8")) if STRINGS.is_file() else []
ODD = ["a: b", "# no", "- x", "{x}", "[x", "'q", '"q"', "*a", "&a", "!t", "%d", "@a", "`b", "null", "true", "1", "1e3",
       "~", "=", "x\ny", "tab\there", "|", ">", "? k", "a #b", "\\n", "ünïcode", "👍", "trailing:",
       "2026-03-01"]  # fmt: skip


@pytest.mark.parametrize("header", ODD)
def test_a_header_of_any_characters_is_written_so_that_it_is_read_again(lm, home, tmp_path, header):
    (tmp_path / "drop.json").write_text(json.dumps([{header: f"07400 123{row:03}", "Age": row} for row in range(20)]))

    drafted = lm("templates", "new", "odd", "--from", "drop.json", "--json")
    shown = lm("templates", "show", "odd", "--json")
    imported = lm("import", "drop.json", "-t", "odd", "--json")

    assert drafted.code == 0, drafted.err
    assert shown.json["template"]["mapping"] == {"phone1": header}
    assert imported.json[0]["created"] == 20


@pytest.mark.realdata
@pytest.mark.skipif(not NAUGHTY, reason=f"the naughty strings are not beside this checkout: no {STRINGS}")
def test_naughty_headers_are_written_on_one_line_so_that_they_are_read_again():
    for header in NAUGHTY:
        line = write_line("phone1", {"columns": [header, 2], "separator": header}, "0.50")

        assert len(line.splitlines()) == 1
        assert read_yaml(line, "t.yaml") == {"phone1": {"columns": [header, 2], "separator": header}}


@pytest.mark.realdata
@pytest.mark.skipif(not NAUGHTY, reason=f"the naughty strings are not beside this checkout: no {STRINGS}")
def test_naughty_headers_that_are_not_mapped_do_no_harm_as_comments(lm, home, tmp_path):
    headers = [text for text in NAUGHTY if text.strip(BLANKS) and all(c >= " " for c in text)]
    rows = [{"Tel": f"07400 123{row:03}", **dict.fromkeys(headers, f"0740{row:03}")} for row in range(12)]
    (tmp_path / "drop.json").write_text(json.dumps(rows))

    drafted = lm("templates", "new", "odd", "--from", "drop.json", "--region", "GB", "--json")

    assert drafted.code == 0, drafted.err
    assert lm("templates", "show", "odd", "--json").json["template"]["mapping"]["phone1"] == "Tel"


def test_a_workbooks_sheet_is_named_and_pinned(lm, home, tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["nothing", "here"])
    sheet = book.create_sheet("Leads")
    sheet.append(["Surname", "Mobile"])
    for row in range(30):
        sheet.append(["Able", f"07400 123{row:03}"])
    book.save(tmp_path / "nova.xlsx")

    unsaid = lm("templates", "new", "nova", "--from", tmp_path / "nova.xlsx")
    drafted = lm("templates", "new", "nova", "--from", tmp_path / "nova.xlsx", "--sheet", "Leads")
    imported = lm("import", tmp_path / "nova.xlsx", "-t", "nova", "--json")

    assert unsaid.code == 2
    assert "Leads" in unsaid.err
    assert drafted.code == 0, drafted.err
    assert read_yaml((home.templates / "nova.yaml").read_text(), "nova")["file"]["sheet"] == "Leads"
    assert imported.json[0]["created"] == 30


def test_the_path_of_nested_records_is_given_and_pinned(lm, home, tmp_path):
    leads = [{"person": {"surname": "Able"}, "phones": [{"number": f"07400 123{row:03}"}]} for row in range(30)]
    drop = tmp_path / "nova.json"
    drop.write_text(json.dumps({"old": [{"a": 1}], "data": {"leads": leads}}))

    drafted = lm("templates", "new", "nova", "--from", drop, "--records", "data.leads", "--json")
    imported = lm("import", drop, "-t", "nova", "--json")

    assert {each["field"]: each["source"] for each in drafted.json["mapping"]} == {
        "last_name": "person.surname",
        "phone1": "phones[0].number",
    }
    assert imported.json[0]["created"] == 30


@pytest.mark.parametrize("option", ["--region", "--sheet", "--records"])
def test_what_goes_with_a_file_only_is_refused_without_one(lm, option):
    answer = lm("templates", "new", "nova", option, "GB")

    assert answer.code == 2
    assert answer.err.startswith(f"Error: {option}: ")
