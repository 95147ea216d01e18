"""How long does reading take, the completeness gate included, beside `polars.read_csv` of the same file?

Run: python -m benchmarks.reading [--rows 1000000] [--runs 15]. The target is a ratio of at most 2.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl

from pipelines.reading.drops import open_drop
from pipelines.reading.settings import FileSettings

TARGET = 2.0


def write_leads(path: Path, rows: int, seed: int) -> None:
    """Write a clean list of eight columns: names, phone, e-mail, street, town, postcode, note."""
    number = pl.int_range(rows, eager=True)
    phone = pl.Series(np.random.default_rng(seed).integers(7_000_000_000, 8_000_000_000, rows))
    pl.select(
        first_name=pl.format("First{}", number % 977),
        last_name=pl.format("Last{}", number % 3571),
        phone=pl.format("+44{}", phone),
        email=pl.format("user{}@example.com", number),
        street=pl.format("{} High Street", number % 300),
        town=pl.format("Town{}", number % 211),
        postcode=pl.format("AB{} {}CD", number % 90, number % 9),
        note=pl.format("note {}", number),
    ).write_csv(path)


def time_in_turn(runs: int, works: Sequence[Callable[[], int]]) -> list[tuple[float, int]]:
    """Return the median run of each work in seconds, and its rows; in turn, so that a busy machine slows both."""
    seconds: list[list[float]] = [[] for _ in works]
    rows = [0] * len(works)
    for _ in range(runs):
        for number, work in enumerate(works):
            begin = time.perf_counter()
            rows[number] = work()
            seconds[number].append(time.perf_counter() - begin)
    return [(median(each), count) for each, count in zip(seconds, rows, strict=True)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=15)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "leads.csv"
        write_leads(path, given.rows, seed=1)
        size = path.stat().st_size / 1e6
        (ours, rows), (theirs, other_rows) = time_in_turn(
            given.runs,
            [
                lambda: sum(chunk.height for chunk in open_drop(path, FileSettings()).chunks()),
                lambda: pl.read_csv(path, infer_schema=False).height,
            ],
        )
    if rows != other_rows:
        raise SystemExit(f"leadmill read {rows} rows, polars {other_rows}")
    print(f"{rows} rows, {size:.0f} MB, {os.cpu_count()} processors, median of {given.runs}")
    print(f"leadmill, gate included  {ours:6.3f} s")
    print(f"polars.read_csv, text    {theirs:6.3f} s")
    print(f"ratio                    {ours / theirs:6.2f}   (target: at most {TARGET})")


if __name__ == "__main__":
    main()
