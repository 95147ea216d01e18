"""Sorted arrays on the disk answer as a look at every point would."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.beside import sweep_folder
from pipelines.points import segments
from pipelines.points.segments import find_leads_in, merge_segments, write_segment

VALUES = st.lists(st.integers(-30, 30) | st.integers(-(2**62), 2**62), min_size=1, max_size=60).map(sorted)


@pytest.fixture(scope="module", autouse=True)
def _unsynced():
    """Spare the disk: a power cut is not looked at here."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("sync_file", "sync_folder"):
            patch.setattr(segments, name, lambda _: None)
        yield


def write(folder, values, lead=1):
    """Write a segment of these sorted values, those of each half apart; the leads are counted up."""
    leads = np.arange(lead, lead + len(values))
    values, half = np.array(values, dtype=np.int64), len(values) // 2
    return write_segment(folder, [(values[:half], leads[:half]), (values[half:], leads[half:])])


@pytest.mark.parametrize(("few", "marks"), [(0, 4), (0, 64), (segments.FEW, 64)])
@settings(deadline=None)
@given(values=VALUES, others=VALUES)
def test_all_leads_with_a_value_are_found_and_no_others(few, marks, values, others):
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(segments, "FEW", few)
        patch.setattr(segments, "PAGE", 4)
        patch.setattr(segments, "BLOCK", 8)
        patch.setattr(segments, "MARKS", marks)
        segment = write(Path(folder), values)
        for asked in (others, [*values[:1], *others], [*values, *others]):
            found = find_leads_in(segment, np.unique(np.array(asked, dtype=np.int64)))

            assert sorted(found.tolist()) == [n for n, value in enumerate(values, 1) if value in set(asked)]


@settings(deadline=None)
@given(first=VALUES, second=VALUES)
def test_segments_that_are_merged_hold_what_they_held_in_order(first, second):
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(segments, "PAGE", 4)
        patch.setattr(segments, "MERGED_POINTS", 8)
        parts = [write(Path(folder), first), write(Path(folder), second, 100)]

        merged = merge_segments(Path(folder), parts)

        assert merged.is_whole
        values, leads = merged.open()
        held = [pair for part in parts for pair in zip(*part.open(), strict=True)]
        assert values.tolist() == sorted([*first, *second])
        assert sorted(zip(values, leads, strict=True)) == sorted(held)
        assert merged.sample().tolist() == values[::4].tolist()


def test_a_segment_that_lacks_a_file_or_a_part_of_one_is_not_whole(tmp_path):
    segment = write(tmp_path, range(2_000))
    kept = [file.read_bytes() for file in segment.files]

    assert segment.is_whole
    for file, content in zip(segment.files, kept, strict=True):
        file.write_bytes(content[:-8])
        assert not segment.is_whole
        file.unlink()
        assert not segment.is_whole
        file.write_bytes(content)
    assert segment.is_whole


def test_what_no_store_lists_is_removed(tmp_path):
    kept, gone = write(tmp_path, range(5)), write(tmp_path, range(9))

    sweep_folder(tmp_path, [kept.name])

    assert (kept.is_whole, gone.is_whole) == (True, False)
    assert len(list(tmp_path.iterdir())) == 3


def test_of_nothing_no_segment_is_made(tmp_path):
    assert write_segment(tmp_path, []) is None
    assert list(tmp_path.iterdir()) == []
