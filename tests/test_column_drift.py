"""Drops whose columns are not those of last time: what goes on with a notice, what waits, what is refused."""

import json
from datetime import UTC, datetime

import pytest

from pipelines.errors import UserError
from pipelines.holding import release_import
from pipelines.home import Home
from pipelines.importing import import_drop
from pipelines.reports.looking_back import list_lists, show_import
from pipelines.reports.previewing import preview_drop
from pipelines.templates.template import build_template

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HEAD = {"name": "acme", "supplier": "Acme", "list": {"name": "Warm"}}
BY_NAME = {**HEAD, "mapping": {"phone1": "Phone", "email": "Email"}}
BY_POSITION = {**HEAD, "mapping": {"phone1": 2}}


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


def write(tmp_path, header: str, *cells: str, first: int = 0, rows: int = 12):
    """Write a drop of some rows; in a cell, # is a number of three digits that is the row's own."""
    path = tmp_path / "drop.csv"
    lines = [",".join(cells).replace("#", f"{first + row:03}") for row in range(rows)]
    path.write_text("\n".join([header, *lines] if header else lines) + "\n")
    return path


def bring(home, path, values, **options):
    return import_drop(path, build_template(values, "acme"), home, now=NOW, **options)


def count_leads(home):
    return [row["leads"] for row in list_lists(home, NOW)]


def test_a_profile_and_a_fingerprint_are_kept_with_an_import_and_hold_no_cell(home, tmp_path):
    drop = write(tmp_path, "Phone,Email,Postcode", "07400 123#", "ann#@able.co.uk", "LS1 4AB")

    result = bring(home, drop, BY_NAME)

    kept = show_import(home, str(result.import_id), NOW)["found"]
    assert kept["columns"] == [
        {"header": "Phone", "filled": 1.0, "cells": 12, "phone": 1.0, "email": 0.0, "postcode": 0.0},
        {"header": "Email", "filled": 1.0, "cells": 12, "phone": 0.0, "email": 1.0, "postcode": 0.0},
        {"header": "Postcode", "filled": 1.0, "cells": 12, "phone": 0.0, "email": 0.0, "postcode": 1.0},
    ]
    assert len(kept["fingerprint"]) == 16
    assert "able" not in json.dumps(kept)
    assert result.found["columns"] == kept["columns"]


def test_a_new_column_goes_on_with_a_notice_that_stays_with_the_import(home, tmp_path):
    first = bring(home, write(tmp_path, "Phone,Email", "07400 123#", ""), BY_NAME)
    drop = write(tmp_path, "Phone,Email,Pet", "07400 124#", "", "cat")

    second = bring(home, drop, BY_NAME)

    notice = "New column 'Pet' (3); it is not mapped."
    assert (first.status, list(first.notices)) == ("completed", [])
    assert (second.status, second.to_dict()["notices"]) == ("completed", [notice])
    assert show_import(home, str(second.import_id), NOW)["notices"] == [notice]


def test_columns_in_another_order_go_on_where_they_are_mapped_by_name(home, tmp_path):
    bring(home, write(tmp_path, "Phone,Email", "07400 123#", "a#@able.com"), BY_NAME)

    result = bring(home, write(tmp_path, "Email,Phone", "b#@able.com", "07400 124#"), BY_NAME)

    assert (result.status, result.created) == ("completed", 12)
    assert "another order" in result.notices[0]


def test_a_moved_position_waits_until_it_is_released_and_is_what_is_expected_from_then_on(home, tmp_path):
    bring(home, write(tmp_path, "Name,Phone,Mobile", "Ann", "07400 123#", "07400 124#"), BY_POSITION)
    moved = write(tmp_path, "Name,Mobile,Phone", "Ann", "07400 125#", "07400 126#")

    held = bring(home, moved, BY_POSITION)
    seen = count_leads(home)
    released = release_import(home, str(held.import_id), now=NOW)
    again = bring(home, write(tmp_path, "Name,Mobile,Phone", "Ann", "07400 127#", ""), BY_POSITION)

    reason = "Column 2 was 'Phone' and is now 'Mobile'; 'Phone' stands at 3 now."
    assert (held.status, seen) == ("held", [12])
    assert held.message == f"{reason} Release the import to load it as it is, or cancel it."
    assert (released.status, released.created) == ("completed", 12)
    assert reason in released.notices
    assert (again.status, list(again.notices)) == ("completed", [])


def test_an_import_that_waits_or_failed_is_not_what_the_next_is_compared_with(home, tmp_path):
    bring(home, write(tmp_path, "Name,Phone", "Ann", "07400 123#"), BY_POSITION)
    held = bring(home, write(tmp_path, "Name,Pager", "Ann", "07400 124#"), BY_POSITION)
    failed = bring(home, write(tmp_path, "Name", "Ann"), BY_POSITION)

    result = bring(home, write(tmp_path, "Name,Phone", "Ann", "07400 125#"), BY_POSITION)

    assert (held.status, failed.status) == ("held", "failed")
    assert (result.status, list(result.notices)) == ("completed", [])


def test_forcing_lets_it_through_and_keeps_what_was_to_be_said(home, tmp_path):
    bring(home, write(tmp_path, "Name,Phone", "Ann", "07400 123#"), BY_POSITION)

    result = bring(home, write(tmp_path, "Name,Pager", "Ann", "07400 124#"), BY_POSITION, force=True)

    assert result.status == "completed"
    assert "Column 2 was 'Phone' and is now 'Pager'; 'Phone' is gone." in result.notices


def test_another_template_has_a_history_of_its_own(home, tmp_path):
    bring(home, write(tmp_path, "Name,Phone", "Ann", "07400 123#"), BY_POSITION)

    other = bring(home, write(tmp_path, "Name,Pager", "Ann", "07400 124#"), {**BY_POSITION, "name": "other"})

    assert (other.status, list(other.notices)) == ("completed", [])


def test_a_column_more_without_a_header_waits(home, tmp_path):
    values = {**BY_POSITION, "file": {"has_header": False}}
    bring(home, write(tmp_path, "", "Ann", "07400 123#"), values)

    result = bring(home, write(tmp_path, "", "Ann", "07400 124#", "x"), values)

    assert result.status == "held"
    assert "no header and 3 columns, where it had 2 last time" in result.message


def test_phones_and_e_mails_that_changed_places_wait_even_the_first_time(home, tmp_path):
    drop = write(tmp_path, "Phone,Email", "ann#@able.co.uk", "07400 123#")

    rehearsed = bring(home, drop, BY_NAME, dry_run=True)
    result = bring(home, drop, BY_NAME)

    assert (rehearsed.status, result.status) == ("held", "held")
    assert rehearsed.message == result.message
    assert "The cells under 'Phone' (1) are e-mail addresses (100%), not phone numbers." in result.message
    assert "Correct the mapping in acme, or ask the supplier; nothing was applied." in result.message
    assert "would be rejected" in result.message
    assert "able" not in result.message


def test_a_preview_says_what_an_import_would_say(home, tmp_path):
    (tmp_path / "acme.yaml").write_text("supplier: A\nlist: {name: L}\nmapping: {phone1: 2}\n")
    template = str(tmp_path / "acme.yaml")
    import_drop(write(tmp_path, "Name,Phone", "Ann", "07400 123#"), template, home, now=NOW)
    drop = write(tmp_path, "Name,Pager,Age", "Ann", "07400 124#", "30")

    seen = preview_drop(drop, template, home, NOW)
    done = import_drop(drop, template, home, now=NOW)

    assert seen["hold_reasons"] == ["Column 2 was 'Phone' and is now 'Pager'; 'Phone' is gone."]
    assert seen["notices"] == list(done.notices)
    assert seen["found"]["columns"] == done.found["columns"]
    assert done.message.startswith(seen["hold_reasons"][0])


@pytest.mark.parametrize(
    ("header", "cells", "suggested"),
    [
        ("Fone,Email", ("07400 123#", ""), "Did you mean 'Fone' (column 1; 100% of its cells are phone numbers)?"),
        ("Tel,Email", ("07400 123#", ""), "Did you mean 'Tel' (column 1; 100% of its cells are phone numbers)?"),
        ("Email,Rufnummer,Id", ("", "07400 123#", "7"), "Did you mean 'Rufnummer' (column 2; 100% of its"),
        ("Email,xq,Id", ("", "07400 123#", "7"), "Did you mean 'xq' (column 2; 100% of its cells are phone numbers)?"),
        ("Phones list,Tel,Email", ("none", "07400 123#", ""), "Did you mean 'Tel' (column 2; 100%"),
    ],
    ids=["by spelling", "by its name", "by its name in German", "by its cells", "not one of other cells"],
)
def test_a_lost_header_is_refused_with_the_column_that_is_likely_meant(home, tmp_path, header, cells, suggested):
    result = bring(home, write(tmp_path, header, *cells), BY_NAME)

    assert (result.status, count_leads(home)) == ("failed", [])
    assert "No column for 'phone1': 'Phone' is not there." in result.message
    assert suggested in result.message
    assert "Map it in template acme." in result.message


def test_a_lost_header_does_not_suggest_a_column_that_is_mapped_already(home, tmp_path):
    values = {**HEAD, "mapping": {"phone1": "Tel 1", "phone2": "Tel 2"}}

    result = bring(home, write(tmp_path, "Tel 2,Mobile", "07400 123#", "07400 124#"), values)

    assert "Did you mean 'Mobile' (column 2; 100% of its cells are phone numbers)?" in result.message


@pytest.mark.parametrize(
    ("header", "source"),
    [
        ("Phone", " phone\u00a0"),
        ('" Phone  number "', "phone number"),
        ('"Phone\nnumber"', "Phone number"),
        ("Mum’s phone", "Mum's phone"),
        ("Te\u0301l", "T\u00e9l"),
        ('"The ""best"" phone"', "the “best” phone"),
    ],
)
def test_a_header_is_found_whatever_its_blanks_case_quotes_and_line_breaks(home, tmp_path, header, source):
    values = {**HEAD, "mapping": {"phone1": source}}

    result = bring(home, write(tmp_path, f"Name,{header}", "Ann", "07400 123#"), values)

    assert (result.status, result.created) == ("completed", 12)


def test_a_header_that_comes_twice_is_mapped_by_position(home, tmp_path):
    drop = write(tmp_path, "Phone,Phone,", "07400 123#", "07400 124#", "x")

    refused = bring(home, drop, {**HEAD, "mapping": {"phone1": "Phone"}})
    taken = bring(home, drop, {**HEAD, "mapping": {"phone1": 1, "phone2": 2, "notes": 3}})

    assert "The header 'Phone' stands over columns 1 and 2. Map 'phone1' by position" in refused.message
    assert (taken.status, taken.created) == ("completed", 12)


def test_a_header_with_line_breaks_is_shown_on_one_line(home, tmp_path):
    result = bring(home, write(tmp_path, '"Pet\nname",Email', "cat", ""), BY_NAME)

    assert "Found: Pet name, Email." in result.message


@pytest.mark.parametrize(
    "mapping",
    [
        {"phone1": "Tel", "first_name": ["A", "B"]},
        {"phone1": "Tel", "first_name": {"columns": ["A", "B"]}},
    ],
    ids=["list", "no separator"],
)
def test_two_columns_into_one_field_need_a_word_on_what_stands_between(mapping):
    with pytest.raises(UserError, match="separator") as error:
        build_template({**HEAD, "mapping": mapping}, "acme.yaml")

    assert "first_name" in str(error.value)
    assert "{columns: [...], separator" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_field_that_is_mapped_twice_is_refused_with_the_way_to_join(tmp_path, home):
    (tmp_path / "t.yaml").write_text("supplier: A\nlist: {name: L}\nmapping:\n  phone1: Area\n  phone1: Number\n")

    with pytest.raises(UserError, match="line 5, column 3: the key 'phone1' stands there twice") as error:
        import_drop(tmp_path / "x.csv", tmp_path / "t.yaml", home, now=NOW)

    assert "{columns: [...], separator:" in str(error.value)


def test_a_row_that_was_taken_for_the_header_is_not_shown(lm, home, tmp_path):
    (tmp_path / "leads.csv").write_text("Name,Mobile\nAnn Able,07400 123456\nBob Best,07400 123457\n")
    lm("templates", "new", "acme", "--from", tmp_path / "leads.csv")
    template = home.templates / "acme.yaml"
    template.write_text(template.read_text().replace("has_header: true", "has_header: true, first_row: 3"))

    answer = lm("import", tmp_path / "leads.csv", "-t", "acme")

    assert answer.code == 2
    assert "file.first_row" in answer.err
    assert not any(told in answer.err for told in ("Bob", "123457"))
