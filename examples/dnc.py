"""Write do-not-call lists: one number a line in mixed spellings, or a CSV with the day of listing."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from examples.cells import spell_pattern
from examples.dice import Dice, make_dice
from examples.numbers import CALLING_CODES, NATIONAL_LENGTHS, draw_numbers, read_blocks

CHUNK = 200_000  # numbers made at a time
INCLUDED = 0.05  # at most this share of a list comes from the drop it goes with
PATTERNS = {
    "GB": ("09999999999", "09999 999999", "+449999999999", "00449999999999", "9999999999", "+44 (0)9999 999999"),
    "AU": ("0999999999", "+61999999999", "09 9999 9999"),
    "US": ("9999999999", "(999) 999-9999", "999,9999999", "+19999999999"),
}
WEIGHTS = (0.5, 0.2, 0.15, 0.1, 0.03, 0.02)


def spell_mixed(dice: Dice, region: str, numbers: pl.Series) -> pl.Series:
    """Return the numbers (Int64, E.164 of one region) as text, each in one of the region's spellings."""
    patterns = PATTERNS[region]
    base = CALLING_CODES[region] * 10 ** NATIONAL_LENGTHS[region]
    picked = pl.Series(dice.choose(WEIGHTS[: len(patterns)], numbers.len()))
    spelled = [pl.when(picked == i).then(spell_pattern(pattern)) for i, pattern in enumerate(patterns)]
    national = pl.DataFrame({"national": (numbers - base).cast(pl.String)})
    return national.select(pl.coalesce(spelled)).to_series()


def write_numbers(
    path: Path, region: str, count: int, seed: int, *, including: pl.Series | None = None, included: float = INCLUDED
) -> None:
    """Write a list of ``count`` numbers, one a line; up to ``included`` of it are from ``including`` (Int64, E.164)."""
    dice = make_dice(seed, region, "dnc")
    kinds = sorted(kind for block_region, kind in read_blocks() if block_region == region)
    wanted = _sample(dice, including, int(count * included))
    with path.open("wb") as out:
        for first in range(0, count, CHUNK):
            size = min(CHUNK, count - first)
            # Spread evenly over the chunks, for they are shuffled one by one.
            own = wanted.slice(wanted.len() * first // count, -(-wanted.len() * size // count)).head(size)
            others = _draw_others(dice, region, kinds, size - own.len())
            shuffled = pl.concat([own, others]).gather(np.argsort(dice.uniforms(size), kind="stable"))
            out.write(("\n".join(spell_mixed(dice, region, shuffled).to_list()) + "\n").encode())


def write_listed(path: Path, region: str, numbers: pl.Series, seed: int, on: date) -> None:
    """Write a CSV of number, listed_on: the numbers (Int64, E.164), each listed on a day of the year before ``on``."""
    dice = make_dice(seed, region, "listed")
    days = dice.below(365, numbers.len())
    listed = [(on - timedelta(days=1 + int(back))).isoformat() for back in days]
    table = pl.DataFrame({"number": spell_mixed(dice, region, numbers), "listed_on": listed})
    path.write_bytes(table.write_csv().encode())


def _draw_others(dice: Dice, region: str, kinds: list[str], count: int) -> pl.Series:
    share = -(-count // len(kinds))
    drawn = [draw_numbers(dice, region, kind, share) for kind in kinds]
    return pl.Series(np.concatenate(drawn)[:count])


def _sample(dice: Dice, numbers: pl.Series | None, count: int) -> pl.Series:
    if numbers is None:
        return pl.Series([], dtype=pl.Int64)
    order = np.argsort(dice.uniforms(numbers.len()), kind="stable")
    return numbers.gather(order[:count])
