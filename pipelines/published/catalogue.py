"""A DuckDB file of views over what is published, so that a shell, a notebook or a BI tool finds all tables by name.

The views read ``published/current``: they show what is published when they are asked, and nothing is copied. Nobody
writes to the file; a new one takes its place in one rename. See docs/decisions/0026-supplier-summary.md.
"""

from pathlib import Path

import duckdb

from pipelines.accesses import REFUSALS, select_refusals
from pipelines.engine import STORAGE_VERSION
from pipelines.home import Home, sync_file
from pipelines.published.publishing import ensure_published
from pipelines.published.reading import LIVE
from pipelines.published.relations import RELATIONS
from pipelines.published.summarising import ReportPeriod, create_reports
from pipelines.queries import read_query
from pipelines.reports.companions import COMPANIONS
from pipelines.tables.declared import load_sound_tables
from pipelines.tables.viewing import select_table


def write_catalogue(home: Home) -> Path:
    """Make ``published/leadmill.duckdb`` and return its path; open it read-only.

    Views: all published relations and contact data tables as ``leadmill query`` has them, the facts and the Supplier
    Summary, the reports beside it, and what the statements of sql/reports read (``report_period``, ``import_calls``).
    """
    ensure_published(home)
    target = home.published / "leadmill.duckdb"
    partial = home.work / "catalogue.duckdb"
    for left in home.work.glob("catalogue.duckdb*"):
        left.unlink()
    with duckdb.connect(":memory:") as connection:
        quoted = str(partial).replace("'", "''")
        connection.execute(f"ATTACH '{quoted}' AS leadmill (STORAGE_VERSION '{STORAGE_VERSION}')")
        connection.execute("USE leadmill")
        _create_views(connection, home)
        connection.execute("USE memory")
        connection.execute("DETACH leadmill")
    sync_file(partial)
    partial.replace(target)
    return target


def _create_views(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    current = home.published.resolve() / "current"
    connection.execute("CREATE VIEW clock AS SELECT now() AS now")
    for name in RELATIONS:
        files = str(current / name / "*" / "*.parquet").replace("'", "''")
        parquet = f"read_parquet('{files}', hive_partitioning = false)"
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM {parquet}{LIVE.get(name, '')}")
    for table in load_sound_tables(home):
        connection.execute(f'CREATE VIEW "{table.name}" AS {select_table(connection, table, current)}')
    (home.root / REFUSALS).touch()  # so that what is noted there later is seen
    connection.execute(f"CREATE VIEW refusals AS {select_refusals(home)}")
    create_reports(connection)
    connection.execute(f"CREATE VIEW report_period AS {ReportPeriod().query}")
    connection.execute(f"CREATE VIEW import_calls AS {read_query('reports/import_calls')}")
    for name in COMPANIONS.values():
        connection.execute(f"CREATE VIEW {name} AS {read_query(f'reports/{name}')}")
