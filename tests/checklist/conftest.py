"""A supplier's world in few words: templates of which a test names what matters, drops drawn as text."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Answer, Command

BASE = {
    "supplier": "Acme",
    "list": {"mode": "named", "name": "Warm"},
    "hold_above": 1,
    "mapping": {"first_name": "Name", "phone1": "Tel", "email": "Mail"},
}
PEOPLE = "Name,Tel,Mail\nAnn,07400 123456,ann@example.com\nBob,07400 123457,bob@example.com\n"


class World:
    """Templates and drops in one folder, brought by the command line."""

    def __init__(self, lm: Command, folder: Path) -> None:
        self.lm = lm
        self.folder = folder
        self.drops = 0

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def make_template(self, called: str = "acme", **changes: Any) -> Path:
        """Write a template as a file (JSON is YAML, too); a change to None takes a key away."""
        values = {**BASE, **changes}
        return self.write(f"{called}.yaml", json.dumps({key: v for key, v in values.items() if v is not None}))

    def try_import(self, text: str = PEOPLE, *options: object, **changes: Any) -> Answer:
        """Import a drop by a template with these changes, on 2 March 2026 unless the options say otherwise."""
        self.drops += 1
        drop = self.write(f"drop{self.drops}.csv", text)
        day = () if "--on" in options else ("--on", "2026-03-02")
        return self.lm("import", drop, "-t", self.make_template(**changes), "--ad-hoc", "--json", *day, *options)

    def bring(self, text: str = PEOPLE, *options: object, **changes: Any) -> dict[str, Any]:
        """Import a drop that must go through; return its result."""
        answer = self.try_import(text, *options, **changes)
        assert answer.code == 0, answer.err
        return answer.json[0]

    def check(self, **changes: Any) -> Answer:
        """Check a template with these changes."""
        return self.lm("templates", "check", self.make_template(**changes))

    def ask(self, sql: str) -> list[tuple]:
        return [tuple(row.values()) for row in self.lm("query", sql, "--json").json["rows"]]

    def fates(self, result: dict[str, Any]) -> list[str]:
        """Return fate or code of each row of an import."""
        rows = self.ask(
            f"SELECT fate, code FROM import_rows WHERE import_id = '{result['import_id']}' ORDER BY row_number"
        )
        return [code or fate for fate, code in rows]


@pytest.fixture
def world(lm: Callable[..., Answer], tmp_path: Path) -> World:
    return World(lm, tmp_path)
