"""What is published, as relations of a DuckDB in memory: for reports, exports and the analyst's own SQL."""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

import duckdb
import polars as pl

from pipelines.accesses import REFUSALS, select_refusals
from pipelines.dialects import checkmarket
from pipelines.errors import UserError
from pipelines.home import Home
from pipelines.published.publishing import ensure_published
from pipelines.published.relations import RELATIONS
from pipelines.published.summarising import IMPORT_FACTS, REPORTS, create_reports
from pipelines.queries import read_query
from pipelines.tables.declared import load_sound_tables
from pipelines.tables.viewing import select_table

# What became of each row, in the codes of other systems.
DIALECTS = ("checkmarket_results",)
# What goes at the midnight that ends a lead's last day: the lead, its callbacks, its place in the dialler's buffer and
# those in surveys, which also expire by themselves.
LIVE = {
    "leads": " WHERE expires_at IS NULL OR expires_at > (SELECT now FROM clock)",
    "callbacks": " WHERE lead_id IN (SELECT lead_id FROM leads)",
    "fetched": " WHERE lead_id IN (SELECT lead_id FROM leads)",
    "survey_places": (
        " WHERE (expires_at IS NULL OR expires_at > (SELECT now FROM clock)) AND lead_id IN (SELECT lead_id FROM leads)"
    ),
}
ALLOWED = (duckdb.StatementType.SELECT,)


@contextmanager
def open_reader(
    home: Home, now: datetime, *, with_expired: bool = False, reports: Collection[str] = tuple(REPORTS)
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open one state of the published tables as views; what has expired by ``now`` is not seen.

    ``reports`` are the views of the Supplier Summary that are wanted: making them takes longest (``name_reports``).
    ``with_expired`` adds the view ``standing_leads``, which does see them: to say why they are seen nowhere else.
    Contact data tables are views too, as they are declared now; one whose file is wrong is not there.

    Nothing that is imported meanwhile changes what the views show. The connection can read nothing else and write
    nothing.
    """
    generation = ensure_published(home)
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"CREATE VIEW clock AS SELECT TIMESTAMPTZ '{now.isoformat()}' AS now")
        for name in RELATIONS:
            files = str(generation / name / "*" / "*.parquet").replace("'", "''")
            parquet = f"read_parquet('{files}', hive_partitioning = false)"
            connection.execute(f"CREATE VIEW {name} AS SELECT * FROM {parquet}{LIVE.get(name, '')}")
            if with_expired and name == "leads":
                connection.execute(f"CREATE VIEW standing_leads AS SELECT * FROM {parquet}")
        for table in load_sound_tables(home):
            connection.execute(f'CREATE VIEW "{table.name}" AS {select_table(connection, table, generation)}')
        connection.execute(f"CREATE VIEW refusals AS {select_refusals(home)}")
        if reports:
            create_reports(connection, reports)
        connection.execute("CREATE TABLE checkmarket_codes (code VARCHAR, result_code VARCHAR, message VARCHAR)")
        connection.execute(
            "INSERT INTO checkmarket_codes SELECT unnest(?), unnest(?), unnest(?)",
            [list(values) for values in zip(*checkmarket.list_results(), strict=True)],
        )
        for name in DIALECTS:
            connection.execute(f"CREATE VIEW {name} AS {read_query(f'reports/{name}')}")
        connection.execute("SET allowed_directories = [?]", [str(home.published.resolve())])
        connection.execute("SET allowed_paths = [?]", [str((home.root / REFUSALS).resolve())])
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield connection


def check_read_only(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Refuse what is not one SELECT (with WITH, DESCRIBE, SHOW and SUMMARIZE). Raises UserError."""
    try:
        statements = connection.extract_statements(sql)
    except duckdb.Error as error:
        raise UserError("query", _first_line(error), "") from None
    if len(statements) != 1 or statements[0].type not in ALLOWED:
        raise UserError("query", "Only one SELECT at a time runs here: the tables are read-only.", "Remove the rest.")


def run_query(connection: duckdb.DuckDBPyConnection, sql: str) -> pl.DataFrame:
    """Return what one SELECT over the published tables answers.

    Raises UserError with the database's own words, but for the values that it quotes: they may be a person's.
    """
    check_read_only(connection, sql)
    try:
        relation = connection.sql(sql)
    except duckdb.Error as error:
        raise UserError("query", _first_line(error), f"Relations: {', '.join(_list_relations(connection))}.") from None
    try:
        answer: pl.DataFrame = relation.pl()
    except duckdb.Error as error:
        raise UserError("query", re.sub(r"(['\"]).*\1", "'…'", _first_line(error)), "") from None
    return answer


def _list_relations(connection: duckdb.DuckDBPyConnection) -> list[str]:
    views = connection.execute(
        "SELECT view_name FROM duckdb_views() WHERE NOT internal AND view_name NOT IN ('clock', 'refusals')"
    ).fetchall()
    own = sorted({view[0] for view in views} - {*RELATIONS, *IMPORT_FACTS, *REPORTS, *DIALECTS})
    return [*RELATIONS, *own, *IMPORT_FACTS, *REPORTS, *DIALECTS]


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".!") + "."
