"""What some rows have is brought to their places among all rows."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from pipelines.spreading import spread, spread_lists

STRUCT = pa.struct({"slot": pa.string(), "lead_id": pa.int64()})


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (pa.int64(), [7, None, 9]),
        (pa.date32(), [date(2026, 3, 2), None, date(1969, 1, 1)]),
        (pa.string(), ["a", None, "c"]),
        (pa.large_string(), ["", None, "long enough to lie apart"]),
        (pa.list_(pa.int64()), [[1, 2], None, []]),
        (STRUCT, [{"slot": "phone1", "lead_id": None}, None, {"slot": None, "lead_id": 4}]),
        (pa.list_(STRUCT), [[{"slot": "phone1", "lead_id": 1}], [], [None, {"slot": None, "lead_id": 2}]]),
    ],
)
@pytest.mark.parametrize("first", [0, 1, 3])
def test_values_of_any_kind_come_to_their_places_and_all_others_have_none(kind, values, first):
    places = np.array([1, 2, 5])[first:]

    column = spread(pa.array(values, kind)[first:], places, 7)

    column.validate(full=True)
    assert column.to_pylist() == [
        values[first:][list(places).index(place)] if place in places else None for place in range(7)
    ]


def test_lists_may_be_empty_in_all_other_places():
    assert spread_lists(pa.array([["W_A"], ["W_B", "W_C"]]), np.array([0, 2]), 4).to_pylist() == [
        ["W_A"],
        [],
        ["W_B", "W_C"],
        [],
    ]


def test_where_nobody_has_anything_there_are_only_nulls():
    nothing = pa.array([], STRUCT)

    assert spread(nothing, np.array([], dtype=np.int64), 2).to_pylist() == [None, None]
