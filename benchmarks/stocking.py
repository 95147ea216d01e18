"""A big home to screen against, made by set-based statements in the store's own layout: leads, contact points, DNC."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl

from pipelines.dnc.index import rebuild_sets
from pipelines.engine import LONG_ROW_GROUP_ROWS
from pipelines.home import Home
from pipelines.points.index import rebuild_points
from pipelines.published.publishing import mark_unpublished, publish
from pipelines.schema import LEADS
from pipelines.store import open_writer

FIRST_NUMBER = 447_300_000_000  # mobile numbers of the United Kingdom: 07300 to 07599, the even ones known
NUMBERS = 149_999_957  # a prime
SCATTER = 61_803_399
LEADS_PER_IMPORT = 100_000
LISTS = 20
SOME_TIME = datetime(2026, 1, 5, tzinfo=UTC)
# Of a hundred leads so many have the slot.
SLOT_SHARES = {"phone1": 100, "phone2": 50, "phone3": 10, "phone4": 5, "phone5": 2}
EMAIL_SHARE = 60


def draw_number(seed: str, *, is_new: bool = False) -> str:
    """Return SQL for a number drawn by a seed expression; what is new never meets what is known."""
    return f"({FIRST_NUMBER + is_new} + (hash({seed}) % {NUMBERS})::BIGINT * 2)"


def draw_fresh(place: str) -> str:
    """Return SQL for the new number with a place, from 0: places less than ``NUMBERS`` apart have different ones."""
    return f"({FIRST_NUMBER + 1} + ({place}) % {NUMBERS} * {SCATTER} % {NUMBERS} * 2)"


def stock_home(home: Home, leads: int, entries: int) -> None:
    """Fill an empty home with so many leads of five slots and e-mails on twenty lists, and so many DNC entries."""
    with open_writer(home) as connection:
        _stock_leads(connection, leads)
    with open_writer(home, row_group_rows=LONG_ROW_GROUP_ROWS) as connection:
        _stock_dnc(connection, entries)
        publish(connection, home)
    with open_writer(home) as connection:
        connection.execute("COMMIT")
        connection.execute("CHECKPOINT")
        connection.execute("BEGIN")


def _stock_leads(connection: duckdb.DuckDBPyConnection, leads: int) -> None:
    columns = dict.fromkeys(LEADS, "NULL")
    columns |= {
        "lead_id": f"((hash(i // {LEADS_PER_IMPORT}) >> 28)::BIGINT << 27) + i % {LEADS_PER_IMPORT} + 1",
        "list_id": f"i // {LEADS_PER_IMPORT} % {LISTS} + 1",
        "supplier": f"'Supplier ' || i // {LEADS_PER_IMPORT} % 7",
        "import_id": f"'20260105-' || lpad((i // {LEADS_PER_IMPORT})::VARCHAR, 10, '0')",
        "row_number": f"i % {LEADS_PER_IMPORT} + 1",
        "first_name": "'First' || i % 1000",
        "last_name": "'Last' || hash(i) % 5000",
        "postcode": "'AB' || hash(i) % 90 + 10 || ' 1CD'",
        "email": f"CASE WHEN hash(-i) % 100 < {EMAIL_SHARE} THEN 'person' || i || '@example.org' END",
        "tags": "[]",
        "status": "'new'",
        "call_attempts": "0",
        "created_at": f"TIMESTAMPTZ '{SOME_TIME.isoformat()}'",
        "updated_at": f"TIMESTAMPTZ '{SOME_TIME.isoformat()}'",
    }
    for number, (slot, share) in enumerate(SLOT_SHARES.items()):
        has = f"hash(i + {number}) % 100 < {share}"
        key = draw_number(f"i * 5 + {number}")
        columns[f"{slot}_key"] = f"CASE WHEN {has} THEN {key} END"
        columns[slot] = f"CASE WHEN {has} THEN '0' || ({key} - 440000000000)::VARCHAR END"
        columns[f"{slot}_type"] = f"CASE WHEN {has} THEN 'MOBILE' END"
    body = ", ".join(f'{expression} AS "{name}"' for name, expression in columns.items())
    connection.execute(f"INSERT INTO leads BY NAME SELECT {body} FROM range({leads}) AS t (i)")
    rebuild_points(connection)
    connection.execute(
        "INSERT INTO lists BY NAME SELECT i AS list_id, 'List ' || i AS name, 'Europe/London' AS time_zone,"
        f" DATE '2026-01-05' AS created_on FROM range(1, {LISTS + 1}) AS t (i)"
    )
    connection.execute(
        "INSERT INTO imports BY NAME SELECT import_id, row_number() OVER (ORDER BY import_id) AS sequence,"
        " 'completed' AS status, import_id || '.csv' AS file, sha256(import_id) AS sha256, 0 AS bytes,"
        " 'stock' AS template, any_value(supplier) AS supplier, any_value(list_id) AS list_id,"
        " 'List ' || any_value(list_id) AS list, DATE '2026-01-05' AS import_date, count(*) AS rows_received,"
        " count(*) AS created, 0 AS updated, 0 AS rejected, 0 AS quarantined, 0 AS blank_lines"
        " FROM leads GROUP BY import_id"
    )
    connection.execute("INSERT INTO unpublished SELECT DISTINCT 'leads', list_id::VARCHAR, import_id FROM leads")
    mark_unpublished(connection, "lists")
    mark_unpublished(connection, "imports", "2026-01-05")


def _stock_dnc(connection: duckdb.DuckDBPyConnection, entries: int) -> None:
    number = draw_number("i + 1000000007")
    connection.execute(
        "INSERT INTO dnc_terms BY NAME SELECT 1 AS terms_id, 'TPS' AS category, 'tps.csv' AS source,"
        " DATE '2026-01-01' AS listed_on, 0 AS load_id"
    )
    connection.execute(
        f"INSERT INTO dnc_entries SELECT {number} AS value, 1 AS terms_id FROM range({entries}) AS t (i) ORDER BY value"
    )
    rebuild_sets(connection)


@dataclass(frozen=True)
class DncList:
    """A list of numbers, one per line."""

    path: Path
    rows: int

    @classmethod
    def write(cls, path: Path, rows: int, seed: int = 0) -> "DncList":
        """Write a list of so many numbers; lists whose seeds lie ``rows`` apart have others."""
        number = draw_number(f"i + {3_000_000_019 + seed}", is_new=True)
        numbers = f"SELECT '0' || ({number} - 440000000000)::VARCHAR FROM range({rows}) AS t (i)"
        duckdb.sql(f"COPY ({numbers}) TO '{path}' (FORMAT csv, HEADER false)")
        return cls(path, rows)

    def read_and_write(self, folder: Path) -> None:
        """Read the list with Polars and write it as Parquet: the floor of loading it."""
        pl.read_csv(self.path, has_header=False, infer_schema=False).write_parquet(folder / "dnc.parquet")


def write_big_drop(path: Path, rows: int, leads: int, seed: int) -> None:
    """Write a drop in the twelve columns of the lists one can buy: two of them numbers, one an e-mail.

    Of a hundred rows 5 are leads, 2 repeat a number of the drop, 5 are not to be called; all other numbers are fresh,
    so that drops whose seeds lie ``rows`` apart meet only by chance, and one is like the other.
    """
    known = draw_number("(hash(i) % $leads)::BIGINT * 5")
    forbidden = draw_number("(hash(i) % $leads)::BIGINT + 1000000007")
    twice = draw_fresh("(i - i % 100 + 12 + $seed) * 2")
    numbers = draw_fresh("(i + $seed) * 2")
    frame = duckdb.sql(
        "SELECT i AS number, 'First' || i % 1000 AS first_name, 'Last' || hash(i) % 5000 AS last_name,"
        " 'Company ' || hash(i // 3) % 200000 || ' Ltd' AS company_name,"
        " hash(i) % 300 || ' High Street' AS address, 'Town ' || hash(i) % 2000 AS city,"
        " 'County ' || hash(i) % 60 AS county, 'AB' || hash(i) % 90 + 10 || ' ' || hash(i) % 9 || 'CD' AS postal,"
        f" '0' || (CASE WHEN i % 100 < 5 THEN {known} WHEN i % 100 < 7 THEN {twice}"
        f" WHEN i % 100 < 12 THEN {forbidden} ELSE {numbers} END - 440000000000)::VARCHAR AS phone1,"
        f" '+' || {draw_fresh('(i + $seed) * 2 + 1')} AS phone2,"
        " 'new' || i + $seed || '@example.com' AS email,"
        " 'http://www.company' || hash(i // 3) % 200000 || '.example.com' AS web"
        f" FROM range({rows}) AS t (i)",
        params={"leads": leads, "seed": seed},
    ).pl()
    assert isinstance(frame, pl.DataFrame)
    frame.write_csv(path)
