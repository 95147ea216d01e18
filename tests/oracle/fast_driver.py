"""Drives cleaning, screening and committing in memory: no files, no locks, no publication, hence many more examples."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any
from unittest.mock import patch

import duckdb
import numpy as np
import polars as pl

from pipelines.adding import ROW_COLUMNS
from pipelines.cleaning.cleaner import Cleaner
from pipelines.committing import commit_leads, commit_rows, count_ledger
from pipelines.errors import UserError
from pipelines.lists import add_list, choose_list, set_campaign
from pipelines.points.index import read_values
from pipelines.points.recognising import find_points
from pipelines.run import place_run, plan_run
from pipelines.schema import STORE
from pipelines.screening.judging import JUDGED_COLUMNS
from pipelines.screening.verdicts import points_asked, screen
from pipelines.suppliers import add_supplier
from pipelines.tables.declared import MappedField, MappedTables, build_table
from pipelines.tables.storing import STORED, fit_table
from pipelines.templates.template import Template, build_template
from pipelines.undoing import take_back
from pipelines.upgrading import upgrade
from tests.oracle.driver import (
    AGES,
    CALL,
    DECLARED,
    DIALLED,
    EXTRA,
    HEADERS,
    LISTS,
    NOW,
    PLACES,
    STATE_COLUMNS,
    State,
    collect_fates,
    collect_state,
    fill_template,
    insert_event,
)
from tests.oracle.model_fields import FIELDS, TABLE, show_defaults
from tests.oracle.model_records import SLOTS, Born, DncEntry, Event, Outcome

CONTACT_DATA = build_table(DECLARED, "oracle")


def map_tables(template: Template) -> MappedTables:
    """Return what a template fills, as ``load_mapped_tables`` does from a home."""
    known = {field.name: field for field in CONTACT_DATA.fields}
    fields = tuple(MappedField(table, known[name]) for table, name in template.secondary_fields)
    return MappedTables((CONTACT_DATA,) if fields else (), fields)


TERMS_COLUMNS = "terms_id, category, source, listed_on, expires_on"
# What stays of an import that is undone, beside its line; and by what its leads were found, which does no harm.
ON_RECORD = {
    "imports",
    "loose_points",
    "point_segments",
    "single_rows",
    "row_spans",
    "row_evidence",
    "import_reasons",
    "import_ages",
    "effects",
    "audit_log",
    "unpublished",
}


class FastPipeline:
    """A store in memory, and the imports made in it; the same words as ``Pipeline``."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.connection.execute("SET TimeZone = 'UTC'")
        self.connection.execute("SET threads = 1")
        upgrade(connection)
        fit_table(connection, CONTACT_DATA)
        self.import_ids: list[str] = []

    @classmethod
    @contextmanager
    def opened(cls) -> Iterator["FastPipeline"]:
        with duckdb.connect(":memory:") as connection:
            yield cls(connection)

    def load_dnc(self, entries: Iterable[DncEntry]) -> None:
        for number, entry in enumerate(entries):
            terms = [number, entry.category, "test", date(2026, 1, 1), entry.expires_on]
            self.connection.execute(f"INSERT INTO dnc_terms ({TERMS_COLUMNS}) VALUES (?, ?, ?, ?, ?)", terms)
            self.connection.execute("INSERT INTO dnc_entries VALUES (?, ?)", [entry.number, number])

    def import_rows(self, rows: list[dict[str, str]], settings: dict[str, Any], day: date) -> Outcome:
        template = build_template(fill_template(settings), "oracle")
        # Temporary tables belong to the cursor and go with it.
        with self.connection.cursor() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            destination = choose_list(connection, template, day)
            content = hashlib.sha256(repr(rows).encode()).hexdigest()
            run = plan_run(connection, template, destination, day, content, NOW)
            situation = place_run(connection, run)
            contact_data = map_tables(template)
            headers = ["Ref", *HEADERS.values()]
            cleaned = Cleaner(template, headers, "drop.csv", contact_data=contact_data).clean(frame_rows(rows))
            connection.register("drop_rows", cleaned.to_arrow())
            asking = points_asked(connection, template)
            # As the rows of a long drop are judged.
            with asking as asked, patch("pipelines.screening.judging.FEW_ROWS", 0):
                screen(connection, template, situation, len(rows), [cleaned.select(JUDGED_COLUMNS)], asked)
            ledger = count_ledger(connection)
            assert ledger.rows == len(rows)
            add_supplier(connection, template.supplier, day, run.import_id)
            add_list(connection, destination, day, run.import_id)
            commit_leads(
                connection,
                run,
                ledger,
                [cleaned.select(ROW_COLUMNS)],
                contact_data,
                clear_fetched=template.clear_fetched,
            )
            commit_rows(connection, run, is_held=False)
            connection.execute(
                "INSERT INTO imports (import_id, sequence, status, supplier, list, import_date, started_at, settings)"
                " VALUES (?, ?, 'completed', ?, ?, ?, ?, ?)",
                [run.import_id, run.sequence, template.supplier, destination.name, day, NOW,
                 template.model_dump_json(by_alias=True)],
            )  # fmt: skip
            self.import_ids.append(run.import_id)
            fates = connection.execute(
                "SELECT r.fate, r.code, l.import_id, l.row_number, r.warnings FROM import_rows AS r"
                " LEFT JOIN leads AS l USING (lead_id) WHERE r.import_id = ? ORDER BY r.row_number",
                [run.import_id],
            ).fetchall()
            ages = dict(connection.execute(AGES, [run.import_id]).fetchall())
        return Outcome(destination.name, collect_fates(fates, self._born), dict(ledger.effects), ages)

    def undo(self, import_id: str, *, skip_touched: bool = False) -> None:
        """Undo an import as ``undo_import`` does, in a transaction; a refusal leaves everything as it is."""
        with self.connection.cursor() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("BEGIN")
            try:
                take_back(connection, import_id, user="op", now=NOW, skip_touched=skip_touched)
            except UserError:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def read_store(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row of the tables that an undo has to put back; what is on record for ever is left out."""
        tables = sorted({*STORE} - ON_RECORD)
        return {name: self.connection.sql(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for name in tables}

    def _born(self, import_id: str | None, row_number: int | None) -> Born | None:
        return None if import_id is None or row_number is None else (self.import_ids.index(import_id) + 1, row_number)

    def report(self, events: Iterable[Event]) -> None:
        for event in events:
            insert_event(self.connection, event)

    def set_campaign(self, name: str, campaign: str | None) -> None:
        set_campaign(self.connection, name, campaign)

    def tamper(
        self,
        called: Iterable[Born] = (),
        callbacks: Iterable[Born] = (),
        fetched: Iterable[Born] = (),
        status: str = DIALLED,
    ) -> None:
        at = datetime(2026, 7, 1, tzinfo=UTC)
        found = self.connection.sql("SELECT lead_id, import_id, row_number FROM leads").fetchall()
        ids = {self._born(import_id, row): lead_id for lead_id, import_id, row in found}
        for born in called:
            self.connection.execute(CALL, [status, ids[born]])
        for born in callbacks:
            self.connection.execute("INSERT INTO callbacks VALUES (?, ?, 'ring back')", [ids[born], at])
        for born in fetched:
            self.connection.execute("INSERT INTO fetched VALUES (?, ?)", [ids[born], at])

    def read_state(self) -> State:
        keys = ", ".join(f"'+' || l.{slot}_key" for slot in SLOTS)
        found = self.connection.execute(
            f"SELECT {STATE_COLUMNS}, {keys}, {', '.join(SLOTS)} FROM leads AS l LEFT JOIN lists USING (list_id)"
        ).fetchall()
        callbacks = self.connection.execute("SELECT lead_id FROM callbacks").fetchall()
        fetched = self.connection.execute("SELECT lead_id FROM fetched").fetchall()
        self.check_points()
        stored = self.connection.execute(f"{EXTRA} {STORED}{TABLE}").fetchall()
        # Defaults are shown, never stored.
        extra = [(lead, *show_defaults(dict(zip(FIELDS, values, strict=True)))) for lead, *values in stored]
        places = self.connection.execute(PLACES).fetchall()
        lists = self.connection.execute(LISTS).fetchall()
        return collect_state(found, callbacks, fetched, extra, places, lists, self._born)

    def check_points(self) -> None:
        """Asked for all that the leads hold, the index finds all of it, and what is found by it is no more."""
        slots = " UNION ALL ".join(
            f"SELECT CASE WHEN {slot}_key IS NULL THEN 2 ELSE 1 END, coalesce({slot}_key, 3000000000000000000"
            f" + ltrim(regexp_replace({slot}, '[^0-9]', '', 'g'), '0')::BIGINT), lead_id, list_id, '{slot}'"
            f" FROM leads WHERE {slot} IS NOT NULL AND status <> 'suppressed'"
            for slot in SLOTS
        )
        expected = self.connection.sql(slots).fetchall()
        find_points(self.connection, np.unique(np.array([row[1] for row in expected], dtype=np.int64)), is_whole=True)
        points = "SELECT kind, value, lead_id, list_id, slot FROM lead_points WHERE kind <> 3"
        assert sorted(self.connection.sql(points).fetchall()) == sorted(expected)
        emails = "SELECT lead_id, list_id FROM leads WHERE email IS NOT NULL AND status <> 'suppressed' ORDER BY ALL"
        value = "SELECT -1 - (md5_number(lower(email)) >> 82)::BIGINT AS value FROM leads WHERE email IS NOT NULL"
        find_points(self.connection, np.unique(read_values(self.connection, value)))
        found = "SELECT lead_id, list_id FROM lead_points WHERE kind = 3 ORDER BY ALL"
        assert self.connection.sql(found).fetchall() == self.connection.sql(emails).fetchall()


def frame_rows(rows: list[dict[str, str]]) -> pl.DataFrame:
    """Return rows as the reader of drops gives them."""
    columns = {f"c{i + 2}": [row.get(name, "") for row in rows] for i, name in enumerate(HEADERS)}
    numbers = list(range(1, len(rows) + 1))
    return pl.DataFrame(
        {
            "row_number": numbers,
            "line_number": [n + 1 for n in numbers],
            "flaw": [None] * len(rows),
            "c1": [f"r{n}" for n in numbers],
            **columns,
        },
        schema_overrides={"flaw": pl.String},
    )
