"""How long does it take to decide an update by rounds of sets, beside deciding it row by row?

    python -m benchmarks.duplicates [--rows 300000] [--leads 100000]

Draws the meetings of a drop of which so many rows are contested: a third meet one of so many leads, the others one
another: people that come twice or three times, families, chains, switchboards of 2,000 rows. Both ways run in this one
process, in turn, and must come to the same; prints seconds, ratio and rounds. The drop itself may be of any size: rows
that meet nobody do not come here. Then inputs that are made to need many rounds.
"""

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
import polars as pl

from pipelines.screening.duplicates import resolve_duplicates
from pipelines.screening.in_order import resolve_in_order
from pipelines.screening.meetings import TOUCHES, VERDICTS, Meetings, Resolution, Situation
from pipelines.templates.parts import DedupeOptions

REPEATS = 3
SITUATION = Situation(list_id=1, supplier="Acme", lead_base=1 << 40, sees_own_rows=True, destination_in_scope=True)
POINT = ("kind", "value", "text")
SWITCHBOARD = 2_000


def as_points(holders: pl.DataFrame, name: str) -> pl.DataFrame:
    """Turn the columns phone1, phone2 and email of rows or leads into contact points."""
    return (
        holders.unpivot(["phone1", "phone2", "email"], index=name, variable_name="slot")
        .drop_nulls("value")
        .with_columns(
            kind=pl.when(pl.col("slot") == "email").then(3).otherwise(1).cast(pl.UInt8),
            text=pl.when(pl.col("slot") == "email").then(pl.format("{}@example.com", "value")).otherwise(pl.lit("")),
        )
        .select(name, "slot", *POINT)
        .sort(name, "slot")
    )


def meet(rows: pl.DataFrame, leads: pl.DataFrame) -> Meetings:
    """Return who meets whom: ``rows`` with row_number, ``leads`` with lead_id, both with phone1, phone2 and email."""
    points, held = as_points(rows, "row_number"), as_points(leads, "lead_id")
    matches = points.join(held.rename({"slot": "lead_slot"}), on=POINT).select(
        "row_number",
        "slot",
        "kind",
        "lead_id",
        "lead_slot",
        list_id=pl.lit(2, pl.Int64),
        supplier=pl.lit("Acme"),
        age=pl.col("lead_id"),
    )
    return Meetings(points, matches.sort("row_number", "slot"), held.join(matches, on="lead_id", how="semi"))


def draw_drop(rows: int, leads: int) -> Meetings:
    draw = np.random.default_rng(1)
    people = draw.integers(0, rows // 2, rows)
    people[: rows // 3] = draw.integers(rows, rows + leads, rows // 3)
    draw.shuffle(people)
    number = np.arange(1, rows + 1)
    desks = number[draw.random(rows) < 0.2]
    drop = pl.DataFrame(
        {
            "row_number": number,
            "phone1": people * 10,
            # A second number: mostly one's own, at times a relative's.
            "phone2": np.where(draw.random(rows) < 0.1, (people + 1) * 10, people * 10 + draw.integers(1, 9, rows)),
            "email": people // 2,
        }
    ).with_columns(
        phone1=pl.when(pl.col("row_number").is_in(desks)).then(-(pl.col("row_number") // (SWITCHBOARD * 5)) - 1)
        .otherwise("phone1"),
        email=pl.when(pl.col("row_number") % 3 > 0).then("email"),
    )  # fmt: skip
    known = np.arange(rows, rows + leads)
    return meet(
        drop, pl.DataFrame({"lead_id": known + 1, "phone1": known * 10, "phone2": known * 10 + 1, "email": known // 2})
    )


def draw_hard(rows: int) -> dict[str, tuple[Meetings, str]]:
    """Return inputs in which one row hangs on the other, with what is done on several matches."""
    number = np.arange(1, rows + 1)
    nobody = pl.DataFrame(schema={"lead_id": pl.Int64, "phone1": pl.Int64, "phone2": pl.Int64, "email": pl.Int64})
    none = pl.Series([None] * rows, dtype=pl.Int64)
    draw = np.random.default_rng(1)

    def drop(phone1: object, phone2: object, email: object = none) -> pl.DataFrame:
        return pl.DataFrame({"row_number": number, "phone1": phone1, "phone2": phone2, "email": email})

    known = pl.DataFrame({"lead_id": number, "phone1": none, "phone2": none, "email": number})
    return {
        "one switchboard": (meet(drop(number * 0, number), nobody), "first"),
        "two by turns": (meet(drop(number % 2, none, number * 0), nobody), "first"),
        "a chain": (meet(drop(number, number + 1), nobody), "first"),
        "each undoes the next": (meet(drop(number, number + 1, number), known), "quarantine"),
        "twenty numbers": (meet(drop(*draw.integers(0, 20, (2, rows))), nobody), "first"),
        "one e-mail for all": (meet(drop(number, none, number * 0), known.with_columns(phone1="lead_id")), "first"),
    }


def by_rows(meetings: Meetings, options: DedupeOptions) -> Resolution:
    verdicts, touches = resolve_in_order(meetings, options, SITUATION)
    return Resolution(
        pl.DataFrame(verdicts, VERDICTS, orient="row"), pl.DataFrame(touches, TOUCHES, orient="row").unique(), 0
    )


def time_call(call: Callable[[], Resolution]) -> tuple[float, Resolution]:
    started = time.perf_counter()
    answer = call()
    return time.perf_counter() - started, answer


def compare(name: str, meetings: Meetings, repeats: int = REPEATS, **settings: object) -> None:
    options = DedupeOptions.model_validate({"scope": ["file", "global"], "action": "update", **settings})
    pairs = []
    for _ in range(repeats):
        loop, expected = time_call(lambda: by_rows(meetings, options))
        sets, got = time_call(lambda: resolve_duplicates(meetings, options, SITUATION))
        pairs.append((loop, sets))
    assert got.verdicts.equals(expected.verdicts), name
    assert got.touches.sort(pl.all()).equals(expected.touches.sort(pl.all())), name
    loop, sets = (statistics.median(seconds) for seconds in zip(*pairs, strict=True))
    rows = meetings.points["row_number"].n_unique()
    print(f"{name:<32}{rows:>9,}{loop:>9.3f}{sets:>9.3f}{loop / sets:>8.1f}{got.rounds:>8}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--hard", type=int, default=5_000)
    options = parser.parse_args()
    print(f"{'':<32}{'rows':>9}{'by rows':>9}{'by sets':>9}{'ratio':>8}{'rounds':>8}")
    drop = draw_drop(options.rows, options.leads)
    compare("update", drop)
    compare("update, migrate", drop, migrate=True)
    compare("update, several quarantined", drop, on_multiple="quarantine")
    for name, (meetings, on_multiple) in draw_hard(options.hard).items():
        compare(name, meetings, repeats=1, on_multiple=on_multiple)


if __name__ == "__main__":
    main()
