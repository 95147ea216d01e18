"""What does it cost to load a do-not-call list of any length, and to screen against it?

    python -m benchmarks.dnc [--entries 10000000] [--rows 500,100000] [--folder DIR]

Writes a list of so many distinct British numbers, one per line, loads it into an empty home, applies a list of changes,
and imports drops that are screened against it, no duplicates looked for. Prints seconds, beside those of merely reading
the list with Polars and writing it as Parquet, the peak memory of this process, and the size of the store.
"""

import argparse
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
    "mapping": {"first_name": "First Name", "phone1": "Phone", "phone2": "Mobile"},
}
FLOOR_ROWS = 10_000_000
LEAP = 387_420_489  # shares no factor with STEP_RANGE: every number once, in no order


def write_list(path: Path, entries: int) -> None:
    """Write so many distinct numbers, in no order, as a registry that is kept by date has them."""
    number = f"{FIRST} + (i * {LEAP}) % {STEP_RANGE}"
    duckdb.sql(f"COPY (SELECT '0' || ({number}) FROM range({entries}) AS t (i)) TO '{path}' (FORMAT csv, HEADER false)")


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
        seconds = time_call(lambda: load_dnc(home, listed, "TPS", now=now))
        print(f"load {seconds:.1f} s, peak memory {peak_memory():,.0f} MiB", flush=True)
        published = sum(file.stat().st_size for file in (home.published / "data").rglob("*.parquet"))
        print(f"store {home.store.stat().st_size / 1e6:,.0f} MB, published {published / 1e6:,.0f} MB")
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
        if options.entries <= FLOOR_ROWS:
            floor = time_call(
                lambda: pl.read_csv(listed, has_header=False, infer_schema=False).write_parquet(
                    folder / "floor.parquet"
                )
            )
            print(f"reading and writing the list {floor:.1f} s: the load took {seconds / floor:.1f} x")


if __name__ == "__main__":
    main()
