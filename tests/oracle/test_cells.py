"""Cells, one by one: whatever the settings of numbers and dates, each becomes what the model says."""

import polars as pl
import pytest
from hypothesis import given, settings

from pipelines.cleaning.capturing import add_captured
from pipelines.cleaning.numbers import add_phones
from pipelines.schema import PHONE_SLOTS
from pipelines.tables.field_types import read_cells, spelling_of
from pipelines.templates.template import build_template
from tests.bounds import bounded
from tests.oracle.driver import fill_template
from tests.oracle.legal_settings import DATE_FORMATS, phone_settings
from tests.oracle.model_fields import read_field
from tests.oracle.model_phones import read_phone
from tests.oracle.model_rows import read_captured
from tests.oracle.test_oracle import ORACLE
from tests.oracle.worlds import FITTING, MISFITS, NO_NUMBERS, NUMBERS, ODD_NUMBERS

WARM = {"supplier": "Acme", "list": {"name": "Warm"}}
# How people write a British number, and numbers of other plans at home and abroad.
SPELLINGS = [
    form.format(number, number[:4], number[4:])
    for number in NUMBERS
    for form in ("0{0}", "{0}", "+44{0}", "0044{0}", "44{0}", "0{1} {2}", "+44 (0){0}", "(0{1}) {2}", "0{1}-{2}")
]
ELSEWHERE = ["0412 345 678", "(02) 9374 4000", "202 555 0123", "1-202-555-0123", "021 794 0000", "083 123 4567",
             "01 234 5678", "087 123 4567", "+27 21 794 0000", "0011 44 7400 123456", "+353 87 123 4567"]  # fmt: skip
# What is neither a mobile nor a landline number.
SPECIAL = ["0909 879 0000", "056 1234 5678", "0808 157 0123", "070 1234 5678", "0300 123 4567", "0760 012 3456"]
NONE = ["n/a", "0000000000", "12", "-", "77777777777", "abc", "+", "4474001234567890123456"]
CELLS = [*SPELLINGS, *ELSEWHERE, *NO_NUMBERS, *ODD_NUMBERS, *SPECIAL, *NONE]


def compare_phones(options) -> None:
    template = build_template(fill_template(WARM | {"phone": options}), "oracle")
    columns = {slot: CELLS if slot == "phone1" else [None] * len(CELLS) for slot in PHONE_SLOTS}

    read = add_phones(pl.DataFrame(columns, dict.fromkeys(PHONE_SLOTS, pl.String)), template.phone)

    names = [f"phone1{name}" for name in ("", "_key", "_dial", "_flaw", "_warnings")]
    for cell, key, dial, flaw, warnings in read.select(names).iter_rows():
        expected = read_phone(cell, options)
        got = (key, dial) if flaw is None else None
        assert (cell, got, flaw, set(warnings or ())) == (cell, expected.number, expected.flaw, expected.warnings)


@settings(ORACLE, max_examples=25)
@given(options=phone_settings())
def test_every_cell_is_the_number_that_the_model_makes_of_it(options):
    compare_phones(options)


@pytest.mark.full
@settings(ORACLE, max_examples=bounded(3_000))
@given(options=phone_settings())
def test_every_cell_is_the_number_that_the_model_makes_of_it_at_length(options):
    compare_phones(options)


@pytest.mark.parametrize("kind", FITTING)
@pytest.mark.parametrize("date_format", DATE_FORMATS)
@pytest.mark.parametrize("phone", [{}, {"require": "length"}, {"format": "intl_aus"}, {"area_code": "02079"}], ids=str)
def test_every_cell_of_contact_data_is_the_value_that_the_model_makes_of_it(kind, date_format, phone):
    told = WARM | {"file": {"date_format": date_format}, "phone": phone}
    others = [cell for each in (FITTING, MISFITS) for listed in each.values() for cell in listed]
    cells = [*CELLS, *FITTING[kind], *MISFITS[kind]] if kind == "phone" else others
    spelling = spelling_of(build_template(fill_template(told), "oracle"))

    read = read_cells(pl.Series(cells, dtype=pl.String), kind, spelling)

    for cell, value, warnings in zip(cells, read["value"], read["warnings"], strict=True):
        assert (cell, value, set(warnings)) == (cell, *read_field(cell, kind, told))


@pytest.mark.parametrize("date_format", DATE_FORMATS)
def test_every_capture_date_is_the_day_that_the_model_reads(date_format):
    cells = [cell for kind in ("date", "datetime", "time") for cell in (*FITTING[kind], *MISFITS[kind])]

    read = add_captured(pl.DataFrame({"captured_on": cells}), date_format, is_mapped=True)

    for cell, day in zip(cells, read["captured_day"], strict=True):
        assert (cell, day) == (cell, read_captured(cell, date_format))
