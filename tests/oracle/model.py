"""The import as plain Python, one row after another: what the pipeline has to equal.

Written from decisions.md, contract.md, features.md and docs/ alone. Nothing of the pipeline is imported here or in the
modules model_*, and nothing there is fast. A world is changed in place by ``World.import_rows``, which answers what the
pipeline should have reported.
"""

import copy
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.oracle.model_lists import find_campaign, find_zone, name_list
from tests.oracle.model_matching import Search, find_switchboards, phone_points
from tests.oracle.model_records import Born, DncEntry, Event, Fate, Lead, Outcome, Place, Row
from tests.oracle.model_rows import has_contact, judge_age, judge_cells, read_row
from tests.oracle.model_surveys import goes_out, invite, is_cooled, list_events, plan_place


class World:
    """Lists, leads, do-not-call entries, callbacks and buffer, and the imports that change them."""

    def __init__(self) -> None:
        self.zones: dict[str, str] = {}
        self.campaigns: dict[str, str | None] = {}
        self.leads: list[Lead] = []  # oldest first
        self.dnc: list[DncEntry] = []
        self.callbacks: set[Born] = set()
        self.fetched: set[Born] = set()
        self.history: list[Event] = []
        self.places: list[Place] = []  # in the order in which they were made
        self.imports = 0

    def find(self, born: Born) -> Lead:
        return next(lead for lead in self.leads if lead.born == born)

    def import_rows(self, rows: list[dict[str, str]], settings: dict[str, Any], day: date) -> Outcome:
        """Import the rows one by one, in file order; an import that is held leaves the world as it was."""
        self.imports += 1
        before = copy.deepcopy(vars(self))
        destination = name_list(settings["list"], day, self.zones)
        self.zones.setdefault(destination, find_zone(settings, self.zones))
        self.campaigns[destination] = find_campaign(settings["list"], destination, self.campaigns)
        outcome = _Import(self, settings, destination, day).walk(rows)
        rejected = sum(row.fate == "rejected" for row in outcome.fates)
        outcome.is_held = rejected / len(rows) > settings.get("hold_above", 1)
        if outcome.is_held:
            vars(self).update(before)
        return outcome

    def mark_called(self, born: Born, status: str) -> None:
        """Let the dialler have tried a lead three times, with this outcome."""
        lead = self.find(born)
        lead.call_attempts, lead.status = 3, status

    def report(self, events: Iterable[Event]) -> None:
        """Let calls, invitations and answers have happened, on lists that are there or long gone."""
        for event in events:
            is_there = event.list_name in self.zones
            self.history.append(event if is_there else replace(event, list_name=None))

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
        expiry = settings.get("expiry")
        self.expires_at = None
        if expiry:
            last = date.fromisoformat(expiry["on"]) if "on" in expiry else day + timedelta(days=expiry["in_days"])
            self.expires_at = datetime.combine(last + timedelta(days=1), time(), zone)
        self.zone = zone
        self.leads_before = {lead.born: copy.deepcopy(lead) for lead in world.leads}
        self.before = set(self.leads_before)
        doomed = {lead.born for lead in self.list_doomed()}
        self.events = list(list_events(world.history, world.places, world.leads, doomed, self.as_of))
        self.buffered = set(world.fetched)
        self.to_flush = {lead.born for lead in world.leads if lead.list_name == destination}
        self.effects: dict[str, set[Born]] = {
            name: set() for name in ("replaced", "reset", "migrated", "deleted", "flushed")
        }
        self.fates: list[Fate] = []
        self.search = Search(
            self.dedupe or {},
            destination,
            settings["supplier"],
            day,
            self.as_of,
            world.campaigns,
            self.leads_before,
        )

    def walk(self, rows: list[dict[str, str]]) -> Outcome:
        if self.settings.get("delete_existing"):
            self.delete_existing()
        read = [read_row(cells, self.settings, self.day) for cells in rows]
        codes = [self.judge(row) for row in read]
        left = [row for row, code in zip(read, codes, strict=True) if code is None]
        self.search.switchboards = find_switchboards(left, self.dedupe or {})
        for number, (row, code) in enumerate(zip(read, codes, strict=True), 1):
            self.fates.append(Fate("rejected", code) if code else self.take((self.world.imports, number), row))
        if self.settings.get("clear_fetched"):
            self.effects["flushed"] = self.buffered & self.to_flush
            self.world.fetched -= self.to_flush
        self.move_places()
        counts = {name: len(born & self.before) for name, born in self.effects.items()}
        ages = Counter(max((self.day - row.captured_on).days, 0) for row in read if row.captured_on)
        return Outcome(self.destination, self.fates, counts, dict(ages), self.count_cost())

    def count_cost(self) -> Decimal | None:
        """Return what the drop costs; null where no cost is known."""
        if self.settings.get("cost_per_lead") is None:
            return None
        paid = {
            "received": ("created", "updated", "rejected", "quarantined"),
            "accepted": ("created", "updated"),
            "created": ("created",),
        }[self.settings.get("cost_basis", "received")]
        return Decimal(str(self.settings["cost_per_lead"])) * sum(row.fate in paid for row in self.fates)

    def list_doomed(self) -> list[Lead]:
        """Return the leads that delete existing takes away."""
        keeps = self.settings.get("keep_callbacks", True)
        return [
            lead
            for lead in self.world.leads
            if self.settings.get("delete_existing")
            and lead.list_name == self.destination
            and not (keeps and lead.born in self.world.callbacks)
        ]

    def delete_existing(self) -> None:
        for lead in self.list_doomed():
            self.note("deleted", lead)
            self.world.remove(lead)

    def move_places(self) -> None:
        """Take away the places of leads that are gone, renew or give those of leads that were accepted."""
        gone = self.effects["deleted"] | self.effects["replaced"]
        for place in [place for place in self.world.places if place.lead in gone]:
            self.lose(place)
        survey = self.settings.get("survey")
        if survey is None:
            return
        invite_at, expires_at = plan_place(survey, self.day, self.zone)
        invited: dict[Born, int] = {}
        for number, fate in enumerate(self.fates, 1):
            if fate.fate in ("created", "updated") and fate.lead is not None:
                invited.setdefault(fate.lead, number)
        for lead, number in invited.items():
            theirs = [place for place in self.world.places if (place.survey, place.lead) == (survey["id"], lead)]
            made_by = (self.world.imports, number)
            if theirs and survey.get("update_existing", True):
                made_by = theirs[-1].made_by
                place = replace(theirs[-1], invite_at=invite_at, expires_at=expires_at)
                at = self.world.places.index(theirs[-1])
                self.lose(theirs[-1])
                self.world.places.insert(at, place)
            else:
                self.world.places.append(Place(survey["id"], lead, made_by, invite_at, expires_at))

    def lose(self, place: Place) -> None:
        """Take a place away; an invitation that went out stays in the history, by the lead as it stood then."""
        self.world.places.remove(place)
        lead = self.leads_before[place.lead]
        if place.invite_at <= self.as_of and goes_out(place, lead):
            self.world.history += invite(place, lead)

    def note(self, effect: str, lead: Lead) -> None:
        self.effects[effect].add(lead.born)
        self.to_flush.add(lead.born)

    def judge(self, row: Row) -> str | None:
        """Return why a row is rejected before anybody asks who it is, in the order of the walk."""
        return (
            judge_cells(row, self.settings)
            or judge_age(row, self.settings, self.day)
            or self.check_cooldown(row)
            or self.check_dnc(row)
        )

    def take(self, born: Born, row: Row) -> Fate:
        """Give one row its fate against the world as the rows before it left it."""
        if self.search.switchboards & set(phone_points(row)):
            row.warnings.add("W_SHARED_PHONE")
        newcomer = self.make_lead(born, row)
        if self.dedupe is None:
            return self.create(newcomer, row)
        matches = self.search.find(newcomer, self.world.leads)
        action = self.dedupe["action"]
        if not matches:
            return self.create(newcomer, row)
        if action == "keep_new":
            return self.replace(newcomer, row, matches)
        if action == "update":
            return self.update(newcomer, row, matches)
        return self.reject(matches, resets=action == "reset_older")

    def make_lead(self, born: Born, row: Row) -> Lead:
        return Lead(
            born,
            self.destination,
            self.settings["supplier"],
            row.first_name,
            row.phones,
            row.email,
            row.own_skill_group or self.settings.get("skill_group"),
            row.tags,
            self.expires_at,
            self.as_of,
            row.own_language or self.settings.get("default_language"),
            row.time_zone,
            extra=row.extra,
        )

    def check_cooldown(self, row: Row) -> str | None:
        points = self.make_lead((0, 0), row).points()
        is_within = is_cooled(points, self.events, self.settings, self.destination, self.as_of)
        return "R_COOLDOWN" if is_within else None

    def check_dnc(self, row: Row) -> str | None:
        """Take listed numbers off the row; return the code where that, or the rule, ends it."""
        rule = self.settings.get("dnc")
        if rule is None:
            return None
        ticked = rule.get("categories", ["IVR", "Imported", "Requested"])
        hits = []
        for slot, number in list(row.phones.items()):
            found = [
                entry.category
                for entry in self.world.dnc
                if number is not None
                and entry.number == number.key
                and entry.category in ticked
                and (entry.expires_on is None or entry.expires_on >= self.day)
            ]
            if found and number is not None:
                hits.append(min(found, key=ticked.index))
                row.phones[slot] = None
                row.extra = row.extra and {k: None if v == f"+{number.key}" else v for k, v in row.extra.items()}
        if not hits:
            return None
        row.warnings.add("W_DNC_DROPPED")
        if rule.get("on_match") == "reject_lead" or not has_contact(row, self.settings):
            return "R_DNC_" + hits[0]
        return None

    def create(self, newcomer: Lead, row: Row) -> Fate:
        self.world.leads.append(newcomer)
        self.search.accepted.add(newcomer.born)
        return Fate("created", None, newcomer.born, frozenset(row.warnings))

    def replace(self, newcomer: Lead, row: Row, matches: list[Lead]) -> Fate:
        assert self.dedupe is not None
        for lead in matches:
            if "move_to" in self.dedupe and lead.born in self.before:
                self.move(lead, self.dedupe["move_to"])
                continue
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
        best.language = row.own_language or best.language
        best.time_zone = newcomer.time_zone or best.time_zone
        if row.extra is not None:
            best.extra = (best.extra or {}) | {k: v for k, v in row.extra.items() if v is not None}
        for slot, number in newcomer.phones.items():
            if number is not None:
                best.phones[slot] = number
        self.to_flush.add(best.born)
        self.search.accepted.add(best.born)
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
            self.move(lead, self.destination)

    def move(self, lead: Lead, list_name: str) -> None:
        if lead.list_name != list_name:
            lead.list_name = list_name
            self.note("migrated", lead)
