"""A small world of leads, and reports of a dialler about them, drawn as text."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.dialler.loading import DiallerLoad, load_report
from pipelines.home import Home
from pipelines.importing import import_drop
from pipelines.published.reading import open_reader
from pipelines.published.summarising import name_reports
from pipelines.receipts import ImportResult
from pipelines.screening import judging
from pipelines.store import open_writer
from pipelines.templates.template import Template

DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)
ANN, BEN, CID = "07400 000001", "07400 000002", "07400 000003"


class World:
    """A home whose leads come by ``bring`` and whose calls come by ``load``."""

    def __init__(self, home: Home, folder: Path) -> None:
        self.home = home
        self.folder = folder

    def bring(
        self, *numbers: str, to: str = "Warm", by: str = "Acme", on: date = DAY, now: datetime = NOW, **changes: Any
    ) -> ImportResult:
        """Import one lead per number; a number may have an e-mail behind a comma."""
        template = Template.model_validate(
            {
                "name": f"{by} to {to}",
                "supplier": by,
                "list": {"name": to},
                "time_zone": "Europe/London",
                "hold_above": 1,
                "mapping": {"phone1": "Tel", "email": "Mail"},
                **changes,
            }
        )
        rows = [number if "," in number else f"{number}," for number in numbers]
        drop = self.folder / "drop.csv"
        drop.write_text("Tel,Mail\n" + "\n".join(rows) + "\n")
        done = import_drop(drop, template, self.home, on=on, now=now)
        assert done.status == "completed"
        return done

    def write(self, text: str, name: str = "report.csv") -> Path:
        """Write a report; of a table drawn as text the indent is left out."""
        path = self.folder / name
        path.write_text("\n".join(line.strip() for line in text.strip().splitlines()) + "\n", encoding="utf-8")
        return path

    def load(self, kind: str, text: str, name: str = "report.csv", **options: Any) -> DiallerLoad:
        return load_report(self.home, self.write(text, name), kind, **{"now": NOW, **options})

    def ask(self, sql: str, now: datetime = NOW) -> list[tuple[Any, ...]]:
        """Answer a query over what is published."""
        with open_reader(self.home, now, reports=name_reports(sql)) as connection:
            return connection.execute(sql).fetchall()

    def look(self, sql: str) -> list[tuple[Any, ...]]:
        """Answer a query over the store."""
        with open_writer(self.home) as connection:
            return connection.execute(sql).fetchall()

    def find(self, number: str, to: str = "Warm") -> int:
        """Return the id of the lead with a number on a list."""
        e164 = "+44" + number[1:].replace(" ", "")
        on_list = "SELECT lead_id FROM leads JOIN lists USING (list_id) WHERE phone1_e164"
        ((lead_id,),) = self.ask(f"{on_list} = '{e164}' AND name = '{to}'")
        return int(lead_id)

    def stand(self) -> list[tuple[Any, ...]]:
        """Return list, status and attempts of every lead."""
        return self.ask(
            "SELECT name, right(phone1_e164, 1), status, call_attempts"
            " FROM leads JOIN lists USING (list_id) ORDER BY ALL"
        )


@pytest.fixture(params=["single", "spans"])
def rows_lie_as(request, monkeypatch):
    """Let the rows of drops lie in the store as those of small ones do, or of long ones."""
    if request.param == "spans":
        monkeypatch.setattr(judging, "FEW_ROWS", 0)


@pytest.fixture
def world(tmp_path) -> World:
    return World(Home(tmp_path / "home"), tmp_path)
