"""Draw valid phone numbers, by region and kind, from the blocks that ``numbering`` derived.

A draw picks a lead from a block list and fills up the remaining digits: every ending of a block is valid, so nothing
needs checking afterwards, and a million numbers take a fraction of a second.
"""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from examples.dice import Dice

CALLING_CODES = {"GB": 44, "AU": 61, "US": 1, "ZA": 27, "IE": 353}
NATIONAL_LENGTHS = {"GB": 10, "AU": 9, "US": 10, "ZA": 9, "IE": 9}
IMPOSSIBLE_LEADS = {"GB": "6", "AU": "6", "US": "0"}  # no number of the region starts with this digit


@cache
def read_blocks() -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Return the leads of every (region, kind), in the order of ``blocks.csv``."""
    with (Path(__file__).parent / "blocks.csv").open(encoding="ascii", newline="") as lines:
        return {(row["region"], row["kind"]): tuple(row["leads"].split(" ")) for row in csv.DictReader(lines)}


def draw_numbers(dice: Dice, region: str, kind: str, count: int, area_code: str = "") -> NDArray[np.int64]:
    """Return that many valid E.164 numbers as integers, of one kind, and of one area code if it is given."""
    leads = [lead for lead in read_blocks()[region, kind] if lead.startswith(area_code)]
    length = NATIONAL_LENGTHS[region]
    picked = np.array([int(lead) for lead in leads], dtype=np.int64)[dice.below(len(leads), count)]
    endings = dice.below(10 ** (length - len(leads[0])), count)
    numbers: NDArray[np.int64] = CALLING_CODES[region] * 10**length + picked * 10 ** (length - len(leads[0])) + endings
    return numbers


def list_area_codes(region: str, kind: str, digits: int) -> list[str]:
    """Return the area codes of that many digits under which the region has blocks of the kind, sorted."""
    return sorted({lead[:digits] for lead in read_blocks()[region, kind]})
