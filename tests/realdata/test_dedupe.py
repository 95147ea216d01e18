"""Pairs of the same restaurant, by hand: how many are found by phone, and how many of those found are pairs.

A pair is found where both rows are one lead. Four of the true pairs have two different numbers.
"""

import csv
import sys
from datetime import UTC, date, datetime
from itertools import combinations
from pathlib import Path

import pytest

from pipelines.importing import import_drop
from pipelines.published.reading import open_reader
from pipelines.templates.template import build_template

RESTAURANTS = Path(__file__).parents[2].parent / "shared" / "data" / "dedupe" / "restaurants"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not RESTAURANTS.is_dir(), reason=f"the real files are not beside this checkout: {RESTAURANTS}"),
]


def read_pairs() -> set[tuple[int, int]]:
    """Return the true pairs of the restaurants' own ids, the smaller first."""
    with (RESTAURANTS / "duplicates.csv").open(encoding="utf-8") as stream:
        return {(min(pair), max(pair)) for pair in (tuple(map(int, row)) for row in csv.reader(stream, delimiter="|"))}


def test_the_pairs_of_restaurants_are_found_by_phone(home, capsys):
    template = build_template(
        {
            "name": "restaurants",
            "supplier": "Guides",
            "list": {"name": "Restaurants"},
            "phone": {"region": "US", "require": "possible"},
            "hold_above": 1,
            "dedupe": {"keys": ["phone"], "scope": ["file"], "action": "keep_existing"},
            "mapping": {"company": "name", "phone1": "phone", "title": "id"},
        },
        "restaurants",
    )
    with (RESTAURANTS / "restaurantProfiles.csv").open(encoding="utf-8") as stream:
        ids = [int(row["id"]) for row in csv.DictReader(stream, delimiter="|")]

    result = import_drop(RESTAURANTS / "restaurantProfiles.csv", template, home, on=date(2026, 3, 2), now=NOW)

    with open_reader(home, NOW, reports=()) as connection:
        same = connection.sql(
            "SELECT list(row_number) FROM import_rows GROUP BY lead_id HAVING count(*) > 1"
        ).fetchall()
    found = {pair for (rows,) in same for pair in combinations(sorted(ids[row - 1] for row in rows), 2)}
    true = read_pairs()
    hits = len(found & true)
    with capsys.disabled():
        sys.stdout.write(f"\nrestaurants by phone: {hits} of {len(true)} pairs, precision {hits / len(found):.3f}\n")
    assert result.rows_received == len(ids)
    assert len(true) == 112
    assert hits >= 108
    assert len(found) <= 122, "those beyond are other restaurants of the same hotels"
