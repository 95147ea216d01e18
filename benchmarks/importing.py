"""Import a big generated drop, and say what each step costs beside merely reading and writing the file with Polars.

    python benchmarks/importing.py [--rows 1000000] [--profile uk_register]

Everything runs in this one process and prints ratios to a floor measured in the same run: the drop read as text by
``polars.read_csv`` and written as Parquet.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl

from examples.generator import write_drop
from pipelines.home import Home
from pipelines.importing import import_drop
from pipelines.templates.template import build_template

ROUNDS = 3


def time_floor(drop: Path, folder: Path) -> float:
    def read_and_write() -> None:
        pl.read_csv(drop, infer_schema=False).write_parquet(folder / "floor.parquet")

    return min(time_call(read_and_write) for _ in range(ROUNDS))


def time_call(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def peak_memory() -> float:
    """Return the greatest memory that this process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--profile", default="uk_register")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        drop = folder / "drop.csv"
        layout = write_drop(drop, options.profile, options.rows, options.seed, plain=True)
        megabytes = drop.stat().st_size / 1e6
        header = drop.open(encoding="utf-8").readline().strip().split(",")
        print(f"{options.rows:,} rows of {options.profile}, {megabytes:.0f} MB, columns: {', '.join(header)}")
        memory_before = peak_memory()
        template = build_template(
            {
                "name": "benchmark",
                "supplier": "Benchmark",
                "list": {"name": "Benchmark"},
                "hold_above": 1,
                "phone": {"format": "uk", **({"area_code": layout.area_code} if layout.area_code else {})},
                "dedupe": {"keys": ["phone", "email"], "scope": ["file", "global"], "action": "keep_existing"},
                "dnc": {"categories": ["IVR", "Imported", "Requested"]},
                "mapping": guess_mapping(header),
            },
            "benchmark",
        )
        result = import_drop(drop, template, Home(folder / "home"))
        floor = time_floor(drop, folder)
        print(f"{result.created:,} created, {result.rejected:,} rejected, {result.quarantined:,} quarantined\n")
        print(f"{'step':<12}{'seconds':>9}{'rows/s':>12}{'x floor':>9}")
        for step, seconds in [*result.steps.items(), ("all", result.seconds), ("floor", floor)]:
            print(f"{step:<12}{seconds:>9.2f}{options.rows / seconds:>12,.0f}{seconds / floor:>9.1f}")
        print(f"\nphone texts: {result.phone_paths}")
        print(f"peak memory {peak_memory():,.0f} MiB, before the import {memory_before:,.0f} MiB")


def guess_mapping(header: list[str]) -> dict[str, str]:
    """Return a mapping from the generator's own headers."""
    words = {
        "phone1": ("tel", "phone", "number"),
        "email": ("mail",),
        "first_name": ("first",),
        "last_name": ("last", "surname"),
    }
    found: dict[str, str] = {}
    for field, hints in words.items():
        match = next((h for h in header if any(hint in h.lower() for hint in hints) and h not in found.values()), None)
        if match:
            found[field] = match
    found.setdefault("company", header[0])
    return found


if __name__ == "__main__":
    main()
