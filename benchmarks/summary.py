"""How long does the Supplier Summary by day take, beside one scan of the columns of the rows that it sums up?

    python -m benchmarks.summary [--rows 20000000] [--suppliers 200] [--days 100]

Writes what would be published (rows, leads, reasons, calls of a tenth of the leads) as Parquet into a folder that is
removed at the end, then runs both in turn and prints the medians and their ratio: to be under ten. The scan reads
import, fate, code and lead of every row, and nothing else.
"""

import argparse
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from pipelines.accesses import select_refusals
from pipelines.home import Home
from pipelines.published.publishing import ensure_published
from pipelines.published.relations import RELATIONS
from pipelines.published.summarising import ReportPeriod, create_reports, summarise_suppliers

REPEATS = 3
NOW = datetime(2026, 6, 1, tzinfo=UTC)
SCAN = "SELECT count(import_id), count(fate), count(code), max(lead_id) FROM import_rows"

DRAWN = {
    "suppliers": "SELECT i AS supplier_id, 'Supplier ' || i AS name, DATE '2026-01-01' AS created_on"
    " FROM range($suppliers) AS r(i)",
    "imports": "SELECT 'import-' || i AS import_id, i AS sequence, 'completed' AS status, 'f' || i AS sha256,"
    " 't' || i % $suppliers AS template, 'Supplier ' || i % $suppliers AS supplier, 'Warm' AS list, 1 AS list_id,"
    " (DATE '2026-01-01' + (i // $suppliers)::INTEGER) AS import_date, 0.25::DECIMAL(18,6) AS cost_unit,"
    " if(i % $suppliers % 7 = 0, 'EUR', 'GBP') AS currency, 'received' AS cost_basis"
    " FROM range($suppliers * $days) AS r(i)",
    "import_rows": "SELECT 'import-' || i // $each AS import_id, i % $each + 1 AS row_number, hash(i) % 10 AS draw,"
    " CASE WHEN draw < 6 THEN 'created' WHEN draw < 9 THEN 'rejected' ELSE 'quarantined' END AS fate,"
    " CASE draw WHEN 6 THEN 'R_DNC_TPS' WHEN 7 THEN 'R_DUP_OTHER_SUPPLIER' WHEN 8 THEN 'R_PHONE_INVALID'"
    " WHEN 9 THEN 'Q_RAGGED_SHORT' END AS code, if(draw < 6, i, NULL) AS lead_id FROM range($rows) AS r(i)",
    "import_reasons": "SELECT import_id, fate, code, count(*) AS rows FROM import_rows"
    " WHERE code IS NOT NULL GROUP BY ALL",
    "import_ages": "SELECT import_id, hash(row_number) % 30 AS age_days, count(*) AS rows"
    " FROM import_rows GROUP BY ALL",
    "leads": "SELECT lead_id, import_id, 'new' AS status, 1 AS call_attempts FROM import_rows WHERE fate = 'created'",
    "attempts": "SELECT lead_id, import_id, 1 AS list_id, TRUE AS is_credited,"
    " TIMESTAMPTZ '2026-05-01 10:00Z' AS called_at"
    " FROM leads WHERE lead_id % 10 = 0",
    "dispositions": "SELECT lead_id, if(lead_id % 3 = 0, 'SALE', 'NI') AS outcome, called_at,"
    " if(lead_id % 3 = 0, 50, NULL)::DECIMAL(18,6) AS sale_value, 'GBP' AS currency FROM attempts",
    "outcomes": "SELECT unnest(['SALE', 'NI']) AS outcome, TRUE AS is_contact, TRUE AS is_right_party,"
    " unnest([TRUE, FALSE]) AS is_sale, FALSE AS is_unworkable, FALSE AS is_bad_number",
    "dialler_loads": "SELECT 1 AS load_id, 'dispositions' AS kind",
}
LEDGER = (
    "SELECT imports.*, count(*) AS rows_received, 0 AS blank_lines,"
    " count(*) FILTER (WHERE fate = 'created') AS created,"
    " 0 AS updated, count(*) FILTER (WHERE fate = 'rejected') AS rejected,"
    " count(*) FILTER (WHERE fate = 'quarantined') AS quarantined, 0 AS replaced, 0 AS reset"
    " FROM imports JOIN import_rows USING (import_id) GROUP BY ALL"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--suppliers", type=int, default=200)
    parser.add_argument("--days", type=int, default=100)
    told = parser.parse_args()
    each = -(-told.rows // (told.suppliers * told.days))
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        publish(
            connection, Path(folder), {"rows": told.rows, "suppliers": told.suppliers, "days": told.days, "each": each}
        )
        by_day = summarise_suppliers(ReportPeriod("day"))
        scan, summary = [], []
        for _ in range(REPEATS):
            scan.append(measure(connection, SCAN))
            summary.append(measure(connection, by_day))
        lines = connection.execute(
            f"SELECT count(*), sum(rows_received), bool_and(reconciled) FROM ({by_day})"
        ).fetchall()
    print(
        f"{told.rows:,} rows, {told.suppliers} suppliers, {told.days} days: {lines[0][0]:,} lines,"
        f" reconciled: {lines[0][2]}"
    )
    assert lines[0][1] == told.rows
    one, other = statistics.median(scan), statistics.median(summary)
    print(f"scan {one:.3f} s, summary by day {other:.3f} s: {other / one:.1f} times")


def publish(connection: duckdb.DuckDBPyConnection, folder: Path, sizes: dict[str, int]) -> None:
    """Write the relations as Parquet and make views of them; those that are not drawn are empty."""
    empty = ensure_published(Home(folder / "home"))
    for name, query in DRAWN.items():
        for size, value in sizes.items():
            query = query.replace(f"${size}", str(value))
        write(connection, folder, name, query)
    write(connection, folder, "imports", LEDGER)
    for name in RELATIONS:
        if name not in DRAWN:
            files = str(empty / name / "*" / "*.parquet")
            connection.execute(
                f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{files}', hive_partitioning = false)"
            )
    connection.execute(f"CREATE VIEW refusals AS {select_refusals(Home(folder / 'home'))}")
    connection.execute(f"CREATE VIEW clock AS SELECT TIMESTAMPTZ '{NOW.isoformat()}' AS now")
    create_reports(connection)


def write(connection: duckdb.DuckDBPyConnection, folder: Path, name: str, query: str) -> None:
    file = folder / f"{name}-{time.monotonic_ns()}.parquet"
    connection.execute(f"COPY ({query}) TO '{file}' (FORMAT parquet, COMPRESSION zstd)")
    connection.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM read_parquet('{file}')")


def measure(connection: duckdb.DuckDBPyConnection, query: str) -> float:
    begin = time.perf_counter()
    connection.sql(query).pl()
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
