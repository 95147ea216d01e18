"""`leadmill tables`: what a person sees and does."""

import json

import pytest

from pipelines.tables.declared import load_table
from tests.tables.conftest import CONTRACT

TEMPLATE = "supplier: Acme\nlist: {name: Warm}\nmapping: {phone1: Tel, secondary.contract.end_date: End}\n"


@pytest.fixture
def contract(lm):
    """The table, made by a command."""
    fields = ("--field", "end_date:date", "--field", "usage:Whole number")
    made = lm("tables", "create", "contract", "--description", "What they have", *fields)
    assert made.code == 0, made.err


@pytest.fixture
def home(tmp_path):
    from pipelines.home import Home

    return Home(tmp_path / "home")


@pytest.mark.feature("ML-082", "ML-085", "ML-086", "ML-087")
def test_a_table_that_is_made_is_there_for_queries_at_once(home, lm, contract):
    answer = lm("query", "SELECT * FROM contract", "--json")

    assert answer.json == {"columns": ["lead_id", "list_id", "end_date", "usage"], "rows": []}
    assert [(field.name, field.type) for field in load_table(home, "contract").fields] == [
        ("end_date", "date"),
        ("usage", "whole"),
    ]


@pytest.mark.feature("ML-085", "ML-086", "ML-087", "ML-093")
def test_a_field_that_is_added_has_type_default_and_description(home, lm, contract):
    path = home.tables / "contract.yaml"
    path.write_text(path.read_text() + "# by hand\n")

    answer = lm(
        *("tables", "add-field", "contract", "tariff", "--type", "Text input", "--default", "Unknown", "--strict"),
        *("--description", "As on the bill", "--json"),
    )

    assert answer.json["fields"][-1] == {
        "name": "tariff",
        "type": "text",
        "label": "Text input",
        "form": "any text",
        "default": "Unknown",
        "strict": True,
        "description": "As on the bill",
        "map_as": "secondary.contract.tariff",
    }
    assert "# by hand" in path.read_text()
    assert lm("tables", "show", "contract", "--json").json == answer.json


def test_tables_are_listed_with_what_is_wrong_with_them(home, lm, contract):
    (home.tables / "broken.yaml").write_text("fields: [{name: a}]")

    listed = lm("tables", "--json").json

    assert listed[0]["problem"] == "broken.yaml: 'fields.1.type' is missing. Add it."
    assert listed[1] == {
        "name": "contract",
        "description": "What they have",
        "fields": 2,
        "leads": 0,
        "problem": None,
    }
    assert "contract" in lm("tables").out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("create", "contract"), "'contract' is there already"),
        (("create", "leads"), "'leads' is the name of another relation"),
        (("create", "../x"), "'../x' is not a name such as end_date"),
        (("create", "other", "--field", "a"), "'a' has no type"),
        (("create", "other", "--field", "a:dates"), "Did you mean 'date'?"),
        (("show", "contracts"), "Did you mean 'contract'?"),
        (("show", "zzz"), "Tables: contract."),
        (("add-field", "contracts", "a", "--type", "text"), "Did you mean 'contract'?"),
        (("add-field", "contract", "usage", "--type", "text"), "has a field 'usage' already"),
        (("add-field", "contract", "a", "--type", "whole", "--default", "many"), "'many' is not a whole number (42)"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line_and_changes_nothing(home, lm, contract, arguments, message):
    before = {path.name: path.read_text() for path in home.tables.iterdir()}

    answer = lm("tables", *arguments)

    assert answer.code == 2
    assert message in answer.err
    assert answer.err.count("\n") == 1
    assert {path.name: path.read_text() for path in home.tables.iterdir()} == before


@pytest.mark.feature("ML-082")
def test_checking_a_template_looks_at_the_tables_of_the_home(home, lm, tmp_path):
    (tmp_path / "acme.yaml").write_text(TEMPLATE)

    missing = lm("templates", "check", "acme.yaml")
    home.make()
    (home.tables / "contract.yaml").write_text(CONTRACT)
    there = lm("templates", "check", "acme.yaml")

    assert (missing.code, there.code) == (2, 0)
    assert "There is no contact data table 'contract'. Make it: leadmill tables create contract." in missing.err


def test_a_table_declared_by_hand_is_filled_and_exported_by_commands(home, lm, tmp_path):
    home.make()
    (home.tables / "contract.yaml").write_text(CONTRACT)
    (tmp_path / "acme.yaml").write_text(TEMPLATE)
    (tmp_path / "acme.csv").write_text("Tel,End\n07400 000001,31/12/2026\n07400 000002,soon\n")

    imported = lm("import", "acme.csv", "-t", "acme.yaml", "--on", "2026-03-02", "--json")
    exported = lm("export", "Warm", "-o", "out.csv", "--secondary")
    preview = lm("preview", "acme.csv", "-t", "acme.yaml", "--json")
    unknown = lm("query", "SELECT * FROM contracts")

    assert imported.json[0]["warnings"] == {"W_FIELD_TYPE": 1}
    assert exported.code == 0
    assert (tmp_path / "out.csv").read_text().count("2026-12-31") == 1
    assert json.loads(preview.out)["records"][0]["contract.end_date"] == "2026-12-31"
    assert "contract" in unknown.err.split("Relations:")[1]


AMEYO = """\
supplier: Ameyo
list: {name: Warm}
mapping:
  {name: customer_name, phone1: phone1, phone2: phone2, phone3: phone3, phone4: phone4, phone5: phone5, email: email,
   time_zone: timezone, secondary.social.twitter: twitter, secondary.social.facebook: facebook}
"""
CONTACTS = """\
customer_name,phone1,phone2,phone3,phone4,phone5,email,timezone,twitter,facebook
Ann Able,07400 000001,07400 000002,07400 000003,07400 000004,07400 000005,ann@example.com,Europe/London,@ann,ann.a
"""


@pytest.mark.feature("ML-084", "AM-015")
def test_a_saved_mapping_fills_contact_data_too(lm, tmp_path):
    lm("tables", "create", "social", "--field", "twitter:text", "--field", "facebook:text")
    (tmp_path / "ameyo.yaml").write_text(AMEYO)
    lm("mappings", "save", "contacts", "--from", tmp_path / "ameyo.yaml")
    (tmp_path / "acme.yaml").write_text("supplier: Acme\nlist: {name: Warm}\n")
    (tmp_path / "drop.csv").write_text(CONTACTS)

    imported = lm("import", "drop.csv", "-t", tmp_path / "acme.yaml", "--mapping", "contacts", "--json")
    found = lm("query", "SELECT last_name, phone5, twitter, facebook FROM leads JOIN social USING (lead_id)", "--json")

    assert (imported.err, imported.json[0]["created"]) == ("", 1)
    assert list(found.json["rows"][0].values()) == ["Able", "07400000005", "@ann", "ann.a"]
