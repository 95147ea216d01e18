"""Blanks around cells go, whatever stands in the rest of the column."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.cleaning.tidying import FEW, has_plain_ends, tidy_cells
from pipelines.columns.headers import BLANKS

PLAIN = ["Ann", "x", "", "twelve bytes", "more than twelve bytes", "0 High Street", "a" * 300]


def tidy_one(cell: str | None) -> str | None:
    """Tidy a cell as Python would."""
    return (cell or "").strip(BLANKS) or None


@given(st.lists(st.one_of(st.none(), st.sampled_from(PLAIN), st.text(max_size=20)), max_size=4), st.integers(0, FEW))
def test_a_column_is_tidied_as_each_of_its_cells_is(odd, at):
    cells = PLAIN * (FEW // len(PLAIN) + 1)
    cells[at:at] = odd

    assert tidy_cells(pl.Series(cells, dtype=pl.String)).to_list() == [tidy_one(cell) for cell in cells]


@pytest.mark.parametrize("end", [" ", "\t", "\u00a0", "\u200b", "\u3000", "é", "\x7f", "\0"])
@pytest.mark.parametrize("cell", ["{}Ann", "Ann{}", "{}", "{}a text of more than twelve bytes", "and another one{}"])
def test_a_blank_or_foreign_sign_at_either_end_of_any_cell_is_seen(cell, end):
    parts = [pl.Series(PLAIN), pl.Series([cell.format(end), "Bob"]), pl.Series(PLAIN)]

    assert not has_plain_ends(pl.concat(parts))
    assert has_plain_ends(pl.concat([parts[0], parts[2]]))


def test_a_part_of_a_column_is_judged_by_its_own_cells():
    cells = pl.Series([" Ann", "Bob", "one that is longer than twelve", "and one with a blank behind it "])

    assert has_plain_ends(cells[1:3])
    assert not has_plain_ends(cells[:2])
    assert not has_plain_ends(cells[2:])
