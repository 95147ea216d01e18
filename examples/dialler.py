"""Write what a dialler reports back, by phone number: attempts, callbacks, leads in its buffer, outcomes."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from examples.dice import make_dice
from examples.words import look_up

# Outcome codes as diallers have them, and in what share of the first calls they come.
OUTCOMES = {
    "NA": 0.40,  # no answer
    "AM": 0.10,  # answering machine
    "NI": 0.20,  # not interested
    "CB": 0.08,  # asked to be called back
    "SALE": 0.07,
    "DNQ": 0.09,  # does not qualify
    "WRONG": 0.06,  # wrong number
}
DIALLED, FETCHED = 0.6, 0.05
SALE_VALUES = ("49.00", "120.00", "199.50", "350.00")
SECONDS_OF_A_SHIFT = 9 * 3600


def write_results(folder: Path, numbers: pl.Series, seed: int, day: date) -> dict[str, Path]:
    """Write what came of calls to some of the numbers (Int64, E.164, GB); return a file per kind of report.

    A row is one call in attempts and dispositions, one lead in callbacks and fetched. Calls are made from 09:00 to
    18:00 UTC on ``day``; who did not answer is tried once more on the next, and callbacks fall two days after that.
    Phones are written as a UK dialler dials them: 07700900123.
    """
    folder.mkdir(parents=True, exist_ok=True)
    calls = draw_calls(numbers, seed, day)
    asked = calls.filter(pl.col("outcome") == "CB")
    due = _write_times(asked["at"] + timedelta(days=3))
    tables = {
        "attempts": calls.select("phone", "called_at"),
        "callbacks": asked.select("phone", due.alias("due_at"), pl.lit("Asked to be called back").alias("notes")),
        "fetched": draw_fetched(numbers, seed, day),
        "dispositions": calls.select("phone", "outcome", "sale_value", "currency", "called_at"),
    }
    for kind, table in tables.items():
        (folder / f"{kind}.csv").write_bytes(table.write_csv().encode())
    return {kind: folder / f"{kind}.csv" for kind in tables}


def draw_calls(numbers: pl.Series, seed: int, day: date) -> pl.DataFrame:
    """Return one row a call, in order of time: phone, outcome, sale_value, currency, called_at (String), at."""
    dice = make_dice(seed, "calls")
    dialled = numbers.filter(pl.Series(dice.uniforms(numbers.len()) < DIALLED))
    first = _draw_round(dialled, seed, day)
    again = first.filter(pl.col("outcome").is_in(["NA", "AM"]))["number"].sort()
    return pl.concat([first, _draw_round(again, seed + 1, day + timedelta(days=1))]).sort("at", "number")


def _draw_round(numbers: pl.Series, seed: int, day: date) -> pl.DataFrame:
    dice = make_dice(seed, "round", day.isoformat())
    count = numbers.len()
    outcomes = look_up(tuple(OUTCOMES), dice.choose(tuple(OUTCOMES.values()), count))
    values = look_up(SALE_VALUES, dice.below(len(SALE_VALUES), count))
    is_sale = pl.col("outcome") == "SALE"
    times = _draw_times(dice.below(SECONDS_OF_A_SHIFT, count), day)
    calls = pl.DataFrame({"number": numbers, "outcome": outcomes, "value": values, "at": times})
    return calls.select(
        "number",
        _spell_dialled(numbers).alias("phone"),
        "outcome",
        pl.when(is_sale).then("value").alias("sale_value"),
        pl.when(is_sale).then(pl.lit("GBP")).alias("currency"),
        _write_times(times).alias("called_at"),
        "at",
    )


def draw_fetched(numbers: pl.Series, seed: int, day: date) -> pl.DataFrame:
    """Return phone, fetched_at of the leads that wait in the dialler's buffer."""
    dice = make_dice(seed, "fetched")
    waiting = numbers.filter(pl.Series(dice.uniforms(numbers.len()) < FETCHED))
    fetched_at = _write_times(_draw_times(dice.below(SECONDS_OF_A_SHIFT, waiting.len()), day))
    return pl.DataFrame({"phone": _spell_dialled(waiting), "fetched_at": fetched_at})


def _draw_times(seconds: np.ndarray, day: date) -> pl.Series:
    opening = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    return pl.Series(
        "at", [opening + timedelta(seconds=int(second)) for second in seconds], dtype=pl.Datetime("us", "UTC")
    )


def _write_times(times: pl.Series) -> pl.Series:
    return times.dt.strftime("%Y-%m-%dT%H:%M:%SZ")


def _spell_dialled(numbers: pl.Series) -> pl.Series:
    return "0" + (numbers % 10**10).cast(pl.String)
