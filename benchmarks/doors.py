"""Fifty clients that send a lead each, over and over, to a server with a million leads; what they are told, and when.

    python -m benchmarks.doors [--leads 1000000] [--clients 50] [--seconds 30] [--folder DIR]

Prints how many requests were answered how, the median and the 99th percentile of the seconds it took, and what differs
between what the clients were told and what readers see: nothing may. A client that is told to come again later (429)
waits as long as it is told.
"""

import argparse
import asyncio
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import polars as pl

from benchmarks.stocking import stock_home
from pipelines.doors.access import create_key
from pipelines.home import Home
from pipelines.published.reading import open_reader

PATH = "/v1/import/contacts"
KEY = "wbk_benchmark"


@dataclass(frozen=True)
class Told:
    """What one request was told: its e-mail address, the status, the body, and after how many seconds."""

    email: str
    status: int
    body: bytes
    seconds: float


def open_doors(home: Home) -> None:
    """Let the clients in, as many and as often as they like."""
    home.make()
    create_key(home, "load", KEY, scopes=["write:contacts"], now=datetime.now(UTC))
    (home.root / "doors.yaml").write_text("rate_per_minute: 1000000\n")


@contextmanager
def serve(home: Home) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run ``leadmill serve`` on a free port; yield its process and its address."""
    command = [sys.executable, "-c", "from pipelines.cli.main import main; main()"]
    command += ["serve", "--home", str(home.root), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        try:
            line = next(line for line in process.stderr if "Listening" in line)
            threading.Thread(target=process.stderr.read, daemon=True).start()
            yield process, re.findall(r"http://\S+", line)[0]
        finally:
            process.terminate()


def press(url: str, clients: int, seconds: float, *, start: int = 0) -> list[Told]:
    """Let so many clients send one lead after the other for so long; return what they were told, in no order.

    No two leads are the same; ``start`` is the number of the first. What a server that died did not answer is left out.
    """
    told: list[Told] = []
    numbers = iter(range(start, sys.maxsize))
    end = time.monotonic() + seconds

    async def send_all(client: httpx.AsyncClient) -> None:
        while time.monotonic() < end:
            email = f"n{next(numbers)}@load.example"
            while time.monotonic() < end:
                sent = time.perf_counter()
                try:
                    answer = await client.post(
                        PATH, json={"rows": [{"email": email}]}, headers={"Idempotency-Key": email}
                    )
                except httpx.HTTPError:
                    return
                told.append(Told(email, answer.status_code, answer.content, time.perf_counter() - sent))
                if answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
                    break
                await asyncio.sleep(float(answer.headers["Retry-After"]))

    async def send_together() -> None:
        limits = httpx.Limits(max_connections=clients)
        headers = {"Authorization": f"Bearer {KEY}"}
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60, limits=limits) as client:
            await asyncio.gather(*(send_all(client) for _ in range(clients)))

    asyncio.run(send_together())
    return told


def find_lost_and_double(home: Home, told: list[Told]) -> tuple[set[str], set[str]]:
    """Return the e-mail addresses that were acknowledged and are no lead, and those that are more than one."""
    with open_reader(home, datetime.now(UTC), reports=()) as reader:
        lines = reader.sql("SELECT email, count(*) FROM leads WHERE email LIKE '%@load.example' GROUP BY email")
        counts = dict(lines.fetchall())
    acknowledged = {line.email for line in told if line.status == httpx.codes.OK}
    return acknowledged - set(counts), {email for email, count in counts.items() if count > 1}


def show(told: list[Told]) -> None:
    """Print how many were answered how, and how fast."""
    lines = pl.DataFrame({"status": [line.status for line in told], "seconds": [line.seconds for line in told]})
    figures = [
        pl.len().alias("requests"),
        *(pl.col("seconds").quantile(share).round(3).alias(f"p{share:.0%}"[:-1]) for share in (0.5, 0.9, 0.99)),
        pl.col("seconds").max().round(3).alias("longest"),
    ]
    by_status = lines.group_by(pl.col("status").cast(pl.String)).agg(figures).sort("status")
    with pl.Config(tbl_hide_column_data_types=True, tbl_hide_dataframe_shape=True):
        print(pl.concat([by_status, lines.select(pl.lit("all").alias("status"), *figures)]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = Home((options.folder or Path(scratch)) / "doors")
        if not home.store.exists():
            stock_home(home, options.leads, 0)
            open_doors(home)
        with serve(home) as (_, url):
            told = press(url, options.clients, options.seconds, start=int(time.time()) * 1_000_000)
        show(told)
        lost, double = find_lost_and_double(home, told)
        statuses = Counter(line.status for line in told)
        print(f"{statuses[200] / options.seconds:.1f} leads a second; {len(lost)} lost, {len(double)} double")


if __name__ == "__main__":
    main()
