"""What does it cost to ask everything we know about a drop, beside merely reading and writing it?

    python -m benchmarks.screening [--leads 20000000] [--dnc 50000000] [--rows 1000000] [--folder DIR]

Builds a home of so many leads (five phone slots, e-mails) and do-not-call entries, and one twenty times smaller;
imports drops of 1, 500 and so many rows through ``import_drop``; loads do-not-call lists; and runs what one would
otherwise write on a part of it (pandas comes with ``leadmill[benchmarks]``). Everything runs in this one process and
prints ratios to floors that are measured in the same run. The homes are kept in ``--folder`` and used again by the next
run.
"""

import argparse
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import duckdb
import polars as pl

from benchmarks.stocking import DncList, draw_number, stock_home, write_big_drop
from pipelines.dnc.loading import load_dnc
from pipelines.home import Home
from pipelines.importing import import_drop
from pipelines.receipts import ImportResult
from pipelines.templates.template import Template, build_template

ROUNDS = 5
SMALLER = 20
SAMPLE_ROWS, SAMPLE_LEADS = 2_000, 100_000
MAPPING = {
    "first_name": "first_name",
    "last_name": "last_name",
    "company": "company_name",
    "address": "address",
    "city": "city",
    "region": "county",
    "postcode": "postal",
    "phone1": "phone1",
    "phone2": "phone2",
    "email": "email",
}


def make_template(action: str = "keep_existing") -> Template:
    return build_template(
        {
            "name": "benchmark",
            "supplier": "Supplier 1",
            "list": {"name": "List 3"},
            "hold_above": 1,
            "dnc": {"categories": ["TPS"]},
            "dedupe": {"keys": ["phone", "email"], "scope": ["file", "global"], "action": action},
            "mapping": MAPPING,
        },
        "benchmark",
    )


def time_call(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def peak_memory() -> float:
    """Return the greatest memory that this process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def time_floor(drop: Path, folder: Path) -> float:
    """Return the median time of reading a drop's cells as text with Polars and writing them as Parquet."""

    def read_and_write() -> None:
        pl.read_csv(drop, infer_schema=False).write_parquet(folder / "floor.parquet")

    return statistics.median(time_call(read_and_write) for _ in range(ROUNDS))


def import_alone(drop: Path, home: Home) -> ImportResult:
    """Import a drop once what was written before is on the disk: its own making is not to be waited for."""
    os.sync()
    return import_drop(drop, make_template(), home)


class Drops:
    """Makes drops of which no two are alike."""

    def __init__(self, folder: Path, leads: int) -> None:
        self.folder = folder
        self.leads = leads
        self.seed = int(time.time() * 1000) % 10**9 * 10**9

    def write(self, rows: int) -> Path:
        self.seed += rows + 1_000
        drop = self.folder / "drop.csv"
        write_big_drop(drop, rows, self.leads, self.seed)
        return drop


def run_small(home: Home, drops: Drops, rows: int) -> float:
    """Return the median seconds of importing a small drop, each time another one; the first warms up."""
    seconds = [import_alone(drops.write(rows), home).seconds for _ in range(ROUNDS + 1)]
    return statistics.median(seconds[1:])


def run_big(home: Home, drops: Drops, rows: int, folder: Path) -> None:
    """Import a large drop several times, each time another one, and show the median; the first warms up."""
    results = []
    for _ in range(ROUNDS + 1):
        drop = drops.write(rows)
        floor = time_floor(drop, folder)
        result = import_alone(drop, home)
        results.append((result.seconds / floor, floor, result))
    ratios = sorted(results[1:], key=lambda one: one[0])
    _, floor, result = ratios[len(ratios) // 2]
    show_steps(result, floor, rows)
    print(f"all runs {', '.join(f'{ratio:.1f} x' for ratio, *_ in results)}; peak memory {peak_memory():,.0f} MiB")


def show_steps(result: ImportResult, floor: float, rows: int) -> None:
    print(f"{result.created:,} created, {result.rejected:,} rejected: {result.reasons}, warnings {result.warnings}\n")
    print(f"{'step':<12}{'seconds':>9}{'share':>8}{'x floor':>9}")
    for step, seconds in [*result.steps.items(), ("all", result.seconds), ("floor", floor)]:
        print(f"{step:<12}{seconds:>9.2f}{seconds / result.seconds:>8.0%}{seconds / floor:>9.1f}")
    print(f"{rows / result.seconds:,.0f} rows a second")


def run_dnc_load(home: Home, rows: int, folder: Path) -> None:
    """Load lists into new categories, which no import checks, and show the median; the first warms up.

    Then load one into a category against which live leads are held at once. Each list has other numbers.
    """
    seed = int(time.time() * 1000)
    seeds = range(seed, seed + rows * (ROUNDS + 1), rows)
    runs = [time_load(home, DncList.write(folder / "dnc.txt", rows, each), f"Loaded {each}", folder) for each in seeds]
    seconds, floor = sorted(runs[1:], key=lambda run: run[0] / run[1])[len(runs[1:]) // 2]
    print(
        f"loading {rows:,} entries {seconds:.2f} s, reading and writing them {floor:.2f} s:"
        f" {seconds / floor:.2f} x; all runs {', '.join(f'{one / its_floor:.2f} x' for one, its_floor in runs)}"
    )
    seconds, floor = time_load(home, DncList.write(folder / "dnc.txt", rows, seed - rows), "TPS", folder)
    print(f"the live leads that were screened by it to be held against them {seconds:.2f} s: {seconds / floor:.1f} x")


def time_load(home: Home, entries: DncList, category: str, folder: Path) -> tuple[float, float]:
    """Return the seconds of loading a list into a category, and those of merely reading and writing it."""
    floor = statistics.median(time_call(lambda: entries.read_and_write(folder)) for _ in range(ROUNDS))
    os.sync()
    load = partial(load_dnc, home, entries.path, category, region="GB", now=datetime.now(UTC))
    return time_call(load), floor


def run_others() -> None:
    """Time what one would otherwise write, on so few rows and leads that it ends."""
    duckdb.sql(
        f"CREATE OR REPLACE TABLE leads AS SELECT i AS lead_id, {draw_number('i * 5')} AS phone1,"
        f" {draw_number('i * 5 + 1')} AS phone2, {draw_number('i * 5 + 2')} AS phone3,"
        f" {draw_number('i * 5 + 3')} AS phone4, {draw_number('i * 5 + 4')} AS phone5 "
        f" FROM range({SAMPLE_LEADS}) AS t (i)"
    )
    duckdb.sql(
        f"CREATE OR REPLACE TABLE drop_rows AS SELECT i AS row_number, {draw_number('i * 5')} AS phone1,"
        f" {draw_number('-i', is_new=True)} AS phone2 FROM range({SAMPLE_ROWS}) AS t (i)"
    )
    slots = range(1, 6)
    either = " OR ".join(f"d.phone{a} = l.phone{b}" for a in (1, 2) for b in slots)
    by_or = time_call(
        lambda: duckdb.sql(f"SELECT DISTINCT row_number FROM drop_rows d JOIN leads l ON {either}").fetchall()
    )
    long = " UNION ALL ".join(f"SELECT lead_id, phone{b} AS value FROM leads" for b in slots)
    rows = " UNION ALL ".join(f"SELECT row_number, phone{a} AS value FROM drop_rows" for a in (1, 2))
    as_points = time_call(
        lambda: duckdb.sql(f"SELECT DISTINCT row_number FROM ({rows}) SEMI JOIN ({long}) USING (value)").fetchall()
    )
    print(
        f"{SAMPLE_ROWS:,} rows against {SAMPLE_LEADS:,} leads: points {as_points:.3f} s,"
        f" OR {by_or:.3f} s: {by_or / as_points:.0f} x"
    )
    try:
        import pandas  # noqa: F401, ICN001
    except ImportError:
        print("pandas is not installed (leadmill[benchmarks]): its merge is left out")
        return
    leads, drop = duckdb.sql("SELECT * FROM leads").df(), duckdb.sql("SELECT * FROM drop_rows").df()

    def merge() -> None:
        for a in (1, 2):
            for b in slots:
                drop.merge(leads, left_on=f"phone{a}", right_on=f"phone{b}")

    seconds = time_call(merge)
    print(f"pandas.merge, slot by slot {seconds:.3f} s: {seconds / as_points:.0f} x")


def prepare(folder: Path, name: str, leads: int, entries: int) -> Home:
    home = Home(folder / name)
    if not home.store.exists():
        seconds = time_call(lambda: stock_home(home, leads, entries))
        print(f"{name}: {leads:,} leads and {entries:,} entries stocked in {seconds:.0f} s,", end=" ")
    print(f"{name}: {home.store.stat().st_size / 1e6:,.0f} MB")
    return home


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, default=20_000_000)
    parser.add_argument("--dnc", type=int, default=50_000_000)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--dnc-load", type=int, default=10_000_000)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch)
        big = prepare(folder, "big", options.leads, options.dnc)
        small = prepare(folder, "small", options.leads // SMALLER, options.dnc // SMALLER)
        drops, few = Drops(Path(scratch), options.leads), Drops(Path(scratch), options.leads // SMALLER)
        for rows in (1, 500):
            at_big, at_small = run_small(big, drops, rows), run_small(small, few, rows)
            print(f"{rows:>5} rows: {at_big:.3f} s, on the small home {at_small:.3f} s: {at_big / at_small:.2f} x")
        print()
        run_big(big, drops, options.rows, Path(scratch))
        print()
        if options.dnc_load:
            run_dnc_load(big, options.dnc_load, Path(scratch))
        run_others()


if __name__ == "__main__":
    main()
