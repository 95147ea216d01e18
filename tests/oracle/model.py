"""The import as plain Python, one row after another: what the pipeline has to equal.

Written from decisions.md, contract.md and features.md alone; nothing of the pipeline is imported here, and nothing here
is fast. A world is changed in place by ``World.import_rows``, which answers what the pipeline should have reported.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
from email_validator import EmailNotValidError, validate_email

SLOTS = ("phone1", "phone2", "phone3")
# A lead is known by the import (counted from 1) and the row (from 1) that brought it.
Born = tuple[int, int]


@dataclass
class Lead:
    """One lead as it stands on a list."""

    born: Born
    list_name: str
    supplier: str
    first_name: str | None
    phones: dict[str, int | None]
    email: str | None
    skill_group: str | None
    tags: tuple[str, ...]
    expires_at: datetime | None
    call_attempts: int = 0
    status: str = "new"

    def points(self, keys: list[str]) -> Iterator[tuple[str, object]]:
        """Yield what this lead is recognised by: every phone slot, and the e-mail without regard to case."""
        if "phone" in keys:
            yield from (("phone", number) for number in self.phones.values() if number is not None)
        if "email" in keys and self.email is not None:
            yield "email", self.email.lower()


@dataclass(frozen=True)
class DncEntry:
    """One number of a do-not-call category."""

    number: int
    category: str
    expires_on: date | None = None


@dataclass
class Fate:
    """What became of a row, and the lead it made or changed."""

    fate: str
    code: str | None = None
    lead: Born | None = None
    warnings: frozenset[str] = frozenset()


@dataclass
class Outcome:
    """What an import reports: the list it went to, a fate per row, the effects on leads that were there before."""

    list_name: str
    fates: list[Fate]
    effects: dict[str, int]


@dataclass
class Row:
    """A row after cleaning: what is left of it, and what was wrong with it."""

    first_name: str | None
    phones: dict[str, int | None]
    email: str | None
    own_skill_group: str | None
    phone_flaws: list[str] = field(default_factory=list)
    email_flaw: str | None = None
    warnings: set[str] = field(default_factory=set)


def tidy(cell: str) -> str | None:
    return cell.strip() or None


def read_phone(cell: str) -> tuple[int | None, str | None]:
    """Return the number as E.164 digits, or what is wrong with the cell; neither for a blank cell."""
    text = tidy(cell)
    if text is None:
        return None, None
    number = phonenumbers.parse(text, "GB")
    if phonenumbers.is_valid_number(number):
        return int(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]), None
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason == phonenumbers.ValidationResult.TOO_SHORT:
        return None, "R_PHONE_TOO_SHORT"
    if reason == phonenumbers.ValidationResult.TOO_LONG:
        return None, "R_PHONE_TOO_LONG"
    return None, "R_PHONE_INVALID"


def read_email(cell: str) -> tuple[str | None, str | None]:
    """Return the address as it was written, or what is wrong with it."""
    text = tidy(cell)
    if text is None:
        return None, None
    try:
        validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return None, "R_EMAIL_INVALID"
    return text, None


def read_row(cells: dict[str, str], settings: dict[str, Any]) -> Row:
    """Map, tidy and clean one row."""
    row = Row(
        first_name=tidy(cells.get("first_name", "")),
        phones={},
        email=None,
        own_skill_group=tidy(cells.get("skill_group", "")),
    )
    for slot in SLOTS:
        row.phones[slot], flaw = read_phone(cells.get(slot, ""))
        if flaw:
            row.phone_flaws.append(flaw)
            row.warnings.add("W_PHONE_DROPPED")
    row.email, row.email_flaw = read_email(cells.get("email", ""))
    if row.email_flaw:
        row.warnings.add("W_EMAIL_DROPPED")
    return row


def has_contact(row: Row, settings: dict[str, Any]) -> bool:
    """Tell whether a contact point of the kind that counts is left."""
    counts = settings.get("contact", "any")
    by_phone = any(number is not None for number in row.phones.values())
    by_email = row.email is not None
    return (by_phone and counts != "email") or (by_email and counts != "phone")


def judge_cells(row: Row, settings: dict[str, Any]) -> str | None:
    """Return why the row is rejected for its own cells, or null: number validity, e-mail, policy."""
    email = settings.get("email", {})
    counts = settings.get("contact", "any")
    is_enough = has_contact(row, settings)
    if not is_enough and counts != "email" and row.phone_flaws:
        return row.phone_flaws[0]
    if email.get("validate") and row.email_flaw:
        return row.email_flaw
    if email.get("required") and row.email is None:
        return row.email_flaw or "R_EMAIL_MISSING"
    if is_enough:
        return None
    return row.email_flaw if counts != "phone" and row.email_flaw else "R_NO_CONTACT"


class World:
    """Lists, leads, do-not-call entries, callbacks and buffer, and the imports that change them."""

    def __init__(self) -> None:
        self.zones: dict[str, str] = {}
        self.leads: list[Lead] = []  # oldest first
        self.dnc: list[DncEntry] = []
        self.callbacks: set[Born] = set()
        self.fetched: set[Born] = set()
        self.imports = 0

    def find(self, born: Born) -> Lead:
        return next(lead for lead in self.leads if lead.born == born)

    def import_rows(self, rows: list[dict[str, str]], settings: dict[str, Any], day: date) -> Outcome:
        """Import the rows one by one, in file order."""
        self.imports += 1
        destination = self.choose_list(settings, day)
        self.zones.setdefault(destination, self.zone_of_new_list(settings))
        return _Import(self, settings, destination, day).walk(rows)

    def choose_list(self, settings: dict[str, Any], day: date) -> str:
        choice = settings["list"]
        if choice.get("mode", "named") == "named":
            return str(choice["name"])
        name = f"{choice['prefix']}{day.isoformat()}"
        if choice["mode"] == "per_day" or name not in self.zones:
            return name
        number = 2
        while f"{name} ({number})" in self.zones:
            number += 1
        return f"{name} ({number})"

    def zone_of_new_list(self, settings: dict[str, Any]) -> str:
        source = settings["list"].get("clone_from")
        return self.zones[source] if source else settings.get("time_zone") or "UTC"

    def mark_called(self, born: Born) -> None:
        """Let the dialler have tried a lead three times."""
        lead = self.find(born)
        lead.call_attempts, lead.status = 3, "called"

    def remove(self, lead: Lead) -> None:
        """Take a lead away with its callbacks and its place in the buffer."""
        self.leads.remove(lead)
        self.callbacks.discard(lead.born)
        self.fetched.discard(lead.born)


class _Import:
    """One import under way."""

    def __init__(self, world: World, settings: dict[str, Any], destination: str, day: date) -> None:
        self.world, self.settings, self.destination, self.day = world, settings, destination, day
        self.dedupe: dict[str, Any] | None = settings.get("dedupe")
        zone = ZoneInfo(world.zones[destination])
        self.as_of = datetime.combine(day, time(), zone)
        days = settings.get("expiry", {}).get("in_days")
        self.expires_at = None if days is None else datetime.combine(day + timedelta(days=days + 1), time(), zone)
        self.before = {lead.born for lead in world.leads}
        self.buffered = set(world.fetched)
        self.to_flush = {lead.born for lead in world.leads if lead.list_name == destination}
        self.effects: dict[str, set[Born]] = {
            name: set() for name in ("replaced", "reset", "migrated", "deleted", "flushed")
        }
        self.fates: list[Fate] = []
        # The leads that accepted rows of this file made or changed.
        self.accepted: set[Born] = set()

    def walk(self, rows: list[dict[str, str]]) -> Outcome:
        if self.settings.get("delete_existing"):
            self.delete_existing()
        for number, cells in enumerate(rows, 1):
            self.fates.append(self.take((self.world.imports, number), cells))
        if self.settings.get("clear_fetched"):
            self.effects["flushed"] = self.buffered & self.to_flush
            self.world.fetched -= self.to_flush
        counts = {name: len(born & self.before) for name, born in self.effects.items()}
        return Outcome(self.destination, self.fates, counts)

    def delete_existing(self) -> None:
        keeps = self.settings.get("keep_callbacks", True)
        for lead in [lead for lead in self.world.leads if lead.list_name == self.destination]:
            if not (keeps and lead.born in self.world.callbacks):
                self.note("deleted", lead)
                self.world.remove(lead)

    def note(self, effect: str, lead: Lead) -> None:
        self.effects[effect].add(lead.born)
        self.to_flush.add(lead.born)

    def take(self, born: Born, cells: dict[str, str]) -> Fate:
        """Give one row its fate against the world as the rows before it left it."""
        row = read_row(cells, self.settings)
        code = judge_cells(row, self.settings) or self.check_dnc(row)
        if code:
            return Fate("rejected", code)
        newcomer = Lead(
            born,
            self.destination,
            self.settings["supplier"],
            row.first_name,
            row.phones,
            row.email,
            row.own_skill_group or self.settings.get("skill_group"),
            tuple(self.settings.get("tags", ())),
            self.expires_at,
        )
        matches = self.find_matches(newcomer)
        if not matches or self.dedupe is None:
            return self.create(newcomer, row)
        action = self.dedupe["action"]
        if action == "keep_new":
            return self.replace(newcomer, row, matches)
        if action == "update":
            return self.update(newcomer, row, matches)
        return self.reject(matches, resets=action == "reset_older")

    def check_dnc(self, row: Row) -> str | None:
        """Take listed numbers off the row; return the code where that, or the rule, ends it."""
        rule = self.settings.get("dnc")
        if rule is None:
            return None
        ticked = rule.get("categories", ["IVR", "Imported", "Requested"])
        hits = []
        for slot, number in row.phones.items():
            found = [
                entry.category
                for entry in self.world.dnc
                if entry.number == number
                and entry.category in ticked
                and (entry.expires_on is None or entry.expires_on >= self.day)
            ]
            if found:
                hits.append(min(found, key=ticked.index))
                row.phones[slot] = None
        if not hits:
            return None
        row.warnings.add("W_DNC_DROPPED")
        if rule.get("on_match") == "reject_lead" or not has_contact(row, self.settings):
            return "R_DNC_" + hits[0]
        return None

    def find_matches(self, newcomer: Lead) -> list[Lead]:
        """Return the leads in scope that share a point, the best first: phone before e-mail, then the oldest."""
        if self.dedupe is None:
            return []
        keys = self.dedupe.get("keys", ["phone", "email"])
        wanted = set(newcomer.points(keys))
        ranked = []
        for age, lead in enumerate(self.world.leads):
            kinds = {kind for kind, _ in wanted & set(lead.points(keys))}
            if kinds and self.sees(lead):
                ranked.append(("phone" not in kinds, age, lead))
        return [lead for _, _, lead in sorted(ranked, key=lambda item: item[:2])]

    def sees(self, lead: Lead) -> bool:
        """Tell whether a lead is in the scope of the duplicate check."""
        assert self.dedupe is not None
        scope = self.dedupe["scope"]
        if lead.expires_at is not None and lead.expires_at <= self.as_of and lead.born in self.before:
            return False
        return (
            "global" in scope
            or ("file" in scope and lead.born in self.accepted)
            or ("destination" in scope and lead.list_name == self.destination)
            or ("lists" in scope and lead.list_name in self.dedupe["lists"])
        )

    def create(self, newcomer: Lead, row: Row) -> Fate:
        self.world.leads.append(newcomer)
        self.accepted.add(newcomer.born)
        return Fate("created", None, newcomer.born, frozenset(row.warnings))

    def replace(self, newcomer: Lead, row: Row, matches: list[Lead]) -> Fate:
        for lead in matches:
            self.note("replaced", lead)
            self.world.remove(lead)
            if lead.born not in self.before:
                self.fates[lead.born[1] - 1] = Fate("rejected", "R_DUP_IN_FILE")
        return self.create(newcomer, row)

    def reject(self, matches: list[Lead], *, resets: bool) -> Fate:
        if any(lead.born not in self.before for lead in matches):
            code = "R_DUP_IN_FILE"
        elif matches[0].supplier == self.settings["supplier"]:
            code = "R_DUP_SAME_SUPPLIER"
        else:
            code = "R_DUP_OTHER_SUPPLIER"
        if resets:
            for lead in matches:
                self.reset(lead)
        self.migrate(matches)
        return Fate("rejected", code)

    def update(self, newcomer: Lead, row: Row, matches: list[Lead]) -> Fate:
        assert self.dedupe is not None
        if len(matches) > 1:
            if self.dedupe.get("on_multiple") == "quarantine":
                return Fate("quarantined", "Q_MULTIPLE_MATCHES")
            row.warnings.add("W_MULTIPLE_MATCHES")
        best = matches[0]
        best.first_name = newcomer.first_name or best.first_name
        best.email = newcomer.email or best.email
        # The default is for new leads: an update changes only what the row itself says.
        best.skill_group = row.own_skill_group or best.skill_group
        best.tags = newcomer.tags or best.tags
        for slot, number in newcomer.phones.items():
            if number is not None:
                best.phones[slot] = number
        self.to_flush.add(best.born)
        self.accepted.add(best.born)
        if self.dedupe.get("reset_updated"):
            self.reset(best)
        self.migrate(matches)
        return Fate("updated", None, best.born, frozenset(row.warnings))

    def reset(self, lead: Lead) -> None:
        lead.call_attempts, lead.status = 0, "new"
        self.note("reset", lead)

    def migrate(self, matches: list[Lead]) -> None:
        """Move every lead that the row met to the destination list, where the template asks for it."""
        assert self.dedupe is not None
        for lead in matches if self.dedupe.get("migrate") else ():
            if lead.list_name != self.destination:
                lead.list_name = self.destination
                self.note("migrated", lead)
