"""The promises of `parse_phones` apart from parity: shape, order, nulls, refusals, memory of what went which way."""

import polars as pl
import pytest

from pipelines.phones import parse_phones, parsing
from pipelines.phones.library import parse_by_library
from pipelines.phones.parsing import parse_phones_with_stats
from pipelines.phones.schema import PHONE_SCHEMA


@pytest.mark.parametrize(
    "cell",
    [
        "+44 7400 123456",
        "00447400123456",
        "447400123456",
        "07400123456",
        "7400123456",
        "(07400) 123-456",
        "07400\u00a0123456",
        "Tel: 07400 123456",
        "07400.123.456\n",
    ],
)
def test_one_number_has_one_e164_whatever_the_spelling(cell: str) -> None:
    row = parse_phones(pl.Series([cell]), "GB").row(0, named=True)

    assert row == {
        "number": 447400123456,
        "e164": "+447400123456",
        "country_code": 44,
        "national_number": "7400123456",
        "region": "GB",
        "possible": "IS_POSSIBLE",
        "is_valid": True,
        "type": "MOBILE",
        "national_format": "07400 123456",
    }


def test_a_cell_that_does_not_parse_has_its_error_and_nothing_else() -> None:
    row = parse_phones(pl.Series(["call me"]), "GB").row(0)

    assert row == (None, None, None, None, None, "NOT_A_NUMBER", False, None, None)


def test_a_null_cell_gives_nulls() -> None:
    frame = parse_phones(pl.Series([None, "020 7946 0000", None], dtype=pl.String), "GB")

    assert frame.row(0) == frame.row(2) == (None,) * 9
    assert frame["e164"][1] == "+442079460000"


def test_leading_zeros_of_italian_numbers_are_kept() -> None:
    row = parse_phones(pl.Series(["06 6982"]), "IT").row(0, named=True)

    assert (row["number"], row["national_number"], row["e164"]) == (39066982, "066982", "+39066982")


def test_a_number_beyond_64_bits_keeps_its_text() -> None:
    row = parse_phones(pl.Series(["+998 12345678901234567"]), None).row(0, named=True)

    assert row["number"] is None
    assert row["e164"] == "+99812345678901234567"


@pytest.mark.parametrize("cells", [[], [None], [None] * 3])
def test_columns_without_a_number_keep_their_schema(cells: list[None]) -> None:
    frame = parse_phones(pl.Series(cells, dtype=pl.String), "GB")

    assert frame.schema == PHONE_SCHEMA
    assert len(frame) == len(cells)


def test_a_column_of_the_null_type_is_read_as_text() -> None:
    frame = parse_phones(pl.Series([None, None]), "GB")

    assert frame.schema == PHONE_SCHEMA


@pytest.mark.parametrize("region", ["gb", "UK", "XX", "001", "", "ZZ"])
def test_a_region_without_numbering_plan_is_refused(region: str) -> None:
    with pytest.raises(ValueError, match="has no telephone numbering plan"):
        parse_phones(pl.Series(["1"]), region)


def test_the_refusal_of_small_letters_says_what_to_write() -> None:
    with pytest.raises(ValueError, match=r"Write 'GB'\."):
        parse_phones(pl.Series(["1"]), "gb")


def test_rows_keep_their_order_across_chunks_and_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = pl.Series([f"020 7946 {at:04d}" + (" x1" if at % 7 == 0 else "") for at in range(1_000)])
    whole = parse_phones(raw, "GB")
    monkeypatch.setattr(parsing, "CHUNK_ROWS", 64)

    in_chunks, counts = parse_phones_with_stats(raw, "GB", threads=4)

    assert in_chunks.equals(whole)
    assert counts.rows == 1_000


def test_the_ways_of_all_rows_are_counted() -> None:
    raw = pl.Series(
        ["020 7946 0000", None, "Tel: 020 7946 0000", "0033 1 99 00 00 00", "020 7946 0000 доб 5", "12", "12"]
    )

    _, counts = parse_phones_with_stats(raw, "GB")

    assert (counts.rows, counts.fast, counts.second, counts.library, counts.distinct) == (7, 2, 2, 3, 2)


def test_the_number_of_distinct_odd_cells_bounds_the_librarys_work() -> None:
    raw = pl.Series(["0A0 7946 0000"] * 5_000)

    _, counts = parse_phones_with_stats(raw, "GB")

    assert (counts.library, counts.distinct) == (5_000, 1)


def test_a_slice_of_a_column_parses_like_the_column() -> None:
    raw = pl.Series(["020 7946 0000", "07700 900123 ext 4", None, "n/a", "+1 212 555 0123"] * 3)

    frame = parse_phones(raw[3:11], "GB")

    assert frame.equals(parse_by_library(raw[3:11], "GB"))


def test_texts_of_a_parsed_column_behave_as_any_other_texts() -> None:
    frame = parse_phones(pl.Series(["020 7946 0000", "07700 900123", "020 7946 0000", "nothing"]), "GB")

    grouped = frame.group_by("national_format", maintain_order=True).len()
    joined = frame.join(pl.DataFrame({"e164": ["+442079460000"]}), on="e164")

    assert grouped.rows() == [("020 7946 0000", 2), ("07700 900123", 1), (None, 1)]
    assert len(joined) == 2
    assert frame["national_format"].str.len_bytes().to_list() == [13, 12, 13, None]


@pytest.mark.parametrize("cell", ["-0000000", "-02079460000", "+-02079460000", "0-2079460000", "-", "+", "--12"])
def test_a_dash_before_the_digits_is_punctuation_and_no_sign(cell: str) -> None:
    parsed = parse_phones(pl.Series([cell]), "GB")

    assert parsed.equals(parse_by_library(pl.Series([cell]), "GB"))
