"""Numbers are put in order as a sort of them would, however far apart they lie."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipelines.sorting import list_places, sort_places

NEAR = st.integers(447400000000, 447400000040)


@given(st.lists(NEAR | st.integers(0, 2**62), max_size=60) | st.lists(NEAR | st.integers(-(2**46), 0), max_size=60))
def test_places_are_those_of_the_numbers_in_order_and_each_is_there_once(numbers):
    values = np.array(numbers, dtype=np.int64)

    places = sort_places(values)

    assert values[places].tolist() == sorted(numbers)
    assert sorted(places.tolist()) == list(range(len(numbers)))


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5)), max_size=20))
def test_places_of_ranges_come_one_range_after_the_other_and_none_of_what_is_empty(ranges):
    starts = np.array([start for start, _ in ranges], dtype=np.int64)
    lengths = np.array([length for _, length in ranges], dtype=np.int64)

    places = list_places(starts, starts + lengths)

    assert places.tolist() == [place for start, length in ranges for place in range(start, start + length)]
