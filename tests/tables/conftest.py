"""A contact data table, and drops that fill it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from pipelines.home import Home
from pipelines.importing import import_drop
from pipelines.published.reading import open_reader
from pipelines.published.summarising import name_reports
from pipelines.receipts import ImportResult
from pipelines.templates.template import build_template

DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
CONTRACT = """\
name: contract
description: What the customer has now
fields:
  - {name: end_date, type: date}
  - {name: usage, type: whole}
  - {name: price, type: decimal}
  - {name: best_time, type: time}
  - {name: read_on, type: datetime}
  - {name: is_dual_fuel, type: boolean}
  - {name: landlord, type: phone}
  - {name: tariff, type: text, default: Unknown}
"""
HEADER = "Tel,End,Usage,Price,Time,Read,Dual,Landlord,Tariff"
MAPPING = {
    "phone1": "Tel",
    "secondary.contract.end_date": "End",
    "secondary.contract.usage": "Usage",
    "secondary.contract.price": "Price",
    "secondary.contract.best_time": "Time",
    "secondary.contract.read_on": "Read",
    "secondary.contract.is_dual_fuel": "Dual",
    "secondary.contract.landlord": 8,
    "secondary.contract.tariff": "Tariff",
}
ANN = "07400 000001,31/12/2026,3100,28.50,09:30,01/02/2026 10:11:12,yes,020 7946 0000,Gold"
BEN = "07400 000002,30/06/2027,1200,31.99,,,no,,"
Bring = Callable[..., ImportResult]


@pytest.fixture
def home(tmp_path) -> Home:
    home = Home(tmp_path / "home").make()
    (home.tables / "contract.yaml").write_text(CONTRACT)
    return home


def make_values(**changes) -> dict:
    return {
        "name": "acme",
        "supplier": "Acme",
        "list": {"name": "Warm"},
        "dedupe": {"keys": ["phone"], "scope": ["file", "destination"], "action": "keep_existing"},
        "mapping": MAPPING,
    } | changes


@pytest.fixture
def bring(home, tmp_path) -> Bring:
    """Import lines under the header by a template; keywords change the template."""

    def bring(*lines: str, dry_run=False, now=NOW, **changes) -> ImportResult:
        drop: Path = tmp_path / "drop.csv"
        drop.write_text("\n".join([HEADER, *lines]) + "\n")
        template = build_template(make_values(**changes), "acme.yaml")
        return import_drop(drop, template, home, on=DAY, now=now, dry_run=dry_run)

    return bring


@pytest.fixture
def ask(home) -> Callable[..., pl.DataFrame]:
    """Answer a SELECT over the published tables."""

    def ask(sql: str, now: datetime = NOW) -> pl.DataFrame:
        with open_reader(home, now, reports=name_reports(sql)) as connection:
            return connection.sql(sql).pl()

    return ask
