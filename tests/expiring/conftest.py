"""Leads that expire, a dialler at work on them, and the sweep that takes them away."""

from datetime import UTC, date, datetime, timedelta

import pytest

from pipelines.expiring import expire
from pipelines.importing import import_drop
from pipelines.published.reading import open_reader
from pipelines.published.relations import RELATIONS
from pipelines.published.summarising import name_reports
from pipelines.store import open_writer
from pipelines.templates.template import build_template
from pipelines.undoing import undo_import

DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
# The midnight that ends the third of March in London, which is when leads of `SHORT` go.
MIDNIGHT = datetime(2026, 3, 4, tzinfo=UTC)
LATER = MIDNIGHT + timedelta(hours=12)
SHORT = {"in_days": 1}
DEDUPE = {"keys": ["phone"], "scope": ["destination"]}
PEOPLE = "Ann,07400 000001\nBob,07400 000002\nCy,07400 000003\n"


@pytest.fixture
def bring(home, tmp_path):
    """Import lines of name and number by a template; keywords change the template."""

    def bring(lines: str = PEOPLE, *, now=NOW, on=DAY, force=False, called="drop", **changes):
        drop = tmp_path / f"{called}.csv"
        drop.write_text(f"Name,Tel\n{lines}")
        values = {"name": "acme", "supplier": "Acme", "list": {"name": "Warm"}, "hold_above": 1}
        values |= {"mapping": {"first_name": "Name", "phone1": "Tel"}, "time_zone": "Europe/London", **changes}
        result = import_drop(drop, build_template(values, "acme"), home, on=on, now=now, force=force)
        assert result.status == "completed", result.message
        return result

    return bring


@pytest.fixture
def ask(home):
    def ask(sql: str, now=LATER, **options) -> list[tuple]:
        with open_reader(home, now, reports=name_reports(sql), **options) as connection:
            return connection.sql(sql).fetchall()

    return ask


@pytest.fixture
def sweep(home):
    def sweep(now=LATER, **options):
        return expire(home, now=now, **options)

    return sweep


@pytest.fixture
def undo(home):
    def undo(result, now=LATER, **options):
        return undo_import(home, result.import_id, user="op", now=now, **options)

    return undo


@pytest.fixture
def see(home):
    """Return all that readers see, but who did what (the log) and by what rows are found that made no lead."""

    def see(now=LATER) -> dict[str, list[tuple]]:
        with open_reader(home, now, reports=("supplier_summary",)) as connection:
            seen = {
                name: connection.sql(f"SELECT * FROM {name} ORDER BY ALL").fetchall()
                for name in (*RELATIONS, "supplier_summary")
                if name not in ("audit_log", "import_rows")
            }
            rows = "SELECT * EXCLUDE (points) FROM import_rows ORDER BY ALL"
            return seen | {"import_rows": connection.sql(rows).fetchall()}

    return see


@pytest.fixture
def count(home):
    """Count rows of the store's own tables."""

    def count(*tables: str) -> list[int]:
        with open_writer(home) as connection:
            return [connection.sql(f"SELECT count(*) FROM {table}").fetchall()[0][0] for table in tables]

    return count
