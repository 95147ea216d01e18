"""How contact data tables are declared, and what is said of one that is wrong."""

import pytest

from pipelines.errors import UserError
from pipelines.home import Home
from pipelines.published.reading import DIALECTS, REPORTS
from pipelines.published.relations import RELATIONS
from pipelines.tables.declared import TAKEN, build_table, load_mapped_tables, load_table
from pipelines.templates.template import build_template

CONTRACT = """\
name: contract
description: What the customer has now
fields:
  - {name: end_date, type: Date only (dd/mm/yyyy), strict: true}
  - {name: tariff, description: As on the bill, type: text, default: Unknown}
  - {name: usage, type: whole, default: 0}
"""


@pytest.fixture
def home(tmp_path) -> Home:
    home = Home(tmp_path / "home").make()
    (home.tables / "contract.yaml").write_text(CONTRACT)
    return home


def make_template(**mapping):
    values = {"name": "acme", "supplier": "Acme", "list": {"name": "Warm"}, "mapping": {"phone1": "Tel"}}
    ignore = mapping.pop("ignore_secondary", False)
    values["mapping"] |= {f"secondary.{key.replace('__', '.')}": value for key, value in mapping.items()}
    return build_template(values | {"ignore_secondary": ignore}, "acme.yaml")


@pytest.mark.feature("ML-080", "ML-085", "ML-086", "ML-087", "ML-093")
def test_a_table_is_declared_in_yaml_by_words_or_by_the_sources_labels(home):
    table = load_table(home, "contract")

    assert [(field.name, field.type, field.default_value, field.strict) for field in table.fields] == [
        ("end_date", "date", None, True),
        ("tariff", "text", "Unknown", False),
        ("usage", "whole", 0, False),
    ]
    assert table.find_field("tariff").description == "As on the bill"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fields: [{name: a, typ: text}]", "contract.yaml: 'fields.1.typ' is not a key .* Did you mean 'type'"),
        ("field: []", "contract.yaml: 'field' is not a key .* Did you mean 'fields'"),
        ("fields: [{name: a}]", "contract.yaml: 'fields.1.type' is missing"),
        ("fields: [{type: text}]", "contract.yaml: 'fields.1.name' is missing"),
        ("fields: [{name: a, type: dates}]", "fields.1.type: there is no type 'dates'. Did you mean 'date'"),
        ("fields: [{name: a, type: zzz}]", "Types: text, whole"),
        ("fields: [{name: End Date, type: date}]", "'End Date' is not a name such as end_date"),
        ("fields: [{name: lead_id, type: text}]", "'lead_id' is a column of every table"),
        ("fields: [{name: a, type: text}, {name: a, type: date}]", "'a' stands there twice"),
        ("fields: [{name: a, type: date, default: Unknown}]", r"default 'Unknown' is not a date \(dd/mm/yyyy\)"),
        ("fields: [{name: a, type: phone, default: 07400 123450}]", r"is not a phone number \(\+44"),
        ("fields: [{name: a, type: text, strict: maybe}]", "fields.1.strict"),
        ("name: other", "contract.yaml: name: 'other' is not the file's. Rename it to other.yaml"),
        ("- a", "A contact data table is a YAML mapping"),
        ("fields: [", "contract.yaml: line 1"),
    ],
)
def test_what_is_wrong_with_a_table_is_said_in_one_line(home, text, message):
    (home.tables / "contract.yaml").write_text(text)

    with pytest.raises(UserError, match=message) as caught:
        load_table(home, "contract")

    assert "\n" not in str(caught.value)


def test_no_table_takes_the_name_of_another_relation():
    for name in {*RELATIONS, *REPORTS, *DIALECTS, "clock", "checkmarket_codes", "refusals", "standing_leads"}:
        with pytest.raises(UserError, match="another relation"):
            build_table({"name": name}, name)
    assert set(RELATIONS) <= set(TAKEN)


@pytest.mark.feature("ML-082", "ML-083", "MA-042")
@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"contracts__end_date": "End"}, "no contact data table 'contracts'. Did you mean 'contract'"),
        ({"zzz__end_date": "End"}, "Tables: contract"),
        ({"contract__end": "End"}, "Table 'contract' has no field 'end'"),
        ({"contract__end_dat": "End"}, "Did you mean 'end_date'"),
    ],
)
def test_a_mapping_to_what_is_not_there_names_the_nearest(home, mapping, message):
    with pytest.raises(UserError, match=message):
        load_mapped_tables(home, make_template(**mapping))


def test_a_mapping_to_a_table_whose_file_is_wrong_says_so(home):
    (home.tables / "contract.yaml").write_text("fields: [{name: a}]")

    with pytest.raises(UserError, match=r"mapping secondary.contract.a: tables/contract.yaml: 'fields.1.type'"):
        load_mapped_tables(home, make_template(contract__a="A"))


@pytest.mark.feature("MA-041")
def test_with_ignore_secondary_neither_tables_nor_headers_are_asked_for(home):
    template = make_template(zzz__end="End", ignore_secondary=True)

    assert load_mapped_tables(home, template).fields == ()
    assert template.headers == ("Tel",)
