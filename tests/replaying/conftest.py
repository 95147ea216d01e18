"""Histories of a home: what people, suppliers, authorities and the dialler did to it, in words that can be drawn."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from pipelines.changing_lists import change_campaign, make_clone
from pipelines.costs.correcting import add_refund, correct_cost
from pipelines.dialler.loading import load_report
from pipelines.dnc.loading import load_dnc
from pipelines.dnc.rescreening import rescreen_all
from pipelines.dnc.rules import Rule, change_rule
from pipelines.errors import UserError
from pipelines.expiring import expire
from pipelines.holding import cancel_import, release_import
from pipelines.home import Home
from pipelines.importing import import_drop
from pipelines.published.publishing import ensure_published
from pipelines.published.reading import open_reader
from pipelines.receipts import ImportResult
from pipelines.replaying.comparing import hash_generation
from pipelines.tables.making import add_field, create_table
from pipelines.templates.template import build_template
from pipelines.undoing import undo_import

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
HEADER = "Name,Tel,Second,Mail,End\n"
ACTIONS = ("keep_existing", "keep_new", "reset_older", "update")


@dataclass
class History:
    """A home and who does things to it; each act is an hour or a few after the one before."""

    home: Home
    folder: Path
    dice: Random
    now: datetime = START
    imports: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    did: list[str] = field(default_factory=list)
    drops: int = 0

    def write(self, text: str) -> Path:
        """Write a file of a name that was not there before."""
        self.drops += 1
        path = self.folder / f"file{self.drops}.csv"
        path.write_text(text, encoding="utf-8")
        return path

    def person(self) -> str:
        """Return a line of a drop: few people, so that everybody meets everybody; now and then a bad number."""
        number = self.dice.randrange(14)
        tel = self.dice.choice([f"07400 1234{number:02}", f"+44 7400 1234{number:02}", f"7400 1234{number:02}", "123"])
        second = self.dice.choice(["", "", f"07400 1235{number:02}"])
        mail = self.dice.choice(["", f"p{number}@example.com", f"P{number}@Example.com"])
        return f"Person {number},{tel},{second},{mail},{self.dice.choice(['', '2026-05-01', '2026-06-01'])}\n"

    def template(self, **changes: Any) -> dict[str, Any]:
        """Return the values of a template, some of them drawn."""
        dice, name = self.dice, self.dice.choice(["acme", "bell"])
        chosen = dice.choice([{"name": "Warm"}, {"name": "Cold"}, {"mode": "per_day", "prefix": "Day "}])
        values = {
            "name": name,
            "supplier": name.title(),
            "list": chosen,
            "cost_per_lead": dice.choice([None, "0.45"]),
            "currency": "GBP",
            "hold_above": dice.choice([1, 1, 0.2]),
            "expiry": dice.choice([None, {"in_days": 3}]),
            "delete_existing": dice.random() < 0.1,
            "clear_fetched": dice.random() < 0.2,
            "dnc": dice.choice([None, {"categories": ["TPS", "Own"]}]),
            "dedupe": {"keys": ["phone", "email"], "scope": ["file", "destination"], "action": dice.choice(ACTIONS)},
            "survey": dice.choice([None, None, {"id": 7, "invite_in_days": 1}]),
            "call_info": "Ring {Tel}",
            "mapping": {"first_name": "Name", "phone1": "Tel", "phone2": "Second", "email": "Mail"},
        }
        if (self.home.tables / "contract.yaml").exists():
            values["mapping"]["secondary.contract.end_date"] = "End"
        return {key: value for key, value in (values | changes).items() if value is not None}

    def bring(self) -> None:
        """Import a drop; some are for another day, some come again."""
        text = HEADER + "".join(self.person() for _ in range(self.dice.randrange(1, 9)))
        on = self.dice.choice([None, self.now.date() - timedelta(days=2)])
        self.note(self.import_text(text, on=on, force=self.dice.random() < 0.3))

    def import_text(self, text: str, **options: Any) -> ImportResult:
        """Import a text by a template that is drawn."""
        template = build_template(self.template(), "drawn")
        return import_drop(self.write(text), template, self.home, now=self.now, notes="told", **options)

    def break_a_drop(self) -> None:
        """Import what cannot be read."""
        self.note(self.import_text("Nothing,Of,This\n1,2,3\n"))

    def note(self, result: ImportResult) -> None:
        """Remember an import for later acts."""
        if result.import_id and result.status in ("completed", "held"):
            (self.imports if result.status == "completed" else self.held).append(result.import_id)

    def release(self) -> None:
        self.note(release_import(self.home, self.held.pop(), now=self.now))

    def cancel(self) -> None:
        cancel_import(self.home, self.held.pop(), user="op", now=self.now)

    def undo(self) -> None:
        skip = self.dice.random() < 0.5
        undo_import(self.home, self.dice.choice(self.imports), user="op", now=self.now, skip_touched=skip)

    def forbid(self) -> None:
        """Load a do-not-call list, in any of the ways."""
        mode = self.dice.choice(["add", "add", "full", "removal"])
        numbers = [f"07400 123{self.dice.randrange(400, 514)}" for _ in range(12)]
        category = self.dice.choice(["TPS", "Own"])
        load_dnc(self.home, self.write("\n".join(numbers) + "\n"), category, mode=mode, now=self.now)

    def forbid_a_prefix(self) -> None:
        load_dnc(self.home, self.write("+44740012341\n"), "Own", are_prefixes=True, now=self.now)

    def rule(self) -> None:
        change_rule(
            self.home, "TPS", Rule(self.dice.choice([1, 31]), self.dice.choice([None, 1])), user="op", now=self.now
        )

    def rescreen(self) -> None:
        rescreen_all(self.home, now=self.now, user="op")

    def dial(self) -> None:
        """Load a report of calls, outcomes, callbacks or of the buffer."""
        kind = self.dice.choice(["attempts", "dispositions", "callbacks", "fetched"])
        at = self.now - timedelta(minutes=self.dice.randrange(1, 50))
        said = self.dice.choices(["SALE", "NA", "WRONG", "ODD"], k=4)
        rows = [f"07400 1234{self.dice.randrange(14):02},{at:%Y-%m-%d %H:%M},{what}" for what in said]
        columns = {"callbacks": "phone,due_at,note", "fetched": "phone,fetched_at,note"}.get(
            kind, "phone,called_at,outcome"
        )
        replace = kind in ("callbacks", "fetched") and self.dice.random() < 0.3
        path = self.write("\n".join([columns, *rows]) + "\n")
        load_report(self.home, path, kind, time_zone="Europe/London", replace=replace, user="op", now=self.now)

    def mean(self) -> None:
        """Give an outcome another meaning, in the file that people change."""
        meaning = self.dice.choice(["sale", "unworkable", "contact"])
        (self.home.make().root / "outcomes.yaml").write_text(
            f"NA: []\nSALE: [sale]\nODD: [{meaning}]\nWRONG: [bad_number]\n"
        )

    def declare(self) -> None:
        if (self.home.tables / "contract.yaml").exists():
            number = self.dice.randrange(1000)
            add_field(self.home, "contract", {"name": f"more{number}", "type": "text"}, user="op", now=self.now)
        else:
            create_table(self.home, "contract", "About it", [("end_date", "date")], user="op", now=self.now)

    def sweep(self) -> None:
        """Sweep what has expired, some of it long ago."""
        expire(self.home, now=self.now - timedelta(days=self.dice.choice([0, 0, 1])), at=self.now)

    def price(self) -> None:
        """Correct a price, or take some of it back."""
        which = self.dice.choice([*self.imports, "Acme", "Bell"])
        if self.dice.random() < 0.6:
            unit = Decimal(self.dice.choice(["0.40", "0.5"]))
            correct_cost(self.home, which, unit=unit, currency="GBP", user="op", now=self.now)
        else:
            add_refund(self.home, which, amount=Decimal("0.1"), notes="agreed", user="op", now=self.now)

    def clone(self) -> None:
        make_clone(self.home, "Warm", f"Clone {self.dice.randrange(1000)}", user="op", now=self.now)

    def campaign(self) -> None:
        change_campaign(self.home, "Warm", self.dice.choice(["Spring", None]), user="op", now=self.now)

    def live(self, acts: int) -> None:
        """Do so many things, most of them imports and calls; what is refused was not done."""
        kinds: list[Callable[[], None]] = [
            *[self.bring] * 6, *[self.dial] * 4, *[self.undo] * 2, *[self.forbid] * 2, *[self.release] * 2, self.cancel,
            self.break_a_drop, self.forbid_a_prefix, self.rule, self.rescreen, self.mean, self.declare, self.clone,
            self.campaign, *[self.sweep] * 2, *[self.price] * 2,
        ]  # fmt: skip
        while len(self.did) < acts:
            act = self.dice.choice(kinds)
            try:
                act()
            except (UserError, IndexError):
                continue
            self.did.append(act.__name__)
            self.now += timedelta(hours=self.dice.choice([1, 5, 20]))


@pytest.fixture
def make_history(tmp_path) -> Callable[..., History]:
    """Return a home in which so many acts, drawn by a seed, were done."""

    def make_history(seed: int, acts: int) -> History:
        folder = tmp_path / f"files{seed}"
        folder.mkdir()
        history = History(Home(tmp_path / f"home{seed}"), folder, Random(seed))
        history.live(acts)
        return history

    return make_history


def hash_published(home: Home) -> dict[str, str]:
    """Return the SHA-256 of every published part of a home."""
    return hash_generation(ensure_published(home))


def read_views(home: Home, now: datetime) -> dict[str, list[tuple[Any, ...]]]:
    """Return what every relation of ``query`` answers."""
    with open_reader(home, now, reports=("supplier_summary",)) as connection:
        names = [row[0] for row in connection.sql("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()]
        return {
            name: connection.sql(f'SELECT * FROM "{name}" ORDER BY ALL').fetchall()
            for name in sorted(names)
            if name != "clock"
        }


def day(number: int) -> date:
    """Return the day so many days after the first."""
    return START.date() + timedelta(days=number)
