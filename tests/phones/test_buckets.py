"""Buckets tell of a number what a search tells, or nothing."""

import numpy as np

from pipelines.phones.buckets import UNSURE, Buckets
from pipelines.phones.numbering import FEW, load_kinds


def test_at_every_edge_of_the_kinds_a_number_has_the_class_that_a_search_finds() -> None:
    kinds = load_kinds()
    firsts = kinds.firsts.to_numpy()
    numbers = np.concatenate([firsts[1:] + away for away in range(-2, 3)])

    found = kinds.find_classes(numbers)

    assert len(numbers) > FEW
    assert (found == kinds.classes[np.searchsorted(firsts, numbers, side="right") - 1]).all()


def test_a_bucket_in_which_an_interval_begins_tells_nothing() -> None:
    buckets = Buckets(np.array([-100, 447_400_000_001]), np.array([1, 2], dtype=np.uint16))

    found = buckets.find_values(np.array([442_000_000_000, 447_400_000_000, 447_400_000_001, 449_000_000_000]))

    assert found.tolist() == [1, UNSURE, UNSURE, 2]


def test_numbers_that_are_very_short_or_very_long_have_no_buckets() -> None:
    buckets = Buckets(np.array([-100, 447_400_000_001]), np.array([1, 2], dtype=np.uint16))

    assert set(buckets.find_values(np.array([-100, 0, 999, 10**14, 10**18])).tolist()) == {UNSURE}
