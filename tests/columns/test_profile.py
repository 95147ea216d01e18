"""What the cells of a column look like."""

import polars as pl
import pytest

from pipelines.columns.profile import SAMPLE_ROWS, list_columns, profile_columns, recall_columns, sample_rows


def make_chunk(*columns: list[str | None], flaw: list[str | None] | None = None) -> pl.DataFrame:
    rows = len(columns[0])
    cells = {f"c{at}": pl.Series(cells, dtype=pl.String) for at, cells in enumerate(columns, start=1)}
    return pl.DataFrame(
        {
            "row_number": range(1, rows + 1),
            "line_number": range(2, rows + 2),
            "flaw": pl.Series(flaw or [None] * rows, dtype=pl.String),
            **cells,
        }
    )


def profile(cells: list[str | None], region: str | None = "GB") -> dict[str, object]:
    return profile_columns(make_chunk(cells), ["Any"], region).row(0, named=True)


@pytest.mark.parametrize(
    ("cell", "region", "kinds"),
    [
        ("07400 123456", "GB", {"phone"}),
        ("+1 (212) 555-0123", "GB", {"phone"}),
        ("447400123456.0", "GB", {"phone", "number"}),
        ("'07400123456", "GB", {"phone"}),
        ("(212) 555-0123 x12", "US", {"phone"}),
        ("555-0123", "US", {"possible"}),
        ("ann.able+x@mail.example.co.uk", "GB", {"email"}),
        ("ann@able", "GB", set()),
        ("ann able@able.com", "GB", set()),
        ("jané@müller.de", "GB", {"email"}),
        ("sw1a 1aa", "GB", {"postcode"}),
        ("12345", "US", {"postcode", "number"}),
        ("12345-6789", "US", {"postcode"}),
        ("A65 F4E2", "IE", {"postcode"}),
        ("BELFAST", "IE", {"words"}),
        ("12345", None, {"number"}),
        ("Ann Able", "GB", {"words"}),
        ("2026-03-01", "GB", {"date"}),
        ("20260301", "DE", {"date", "number"}),
        ("31/12/1999 10:00", "GB", {"date"}),
        ("12 High Street", "GB", set()),
        ('{"number": "07400 123456"}', "GB", {"container"}),
        ("[1, 2]", "GB", {"container"}),
    ],
)
def test_a_cell_counts_as_what_it_looks_like(cell, region, kinds):
    seen = profile([cell], region)

    names = ("phone", "possible", "email", "postcode", "words", "number", "date", "container")
    assert {name for name in names if seen[name] == 1} == kinds


def test_shares_are_of_the_filled_cells_and_blanks_are_not_filled():
    seen = profile(["07400 123456", "", None, " \u00a0", "none"])

    assert (seen["cells"], seen["filled"], seen["phone"], seen["words"]) == (2, 0.4, 0.5, 0.5)


def test_an_empty_column_and_a_file_without_rows_have_shares_of_nothing():
    empty = profile_columns(make_chunk(["", ""], ["a", "b"]), ["A", "B"], "GB")
    rowless = profile_columns(make_chunk([]), ["A"], "GB")
    columnless = profile_columns(make_chunk([None]).drop("c1"), [], "GB")

    assert empty.row(0, named=True)["cells"] == 0
    assert rowless.select("position", "header", "cells", "filled", "phone").rows() == [(1, "A", 0, 0.0, 0.0)]
    assert columnless.height == 0


def test_the_sample_is_taken_evenly_and_leaves_out_rows_that_could_not_be_read():
    flaws = ["R_ROW" if row < 3 else None for row in range(5000)]

    sample = sample_rows(make_chunk([str(row) for row in range(5000)], flaw=flaws))

    assert sample.height == SAMPLE_ROWS
    assert (sample["c1"][0], sample["c1"][-1]) == ("3", "4999")
    assert sample["row_number"].diff().drop_nulls().max() <= 6


def test_what_is_kept_of_columns_is_headers_and_rounded_shares_and_no_cell():
    kept = list_columns(profile_columns(make_chunk(["07400 123456", "x", "y"]), ["Tel"], "GB"))

    assert kept == [{"header": "Tel", "filled": 1.0, "cells": 3, "phone": 0.333, "email": 0.0, "postcode": 0.0}]


def test_an_import_from_before_there_were_profiles_has_headers_alone():
    assert [column["header"] for column in recall_columns({"headers": ["A", "B"]})] == ["A", "B"]
    assert recall_columns({"headers": ["A"]})[0]["cells"] == 0
