"""Drops of a few people, imports that change each other's leads, and a dialler at work."""

from datetime import UTC, date, datetime

import pytest

from pipelines.importing import import_drop
from pipelines.published.publishing import mark_unpublished, publish
from pipelines.published.reading import open_reader
from pipelines.published.summarising import name_reports
from pipelines.receipts import ImportResult
from pipelines.store import open_writer
from pipelines.templates.template import build_template
from pipelines.undoing import undo_import

DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DEDUPE = {"keys": ["phone"], "scope": ["destination"]}
PEOPLE = "Old 1,07400 000001\nOld 2,07400 000002\nOld 3,07400 000003\n"
SECOND = "New 1,+44 7400 000001\nNew 2,07400 000002\nNew 9,07400 000009\n"


@pytest.fixture
def bring(home, tmp_path):
    """Import lines of name and number by a template; keywords change the template."""

    def bring(lines: str, *, now=NOW, force=False, **changes) -> ImportResult:
        drop = tmp_path / "drop.csv"
        drop.write_text(f"Name,Tel\n{lines}")
        values = {"name": "acme", "supplier": "Acme", "list": {"name": "Warm"}, "hold_above": 1}
        values |= {"mapping": {"first_name": "Name", "phone1": "Tel"}, "call_info": "Ring {Tel}", **changes}
        result = import_drop(drop, build_template(values, "acme"), home, on=DAY, now=now, force=force)
        assert result.status == "completed", result.message
        return result

    return bring


@pytest.fixture
def ask(home):
    def ask(sql: str) -> list[tuple]:
        with open_reader(home, NOW, reports=name_reports(sql)) as connection:
            return connection.sql(sql).fetchall()

    return ask


@pytest.fixture
def undo(home):
    def undo(result: ImportResult, **options):
        return undo_import(home, result.import_id, user="op", now=NOW, **options)

    return undo


@pytest.fixture
def see(home):
    """Return what readers see of all that an undo has to put back."""
    relations = ("leads", "lists", "suppliers", "callbacks", "fetched", "dispositions", "supplier_summary")

    def see() -> dict[str, list[tuple]]:
        with open_reader(home, NOW, reports=("supplier_summary",)) as connection:
            return {name: connection.sql(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for name in relations}

    return see


def dial(home, *statements: str) -> None:
    """Change the store as the dialler's reports do."""
    with open_writer(home) as connection:
        for statement in statements:
            connection.execute(statement)
        for part in connection.sql("SELECT DISTINCT list_id::VARCHAR, import_id FROM leads").fetchall():
            mark_unpublished(connection, "leads", *part)
        for relation in ("callbacks", "fetched"):
            mark_unpublished(connection, relation)
        mark_unpublished(connection, "dispositions", "2026-03-02")
        publish(connection, home)


def work_the_list(home) -> None:
    """Call the first, promise the second and third a callback of which the third's is open, fetch all."""
    dial(
        home,
        "UPDATE leads SET call_attempts = 3, status = 'no answer' WHERE first_name = 'Old 1'",
        "INSERT INTO callbacks SELECT lead_id, TIMESTAMPTZ '2026-03-05 10:00Z', 'back' FROM leads"
        " WHERE first_name = 'Old 3'",
        "INSERT INTO fetched SELECT lead_id, TIMESTAMPTZ '2026-03-02 10:00Z' FROM leads",
    )


def count_images(home) -> int:
    with open_writer(home) as connection:
        tables = ("lead_images", "callback_images", "fetched_images")
        return sum(connection.sql(f"SELECT count(*) FROM {table}").fetchall()[0][0] for table in tables)
