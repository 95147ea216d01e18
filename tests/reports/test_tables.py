"""docs/tables.md says of every published column what it is, and nothing else."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.home import Home
from pipelines.published.reading import open_reader
from pipelines.published.relations import RELATIONS
from pipelines.published.summarising import IMPORT_FACTS
from tests.test_sql import read_header

TEXT = (Path(__file__).parents[2] / "docs" / "tables.md").read_text().split("\n## Published tables\n")[1]


def shorten(kind: str) -> str:
    """Return a type as the documents spell it."""
    return kind.replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ").replace('"', "")


@pytest.fixture(scope="module")
def columns(tmp_path_factory) -> dict[str, list[tuple[str, str]]]:
    """Return the columns of each relation, by name and type: of a new home, and of views as the headers of sql/ say."""
    home = Home(tmp_path_factory.mktemp("home"))
    with open_reader(home, datetime(2026, 3, 2, tzinfo=UTC), reports=()) as reader:
        published = {
            name: [(row[0], shorten(row[1])) for row in reader.sql(f"DESCRIBE {name}").fetchall()] for name in RELATIONS
        }
    return published | {
        name: list(read_header(f"reports/{name}")[1][-1].columns) for name in (*IMPORT_FACTS, "supplier_summary")
    }


def test_every_relation_is_there_with_its_columns_in_their_order(columns):
    told = dict(re.findall(r"^\| `(\w+)` \| .+ \| .+ \| (.+) \|$", TEXT, re.MULTILINE))

    assert told == {name: ", ".join(column for column, _ in its) for name, its in columns.items()}


def test_every_column_is_explained_with_its_type(columns):
    told = {name: kinds for name, kinds, _ in re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", TEXT, re.MULTILINE)}
    types: dict[str, list[str]] = {}
    for its in columns.values():
        for name, kind in its:
            types.setdefault(name, [])
            if kind not in types[name]:
                types[name].append(kind)

    assert told == {name: " or ".join(kinds) for name, kinds in types.items()}
