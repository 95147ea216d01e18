"""Is every answer just what `phonenumbers` answers?"""

import random

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipelines.phones import parse_phones
from pipelines.phones.library import ask_library, parse_by_library
from pipelines.phones.schema import PHONE_SCHEMA
from tests.bounds import bounded
from tests.phones.spellings import MARKS, REGIONS, TAILS, draw_cell, draw_cells, list_examples, space_out

COMMON = ["GB", "US", "AU", "ZA", "IE", "CA", "NZ", "DE", "FR", "IN"]
FRESH_SEED = random.SystemRandom().randrange(2**32)


def find_differences(cells: list[str], region: str | None) -> pl.DataFrame:
    """List the cells on which ours and the library's answers differ in any column."""
    raw = pl.Series("raw", cells, dtype=pl.String)
    ours, theirs = parse_phones(raw, region), parse_by_library(raw, region)
    assert ours.schema == theirs.schema == PHONE_SCHEMA
    differs = [ours[name].ne_missing(theirs[name]) for name in ours.columns]
    is_wrong = pl.DataFrame(differs).select(pl.any_horizontal(pl.all())).to_series()
    return pl.concat([raw.to_frame(), ours, theirs.select(pl.all().name.prefix("library_"))], how="horizontal").filter(
        is_wrong
    )


@pytest.mark.parametrize("region", [*COMMON, None])
def test_drawn_cells_get_the_librarys_answers(region: str | None) -> None:
    cells = draw_cells(FRESH_SEED, region or "GB", 1_500)

    wrong = find_differences(cells, region)

    assert wrong.is_empty(), f"seed {FRESH_SEED}: {wrong.to_dicts()[:5]}"


@pytest.mark.parametrize("lot", range(6))
def test_regions_drawn_by_lot_get_the_librarys_answers(lot: int, shared_cache: None) -> None:
    quick = [region for region in REGIONS if region not in ("CN", "AR")]  # those take half a minute to build
    region = random.Random(FRESH_SEED + lot).choice(quick)
    cells = draw_cells(FRESH_SEED, region, 500)

    wrong = find_differences(cells, region)

    assert wrong.is_empty(), f"seed {FRESH_SEED}, region {region}: {wrong.to_dicts()[:5]}"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 2**32 - 1),
    tail=st.one_of(
        st.just(""), st.sampled_from(TAILS), st.text(st.sampled_from([*MARKS, *"0123456789xeto#"]), max_size=12)
    ),
    region=st.sampled_from([*COMMON, None]),
)
@example(seed=0, tail="\x00", region="GB")
@example(seed=1, tail=" / x12", region="GB")
@example(seed=1, tail="9" * 250, region="US")
def test_a_number_with_anything_behind_it_is_read_as_the_library_reads_it(
    seed: int, tail: str, region: str | None
) -> None:
    cell = draw_cell(random.Random(seed), region or "GB") + tail

    row = parse_phones(pl.Series([cell]), region).row(0)

    assert row == ask_library(cell, region)


@settings(max_examples=150, deadline=None)
@given(cell=st.text(max_size=40), region=st.sampled_from([*COMMON, None]))
def test_any_text_is_read_as_the_library_reads_it(cell: str, region: str | None) -> None:
    row = parse_phones(pl.Series([cell]), region).row(0)

    assert row == ask_library(cell, region)


@pytest.mark.full
@pytest.mark.parametrize("region", [*REGIONS, None])
def test_five_million_drawn_cells_get_the_librarys_answers(region: str | None, shared_cache: None) -> None:
    count = bounded(60_000 if region in COMMON else 19_000)
    print(f"seed {FRESH_SEED}, region {region}, {count} cells")  # noqa: T201

    wrong = find_differences(draw_cells(FRESH_SEED, region or "GB", count), region)

    assert wrong.is_empty(), f"seed {FRESH_SEED}: {wrong.to_dicts()[:5]}"


@pytest.mark.full
@pytest.mark.parametrize("region", REGIONS)
def test_example_numbers_of_every_type_in_many_spellings_get_the_librarys_answers(
    region: str, shared_cache: None
) -> None:
    import phonenumbers

    rng = random.Random(FRESH_SEED)
    cells = []
    for number in list_examples(region):
        for style in range(4):
            written = phonenumbers.format_number(number, style)
            cells += [
                written,
                f"Tel: {written}",
                f"{written} ext. 12",
                f"{written} x7",
                f"({written})",
                f"{written} / {written}",
            ]
            cells += [space_out(rng, written, " -()."), space_out(rng, written, MARKS)]

    wrong = pl.concat([find_differences(cells, home) for home in (region, "GB", "US", None)])

    assert wrong.is_empty(), f"seed {FRESH_SEED}: {wrong.to_dicts()[:5]}"
