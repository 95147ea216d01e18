"""Drives the real pipeline, end to end, in the terms of the model: what went in, what each row and lead became."""

import csv
import io
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines.changing_lists import change_campaign
from pipelines.dnc.loading import load_dnc
from pipelines.home import Home
from pipelines.importing import import_drop
from pipelines.published.publishing import ensure_published, mark_unpublished, publish
from pipelines.published.reading import open_reader
from pipelines.store import open_writer
from pipelines.templates.template import build_template
from pipelines.undoing import undo_import
from tests.oracle.model import World
from tests.oracle.model_fields import FIELDS, TABLE, show_defaults
from tests.oracle.model_records import SLOTS, Born, DncEntry, Event, Fate, Outcome

COLUMNS = {
    "first_name": "Name",
    **{slot: f"Tel {slot[-1]}" for slot in SLOTS},
    "email": "E-mail",
    "skill_group": "Skill",
}
# What more a drop has; which of it is mapped is told by the settings.
MORE = {
    "language": "Language",
    "tags": "Labels",
    "captured_on": "Opt-in",
    **{f"secondary.{TABLE}.{name}": f"Extra {name}" for name in FIELDS},
}
HEADERS = {**COLUMNS, **MORE}
DECLARED = {
    "name": TABLE,
    "fields": [
        {"name": name, "type": field.kind, "strict": field.strict, "default": field.default}
        for name, field in FIELDS.items()
    ],
}
FILE = {"format": "csv", "encoding": "utf-8", "delimiter": ",", "has_header": True}
# Long after every day that is imported, so that each import is for a day gone by.
NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
# Before every expiry, so that a reader sees whatever stands in the tables.
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

# What the dialler says of a lead that it has called, where nothing else is asked for.
DIALLED = "dialled"
CALL = "UPDATE leads SET call_attempts = 3, status = ? WHERE lead_id = ?"
# How many rows of an import are how many days old.
AGES = "SELECT age_days, rows FROM import_ages WHERE import_id = ?"
LISTS = "SELECT name, time_zone, campaign FROM lists"

# Stands for a lead that is not there (any more).
NOWHERE: Born = (0, 0)

Lead = tuple[object, ...]


@dataclass(frozen=True)
class State:
    """What stands in the tables: leads by who brought them, leads with a callback, leads in the dialler's buffer.

    Also contact data with its defaults, by lead; places in surveys: survey, lead, who made it, from, until; and the
    lists with zone and campaign.
    """

    leads: dict[Born, Lead]
    callbacks: list[Born]
    fetched: list[Born]
    extra: dict[Born, tuple[object, ...]]
    places: list[tuple[object, ...]]
    lists: dict[str, tuple[object, ...]]


def describe_world(world: World) -> State:
    """Return a model's state in the terms of the published tables."""
    leads: dict[Born, Lead] = {}
    for lead in world.leads:
        numbers = [lead.phones[slot] for slot in SLOTS]
        leads[lead.born] = (
            lead.tags,
            lead.expires_at.astimezone(UTC) if lead.expires_at else None,
            lead.made_at.astimezone(UTC),
            lead.list_name,
            lead.supplier,
            lead.first_name,
            lead.email,
            lead.skill_group,
            lead.call_attempts,
            lead.status,
            lead.language,
            lead.time_zone,
            *[f"+{number.key}" if number and number.key else None for number in numbers],
            *[number.dial if number else None for number in numbers],
        )
    extra = {lead.born: show_defaults(lead.extra) for lead in world.leads if lead.extra is not None}
    places = [(p.survey, p.lead, p.made_by, p.invite_at, p.expires_at) for p in world.places]
    lists = {name: (zone, world.campaigns[name]) for name, zone in world.zones.items()}
    return State(leads, sorted(world.callbacks), sorted(world.fetched), extra, sorted(places, key=repr), lists)


class Model:
    """The model in the same words as ``Pipeline``."""

    def __init__(self) -> None:
        self.world = World()

    @classmethod
    @contextmanager
    def opened(cls) -> Iterator["Model"]:
        yield cls()

    def load_dnc(self, entries: Iterable[DncEntry]) -> None:
        self.world.dnc = list(entries)

    def report(self, events: Iterable[Event]) -> None:
        self.world.report(events)

    def import_rows(self, rows: list[dict[str, str]], settings: dict[str, Any], day: date) -> Outcome:
        return self.world.import_rows(rows, settings, day)

    def set_campaign(self, name: str, campaign: str | None) -> None:
        self.world.campaigns[name] = campaign

    def tamper(
        self,
        called: Iterable[Born] = (),
        callbacks: Iterable[Born] = (),
        fetched: Iterable[Born] = (),
        status: str = DIALLED,
    ) -> None:
        for born in called:
            self.world.mark_called(born, status)
        self.world.callbacks |= set(callbacks)
        self.world.fetched |= set(fetched)

    def read_state(self) -> State:
        return describe_world(self.world)


def write_csv(rows: Iterable[dict[str, str]]) -> str:
    """Write rows as a drop; the column Ref keeps a row of blanks from being a blank line."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["Ref", *HEADERS.values()])
    for number, row in enumerate(rows, 1):
        writer.writerow([f"r{number}", *(row.get(name, "") for name in HEADERS)])
    return text.getvalue()


def fill_template(settings: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a template: a mapping in the settings names fields, each from its own column."""
    mapping = {field: HEADERS[field] for field in settings.get("mapping", COLUMNS)}
    file = {**FILE, **settings.get("file", {})}
    return {"name": "oracle", "hold_above": 1, **settings, "file": file, "mapping": mapping}


def insert_event(connection: duckdb.DuckDBPyConnection, event: Event) -> None:
    """Write to the history of contacts, as loading the dialler's reports does; a list that is not there has id -1."""
    kind, value = event.point
    columns = {"phone": (1, "?::BIGINT"), "digits": (2, "3000000000000000000 + ?::BIGINT")}
    number, shown = columns.get(kind, (3, "-1 - (md5_number(?) >> 82)::BIGINT"))
    connection.execute(
        f"INSERT INTO contact_history SELECT {number}, {shown}, ?, 1,"
        " coalesce((SELECT list_id FROM lists WHERE name = ?), -1), ?, ?, ?",
        [value, value if kind == "email" else None, event.list_name, event.survey, event.event, event.happened_at],
    )


FindBorn = Callable[[str | None, int | None], Born | None]


def collect_fates(rows: list[tuple[Any, ...]], find_born: FindBorn) -> list[Fate]:
    """Return fates from rows of fate, code, the lead's import and row, and warnings."""
    return [Fate(fate, code, find_born(by, row), frozenset(warned or ())) for fate, code, by, row, warned in rows]


def collect_state(
    found: list[tuple[Any, ...]],
    callbacks: list[tuple[int]],
    fetched: list[tuple[int]],
    extra: list[tuple[Any, ...]],
    places: list[tuple[Any, ...]],
    lists: list[tuple[Any, ...]],
    find_born: FindBorn,
) -> State:
    """Return the state from rows of leads, callbacks, buffer, contact data, places in surveys and lists.

    Every lead has to come from a row of its own.
    """
    borns = {row[0]: find_born(row[1], row[2]) or NOWHERE for row in found}
    leads = {}
    for lead_id, _, _, tags, expires_at, made_at, *others in found:
        instants = [at.astimezone(UTC) if at else None for at in (expires_at, made_at)]
        leads[borns[lead_id]] = (tuple(tags or ()), *instants, *others)
    assert len(leads) == len(found), "two leads come from one row"
    rings = sorted(borns.get(lead_id, NOWHERE) for (lead_id,) in callbacks)
    buffer = sorted(borns.get(lead_id, NOWHERE) for (lead_id,) in fetched)
    beside = {borns.get(lead_id, NOWHERE): tuple(values) for lead_id, *values in extra}
    assert len(beside) == len(extra), "a lead has contact data twice"
    told = []
    for survey, lead_id, import_id, row, *instants in places:
        utc = [at.astimezone(UTC) if at else None for at in instants]
        told.append((survey, borns.get(lead_id, NOWHERE), find_born(import_id, row), *utc))
    named = {name: tuple(values) for name, *values in lists}
    return State(leads, rings, buffer, beside, sorted(told, key=repr), named)


STATE_COLUMNS = (
    "l.lead_id, l.import_id, l.row_number, l.tags, l.expires_at, l.created_at, lists.name, l.supplier, l.first_name,"
    " l.email, l.skill_group, l.call_attempts, l.status, l.language, l.time_zone"
)
PLACES = "SELECT survey_id, lead_id, import_id, row_number, invite_at, expires_at FROM survey_places"
EXTRA = f"SELECT lead_id, {', '.join(FIELDS)} FROM"


class Pipeline:
    """A home of its own, and the imports made in it."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder / "home").make()
        (self.home.tables / f"{TABLE}.yaml").write_text(json.dumps(DECLARED))
        self.folder = folder
        self.import_ids: list[str] = []

    @classmethod
    @contextmanager
    def opened(cls) -> Iterator["Pipeline"]:
        with tempfile.TemporaryDirectory() as folder:
            yield cls(Path(folder))

    def load_dnc(self, entries: Iterable[DncEntry]) -> None:
        by_category: dict[str, list[DncEntry]] = {}
        for entry in entries:
            by_category.setdefault(entry.category, []).append(entry)
        for category, listed in by_category.items():
            path = self.folder / f"{category}.csv"
            lines = [f"+{entry.number},{entry.expires_on or ''}\n" for entry in listed]
            path.write_text("number,expires_on\n" + "".join(lines))
            load_dnc(self.home, path, category, as_of=date(2026, 1, 1), now=datetime(2026, 1, 1, tzinfo=UTC))

    def import_rows(self, rows: list[dict[str, str]], settings: dict[str, Any], day: date) -> Outcome:
        path = self.folder / "drop.csv"
        path.write_text(write_csv(rows))
        template = build_template(fill_template(settings), "oracle")
        result = import_drop(path, template, self.home, on=day, force=True, now=NOW)
        assert result.status in ("completed", "held"), result.message
        assert result.import_id is not None
        self.import_ids.append(result.import_id)
        with open_reader(self.home, LONG_AGO, reports=()) as reader:
            fates = reader.execute(
                "SELECT r.fate, r.code, l.import_id, l.row_number, r.warnings FROM import_rows AS r"
                " LEFT JOIN leads AS l USING (lead_id) WHERE r.import_id = ? ORDER BY r.row_number",
                [result.import_id],
            ).fetchall()
            ages = dict(reader.execute(AGES, [result.import_id]).fetchall())
        for name in ("created", "updated", "rejected", "quarantined"):
            assert sum(row[0] == name for row in fates) == getattr(result, name), "the receipt and the rows differ"
        return Outcome(
            result.list,
            collect_fates(fates, self._born),
            dict(result.effects),
            ages,
            result.cost["total"],
            result.status == "held",
        )

    def _born(self, import_id: str | None, row_number: int | None) -> Born | None:
        return None if import_id is None or row_number is None else (self.import_ids.index(import_id) + 1, row_number)

    def report(self, events: Iterable[Event]) -> None:
        with open_writer(self.home) as connection:
            for event in events:
                insert_event(connection, event)

    def set_campaign(self, name: str, campaign: str | None) -> None:
        change_campaign(self.home, name, campaign, user="op", now=NOW)

    def tamper(
        self,
        called: Iterable[Born] = (),
        callbacks: Iterable[Born] = (),
        fetched: Iterable[Born] = (),
        status: str = DIALLED,
    ) -> None:
        """Do what a dialler does: call leads three times, promise to ring back, put leads into the buffer."""
        at = datetime(2026, 7, 1, tzinfo=UTC)
        with open_writer(self.home) as connection:
            ids = {
                self._born(import_id, row): (lead_id, list_id, import_id)
                for lead_id, list_id, import_id, row in connection.sql(
                    "SELECT lead_id, list_id, import_id, row_number FROM leads"
                ).fetchall()
            }
            for born in called:
                lead_id, list_id, import_id = ids[born]
                connection.execute(CALL, [status, lead_id])
                mark_unpublished(connection, "leads", str(list_id), import_id)
            for born in callbacks:
                connection.execute("INSERT INTO callbacks VALUES (?, ?, 'ring back')", [ids[born][0], at])
            for born in fetched:
                connection.execute("INSERT INTO fetched VALUES (?, ?)", [ids[born][0], at])
            mark_unpublished(connection, "callbacks")
            mark_unpublished(connection, "fetched")
            publish(connection, self.home)

    def undo(self, import_id: str) -> None:
        undo_import(self.home, import_id, user="op", now=NOW)

    def read_published(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return the published rows that an import changes and an undo has to put back."""
        relations = ("leads", "lists", "suppliers", "callbacks", "fetched", "supplier_summary")
        with open_reader(self.home, LONG_AGO, reports=("supplier_summary",)) as reader:
            return {name: reader.sql(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for name in relations}

    def read_state(self) -> State:
        """Return what is published."""
        ensure_published(self.home)
        keys = ", ".join(f"l.{slot}_e164" for slot in SLOTS)
        with open_reader(self.home, LONG_AGO, reports=()) as reader:
            found = reader.execute(
                f"SELECT {STATE_COLUMNS}, {keys}, {', '.join(SLOTS)} FROM leads AS l LEFT JOIN lists USING (list_id)"
            ).fetchall()
            callbacks = reader.execute("SELECT lead_id FROM callbacks").fetchall()
            fetched = reader.execute("SELECT lead_id FROM fetched").fetchall()
            extra = reader.execute(f"{EXTRA} {TABLE}").fetchall()
            places = reader.execute(PLACES).fetchall()
            lists = reader.execute(LISTS).fetchall()
        return collect_state(found, callbacks, fetched, extra, places, lists, self._born)
