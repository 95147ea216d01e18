"""Phone cells: key, dial string, verdict."""

import random

import polars as pl
import pytest
from phonenumbers import PhoneNumberFormat, example_number_for_type, format_number, is_valid_number, parse
from polars.testing import assert_frame_equal

from pipelines.cleaning.numbers import add_phones, clean_cells, find_local_lengths
from pipelines.cleaning.plain_numbers import clean_plain
from pipelines.schema import PHONE_SLOTS
from pipelines.templates.parts import PhoneOptions
from tests.phones.spellings import draw_cell

UK = PhoneOptions()


def clean(text: str, options: PhoneOptions = UK) -> dict[str, object]:
    return clean_cells(pl.Series([text]), options).to_dicts()[0]


@pytest.mark.parametrize(
    "spelling",
    [
        "+44 7400 123456",
        "0044 7400 123456",
        "447400123456",
        "07400123456",
        "7400123456",
        "+44 (0)7400 123456",
        "07400/123456",
        "(07400) 123-456",
        "٠٧٤٠٠١٢٣٤٥٦",
        "tel:+44-7400-123456",
        "07400123456#",
        "+44 7400 123456 #",
        "07400-123456-##",
        "'07400123456",
        '="07400123456"',
        "\u00a007400\u00a0123456\u200b",
        "447400123456.0",
        "4.47400123456E+11",
        "4,47400123456e+11",
    ],
)
def test_one_number_has_one_key_and_one_dial_string_however_it_is_spelled(spelling):
    cell = clean(spelling)

    assert (cell["key"], cell["dial"], cell["flaw"]) == (447400123456, "07400123456", None)


@pytest.mark.parametrize(
    ("options", "text", "dial"),
    [
        ({"format": "uk"}, "+44 20 7946 0018", "02079460018"),
        ({"format": "intl_uk"}, "020 7946 0018", "00442079460018"),
        ({"format": "intl_uk"}, "00442079460018", "00442079460018"),
        ({"format": "intl_aus"}, "03-8174-9123", "0061381749123"),
        ({"format": "intl_sa"}, "011 978 5313", "0027119785313"),
        ({"format": "uk"}, "+1 504 621 8927", "0015046218927"),
        ({"format": "intl_aus"}, "+44 20 7946 0018", "00442079460018"),
        ({"format": "uk", "add_leading_zero": True}, "2079460018", "02079460018"),
        ({"format": "intl_uk", "calling_code": "44"}, "02079460018", "00442079460018"),
        ({"format": "advanced", "region": "GB"}, "2079460018", "2079460018"),
        ({"format": "advanced", "region": "GB", "add_leading_zero": True}, "2079460018", "02079460018"),
        ({"format": "advanced", "region": "GB", "add_leading_zero": True}, "02079460018", "02079460018"),
        ({"format": "advanced", "region": "GB", "add_leading_zero": True}, "442079460018", "02079460018"),
        ({"format": "advanced", "region": "GB", "calling_code": "44"}, "02079460018", "442079460018"),
        ({"format": "advanced", "region": "GB", "calling_code": "+44"}, "442079460018", "442079460018"),
        ({"format": "advanced", "region": "GB", "calling_code": "0"}, "2079460018", "02079460018"),
        ({"format": "advanced", "region": "GB", "calling_code": "0"}, "02079460018", "02079460018"),
        ({"format": "advanced", "region": "GB", "remove_non_digits": False}, "020 7946-0018", "020 7946-0018"),
        ({"region": "US"}, "(504) 621-8927", "5046218927"),
        ({"region": "US"}, "+1 504 621 8927", "5046218927"),
    ],
)
def test_the_format_shapes_the_dial_string_and_never_prefixes_twice(options, text, dial):
    cell = clean(text, PhoneOptions(**options))

    assert (cell["dial"], cell["flaw"]) == (dial, None)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (".", "R_PHONE_PLACEHOLDER"),
        ("n/a", "R_PHONE_PLACEHOLDER"),
        ("99", "R_PHONE_PLACEHOLDER"),
        ("00000 0000000", "R_PHONE_PLACEHOLDER"),
        ("4.4740012E+11", "R_PHONE_SPREADSHEET"),
        ("4E+11", "R_PHONE_SPREADSHEET"),
        ("447400000000", "R_PHONE_SPREADSHEET"),
        ("96 0018", "R_PHONE_NO_AREA_CODE"),
        ("07400 12345", "R_PHONE_INVALID"),
        ("074001234567", "R_PHONE_TOO_LONG"),
        ("0740012345678901", "R_PHONE_TOO_LONG"),
        ("01632", "R_PHONE_TOO_SHORT"),
    ],
)
def test_a_cell_that_is_no_number_says_why_and_keeps_nothing_to_dial(text, code):
    cell = clean(text)

    assert cell["flaw"] == code
    assert (cell["key"], cell["dial"], cell["type"]) == (None, None, None)


@pytest.mark.parametrize(
    "text",
    [
        "07400 123456 / 020 7946 0018",
        "07400 123456 or 020 7946 0018",
        "07400 123456, 020 7946 0018",
        "07400 123456 020 7946 0018",
        "07400 123456 call after 6",
        "07400 123456 (mobile)",
        "07400 123456; ask for Ann",
    ],
)
def test_two_numbers_or_prose_in_a_cell_are_never_glued_into_one_number(text):
    cell = clean(text)

    assert (cell["key"], cell["dial"]) == (447400123456, "07400123456")
    assert "W_SECOND_NUMBER" in cell["warnings"]


@pytest.mark.parametrize("extension", [" ext 12", " x12", " ext. 12", "#12", ";ext=12", " extension 12"])
def test_an_extension_is_not_dialled_and_is_warned_of(extension):
    cell = clean("020 7946 0018" + extension)

    assert (cell["key"], cell["dial"], cell["warnings"]) == (442079460018, "02079460018", ["W_EXTENSION"])


def test_an_area_code_completes_local_numbers_and_only_those():
    options = PhoneOptions(format="intl_aus", area_code="02")

    local, whole = clean("9810 4855", options), clean("03 8174 9123", options)

    assert (local["key"], local["warnings"]) == (61298104855, ["W_AREA_CODE_ADDED"])
    assert (whole["key"], whole["warnings"]) == (61381749123, [])


def test_without_an_area_code_a_local_number_says_so():
    assert clean("9810 4855", PhoneOptions(format="intl_aus"))["flaw"] == "R_PHONE_NO_AREA_CODE"
    assert clean("621-8927", PhoneOptions(region="US"))["flaw"] == "R_PHONE_NO_AREA_CODE"


def test_local_lengths_come_from_the_plan():
    assert find_local_lengths("AU") == [8]
    assert find_local_lengths("US") == [7]


def test_truncation_comes_before_the_length_check_and_makes_another_number():
    options = PhoneOptions(format="advanced", region="GB", truncate=True, max_length=11, require="possible")

    cell = clean("0740012345699", options)

    assert (cell["dial"], cell["key"], cell["warnings"]) == ("07400123456", 447400123456, ["W_TRUNCATED"])


@pytest.mark.parametrize(
    ("sent", "dial", "warnings"),
    [
        ("07400 123456", "07400 123456", []),
        ("07400-123-456", "07400-123-456", []),
        ("07400 123456 99", "07400 123456", ["W_TRUNCATED"]),
    ],
)
def test_truncation_counts_digits_and_not_what_stands_between_them(sent, dial, warnings):
    options = PhoneOptions(format="advanced", remove_non_digits=False, truncate=True, max_length=11)

    cell = clean(sent, options)

    assert (cell["dial"], cell["key"], cell["warnings"]) == (dial, 447400123456, warnings)


def test_what_stood_between_two_numbers_is_no_part_of_the_first():
    cell = clean("07400 123456 / 07400 123457", PhoneOptions(format="advanced", remove_non_digits=False))

    assert (cell["dial"], cell["warnings"]) == ("07400 123456", ["W_SECOND_NUMBER"])


def test_lengths_are_checked_before_validity():
    options = PhoneOptions(format="advanced", region="GB", min_length=12, max_length=13)

    assert clean("07400123456", options)["flaw"] == "R_PHONE_TOO_SHORT"
    assert clean("07400123456", PhoneOptions(format="advanced", max_length=9))["flaw"] == "R_PHONE_TOO_LONG"


def test_require_length_loads_what_no_plan_knows_and_keeps_its_digits():
    cell = clean("12", PhoneOptions(format="advanced", region="GB", require="length"))
    long = clean("12345", PhoneOptions(format="advanced", region="GB", require="length"))

    assert cell["flaw"] == "R_PHONE_PLACEHOLDER"
    assert (long["flaw"], long["dial"]) == (None, "12345")


@pytest.mark.parametrize("region", ["GB", "US", "AU", "ZA", "IE", "DE", "FR", "IT", "BR", "IN"])
@pytest.mark.parametrize("kind", [0, 1, 3])
def test_example_numbers_keep_their_e164_in_every_spelling(region, kind):
    number = example_number_for_type(region, kind)
    if number is None or not is_valid_number(number):
        pytest.skip("the plan has no example of this type")
    spellings = pl.Series(
        [format_number(number, form) for form in vars(PhoneNumberFormat).values() if type(form) is int]
    )

    cells = clean_cells(spellings.unique(), PhoneOptions(format="advanced", region=region))

    expected = int(format_number(number, PhoneNumberFormat.E164)[1:])
    assert cells["key"].unique().to_list() == [expected]


def test_the_dial_string_of_a_preset_rings_the_key():
    texts = pl.Series(["07400 123456", "+61 3 8174 9123", "0015046218927", "020 7946 0018"])

    cells = clean_cells(texts, PhoneOptions(format="intl_uk"))

    for key, dial in cells.select("key", "dial").iter_rows():
        dialled = parse(dial, "GB")
        assert int(format_number(dialled, PhoneNumberFormat.E164)[1:]) == key


def test_rows_and_their_order_are_kept():
    rows = pl.DataFrame({"row_number": [3, 1, 2], **{slot: ["07400 123456", None, "."] for slot in PHONE_SLOTS}})

    added = add_phones(rows, UK)

    assert added["row_number"].to_list() == [3, 1, 2]
    assert added["phone5_dial"].to_list() == ["07400123456", None, None]
    assert added["phone1"].to_list() == rows["phone1"].to_list()


OPTIONS = [
    {},
    {"format": "intl_aus"},
    {"region": "US", "require": "possible"},
    {"region": "DE", "require": "length", "min_length": 6, "max_length": 11},
    {"format": "advanced", "region": "GB", "remove_non_digits": False, "add_leading_zero": True, "max_length": 12},
    {"format": "advanced", "region": "GB", "truncate": True, "max_length": 12, "calling_code": "44"},
    {"region": "GB", "area_code": "0161"},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_what_is_cleaned_as_it_stands_is_what_the_whole_treatment_gives(options):
    dice = random.Random(5)
    region = options.get("region", "GB")
    drawn = {draw_cell(dice, region) for _ in range(5_000)}
    drawn |= {"0" * 10, "07777777777", "7777777", "+447400000000", "0207946001", "(020) 7946-0018", "447400123456.0"}
    texts = pl.Series("raw", sorted(drawn))

    plain = clean_plain(texts, PhoneOptions(**options)).with_columns(raw=texts).drop_nulls("dial")
    whole = clean_cells(plain["raw"], PhoneOptions(**options))

    said = whole.filter(pl.col("flaw").is_null(), pl.col("warnings").list.len() == 0)
    assert plain.height > 50
    assert_frame_equal(plain, said.select(plain.columns), check_row_order=False)
