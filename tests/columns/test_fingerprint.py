"""What changed in a header since last time, and what looks swapped."""

import pytest

from pipelines.columns.fingerprint import compare_headers, fingerprint_headers
from pipelines.templates.template import build_template


def make_template(mapping):
    return build_template({"name": "acme", "supplier": "A", "list": {"name": "L"}, "mapping": mapping}, "acme")


def column(header, cells=100, phone=0.0, email=0.0, postcode=0.0):
    return {"header": header, "filled": 1.0, "cells": cells, "phone": phone, "email": email, "postcode": postcode}


def columns(*headers):
    return [column(header) for header in headers]


BY_NAME = make_template({"phone1": "Phone", "email": "Email"})
BY_POSITION = make_template({"phone1": 2, "notes": {"columns": [3, 1], "separator": " "}})


def test_the_same_header_says_nothing_whatever_its_case_quotes_and_blanks():
    compared = compare_headers(columns("Phone", "Mum's"), columns(" PHONE", "mum’s "), BY_NAME)

    assert (compared.notices, compared.hold_reasons) == ((), ())


def test_a_first_import_has_nothing_to_be_compared_with():
    compared = compare_headers(None, columns("Phone", "Email"), BY_NAME)

    assert (compared.notices, compared.hold_reasons) == ((), ())


def test_new_and_lost_columns_that_are_not_mapped_are_notices():
    compared = compare_headers(columns("Phone", "Email", "Age"), columns("Phone", "Email", "Pet\nname"), BY_NAME)

    assert compared.notices == ("New column 'Pet name' (3); it is not mapped.", "The column 'Age' (3) is gone.")
    assert compared.hold_reasons == ()


def test_a_new_column_that_is_mapped_is_not_called_unmapped():
    compared = compare_headers(columns("Phone"), columns("Phone", "email"), BY_NAME)

    assert compared.notices == ("New column 'email' (2).",)


def test_many_new_columns_are_told_in_few_lines():
    now = columns("Phone", "Email", *(f"Extra {number}" for number in range(20)))

    notices = compare_headers(columns("Phone", "Email"), now, BY_NAME).notices

    assert len(notices) == 9
    assert notices[-1] == "And 12 more new columns."


def test_another_order_is_a_notice_where_columns_are_mapped_by_name():
    compared = compare_headers(columns("Phone", "Email"), columns("Email", "Phone"), BY_NAME)

    assert ["another order" in text for text in compared.notices] == [True]
    assert compared.hold_reasons == ()


def test_a_header_that_moved_from_a_mapped_position_holds_the_import_and_says_where_to():
    before, now = columns("Name", "Phone", "Notes"), columns("Name", "Age", "Notes", "Phone")

    compared = compare_headers(before, now, BY_POSITION)

    assert compared.hold_reasons == ("Column 2 was 'Phone' and is now 'Age'; 'Phone' stands at 4 now.",)


@pytest.mark.parametrize(
    ("before", "now", "reason"),
    [
        ("Phone", "Tel", "Column 2 was 'Phone' and is now 'Tel'; 'Phone' is gone."),
        ("Phone", "", "Column 2 was 'Phone' and has no name now; 'Phone' is gone."),
        ("", "Phone", "Column 2 had no name and is now 'Phone'."),
    ],
)
def test_a_mapped_position_with_another_header_holds_the_import(before, now, reason):
    compared = compare_headers(columns("Name", before, "Notes"), columns("Name", now, "Notes"), BY_POSITION)

    assert compared.hold_reasons == (reason,)


def test_positions_that_are_not_mapped_may_change():
    by_first = make_template({"phone1": 1})

    assert compare_headers(columns("Phone", "A"), columns("Phone", "B"), by_first).hold_reasons == ()


def test_another_number_of_columns_without_a_header_holds_the_import():
    compared = compare_headers(columns("", "", ""), columns("", "", "", ""), BY_POSITION)

    assert ["4 columns, where it had 3 last time" in text for text in compared.hold_reasons] == [True]
    assert compare_headers(columns("", "", ""), columns("", "", ""), BY_POSITION).hold_reasons == ()


def test_a_header_that_came_or_went_holds_the_import_and_shows_no_cell_taken_for_a_header():
    came = compare_headers(columns("", "", ""), columns("Ann", "07400 123456", "x"), BY_POSITION)
    went = compare_headers(columns("Name", "Phone", "x"), columns("", "", ""), BY_POSITION)

    assert ["seems to have one now" in text for text in came.hold_reasons] == [True]
    assert "Ann" not in str(came)
    assert ["no header any more" in text for text in went.hold_reasons] == [True]


@pytest.mark.parametrize("before", [None, columns("Phone", "Email")], ids=["first import", "with history"])
def test_phones_and_e_mails_in_each_others_columns_hold_the_import(before):
    now = [column("Phone", email=0.98), column("Email", phone=0.97)]

    (reason,) = compare_headers(before, now, BY_NAME).hold_reasons

    assert reason == (
        "The cells under 'Phone' (1) are e-mail addresses (98%), not phone numbers. The cells under 'Email' (2) are"
        " phone numbers (97%), not e-mail addresses. The columns seem swapped. Correct the mapping in acme, or ask the"
        " supplier; nothing was applied."
    )


def test_postcodes_in_the_phone_column_hold_the_import_and_say_where_the_numbers_are():
    now = [column("Phone", postcode=0.9), column("Email", email=1.0), column("Zip", phone=0.95)]

    (reason,) = compare_headers(None, now, BY_NAME).hold_reasons

    assert "'Phone' (1) are postcodes (90%)" in reason
    assert "Those under 'Zip' (3) are phone numbers (95%)." in reason


@pytest.mark.parametrize(
    "now",
    [
        [column("Phone", cells=9, email=1.0), column("Email", cells=9, phone=1.0)],
        [column("Phone", phone=0.1, email=0.9), column("Email", email=1.0)],
        [column("Phone", phone=0.0, email=0.4), column("Email", email=0.5)],
        [column("Phone", phone=0.0), column("Email", phone=0.49, email=0.5)],
        [column("Phone", phone=0.0, cells=0), column("Email", email=0.0, cells=0)],
    ],
    ids=["few cells", "some numbers", "some addresses", "not most", "empty"],
)
def test_columns_that_are_merely_poor_raise_no_alarm(now):
    assert compare_headers(None, now, BY_NAME).hold_reasons == ()


def test_numbers_that_left_their_column_for_another_since_last_time_hold_the_import():
    before = [column("Phone", phone=0.9), column("Email", email=1.0), column("Ref")]
    now = [column("Phone"), column("Email", email=1.0), column("Ref", phone=0.9)]

    (reason,) = compare_headers(before, now, BY_NAME).hold_reasons

    assert "Hardly a cell under 'Phone' (1) is one of the phone numbers that stood there last time." in reason
    assert "Those under 'Ref' (3) are phone numbers (90%)." in reason
    assert compare_headers(None, now, BY_NAME).hold_reasons == ()


def test_numbers_that_always_stood_in_another_column_too_raise_no_alarm():
    before = [column("Phone", phone=0.9), column("Email", email=1.0), column("Fax", phone=0.9)]
    now = [column("Phone"), column("Email", email=1.0), column("Fax", phone=0.9)]

    assert compare_headers(before, now, BY_NAME).hold_reasons == ()


def test_columns_without_a_header_are_compared_by_position():
    before = [column("", phone=0.9), column("")]
    now = [column(""), column("", phone=0.9)]

    assert len(compare_headers(before, now, make_template({"phone1": 1})).hold_reasons) == 1


def test_a_fingerprint_is_that_of_the_folded_headers_in_their_order():
    same = fingerprint_headers(["Phone ", "Mum’s name"])

    assert same == fingerprint_headers(["phone", "mum's  NAME"])
    assert same != fingerprint_headers(["Mum's name", "Phone"])
    assert fingerprint_headers(["ab", "c"]) != fingerprint_headers(["a", "bc"])
    assert len(same) == 16
