"""The catalogue for other tools: it shows what is published now, and runs what stands in sql/reports."""

import re
from pathlib import Path

import duckdb
import pytest

from pipelines.home import Home
from pipelines.published.catalogue import write_catalogue
from pipelines.published.relations import RELATIONS
from pipelines.published.summarising import IMPORT_FACTS, REPORTS, name_reports
from tests.dialler.conftest import ANN, BEN, CID, World

ROOT = Path(__file__).parents[2]
SQL = ROOT / "sql" / "reports"
NOTEBOOK = ROOT / "examples" / "notebooks" / "suppliers.py"


def open_catalogue(path):
    return duckdb.connect(str(path), read_only=True)


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> World:
    folder = tmp_path_factory.mktemp("it's a catalogue")
    world = World(Home(folder / "home"), folder)
    world.bring(ANN, BEN, cost_per_lead="2", currency="GBP")
    return world


def test_an_open_catalogue_shows_what_is_imported_meanwhile_and_is_replaced_under_its_readers(world):
    with open_catalogue(write_catalogue(world.home)) as connection:
        before = connection.sql("SELECT count(*) FROM leads").fetchall()
        world.bring(CID, to="Cold")
        write_catalogue(world.home)
        after = connection.sql("SELECT count(*) FROM leads").fetchall()
        summary = connection.sql("SELECT rows_received FROM supplier_summary ORDER BY 1").fetchall()

    assert (before, after, summary) == ([(2,)], [(3,)], [(1,), (2,)])


def test_the_statements_of_the_reports_run_in_it_as_they_stand(world):
    with open_catalogue(write_catalogue(world.home)) as connection:
        connection.execute("CREATE TEMP TABLE claim AS SELECT 'Acme' AS supplier, 'R_' AS code, NULL::DATE AS since,"
                           " NULL::DATE AS until")  # fmt: skip
        for statement in sorted(SQL.glob("*.sql")):
            if statement.stem != "checkmarket_results":
                connection.execute(statement.read_text())
        names = {row[0] for row in connection.sql("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()}

    assert set(RELATIONS) | {"supplier_summary_by_week", "supplier_trend", "report_period", "import_calls"} <= names


def test_what_the_notebook_asks_is_answered(world):
    text = NOTEBOOK.read_text().replace("{period.value}", "_by_month")
    asked = re.findall(r'sql\(f?"(?:"")?(.+?)"(?:"")?\)', text, re.DOTALL)

    with open_catalogue(write_catalogue(world.home)) as connection:
        answers = [connection.sql(question).columns for question in asked]

    compile(text, str(NOTEBOOK), "exec")
    assert len(answers) == 5


def test_nobody_writes_to_it(world):
    with open_catalogue(write_catalogue(world.home)) as connection, pytest.raises(duckdb.Error, match="read-only"):
        connection.execute("CREATE TABLE leadmill.mine (a INTEGER)")


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("SELECT * FROM leads", ()),
        ("select 1 FROM Supplier_Summary", ("supplier_summary",)),
        ('FROM "supplier_summary_by_day" JOIN import_costs USING (x)', ("import_costs", "supplier_summary_by_day")),
        ("WITH a AS (SELECT 1) SELECT * FROM a", ()),
        ("SHOW TABLES", (*IMPORT_FACTS, *REPORTS)),
        ("SELECT * FROM (SHOW ALL TABLES)", (*IMPORT_FACTS, *REPORTS)),
        ("SELECT table_name FROM information_schema.tables", (*IMPORT_FACTS, *REPORTS)),
        ("-- all of it\nSELECT * FROM leads", (*IMPORT_FACTS, *REPORTS)),
    ],
)
def test_a_statement_gets_the_reports_it_names_and_all_where_it_asks_what_there_is(sql, named):
    assert name_reports(sql) == named
