"""Mapping, e-mail and call info: the row-wise walk."""

import re

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.cleaning.cleaner import Cleaner
from pipelines.cleaning.emails import PLAIN, is_plain, is_well_formed, judge_addresses
from pipelines.cleaning.mapping import map_fields
from pipelines.columns.headers import show_header
from pipelines.errors import UserError
from pipelines.templates.template import build_template

HEADERS = ("First Name", "Tel", "Tel 2", "E-mail", "Addr 1", "Addr 2", "Colour")


def make_chunk(*rows: tuple[str, ...]) -> pl.DataFrame:
    columns = {f"c{i + 1}": [row[i] for row in rows] for i in range(len(HEADERS))}
    numbers = range(1, len(rows) + 1)
    return pl.DataFrame({"row_number": numbers, "line_number": [n + 1 for n in numbers], "flaw": None, **columns}).cast(
        {"flaw": pl.String}
    )


TEMPLATE = {
    "name": "acme",
    "supplier": "Acme",
    "list": {"name": "Warm"},
    "mapping": {"first_name": "First Name", "phone1": "Tel", "phone2": "Tel 2", "email": "E-mail"},
}


def clean(row: tuple[str, ...], **changes) -> dict[str, object]:
    return (
        Cleaner(build_template(TEMPLATE | changes, "acme.yaml"), HEADERS, "acme.csv")
        .clean(make_chunk(row))
        .to_dicts()[0]
    )


ANN = ("Ann", "07400 123456", "", "ann@example.com", "1 High St", "", "red")


def test_a_good_row_has_no_code_and_no_warning():
    row = clean(ANN)

    assert (row["code"], row["warnings"], row["raw_cells"]) == (None, [], None)
    assert (row["first_name"], row["phone1"], row["phone1_key"]) == ("Ann", "07400123456", 447400123456)


@pytest.mark.parametrize(
    ("cells", "changes", "code"),
    [
        ({1: "", 3: ""}, {}, "R_NO_CONTACT"),
        ({1: "1", 3: ""}, {}, "R_PHONE_PLACEHOLDER"),
        ({1: "", 3: "nope"}, {}, "R_EMAIL_INVALID"),
        ({1: "07400 12345", 3: "nope"}, {}, "R_PHONE_INVALID"),
        ({3: "nope"}, {"email": {"validate": True}}, "R_EMAIL_INVALID"),
        ({3: "nope"}, {}, None),
        ({3: ""}, {"email": {"required": True}}, "R_EMAIL_MISSING"),
        ({3: "nope"}, {"email": {"required": True}}, "R_EMAIL_INVALID"),
        ({1: ""}, {"contact": "phone"}, "R_NO_CONTACT"),
        ({1: ""}, {"contact": "email"}, None),
        ({3: ""}, {"contact": "email"}, "R_NO_CONTACT"),
        ({1: "."}, {"contact": "any"}, None),
        ({1: ".", 2: "020 7946 0018"}, {"contact": "phone"}, None),
    ],
)
def test_the_contact_rule_says_when_a_row_goes_no_further(cells, changes, code):
    row = tuple(cells.get(i, cell) for i, cell in enumerate(ANN))

    verdict = clean(row, **changes)

    assert verdict["code"] == code


def test_a_bad_cell_is_emptied_kept_raw_and_warned_of():
    row = clean(("Ann", "07400 1234", "", "ann@example.com", "", "", ""))

    assert (row["phone1"], row["warnings"]) == (None, ["W_PHONE_DROPPED"])
    assert '"phone1":"07400 1234"' in row["raw_cells"]


def test_several_columns_are_joined_by_the_separator_without_the_blanks():
    mapping = {"phone1": "Tel", "address": {"columns": ["Addr 1", "Addr 2", 7], "separator": ", "}}

    assert clean(ANN, mapping=mapping)["address"] == "1 High St, red"


def test_columns_with_an_empty_separator_are_joined_directly():
    mapping = {"phone1": "Tel", "address": {"columns": [5, 7], "separator": ""}}

    assert clean(ANN, mapping=mapping)["address"] == "1 High Stred"


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Jane van Dam", "Jane", "van Dam"),
        ("van Dam, Jane", "Jane", "van Dam"),
        ("Jane", "Jane", None),
        ("", None, None),
    ],
)
def test_one_name_column_is_split(name, first, last):
    row = clean((name, *ANN[1:]), mapping={"name": 1, "phone1": 2})

    assert (row["first_name"], row["last_name"]) == (first, last)


def test_headers_are_found_whatever_their_case_quotes_and_blanks():
    row = clean(ANN, mapping={"phone1": "  tel ", "first_name": "FIRST\u00a0 name"})

    assert row["first_name"] == "Ann"


def test_a_header_that_is_not_there_is_named_with_what_was_found():
    with pytest.raises(UserError) as caught:
        clean(ANN, mapping={"phone1": "Tell"})

    assert "No column for 'phone1'" in str(caught.value)
    assert "Found: First Name, Tel" in str(caught.value)
    assert "Did you mean 'Tel'?" in str(caught.value)


@pytest.mark.parametrize("contact", ["07700 900123", "+44 (0)7700-900123", "ann@example.com", "447700900123"])
def test_a_lead_in_the_place_of_the_header_is_not_shown(contact):
    with pytest.raises(UserError) as caught:
        map_fields(build_template(TEMPLATE, "acme.yaml"), ("Tell", "Ann Other", contact), "acme.csv")

    assert "seems to be a lead" in str(caught.value)
    assert not {"Ann Other", contact, "Tell"} & set(re.split(r"[.'] ?", str(caught.value)))


@pytest.mark.parametrize("header", ["Calls 2026-03-01", "Phone 1", "20260301", "2026/03/01", "Q1-Q4 2026"])
def test_a_date_in_a_header_is_shown(header):
    assert show_header(header) == header


def test_call_info_shows_columns_fields_and_literal_braces():
    row = clean(ANN, call_info=r"Name — {{first_name}}, likes {Colour} {First Name} \{{{phone1}}\}")

    assert row["call_info"] == "Name — Ann, likes red Ann {07400123456}"


@pytest.mark.parametrize(
    ("pattern", "said"), [("{Color}", "Colour"), ("{{frist_name}}", "first_name"), ("{x", "alone")]
)
def test_an_unknown_name_in_call_info_is_an_error_with_the_nearest(pattern, said):
    with pytest.raises(UserError, match=said):
        clean(ANN, call_info=pattern)


def test_tags_of_the_template_and_of_the_row_come_together():
    row = clean(ANN, tags=["spring"], mapping={"phone1": "Tel", "tags": "Colour"})

    assert row["tags"] == ["spring", "red"]


def test_a_semicolon_with_nothing_behind_it_makes_no_tag():
    row = clean((*ANN[:-1], "red; ;"), mapping={"phone1": "Tel", "tags": "Colour"})

    assert row["tags"] == ["red"]


def test_a_default_skill_group_fills_blanks_only():
    mapping = {"phone1": "Tel", "skill_group": "Addr 2"}

    assert clean(ANN, mapping=mapping, skill_group="Sales")["skill_group"] == "Sales"
    assert clean((*ANN[:5], "Care", ""), mapping=mapping, skill_group="Sales")["skill_group"] == "Care"


@given(st.from_regex(PLAIN.rstrip("$"), fullmatch=True).filter(lambda text: len(text) <= 60 and "--" not in text))
def test_an_address_that_is_taken_as_plain_is_one_that_the_library_accepts(address):
    assert not is_plain(pl.Series([address])).item() or is_well_formed(address)


@pytest.mark.parametrize(
    ("address", "verdict"),
    [
        ("a@b.com", True),
        ("a@b", False),
        ("a b@c.com", False),
        ("Ann@Example.COM", True),
        ("jos\u00e9@b\u00fccher.de", True),
        ("a..b@c.com", False),
        ("a@xn--80ak6aa92e.com", True),
        ("@c.com", False),
    ],
)
def test_addresses_are_judged_by_their_form(address, verdict):
    assert judge_addresses(pl.Series([address])).to_list() == [verdict]


@pytest.mark.parametrize(
    ("cells", "time_zone", "zone"),
    [
        ({1: "020 7946 0018"}, "by_number", "Europe/London"),
        ({1: "07400 123456"}, "by_number", None),  # London, Jersey, Guernsey or the Isle of Man
        ({1: "+1 504 621 8927"}, "by_number", "America/Chicago"),
        ({1: "+1 800 466 4411"}, "by_number", None),
        ({1: ""}, "by_number", None),
        ({1: "+1 504 621 8927"}, "Europe/London", "Europe/London"),
        ({1: "+1 504 621 8927"}, None, None),
    ],
)
def test_a_lead_has_the_templates_time_zone_or_that_of_its_number(cells, time_zone, zone):
    row = tuple(cells.get(i, cell) for i, cell in enumerate(ANN))

    assert clean(row, time_zone=time_zone)["time_zone"] == zone
