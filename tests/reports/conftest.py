"""Random histories of suppliers: drops that meet each other, undos, expiry, prices corrected, calls, two currencies."""

import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.costs.correcting import add_refund, correct_cost
from pipelines.dialler.loading import load_report
from pipelines.dnc.loading import load_dnc
from pipelines.errors import UserError
from pipelines.expiring import expire
from pipelines.home import Home
from pipelines.importing import import_drop
from pipelines.templates.template import Template, build_template
from pipelines.undoing import undo_import

FIRST_DAY = date(2026, 3, 27)  # a Friday; the clocks go forward on the Sunday
SUPPLIERS = ("Acme", "Blue", "Cole")
CURRENCIES = {"Acme": ("GBP",), "Blue": ("GBP", "EUR"), "Cole": (None, "EUR")}
ACTIONS = ("keep_existing", "keep_new", "update", "reset_older")
# What may happen, the commoner the oftener; and a short history in which the most of it does.
KINDS = (*["bring"] * 5, "resend", "undo", "correct", "refund", "call", "call", "expire", "forbid")
SHORT = ("resend", "call", "correct", "bring", "undo")
OUTCOMES = ("SALE", "NI", "NA", "WRONG")


@dataclass
class History:
    """A home to which things happen, one after another, on days of their own."""

    home: Home
    folder: Path
    dice: random.Random
    now: datetime = datetime(2026, 3, 27, 12, tzinfo=UTC)
    imports: list[str] = field(default_factory=list)
    captured: dict[str, list[date]] = field(default_factory=dict)
    refused: list[tuple[str, datetime]] = field(default_factory=list)
    sent: list[tuple[Path, Template, list[date]]] = field(default_factory=list)

    def live_through(self, kinds: Sequence[str]) -> None:
        self.bring()
        self.bring()
        for kind in kinds:
            self.now += timedelta(hours=self.dice.randrange(1, 40))
            getattr(self, kind)()

    def bring(self) -> None:
        dice = self.dice
        supplier = dice.choice(SUPPLIERS)
        currency = dice.choice(CURRENCIES[supplier])
        cost = {"cost_per_lead": str(Decimal(dice.randrange(1, 400)) / 100), "currency": currency} if currency else {}
        values = {
            "name": f"{supplier} {dice.randrange(2)}",
            "supplier": supplier,
            "list": {"name": dice.choice(("Warm", "Cold"))},
            "time_zone": dice.choice(("Europe/London", "America/New_York")),
            "hold_above": 1,
            "email": {"validate": True},
            "contact": "phone",
            "cost_basis": dice.choice(("received", "accepted", "created")),
            "mapping": {"phone1": "Tel", "email": "Mail", "secondary.note.when": "When"}
            | ({"captured_on": "Opt-in"} if dice.random() < 0.7 else {}),
            "dnc": {"categories": ["Requested", "IVR"]},
            "dedupe": {"keys": ["phone"], "scope": dice.choice((["file", "destination"], ["global", "file"]))}
            | {"action": dice.choice(ACTIONS)},
            "expiry": {"in_days": dice.randrange(0, 4)} if dice.random() < 0.5 else None,
            "delete_existing": dice.random() < 0.1,
            **cost,
        }
        if "captured_on" in values["mapping"] and dice.random() < 0.4:
            values["captured"] = {"max_age_days": dice.randrange(1, 6)}
        day = self.now.date() - timedelta(days=dice.randrange(2))
        days = [self.draw_capture(day) for _ in range(dice.randrange(1, 30))]
        rows = [
            f"{dice.choice((self.draw_number(), self.draw_number(), self.draw_number(), '12', ''))},a@b.example,"
            f"{dice.choice(('01/02/2026', '', 'soon'))},{captured}"
            for captured in days
        ]
        drop = self.folder / f"drop-{len(self.sent)}.csv"
        drop.write_text("Tel,Mail,When,Opt-in\n" + "\n".join(rows) + "\n")
        template = build_template({key: value for key, value in values.items() if value is not None}, "drawn")
        told = [one for one in days if isinstance(one, date) and "captured_on" in values["mapping"]]
        self.sent.append((drop, template, told))
        self.send(-1, day)

    def send(self, which: int, day: date) -> None:
        drop, template, captured = self.sent[which]
        done = import_drop(drop, template, self.home, on=day, now=self.now)
        assert done.import_id
        if done.status == "already_imported":
            self.refused.append((done.import_id, self.now))
        else:
            self.imports.append(done.import_id)
            self.captured[done.import_id] = captured

    def resend(self) -> None:
        """Drop a file once more: it is refused unless its import was undone."""
        self.send(self.dice.randrange(len(self.sent)), self.now.date())

    def draw_capture(self, day: date) -> date | str:
        """Return a day from nine before the import to three after it, or what is no day."""
        drawn = day - timedelta(days=self.dice.randrange(-3, 10))
        return self.dice.choice((drawn, drawn, drawn, "", "soon"))

    def draw_number(self) -> str:
        return f"07400 1{self.dice.randrange(40):05}"

    def undo(self) -> None:
        with suppress(UserError):  # undone already
            undo_import(self.home, self.dice.choice(self.imports), user="op", now=self.now, skip_touched=True)

    def correct(self) -> None:
        subject = self.dice.choice((*SUPPLIERS, *self.imports[-3:]))
        currency, basis = self.dice.choice((None, "GBP", "EUR")), self.dice.choice((None, "accepted", "received"))
        unit = Decimal(self.dice.randrange(0, 500)) / 100
        with suppress(UserError):  # refunds of another currency, no currency yet, undone
            correct_cost(self.home, subject, unit=unit, currency=currency, basis=basis, user="op", now=self.now)

    def refund(self) -> None:
        amount = Decimal(self.dice.randrange(-100, 400)) / 100
        with suppress(UserError):  # more than it cost, unknown cost, undone
            add_refund(self.home, self.dice.choice(self.imports), amount=amount, user="op", now=self.now)

    def call(self) -> None:
        lines = []
        for _ in range(self.dice.randrange(1, 25)):
            code, currency = self.dice.choice(OUTCOMES), self.dice.choice(("GBP", "GBP", "EUR"))
            at = self.now - timedelta(minutes=self.dice.randrange(60 * 30))
            value = f"{self.dice.randrange(1, 90)}.50" if code == "SALE" and self.dice.random() < 0.8 else ""
            lines.append(f"{self.draw_number()},{at.isoformat()},{code},{value},{currency if value else ''}")
        report = self.folder / "report.csv"
        report.write_text("phone,called_at,outcome,sale_value,currency\n" + "\n".join(lines) + "\n")
        load_report(self.home, report, "dispositions", now=self.now)
        due = self.folder / "due.csv"
        due.write_text(
            f"phone,due_at\n{self.draw_number()},2026-04-20T10:00:00Z\n{self.draw_number()},2026-04-20T11:00:00Z\n"
        )
        load_report(self.home, due, "callbacks", now=self.now)

    def expire(self) -> None:
        expire(self.home, now=self.now)

    def forbid(self) -> None:
        listed = self.folder / "listed.txt"
        listed.write_text("\n".join(self.draw_number() for _ in range(4)) + "\n")
        load_dnc(self.home, listed, category=self.dice.choice(("Requested", "IVR")), region="GB", now=self.now)


@pytest.fixture
def live(tmp_path):
    """Return the home of a history drawn from a seed, and when it ends: of so many steps, or of those named."""

    def live(seed: int, steps: int | Sequence[str]) -> History:
        folder = tmp_path / str(seed)
        folder.mkdir()
        home = Home(folder / "home").make()
        (home.tables / "note.yaml").write_text(
            "name: note\ndescription: When\nfields:\n  - {name: when, type: date, strict: true}\n"
        )
        history = History(home, folder, random.Random(seed))
        history.live_through(history.dice.choices(KINDS, k=steps) if isinstance(steps, int) else steps)
        return history

    return live
