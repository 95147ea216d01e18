"""Sets of numbers on the disk answer as a look at every number would."""

import tempfile
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.dnc import sets
from pipelines.dnc.sets import BITMAP, LAST_BITS, SetWriter, merge_sets
from pipelines.schema import DIGITS_BASE

FIRST = 447400000000
EDGES = [0, 1, (1 << LAST_BITS) - 1, 1 << LAST_BITS, FIRST, FIRST + 1, DIGITS_BASE, 2**62]
NUMBERS = st.sets(st.sampled_from(EDGES) | st.integers(FIRST, FIRST + 40) | st.integers(0, 2**62), max_size=60)
# How many numbers of a key are beside each other, from which one on.
DENSE = st.tuples(st.sampled_from([BITMAP - 1, BITMAP, BITMAP + 1, 1 << LAST_BITS]), st.sampled_from([0, FIRST]))


@pytest.fixture(scope="module", autouse=True)
def _unsynced():
    """Spare the disk: a power cut is not looked at here."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("sync_file", "sync_folder"):
            patch.setattr(sets, name, lambda _: None)
        yield


def write(folder, numbers, parts=1):
    """Write a set of these numbers, so many parts of them one after the other."""
    with SetWriter(Path(folder)) as writer:
        for part in np.array_split(np.array(sorted(numbers), dtype=np.int64), parts):
            writer.add(part)
        return writer.finish()


def read_all(found):
    return found.read(0, 2**62).tolist() if found else []


@pytest.mark.parametrize("many", [0, sets.MANY])
@settings(deadline=None, max_examples=50)
@given(numbers=NUMBERS, others=NUMBERS, dense=st.none() | DENSE, parts=st.integers(1, 5))
def test_what_was_added_is_held_and_read_again_and_nothing_else(many, numbers, others, dense, parts):
    if dense:
        numbers = numbers | set(range(dense[1], dense[1] + dense[0]))
    asked = np.array(sorted(numbers | others), dtype=np.int64)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sets, "MANY", many)
        patch.setattr(sets, "FEW_KEYS", 3)
        patch.setattr(sets, "HELD_AT_ONCE", 7)
        found = write(folder, numbers, parts)

        if found is None:
            assert not numbers
            return
        assert (found.is_whole, found.numbers) == (True, len(numbers))
        assert asked[found.hold(asked)].tolist() == read_all(found) == sorted(numbers)


@settings(deadline=None, max_examples=30)
@given(each=st.lists(st.tuples(NUMBERS, st.none() | DENSE), min_size=1, max_size=3))
def test_sets_that_are_merged_hold_what_any_of_them_held(each):
    all_numbers = [numbers | set(range(dense[1], sum(dense))) if dense else numbers for numbers, dense in each]
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sets, "FEW_KEYS", 3)
        patch.setattr(sets, "HELD_AT_ONCE", 7)
        written = [found for numbers in all_numbers if (found := write(folder, numbers))]

        merged = merge_sets(Path(folder), written) if written else None

        assert read_all(merged) == sorted(set(chain.from_iterable(all_numbers)))


def test_a_number_that_comes_again_is_there_once(tmp_path):
    with SetWriter(tmp_path) as writer:
        for part in ([FIRST, FIRST, FIRST + 1], [FIRST + 1], [], [FIRST + 1, FIRST + (1 << LAST_BITS)]):
            writer.add(np.array(part, dtype=np.int64))
        found = writer.finish()

    assert (found.numbers, read_all(found)) == (3, [FIRST, FIRST + 1, FIRST + (1 << LAST_BITS)])


def test_a_set_that_lacks_a_file_or_a_part_of_one_is_not_whole(tmp_path):
    found = write(tmp_path, range(FIRST, FIRST + 9))
    kept = [file.read_bytes() for file in found.files]

    for file, content in zip(found.files, kept, strict=True):
        file.write_bytes(content[:-1])
        assert not found.is_whole
        file.unlink()
        assert not found.is_whole
        file.write_bytes(content)
    assert found.is_whole


def test_of_nothing_no_set_is_made(tmp_path):
    assert write(tmp_path, []) is None
    assert list(tmp_path.iterdir()) == []
