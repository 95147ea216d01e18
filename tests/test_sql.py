"""Every statement of sql/ says what it reads and returns; here it is held to that."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

SQL = Path(__file__).parents[1] / "sql"
STATEMENTS = sorted(str(path.relative_to(SQL).with_suffix("")) for path in SQL.rglob("*.sql"))


@dataclass(frozen=True)
class Said:
    """One line of a header: what is done with which relation, and its columns as (name, type)."""

    what: str
    relation: str
    columns: tuple[tuple[str, str], ...]
    meaning: str


def split_columns(text: str) -> tuple[tuple[str, str], ...]:
    """Split `a BIGINT, b DECIMAL(18,6)` at the commas that stand in no bracket."""
    parts, depth, part = [], 0, ""
    for character in f"{text},":
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            name, _, kind = part.strip().partition(" ")
            parts.append((name, kind))
            part = ""
        else:
            part += character
    return tuple(parts)


def read_header(name: str) -> tuple[list[str], list[Said]]:
    """Return a statement's comment lines, and those that say what it reads and returns."""
    text = (SQL / f"{name}.sql").read_text(encoding="utf-8")
    comments = [line for line in text.splitlines() if line.startswith("--")]
    said = []
    for line in comments:
        found = re.fullmatch(r"-- (reads|returns|changes)\s+(?:(\w+) )?\((.+?)\)    (\S.*)", line)
        if found:
            what, relation, columns, meaning = found.groups()
            said.append(Said(what, relation or "", split_columns(columns), meaning))
    return comments, said


def read_statement(name: str) -> str:
    """Return a statement without its comments and without its closing semicolon."""
    lines = (SQL / f"{name}.sql").read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("--")).strip().removesuffix(";")


def list_relations(name: str) -> list[Said]:
    return [line for line in read_header(name)[1] if line.what in ("reads", "changes")]


def open_tables(relations: list[Said]) -> duckdb.DuckDBPyConnection:
    """Return an in-memory database with these relations as empty tables."""
    connection = duckdb.connect(":memory:", config={"threads": 1})
    for said in relations:
        columns = ", ".join(f'"{column}" {kind}' for column, kind in said.columns)
        connection.execute(f'CREATE TABLE "{said.relation}" ({columns})')
    return connection


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_header_has_a_question_then_what_is_read_then_what_is_returned(name):
    comments, said = read_header(name)
    end = "changes" if name == "commit/update_leads" else "returns"

    assert re.fullmatch(r"-- [A-Z].*[.?]", comments[0])
    assert comments[1] == "--"
    assert len(said) == len(comments) - 2, "a line of the header is not in the form that docs/style asks for"
    assert [line.what for line in said] == ["reads"] * (len(said) - 1) + [end]
    assert all(line.relation for line in said[:-1])
    assert len({line.relation for line in said}) == len(said)


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_file_holds_one_statement_and_its_header_comes_first(name):
    text = (SQL / f"{name}.sql").read_text(encoding="utf-8")

    with open_tables([]) as connection:
        statements = connection.extract_statements(text)

    assert len(statements) == 1
    assert text.startswith("-- ")
    assert text.rstrip().endswith(";")
    assert text.endswith("\n")


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_returns_the_columns_and_types_of_its_header(name):
    said = read_header(name)[1]
    promised = said[-1]

    with open_tables(list_relations(name)) as connection:
        answer = connection.execute(read_statement(name))
        if promised.what == "changes":
            assert answer.fetchall() == [(0,)]
            return
        connection.execute(f"CREATE TABLE answer AS {read_statement(name)}")
        columns = connection.execute("SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'answer'")
        returned = columns.fetchall()
        as_promised = [
            (column, str(connection.execute(f"SELECT typeof(NULL::{kind})").fetchall()[0][0]))
            for column, kind in promised.columns
        ]

    assert returned == as_promised


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_reads_every_table_that_its_header_names(name):
    relations = list_relations(name)

    with open_tables(relations) as connection:
        for left_out in relations:
            connection.execute(f'BEGIN; DROP TABLE "{left_out.relation}"')
            with pytest.raises(duckdb.CatalogException, match=left_out.relation):
                connection.execute(f"EXPLAIN {read_statement(name)}")
            connection.execute("ROLLBACK")


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_reads_every_column_that_its_header_names(name):
    # `part` has one shape for all publications, also for those that are not partitioned.
    relations = [said for said in list_relations(name) if said.what == "reads" and said.relation != "part"]

    idle = []
    with open_tables(list_relations(name)) as connection:
        for said in relations:
            for column, _ in said.columns if len(said.columns) > 1 else ():
                connection.execute(f'BEGIN; ALTER TABLE "{said.relation}" DROP COLUMN "{column}"')
                try:
                    connection.execute(f"EXPLAIN {read_statement(name)}")
                    idle.append(f"{said.relation}.{column}")
                except duckdb.BinderException:
                    pass
                finally:
                    connection.execute("ROLLBACK")

    assert idle == []


@pytest.mark.parametrize("name", [name for name in STATEMENTS if name != "commit/update_leads"])
def test_the_last_select_names_its_columns_and_is_ordered_unless_it_says_not(name):
    last = re.split(r"(?m)^SELECT\b", read_statement(name), maxsplit=0)[-1]
    columns = re.split(r"(?m)^FROM\b", last)[0]

    # What is as long as the drop and only joined on is not sorted in vain.
    assert bool(re.search(r"(?m)^ORDER BY \S", last)) != ("in no order" in read_header(name)[1][-1].meaning)
    assert not re.search(r"(^|[\s.])\*", columns)


def test_the_check_of_headers_sees_a_lie():
    told = [Said("reads", "leads", (("lead_id", "BIGINT"),), ""), Said("reads", "lists", (("list_id", "BIGINT"),), "")]

    with open_tables(told) as connection:
        connection.execute("SELECT lead_id FROM leads ORDER BY lead_id")  # lists is named and never read
        with pytest.raises(duckdb.BinderException):
            connection.execute("SELECT lead_id, phone1 FROM leads ORDER BY lead_id")


def test_an_address_has_one_value_wherever_it_is_made():
    sources = [*SQL.rglob("*.sql"), *(SQL.parent / "pipelines").rglob("*.py")]
    lines = [line for path in sources for line in path.read_text(encoding="utf-8").splitlines() if "md5_number" in line]

    made = [re.search(r"-1 - \(md5_number\((?:lower)?.+\) >> (\d+)\)::BIGINT", line) for line in lines]

    assert len(lines) > 3
    assert {found and found.group(1) for found in made} == {"82"}
    # As it has been kept with rows and in histories since version 2: bytes 8 to 15, the first the least.
    digest = hashlib.md5(b"al@example.org", usedforsecurity=False).digest()
    value = duckdb.sql("SELECT -1 - (md5_number('al@example.org') >> 82)::BIGINT").fetchall()
    assert value == [(-1 - (int.from_bytes(digest[8:], "little") >> 18),)]
