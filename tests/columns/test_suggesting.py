"""Which column suits which field."""

import itertools

import polars as pl
import pytest

from pipelines.columns.assigning import assign_best
from pipelines.columns.countries import guess_region
from pipelines.columns.profile import profile_columns
from pipelines.columns.scoring import ENOUGH, judge_header, split_words
from pipelines.columns.suggesting import FIELDS, propose_mapping
from tests.columns.test_profile import make_chunk

MOBILES = [f"07400 123{row:03}" for row in range(60)]
LANDLINES = [f"020 7946 0{row:03}" for row in range(60)]
EMAILS = [f"person{row}@able.co.uk" for row in range(60)]
WORDS = [f"{'abcdefghij'[row % 10]}{'klmnop'[row // 10]}" for row in range(60)]
EMPTY = [""] * 60


def propose(columns, region="GB"):
    """Return field → header or position, and what was doubtful, for columns of header → cells."""
    headers = list(columns) if isinstance(columns, dict) else [header for header, _ in columns]
    cells = list(columns.values()) if isinstance(columns, dict) else [texts for _, texts in columns]
    proposal = propose_mapping(profile_columns(make_chunk(*cells), headers, region), region)
    found = {each.field: tuple(headers[at - 1] or at for at in each.positions) for each in proposal.mapping}
    return (
        {field: source[0] if len(source) == 1 else source for field, source in found.items()},
        {headers[each.positions[0] - 1]: each.field for each in proposal.doubtful},
    )


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Mobile No.", "phone"), ("Tel (home)", "phone"), ("TelephoneNumber", "phone"), ("phones[0].number", "phone"),
        ("Rufnummer", "phone"), ("Téléphone portable", "phone"), ("Móvil", "phone"), ("Mobiele telefoon", "phone"),
        ("E-mail address", "email"), ("EMAIL", "email"), ("Correo electrónico", "email"), ("E-Mail-Adresse", "email"),
        ("Surname", "last_name"), ("Nachname", "last_name"), ("apellidos", "last_name"), ("achternaam", "last_name"),
        ("Forename", "first_name"), ("Prénom", "first_name"), ("Vorname", "first_name"), ("fname", "first_name"),
        ("Customer name", "name"), ("Full Name", "name"), ("Naam", "name"), ("Ansprechpartner", "name"),
        ("Company Name", "company"), ("OrganisationName", "company"), ("Firma", "company"), ("Empresa", "company"),
        ("Post Code", "postcode"), ("PostCode", "postcode"), ("zip", "postcode"), ("PLZ", "postcode"),
        ("Code postal", "postcode"), ("addr1", "address"), ("Address Line 2", "address"), ("Straße", "address"),
        ("Town_suburb", "city"), ("Ort", "city"), ("Ville", "city"), ("County/State", "region"),
        ("Bundesland", "region"),
        ("Salutation", "title"), ("Anrede", "title"), ("Country", "country"), ("Land", "country"),
        ("Comments", "notes"), ("Opmerkingen", "notes"), ("Time zone", "time_zone"), ("Sprache", "language"),
    ],
)  # fmt: skip
def test_a_header_names_its_field_in_the_words_of_the_trade(header, field):
    scores = {each: judge_header(each, split_words(header)) for each in FIELDS}

    assert max(scores, key=lambda each: scores[each]) == field
    assert scores[field] >= 0.8


@pytest.mark.parametrize(
    "header", ["Phone type", "Email opt-out", "Do not call phone", "Phone_ext", "Is phone valid", "Mum-phone",
               "Job title", "Company ID", "Country code", "Last call date", "Email status"],
)  # fmt: skip
def test_a_header_about_something_else_does_not_name_the_field(header):
    assert max(judge_header(each, split_words(header)) for each in FIELDS) < ENOUGH


def test_a_usual_file_is_mapped_as_a_person_would():
    mapping, doubtful = propose(
        {
            "Ref": [str(row) for row in range(60)],
            "First Name": WORDS,
            "Surname": WORDS,
            "Landline": LANDLINES,
            "Mobile No.": MOBILES,
            "Fax": LANDLINES,
            "addr1": WORDS,
            "addr2": WORDS,
            "addr3": EMPTY,
            "Town": WORDS,
            "PostCode": ["LS1 4AB"] * 60,
            "E-mail address": EMAILS,
            "Opt in": ["yes"] * 60,
        }
    )

    assert mapping == {
        "first_name": "First Name",
        "last_name": "Surname",
        "address": ("addr1", "addr2", "addr3"),
        "city": "Town",
        "postcode": "PostCode",
        "phone1": "Mobile No.",
        "phone2": "Landline",
        "email": "E-mail address",
    }
    assert doubtful == {"Fax": "phone3"}


def test_phones_and_e_mails_are_known_by_their_cells_where_no_header_says_so():
    mapping, _ = propose([("", WORDS), ("", MOBILES), ("", EMAILS), ("", ["LS1 4AB"] * 60)])

    assert mapping == {"phone1": 2, "email": 3, "postcode": 4}


def test_five_digits_without_a_header_are_no_postcode():
    mapping, _ = propose([("", [f"{row:05}" for row in range(60)]), ("Email", EMAILS)], "US")

    assert mapping == {"email": "Email"}


def test_what_a_header_says_does_not_count_where_the_cells_are_something_else():
    mapping, _ = propose({"Phone": EMAILS, "Email": MOBILES, "Name": WORDS, "Company": MOBILES[::-1]})

    assert "name" in mapping
    assert mapping.get("phone1") != "Phone"
    assert mapping.get("email") != "Email"
    assert "company" not in mapping


def test_nested_json_is_not_proposed():
    mapping, _ = propose({"phone": ['{"number": "07400 123456"}'] * 60, "tel": MOBILES})

    assert mapping == {"phone1": "tel"}


def test_more_phones_than_slots_leave_the_last_for_a_person():
    mapping, doubtful = propose({f"Phone {at}": [f"07{at}00 123{row:03}" for row in range(60)] for at in range(4, 10)})

    assert [mapping[f"phone{slot}"] for slot in range(1, 6)] == [f"Phone {at}" for at in range(4, 9)]
    assert doubtful == {"Phone 9": "phone5"}


def test_a_whole_name_beside_its_parts_is_left_out_and_beside_the_first_name_is_the_last():
    beside_both, _ = propose({"First name": WORDS, "Last name": WORDS, "Full name": WORDS, "Tel": MOBILES})
    beside_first, _ = propose({"Vorname": WORDS, "Name": WORDS, "Tel": MOBILES})
    alone, _ = propose({"Name": WORDS, "Tel": MOBILES})

    assert "name" not in beside_both
    assert beside_first == {"first_name": "Vorname", "last_name": "Name", "phone1": "Tel"}
    assert alone["name"] == "Name"


def test_lines_of_another_address_are_not_joined():
    mapping, _ = propose({"Address 1": WORDS, "Address 2": WORDS, "Billing address 1": WORDS, "Tel": MOBILES})

    assert mapping["address"] == ("Address 1", "Address 2")


def test_one_number_on_all_rows_is_not_a_leads_own():
    mapping, _ = propose({"x": ["020 7946 0123"] * 60, "Mail": EMAILS})

    assert mapping == {"email": "Mail"}


def test_a_column_feeds_at_most_one_field():
    columns = dict.fromkeys(("Name", "Company name", "Contact", "Town", "City", "State", "County"), WORDS)
    profile = profile_columns(make_chunk(*columns.values(), MOBILES), [*columns, "Tel"], "GB")

    proposal = propose_mapping(profile, "GB")

    used = [position for each in proposal.mapping for position in each.positions]
    assert len(used) == len(set(used))


@pytest.mark.parametrize("seed", range(30))
def test_the_assignment_adds_up_to_the_most(seed):
    rows, columns = 3 + seed % 2, 5
    scores = [
        [(7 * seed + 13 * row * column + 5 * row + column) % 11 / 10 for column in range(columns)]
        for row in range(rows)
    ]

    answer = assign_best(scores)

    best = max(
        sum(scores[row][column] for row, column in enumerate(chosen))
        for chosen in itertools.permutations(range(columns), rows)
    )
    assert len(set(answer)) == rows
    assert sum(scores[row][column] for row, column in enumerate(answer)) == pytest.approx(best)


@pytest.mark.parametrize(
    ("columns", "region"),
    [
        ({"Tel": MOBILES}, "GB"),
        ({"Tel": [f"(212) 555-0{row:03}" for row in range(60)]}, "US"),
        ({"Tel": [f"0412 345 {row:03}" for row in range(60)]}, "AU"),
        ({"Telefon": [f"0171 23456{row:02}" for row in range(60)], "PLZ": ["10115"] * 60}, "DE"),
        ({"Tel": [f"01 44 27 44 {row:02}" for row in range(60)], "Code postal": ["75001"] * 60}, "FR"),
        ({"Tel": [f"416 967 1{row:03}" for row in range(60)], "Postal code": ["M5V 2T6"] * 60}, "CA"),
        ({"Tel": [f"+353 85 012 3{row:03}" for row in range(60)]}, "IE"),
        ({"Tel": MOBILES, "Country": ["Deutschland"] * 59 + ["France"]}, "DE"),
        ({"Tel": MOBILES, "Country": ["UK"] * 60}, "GB"),
        ({"Tel": [f"96{row % 90 + 10} 4{row:03}" for row in range(60)], "Email": ["a@b.nsw.edu.au"] * 60}, "AU"),
        ({"Tel": [f"96{row % 90 + 10} 4{row:03}" for row in range(60)], "Web": ["www.able.co.nz/a"] * 60}, "NZ"),
        ({"Name": WORDS}, "GB"),
        ({"Tel": EMPTY}, "GB"),
    ],
    ids=["GB", "US", "AU", "DE", "FR", "CA", "international", "country column", "short name", "e-mail", "web",
         "nothing", "empty"],
)  # fmt: skip
def test_the_country_is_guessed_from_country_column_numbers_and_postcodes(columns, region):
    chunk = make_chunk(*columns.values())

    guess = guess_region(chunk, list(columns))

    assert guess.region == region
    assert isinstance(chunk, pl.DataFrame)
    assert not any(character.isdigit() for character in guess.reason)
