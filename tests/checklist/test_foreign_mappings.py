"""Mappings as Ameyo and LeadLex write them, brought as files."""

import pytest

AMEYO = """{
“twitter”: “”, “timezone”: “tz”, “facebook”: “”, “phone2”: “”, “name”: “customer_name”, “phone3”: “”,
“phone4”: “”, “phone5”: “”, “email”: “”, “phone1”: “phone1”
}"""
LEADLEX = '{"Email Address": "email", "Full Name": "full_name", "Cell": "phone1"}'


def bring(world, text, mapping, *options, **changes):
    drop, template = world.write("d.csv", text), world.make_template(mapping=None, **changes)
    (result,) = world.lm("import", drop, "-t", template, "--mapping", mapping, "--ad-hoc", "--json", *options).json
    return result


@pytest.mark.feature("AM-013", "AM-014", "AM-016")
@pytest.mark.parametrize("text", [AMEYO, AMEYO.replace("“", '"').replace("”", '"')])
def test_a_header_mapping_says_field_first_whatever_its_quotes(world, text):
    saved = world.lm("mappings", "new", "contacts", "--from", world.write("m.json", text), "--json")

    result = bring(world, "customer_name,phone1,tz\nAnn Able,07400 123456,Europe/Paris\n", "contacts")

    assert saved.json["direction"] == "field"
    assert saved.json["mapping"] == {"time_zone": "tz", "name": "customer_name", "phone1": "phone1"}
    assert result["created"] == 1
    assert world.ask("SELECT first_name, last_name, phone1, time_zone FROM leads") == [
        ("Ann", "Able", "07400123456", "Europe/Paris")
    ]


@pytest.mark.feature("LL-006", "LL-007")
def test_a_mapping_that_says_header_first_is_turned_around(world):
    saved = world.lm("mappings", "new", "contacts", "--from", world.write("m.json", LEADLEX), "--json")

    bring(world, "Full Name,Email Address,Cell,Shoe\nAnn Able,ann@example.com,07400 123456,38\n", "contacts")

    assert saved.json["direction"] == "header"
    assert saved.json["mapping"] == {"email": "Email Address", "name": "Full Name", "phone1": "Cell"}
    assert world.ask("SELECT first_name, last_name, email, phone1 FROM leads") == [
        ("Ann", "Able", "ann@example.com", "07400123456")
    ]


@pytest.mark.feature("LL-005")
def test_without_a_header_the_first_line_is_data_and_keys_are_positions_from_1(world):
    world.lm("mappings", "new", "contacts", "--from", world.write("m.yaml", '"1": full_name\n"2": phone1\n'))

    result = bring(world, "Ann Able,07400 123456\nBob Bell,07400 123457\n", "contacts", file={"has_header": False})

    assert world.lm("mappings", "show", "contacts", "--json").json["mapping"] == {"name": 1, "phone1": 2}
    assert (result["rows_received"], result["created"]) == (2, 2)
    assert world.ask("SELECT first_name FROM leads ORDER BY row_number") == [("Ann",), ("Bob",)]


@pytest.mark.feature("AM-015")
def test_fields_that_no_lead_has_go_to_a_contact_data_table(world):
    world.lm("tables", "create", "social", "--field", "twitter:text")
    file = world.write("m.json", '{"phone1": "Tel", "twitter": "Handle", "facebook": ""}')

    without = world.lm("mappings", "new", "contacts", "--from", file)
    world.lm("mappings", "new", "contacts", "--from", file, "--table", "social")
    bring(world, "Tel,Handle\n07400 123456,@ann\n", "contacts")

    assert without.code == 2
    assert "--table TABLE" in without.err
    assert world.ask("SELECT twitter FROM social") == [("@ann",)]


@pytest.mark.parametrize(
    ("text", "options", "mapping"),
    [
        ('{"email": "phone1", "phone1": "email"}', ("--direction", "field"), {"email": "phone1", "phone1": "email"}),
        ('{"email": "phone1"}', ("--direction", "header"), {"phone1": "email"}),
        ('{"email": "email", "phone1": "phone1"}', (), {"email": "email", "phone1": "phone1"}),
        ('{"email": "email", "Tel": "phone1"}', (), {"email": "email", "phone1": "Tel"}),
        ('{"email": "email", "phone1": "Tel"}', (), {"email": "email", "phone1": "Tel"}),
        ("phone1: 7\naddress: {columns: [A, B], separator: ' '}\n", (), {"phone1": 7, "address": {"columns": ["A", "B"], "separator": " "}}),  # noqa: E501
        ("{phone1: Tel “home”}", (), {"phone1": 'Tel "home"'}),
        ("phone1: Tel “home”\n", (), {"phone1": "Tel “home”"}),
    ],
)  # fmt: skip
def test_the_direction_is_the_one_that_is_said_or_the_only_one_that_can_be(world, text, options, mapping):
    answer = world.lm("mappings", "new", "m", "--from", world.write("m.json", text), "--json", *options)

    assert answer.code == 0, answer.err
    assert answer.json["mapping"] == mapping


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"email": "phone1", "phone1": "email"}', "Both sides of it could be our fields. Say --direction"),
        ('{"name": "full_name", "phone1": "phone2"}', "Both sides"),
        ('{"phone1": "Tel", "Mail": "email"}', "Both sides"),
        ('{"Tel": "Phone", "Mail": "Address"}', "Neither side"),
        ('{"Tel": "phone1", "Mobile": "phone1"}', "'Tel' and 'Mobile' both go to 'phone1'"),
        ('{"Tel": "phone1", "Shoe": "shoe_size"}', "there is no field 'shoe_size'"),
        ('{"timezone": "a", "time_zone": "b", "phone1": "c"}', "'time_zone' stands there twice"),
        ('{"phone1": "a", "phone1": "b"}', "'phone1' stands there twice"),
        ('{"phone1": "", "email": null}', "It maps nothing"),
        ('["phone1"]', "A mapping is a YAML mapping of keys"),
        ('{"first_name": "Name"}', "maps neither a phone nor an e-mail"),
        ('{"0": "phone1"}', "position from 1"),
        ("{", "not YAML"),
    ],
)
def test_what_cannot_be_told_is_refused_in_one_line_with_what_to_do(world, text, said):
    answer = world.lm("mappings", "new", "m", "--from", world.write("m.json", text))

    assert answer.code == 2
    assert said in answer.err
    assert answer.err.count("\n") == 1
    assert world.lm("mappings", "list", "--json").json == []
