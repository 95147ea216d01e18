"""Which columns become which fields, and what an agent sees of them."""

import pytest

ADDRESSES = "Tel,Line 1,Line 2,Line 3,Ref\n07400 123456,1 High St,,Leeds,A7\n07400 123457,2 Low St,Flat 3,York,B8\n"


@pytest.mark.feature("ML-067", "MA-039", "MA-040")
def test_what_is_mapped_can_be_filtered_reported_on_and_dialled_by(world):
    mapping = {"phone1": "Tel", "address": "Line 1", "city": "Line 3"}
    world.bring(ADDRESSES, mapping=mapping, call_info="{{address}}")

    filtered = world.ask("SELECT phone1, address FROM leads WHERE city = 'York'")
    reported = world.ask("SELECT city, count(*) FROM leads GROUP BY city ORDER BY city")
    world.lm("export", "Warm", "-o", "d.csv", "--for", "dialler")

    assert filtered == [("07400123457", "2 Low St")]
    assert reported == [("Leeds", 1), ("York", 1)]
    assert "1 High St" in (world.folder / "d.csv").read_text()


@pytest.mark.feature("ML-070", "ML-071")
def test_headers_fields_and_mapping_are_shown_side_by_side_and_fields_cannot_be_invented(world):
    mapping = {"phone1": "Tel", "address": {"columns": ["Line 1", "Line 2"], "separator": ", "}}
    template, drop = world.make_template(mapping=mapping), world.write("drop.csv", ADDRESSES)

    seen = world.lm("preview", drop, "-t", template, "--json").json["mapping"]
    invented = world.check(mapping={"phone1": "Tel", "shoe_size": "Ref"})

    assert [(row["field"], row["headers"]) for row in seen] == [
        ("phone1", ["Tel"]),
        ("address", ["Line 1", "Line 2"]),
        (None, ["Line 3"]),
        (None, ["Ref"]),
    ]
    assert "there is no field 'shoe_size'" in invented.err


@pytest.mark.feature("ML-073", "ML-074")
@pytest.mark.parametrize(
    ("separator", "addresses"),
    [
        (", ", ["1 High St, Leeds", "2 Low St, Flat 3, York"]),
        (" | ", ["1 High St | Leeds", "2 Low St | Flat 3 | York"]),
        ("", ["1 High StLeeds", "2 Low StFlat 3York"]),
    ],
)
def test_several_headers_become_one_field_with_what_stands_between_them(world, separator, addresses):
    columns = {"columns": ["Line 1", "Line 2", "Line 3"], "separator": separator}

    world.bring(ADDRESSES, mapping={"phone1": "Tel", "address": columns})

    assert world.ask("SELECT address FROM leads ORDER BY row_number") == [(address,) for address in addresses]


@pytest.mark.feature("ML-075", "ML-076", "ML-077", "ML-078", "MA-018")
@pytest.mark.parametrize(
    ("call_info", "shown"),
    [
        ("Reference — {Ref}", "Reference — A7"),
        ("{Line 1}{Line 3} / {Line 1}, {Line 3}", "1 High StLeeds / 1 High St, Leeds"),
        ("Name — {{city}} {{phone1}}", "Name — Leeds 07400123456"),
        ("{{city}} {Ref}", "Leeds A7"),
    ],
)
def test_an_agent_sees_labels_columns_that_are_mapped_or_not_and_fields(world, call_info, shown):
    world.bring(ADDRESSES, mapping={"phone1": "Tel", "city": "Line 3"}, call_info=call_info)

    assert world.ask("SELECT call_info FROM leads ORDER BY row_number")[0] == (shown,)


@pytest.mark.feature("ML-079")
def test_the_first_five_records_are_seen_as_an_agent_would_see_them(world):
    text = "Name,Tel,Mail\n" + "".join(f"P{n},07400 12345{n},\n" for n in range(8))
    template = world.make_template(call_info="Name — {Name}")

    seen = world.lm("preview", world.write("drop.csv", text), "-t", template, "--json").json["records"]

    assert [row["call_info"] for row in seen] == [f"Name — P{n}" for n in range(5)]


@pytest.mark.feature("CM-018", "CM-024", "CM-025", "CM-026")
def test_columns_are_taken_by_position_from_a_first_row_with_delimiters_of_several_characters(world):
    text = "exported today\nAnn~|~07400 123456#END#Bob~|~07400 123457#END#"
    file = {"delimiter": "~|~", "row_delimiter": "#END#", "has_header": False}

    world.bring(text.removeprefix("exported today\n"), file=file, mapping={"first_name": 1, "phone1": 2})
    world.bring(
        "exported\ntoday\nCy;07400 123458\n",
        file={"first_row": 3, "has_header": False, "delimiter": ";"},
        mapping={"first_name": 1, "phone1": 2},
    )
    too_long = world.check(file={"delimiter": "12345678901"}), world.check(file={"row_delimiter": "12345678901"})

    assert world.ask("SELECT first_name FROM leads ORDER BY first_name") == [("Ann",), ("Bob",), ("Cy",)]
    assert [answer.code for answer in too_long] == [2, 2]
