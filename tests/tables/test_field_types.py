"""The eight types: what fits each of them, and what does not."""

from datetime import date, datetime, time
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.tables.field_types import TYPES, Spelling, find_type, read_cells
from pipelines.templates.parts import PhoneOptions

CASES = {
    "text": {"Gold": "Gold", "12": "12"},
    "whole": {
        "42": 42,
        "-7": -7,
        "+3": 3,
        "007": 7,
        "12.0": 12,
        "123456789012345678": 123456789012345678,
        "1234567890123456780": None,
        "12.5": None,
        "1,200": None,
        "1.200,0": None,
        "1e3": None,
        "twelve": None,
    },
    "decimal": {
        "42": Decimal(42),
        "-7.50": Decimal("-7.5"),
        ".5": Decimal("0.5"),
        "0.10000000000000": Decimal("0.1"),
        "0.1234567890": Decimal("0.123456789"),
        "0.12345678901": None,
        "1234567890123456780": None,
        "1,234.50": None,
        "12,5": None,
        "£5": None,
        "1e3": None,
        ".": None,
        "-": None,
    },
    "date": {
        "31/01/2026": date(2026, 1, 31),
        "1/2/2026": date(2026, 2, 1),
        "29/02/2024": date(2024, 2, 29),
        "2026-02-01": date(2026, 2, 1),
        "2026-02-01 00:00:00": date(2026, 2, 1),
        "29/02/2026": None,
        "01/31/2026": None,
        "01-02-2026": None,
        "01/02/26": None,
        "2026-02-01 09:30:00": None,
        "0000-01-01": None,
        "01/02/2026 x": None,
    },
    "time": {
        "09:05": time(9, 5),
        "9:05": time(9, 5),
        "23:59:00": time(23, 59),
        "24:00": None,
        "12:60": None,
        "09:05:30": None,
        "0905": None,
        "9:05 pm": None,
    },
    "datetime": {
        "31/01/2026 09:05:30": datetime(2026, 1, 31, 9, 5, 30),  # noqa: DTZ001  the clock's, without a zone
        "31/01/2026 9:05": datetime(2026, 1, 31, 9, 5),  # noqa: DTZ001
        "2026-01-31T09:05:30.000": datetime(2026, 1, 31, 9, 5, 30),  # noqa: DTZ001
        "31/01/2026": None,
        "31/01/2026 25:00:00": None,
        "2026-01-31T09:05:30Z": None,
    },
    "boolean": {
        "Yes": True,
        "TRUE": True,
        "1": True,
        "y": True,
        "Ja": True,
        "no": False,
        "False": False,
        "0": False,
        "N": False,
        "nein": False,
        "maybe": None,
        "2": None,
    },
    "phone": {
        "07400 123450": "+447400123450",
        "+49 30 901820": "+4930901820",
        "07400 123450 or 07400 123451": "+447400123450",
        "1234": None,
        "n/a": None,
    },
}


@pytest.mark.feature("ML-087", "ML-088", "ML-089", "ML-090", "ML-091", "ML-092")
@pytest.mark.parametrize(
    ("kind", "cell", "value"), [(kind, cell, value) for kind, cells in CASES.items() for cell, value in cells.items()]
)
def test_a_cell_fits_its_type_exactly_or_not_at_all(kind, cell, value):
    read = read_cells(pl.Series([cell, None]), kind, Spelling())

    assert read["value"].to_list() == [value, None]


@pytest.mark.parametrize(
    ("date_format", "cell", "value"),
    [
        ("M/d/yyyy", "1/31/2026", date(2026, 1, 31)),
        ("M/d/yyyy", "31/1/2026", None),
        ("dd.MM.yy", "31.01.26", date(2026, 1, 31)),
        ("dd.MM.yy", "31.01.68", date(2068, 1, 31)),
        ("dd.MM.yy", "31.01.69", date(1969, 1, 31)),
        ("d.M.yy", "1.1.70", date(1970, 1, 1)),
        ("yyMMdd", "990131", date(1999, 1, 31)),
        ("yyyyMMdd", "20260131", date(2026, 1, 31)),
        ("yyyyMMdd", "2026131", None),
        ("dd.MM.yyyy", "31/01/2026", None),
    ],
)
def test_the_order_of_a_date_is_the_one_that_the_template_says(date_format, cell, value):
    read = read_cells(pl.Series([cell]), "date", Spelling(date_format))

    assert read["value"].to_list() == [value]


def test_a_phone_has_a_key_and_says_what_of_its_cell_was_not_kept():
    spelling = Spelling(phone=PhoneOptions(format="advanced", region="DE"))

    read = read_cells(pl.Series(["030 901820", "030 901820 ext. 5"]), "phone", spelling)

    assert read["key"].to_list() == [4930901820, 4930901820]
    assert read["warnings"].to_list() == [[], ["W_EXTENSION"]]


@pytest.mark.parametrize("kind", TYPES.values(), ids=lambda kind: kind.word)
def test_a_type_is_known_by_its_word_and_by_its_label(kind):
    assert find_type(kind.word.upper()) == kind.word
    assert find_type(f"{kind.label} ({kind.form})") == kind.word
    assert find_type("number") is None


@given(st.lists(st.dates(min_value=date(1, 1, 1)) | st.none()))
def test_dates_come_back_as_they_were_written(days):
    cells = [day and f"{day:%d/%m}/{day.year:04}" for day in days]

    assert read_cells(pl.Series(cells, dtype=pl.String), "date", Spelling())["value"].to_list() == days


@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=10, min_value=-(10**17), max_value=10**17)))
def test_decimals_come_back_exactly(numbers):
    cells = [f"{number:f}" for number in numbers]

    assert read_cells(pl.Series(cells, dtype=pl.String), "decimal", Spelling())["value"].to_list() == numbers


@given(st.lists(st.integers(-(10**18) + 1, 10**18 - 1)))
def test_whole_numbers_come_back_as_they_were_written(numbers):
    cells = [str(number) for number in numbers]

    assert read_cells(pl.Series(cells, dtype=pl.String), "whole", Spelling())["value"].to_list() == numbers


@given(st.datetimes(min_value=datetime(1, 1, 1)))  # noqa: DTZ001
def test_instants_come_back_to_the_second(moment):
    moment = moment.replace(microsecond=0)

    read = read_cells(pl.Series([moment.isoformat()]), "datetime", Spelling())

    assert read["value"].to_list() == [moment]


@given(st.lists(st.text()), st.sampled_from(list(TYPES)))
def test_no_text_breaks_a_type(cells, kind):
    read = read_cells(pl.Series(cells, dtype=pl.String), kind, Spelling())

    assert read.height == len(cells)
