"""docs/tables.md says of every published column what it is, and nothing else."""

import re
from pathlib import Path

from pipelines.published.relations import RELATIONS
from pipelines.published.summarising import IMPORT_FACTS
from tests.test_sql import read_header

TEXT = (Path(__file__).parents[2] / "docs" / "tables.md").read_text().split("\n## Published tables\n")[1]


def read_columns():
    """Return the columns of each relation, by name and type, as the headers of sql/ say."""
    folders = dict.fromkeys(RELATIONS, "publish") | dict.fromkeys([*IMPORT_FACTS, "supplier_summary"], "reports")
    return {name: read_header(f"{folder}/{name}")[1][-1].columns for name, folder in folders.items()}


def test_every_relation_is_there_with_its_columns_in_their_order():
    told = dict(re.findall(r"^\| `(\w+)` \| .+ \| .+ \| (.+) \|$", TEXT, re.MULTILINE))

    assert told == {name: ", ".join(column for column, _ in columns) for name, columns in read_columns().items()}


def test_every_column_is_explained_with_its_type():
    told = {name: kinds for name, kinds, _ in re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", TEXT, re.MULTILINE)}
    types: dict[str, list[str]] = {}
    for columns in read_columns().values():
        for name, kind in columns:
            types.setdefault(name, [])
            if kind not in types[name]:
                types[name].append(kind)

    assert told == {name: " or ".join(kinds) for name, kinds in types.items()}
