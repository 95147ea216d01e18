"""How fast are phone numbers parsed, beside everything else that parses them? `python -m benchmarks.phones`

Two dirty columns, GB-like and US-like, drawn from the numbering plans. Ours, the floors (reading the column from CSV;
one `replace_all` pass over it) and the peers run in turn, round after round, and the median counts. Peers that go row
by row run on a part of the column. Google's C++ library is compiled here if its headers are installed; the JavaScript
port runs if node finds `libphonenumber-js` (set NODE_PATH). Everything writes all outputs of `parse_phones`.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent


def measure(work: Callable[[], object], rows: int, clock: Callable[[], int]) -> float:
    """Time one run, in nanoseconds per row."""
    start = clock()
    work()
    return (clock() - start) / rows


def run_peer(command: list[str], sample: Path, region: str) -> float:
    done = subprocess.run([*command, str(sample), region], capture_output=True, check=True, text=True)
    return float(done.stdout.split()[0])


def find_peers(folder: Path) -> dict[str, list[str]]:
    """Find the peers that are installed here, and how to run them."""
    peers: dict[str, list[str]] = {}
    program = folder / "peer"
    build = ["g++", "-O2", "-std=c++17", str(HERE / "phones_peer.cc"), "-lphonenumber", "-o", str(program)]
    if shutil.which("g++") and subprocess.run(build, capture_output=True).returncode == 0:
        peers["Google's C++ library, per row"] = [str(program)]
    script = ["node", str(HERE / "phones_peer.cjs")]
    if (
        shutil.which("node")
        and subprocess.run([*script, os.devnull, "GB"], capture_output=True, env={**os.environ}).returncode == 0
    ):
        peers["libphonenumber-js (max), per row"] = script
    return peers


def run_region(region: str, rows: int, sample_rows: int, rounds: int) -> dict[str, object]:
    """Time everything on one column, in this process's number of threads."""
    import polars as pl

    from benchmarks.columns import draw_column
    from pipelines.phones.library import ask_library, parse_by_library
    from pipelines.phones.numbering import forget_tables, load_kinds, load_readings
    from pipelines.phones.parsing import parse_phones, parse_phones_with_stats

    raw = draw_column(region, rows, seed=20_260_101)
    times: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        csv, sample_file = folder / "column.csv", folder / "sample.txt"
        raw.to_frame("phone").write_csv(csv)
        sample = raw.head(sample_rows)
        # One cell per line: cells with a line break in them would be two for the peers.
        sample_file.write_text("\n".join(cell.replace("\n", " ") for cell in sample.fill_null("")) + "\n")
        single = pl.thread_pool_size() == 1
        peers = find_peers(folder) if single else {}
        # On one thread processor time says the same as a clock does on a quiet machine, and holds on a busy one too.
        clock = time.process_time_ns if single else time.perf_counter_ns
        parse_phones(raw.head(1_000), region)
        works: dict[str, tuple[Callable[[], object], int]] = {
            "floor: read the column from CSV": (lambda: pl.read_csv(csv, infer_schema=False), rows),
            "floor: one replace_all pass": (lambda: raw.str.replace_all("[^0-9]", ""), rows),
            "ours, all outputs": (lambda: parse_phones(raw, region), rows),
        }
        if single:
            cells = sample.drop_nulls().to_list()
            works["phonenumbers, per row"] = (lambda: [ask_library(cell, region) for cell in cells], len(cells))
            works["phonenumbers, distinct values"] = (lambda: parse_by_library(sample, region), len(sample))
        for _ in range(rounds):
            for label, (work, count) in works.items():
                times.setdefault(label, []).append(measure(work, count, clock))
            for label, command in peers.items():
                times.setdefault(label, []).append(run_peer(command, sample_file, region))
    forget_tables()
    start = time.perf_counter()
    load_readings(region)
    load_kinds()
    loading = time.perf_counter() - start
    _, counts = parse_phones_with_stats(raw, region)
    return {
        "times": {label: statistics.median(found) for label, found in times.items()},
        "loading": loading,
        "fast": counts.fast / rows,
        "second": counts.second / rows,
        "library": counts.library / rows,
        "distinct": counts.distinct,
    }


def measure_memory(region: str, source: Path, *, streamed: bool) -> dict[str, float]:
    """Measure the peak memory of parsing a column, above what it was with the input loaded, in MB."""
    import polars as pl

    from pipelines.phones.parsing import parse_phones
    from pipelines.phones.schema import PHONE_SCHEMA

    parse_phones(pl.Series(["020 7946 0000", "020 7946 0000 x1"] * 10), region)
    raw = pl.Series([""]) if streamed else pl.read_parquet(source)["phone"]
    before = read_memory("VmRSS")
    if streamed:
        pl.scan_parquet(source).select(
            pl.col("phone").map_batches(
                lambda cells: parse_phones(cells, region).to_struct(),
                return_dtype=pl.Struct(PHONE_SCHEMA),
                is_elementwise=True,
            )
        ).sink_parquet(source.with_suffix(".out"))
    else:
        parse_phones(raw, region)
    return {"before": before, "above": read_memory("VmHWM") - before}


def read_memory(field: str) -> float:
    """Read a field of this process's memory, in MB (Linux; elsewhere the peak since its start)."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    line = next(line for line in status.read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) / 1024


def start_worker(arguments: list[str], threads: int | None) -> dict[str, object]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    if threads:
        environment["POLARS_MAX_THREADS"] = str(threads)
    command = [sys.executable, "-m", "benchmarks.phones", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT)
    if done.returncode:
        raise SystemExit(done.stderr)
    answer: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return answer


def report_region(region: str, one: dict[str, object], all_: dict[str, object]) -> None:
    times: dict[str, float] = one["times"]  # type: ignore[assignment]
    threaded: dict[str, float] = all_["times"]  # type: ignore[assignment]
    ours = times["ours, all outputs"]
    floor = times["floor: read the column from CSV"] + times["floor: one replace_all pass"]
    print(f"\n{region}, one thread, processor time{'':<14} ns/row   million rows/s   against ours")
    for label, spent in sorted(times.items(), key=lambda item: item[1]):
        print(f"  {label:<42}{spent:>10,.0f}{1e3 / spent:>14.3f}{spent / ours:>14.2f} x")
    print(f"  ours / (read + one replace pass): {ours / floor:.2f}   (to reach: 5 at most)")
    print(f"  all threads, by the clock: ours {threaded['ours, all outputs']:,.0f} ns/row")
    print(
        f"  rows by path: fast {one['fast']:.2%}, second look {one['second']:.2%}, library {one['library']:.2%}"
        f" ({one['distinct']:,} distinct); tables load in {one['loading']:.3f} s"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--sample", type=int, default=20_000, help="rows for peers that go row by row")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--source", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--worker", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        kind, region = options.worker
        if kind == "times":
            print(json.dumps(run_region(region, options.rows, options.sample, options.rounds)))
        else:
            print(json.dumps(measure_memory(region, options.source, streamed=kind == "streamed")))
        return
    sizes = ["--rows", str(options.rows), "--sample", str(options.sample), "--rounds", str(options.rounds)]
    for region in ("GB", "US"):
        one = start_worker(["--worker", "times", region, *sizes], threads=1)
        report_region(region, one, start_worker(["--worker", "times", region, *sizes], threads=None))
    report_memory("GB")


def report_memory(region: str) -> None:
    import polars as pl

    from benchmarks.columns import draw_column

    print("\npeak memory above the input, MB, all threads")
    column = draw_column(region, 1_000_000, seed=1).to_frame("phone")
    with tempfile.TemporaryDirectory() as name:
        for kind, times in (("at once", 1), ("streamed", 2), ("streamed", 8)):
            source = Path(name) / "column.parquet"
            pl.concat([column] * times).write_parquet(source, row_group_size=100_000)
            found = start_worker(["--worker", kind, region, "--source", str(source)], threads=None)
            print(f"  {kind:<10}{times * len(column):>12,} rows{found['above']:>8,.0f}")


if __name__ == "__main__":
    main()
