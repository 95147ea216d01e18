"""What does it cost to load a do-not-call list of any length, and to screen against it?

    python -m benchmarks.dnc [--entries 10000000] [--rows 500,100000] [--folder DIR]

Writes a list of so many distinct British numbers, one per line, loads it into an empty home, then the next month's full
list, of which one number in a hundred is another, then a list of changes; and imports drops that are screened against
it, no duplicates looked for. Prints seconds, beside those of merely reading the list with Polars and writing it as
Parquet, the peak memory of this process, and the size of the store.
"""

import argparse
import statistics
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl

from benchmarks.screening import peak_memory, time_call
from benchmarks.stocking import write_big_drop
from pipelines.dnc.loading import load_dnc
from pipelines.home import Home
from pipelines.importing import import_drop
from pipelines.templates.template import build_template

FIRST, STEP_RANGE = 7_300_000_000, 600_000_000
TEMPLATE = {
    "name": "benchmark",
    "supplier": "Supplier 1",
    "list": {"name": "List 1"},
    "hold_above": 1,
    "dnc": {"categories": ["TPS"]},
    "mapping": {"first_name": "first_name", "phone1": "phone1", "phone2": "phone2"},
}
FLOOR_ROWS = 10_000_000  # of a longer list it takes more memory than loading it does
LEAP = 387_420_487  # shares no factor with STEP_RANGE: every number once, in no order


def write_list(path: Path, entries: int, since: int = 0) -> None:
    """Write so many distinct numbers, in no order, as a registry that is kept by date has them, from one of them on."""
    number = f"{FIRST} + (i * {LEAP}) % {STEP_RANGE}"
    numbers = f"SELECT '0' || ({number}) FROM range({since}, {since + entries}) AS t (i)"
    duckdb.sql(f"COPY ({numbers}) TO '{path}' (FORMAT csv, HEADER false)")


def time_floor(listed: Path, folder: Path) -> float:
    """Return the median seconds of reading a list with Polars and writing it as Parquet."""

    def read_and_write() -> None:
        pl.read_csv(listed, has_header=False, infer_schema=False).write_parquet(folder / "floor.parquet")

    return statistics.median(time_call(read_and_write) for _ in range(3))


def time_load(home: Home, listed: Path, mode: str, floor: float | None, now: datetime) -> None:
    seconds = time_call(lambda: load_dnc(home, listed, "TPS", mode=mode, now=now))
    beside = f", {seconds / floor:.1f} x reading and writing it ({floor:.2f} s)" if floor else ""
    print(f"load ({mode}) {seconds:.1f} s{beside}, peak memory {peak_memory():,.0f} MiB", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=10_000_000)
    parser.add_argument("--rows", default="500,100000")
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as scratch:
        folder, now = Path(scratch), datetime.now(UTC)
        home, listed = Home(folder / "home"), folder / "list.txt"
        write_list(listed, options.entries)
        print(f"{options.entries:,} entries, {listed.stat().st_size / 1e6:,.0f} MB, before: {peak_memory():,.0f} MiB")
        time_load(home, listed, "full", None if options.entries > FLOOR_ROWS else time_floor(listed, folder), now)
        published = sum(file.stat().st_size for file in (home.published / "data").rglob("*.parquet"))
        print(f"store {home.store.stat().st_size / 1e6:,.0f} MB, published {published / 1e6:,.0f} MB")
        write_list(listed, options.entries, options.entries // 100)
        time_load(home, listed, "full", None if options.entries > FLOOR_ROWS else time_floor(listed, folder), now)
        changes = folder / "changes.csv"
        changes.write_text("number,action\n" + "".join(f"0{FIRST + n * 7},{'AD'[n % 2]}\n" for n in range(10_000)))
        print(f"10,000 changes {time_call(lambda: load_dnc(home, changes, 'TPS', mode='changes', now=now)):.1f} s")
        for rows in map(int, options.rows.split(",")):
            for seed in (1, 2):
                drop = folder / f"drop{seed}.csv"
                write_big_drop(drop, rows, 1_000_000, rows * seed * 1_000)
                result = import_drop(drop, build_template(TEMPLATE, "benchmark"), home)
                steps = ", ".join(f"{step} {taken:.2f}" for step, taken in result.steps.items())
                print(f"{rows:,} rows {result.seconds:.2f} s ({steps}): {result.reasons}", flush=True)


if __name__ == "__main__":
    main()
