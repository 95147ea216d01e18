"""Statements that are parsed once."""

import duckdb
import pytest

from pipelines import queries
from pipelines.queries import execute


@pytest.fixture(autouse=True)
def _nothing_parsed(monkeypatch):
    monkeypatch.setattr(queries, "_parsed", {})


def test_a_statement_is_parsed_once_for_all_connections_and_values():
    answers = []
    for start in (1, 10):
        with duckdb.connect(":memory:") as connection:
            execute(connection, "CREATE TABLE numbers AS SELECT 7 AS number")
            answers += execute(connection, "SELECT number + ? FROM numbers", [start]).fetchall()

    assert answers == [(8,), (17,)]
    assert len(queries._parsed) == 2


def test_a_statement_is_bound_to_the_tables_as_they_are_each_time():
    with duckdb.connect(":memory:") as connection:
        shapes = []
        for columns in ("1 AS one", "1 AS one, 'x' AS two"):
            connection.execute(f"CREATE OR REPLACE TEMP TABLE things AS SELECT {columns}")
            shapes.append(execute(connection, "SELECT * FROM things").fetchall())

    assert shapes == [[(1,)], [(1, "x")]]


def test_texts_that_do_not_come_again_do_not_pile_up(monkeypatch):
    monkeypatch.setattr(queries, "MOST_PARSED", 3)

    with duckdb.connect(":memory:") as connection:
        answers = [execute(connection, f"SELECT {number}").fetchall()[0][0] for number in range(10)]

    assert answers == list(range(10))
    assert len(queries._parsed) <= 3


def test_a_text_that_is_no_statement_is_told_of_as_ever():
    with duckdb.connect(":memory:") as connection, pytest.raises(duckdb.ParserException, match="SELEKT"):
        execute(connection, "SELEKT 1")
