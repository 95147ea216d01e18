"""Import a template's drops of some days again, by the template as it is now, and let all that followed follow.

The whole history is done again in a work folder with the template of those imports exchanged, and then takes the place
of the store and of what is published. See docs/decisions/0023-replay.md.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pipelines.errors import UserError
from pipelines.home import Home, keep_raw, make_work_folder
from pipelines.lock import hold_lock
from pipelines.published.adopting import link_published, note_generation
from pipelines.published.publishing import publish
from pipelines.published.relations import read_day
from pipelines.receipts import write_log
from pipelines.replaying.acts import DivergedError, redo_entry
from pipelines.replaying.changes import Change, Fates, compare_leads, read_fates
from pipelines.replaying.exchanging import Exchange, plan_exchange
from pipelines.replaying.log import Entry, read_log, read_store_log
from pipelines.replaying.replaying import Watch, rebuild
from pipelines.store import checkpoint, open_store, open_writer, replace_store

# What an act may come to that a person has to look at, when it was something else before.
UNLOADED = ("held", "failed")


@dataclass
class Backfill:
    """What a backfill did, or would do. ``status`` is completed, refused (nothing was changed) or rehearsed.

    ``imports`` are those that were made again; ``others`` later imports that came to other fates; ``doubts`` what a
    person has to accept first; ``skipped`` acts that are not needed any more. Leads are counted as they are published.
    """

    template: str
    since: date
    until: date
    status: str = "completed"
    imports: list[Change] = field(default_factory=list)
    others: list[Change] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    leads: dict[str, int] = field(default_factory=dict)

    @property
    def days(self) -> list[date]:
        """The import dates of all imports that it made again or changed, in order."""
        return sorted({read_day(change.import_id) for change in (*self.imports, *self.others)})

    def to_dict(self) -> dict[str, Any]:
        """Return the backfill for JSON."""
        changes = {name: [change.to_dict() for change in getattr(self, name)] for name in ("imports", "others")}
        told = {**vars(self), **changes, "from": self.since.isoformat(), "to": self.until.isoformat()}
        del told["since"], told["until"]
        return told


@dataclass
class _Building:
    """A history that is being done again; ``done`` is the sequence of its last entry."""

    source: Home
    home: Home
    exchange: Exchange
    told: Backfill
    done: int = 0

    def redo(self, entries: Sequence[Entry], watch: Watch | None = None) -> None:
        """Do entries again, by the template as it is now where they are meant."""
        rebuild(entries, self._redo_one, watch)
        self.done = entries[-1].sequence if entries else self.done

    def _redo_one(self, entry: Entry) -> None:
        try:
            redo_entry(self.source, self.home, self.exchange.exchange(entry))
        except DivergedError as error:
            self._judge(entry, error)
        except UserError as error:
            is_release = entry.action.startswith("import ") and bool((entry.told or {}).get("is_released"))
            if is_release and _find_status(self.home, entry.subject) == "completed":
                self.told.skipped.append(f"{entry.name}: It is not held any more, so nothing is to be released.")
            else:
                self.told.doubts.append(f"{entry.name} cannot be done again. {error}")

    def _judge(self, entry: Entry, error: DivergedError) -> None:
        """An import became something else: what is loaded by now needs nobody, what is not any more does."""
        if error.result.status == "already_imported":
            self.told.skipped.append(f"{error.where}: {error.result.message}")
        elif error.result.status in UNLOADED or error.result.import_id != entry.subject:
            self.told.doubts.append(str(error))


def backfill(
    home: Home,
    template: str,
    since: date,
    until: date,
    *,
    user: str,
    now: datetime,
    accept: bool = False,
    dry_run: bool = False,
    watch: Watch | None = None,
) -> Backfill:
    """Make a template's imports of some import dates again, by the template as it is now; all or nothing.

    The home comes to what it would be had that template been used in the first place: later imports, undos, lists and
    reports follow. What was put over the template for an import (``--list``, ``--set``) stays. A backfill after which
    an import would be held or fail, or an act could not be done again, changes nothing unless ``accept``. ``dry_run``
    changes nothing and answers with the same report.

    Raises UserError for a template that is wrong, days without an import of it, a log that an older leadmill wrote, and
    where another backfill is done meanwhile: what that one changed is not known here.
    """
    if since > until:
        raise UserError("--from", f"{since} is after {until}.", "Give the earlier day first.")
    entries = read_store_log(home)
    exchange = plan_exchange(home, template, since, until, entries)
    told = Backfill(exchange.template.name, since, until)
    with _work_home(home) as built:
        building = _Building(home, built, exchange, told)
        building.redo(entries, watch)
        with hold_lock(home):
            _catch_up(building)
            _tell_changes(building)
            if dry_run:
                told.status = "rehearsed"
            elif told.doubts and not accept:
                told.status = "refused"
            else:
                _change_over(building, entries, user=user, now=now)
    return told


@contextmanager
def _work_home(home: Home) -> Iterator[Home]:
    """Yield a home in the work folder that keeps what it keeps in the same place."""
    with make_work_folder(home, "backfill") as folder:
        (folder / "raw").symlink_to(home.raw.resolve())
        yield Home(folder).make()


def _catch_up(building: _Building) -> None:
    """Do again, under the lock, what was done since the log was read, and publish what is not published yet."""
    with open_store(building.source) as connection:
        newer = read_log(connection, building.done)
        if any(entry.action == "backfill" for entry in newer):
            raise UserError("backfill", "Another backfill was done meanwhile.", "Do this one again.")
        publish(connection, building.source)
        checkpoint(connection)
    building.redo(newer)
    building.exchange.require_unchanged()
    with open_writer(building.home) as connection:
        publish(connection, building.home)


def _tell_changes(building: _Building) -> None:
    before, after = read_fates(building.source), read_fates(building.home)
    nothing = Fates()
    for import_id in sorted({*before, *after}):
        was, came = before.get(import_id, nothing), after.get(import_id, nothing)
        change = Change(import_id, was.file or came.file, was, came)
        if import_id in building.exchange.import_ids:
            building.told.imports.append(change)
        elif was != came:
            building.told.others.append(change)
    building.told.leads = compare_leads(building.source, building.home)


def _change_over(building: _Building, entries: Sequence[Entry], *, user: str, now: datetime) -> None:
    """Write what happened into the new log and let the new store and its generation take the place of the old ones.

    The rename of the store is the moment: before it nothing is changed, after it whoever publishes next makes the
    generation current that came with it.
    """
    home, told = building.source, building.told
    replaced = [entry for entry in entries if entry.subject in building.exchange.import_ids]
    detail = f"{told.since} to {told.until}: {len(told.imports):,} imports made again"
    facts = {"from": told.since.isoformat(), "to": told.until.isoformat(), "doubts": told.doubts}
    facts["before"] = _keep_replaced(home, building.home.work, replaced)
    with open_writer(building.home) as connection:
        write_log(connection, now, user, "backfill", told.template, detail, told=facts)
        for change in told.imports:
            write_log(connection, now, user, "import backfilled", change.import_id, str(change), told={})
        publish(connection, building.home)
    number = link_published(building.home, home)
    with open_writer(building.home) as connection:
        note_generation(connection, number)
        checkpoint(connection)
    replace_store(home, building.home.store)
    with open_store(home) as connection:
        publish(connection, home)


def _keep_replaced(home: Home, folder: Path, entries: Sequence[Entry]) -> str:
    """Keep what the log said of the imports before, by content; return its SHA-256."""
    path = folder / "replaced.json"
    lines = [{**vars(entry), "at": entry.at.isoformat()} for entry in entries]
    path.write_text(json.dumps(lines, ensure_ascii=False, indent=1), encoding="utf-8")
    return keep_raw(home, path)[0]


def _find_status(home: Home, import_id: str) -> str | None:
    found = read_fates(home).get(import_id)
    return found.status if found else None
