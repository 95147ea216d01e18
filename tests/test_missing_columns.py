"""A mapped column that a file lacks: the file is refused, or the field is empty."""

import json

import pytest

TEMPLATE = """\
name: t
supplier: S
list: {mode: named, name: L}
file: {missing_columns: empty}
call_info: "{Ref} {{first_name}}"
mapping:
  name: Name
  address: {columns: [Line 1, Line 2], separator: ", "}
  phone1: Tel
  phone2: 7
  email: Mail
"""


@pytest.fixture
def template(home):
    home.make()
    (home.templates / "t.yaml").write_text(TEMPLATE)
    return "t"


def test_fields_of_columns_that_are_not_there_are_empty(lm, template, tmp_path):
    drop = tmp_path / "a.csv"
    drop.write_text("Tel,line 2\n07400123456,Town\n")

    done = lm("import", drop, "-t", template, "--json")

    columns = "first_name, address, phone1, phone2, email, call_info"
    assert done.json[0]["created"] == 1
    assert lm("query", f"SELECT {columns} FROM leads", "--json").json["rows"] == [
        {"first_name": None, "address": "Town", "phone1": "07400123456", "phone2": None, "email": None,
         "call_info": None}
    ]  # fmt: skip


def test_without_a_column_of_a_phone_or_an_email_the_file_is_refused(lm, template, tmp_path):
    drop = tmp_path / "a.json"
    drop.write_text(json.dumps([{"Name": "Jane Doe"}, {"Name": "Bob Doe"}]))

    done = lm("import", drop, "-t", template)

    assert done.code == 2
    assert "No column for 'address': 'Line 1' is not there. Found: Name." in done.err


def test_a_preview_shows_what_is_there_and_the_default_refuses(lm, template, tmp_path):
    drop = tmp_path / "a.csv"
    drop.write_text("Tel\n07400123456\n")

    seen = lm("preview", drop, "-t", template, "--json").json["mapping"]
    strict = lm("import", drop, "-t", template, "--set", "file.missing_columns=refuse")

    assert {row["field"]: row["headers"] for row in seen if row["field"]} == {
        "name": [], "address": [], "phone1": ["Tel"], "phone2": [], "email": []
    }  # fmt: skip
    assert (strict.code, "No column for 'name'" in strict.err) == (2, True)
