"""Rows decided one after the other: what the actions mean, said plainly, and the documented slow path.

Comes to a row only where ``MAX_ROUNDS`` rounds of sets left it undecided, which takes an input made for it: without
this bound, such a file of n rows costs n rounds (docs/decisions/0009-duplicates.md). The tests hold the sets to it.
"""

from collections import defaultdict
from dataclasses import dataclass, field

import polars as pl

from pipelines.schema import KIND_EMAIL
from pipelines.screening.meetings import Meetings, Situation
from pipelines.templates.parts import DedupeOptions

MAX_ROUNDS = 64
Point = tuple[int, int, str]
Verdict = tuple[int, str, str | None, str | None, list[str], int | None]


@dataclass
class Known:
    """A lead as the next row will find it."""

    lead_id: int
    age: tuple[int, int]
    supplier: str
    row_number: int | None
    list_id: int
    points: dict[str, Point] = field(default_factory=dict)


class Register:
    """The leads in scope, found by contact point."""

    def __init__(self) -> None:
        self.by_point: defaultdict[Point, dict[int, str]] = defaultdict(dict)
        self.leads: dict[int, Known] = {}

    def add(self, lead: Known) -> None:
        """Let later rows find a lead."""
        self.leads[lead.lead_id] = lead
        for slot, point in sorted(lead.points.items()):
            self.by_point[point].setdefault(lead.lead_id, slot)

    def remove(self, lead: Known) -> None:
        """Let no later row find a lead."""
        self.leads.pop(lead.lead_id, None)
        for point in lead.points.values():
            self.by_point[point].pop(lead.lead_id, None)

    def find(self, points: dict[str, Point]) -> list[tuple[Known, str, str]]:
        """Return the leads that meet these points with the slots that met, the best first: phone, then the oldest."""
        found: dict[int, tuple[bool, str, str]] = {}
        for slot, point in sorted(points.items()):
            for lead_id, lead_slot in self.by_point.get(point, {}).items():
                meeting = (point[0] == KIND_EMAIL, slot, lead_slot)
                if lead_id not in found or meeting < found[lead_id]:
                    found[lead_id] = meeting
        ranked = sorted(found.items(), key=lambda item: (item[1][0], self.leads[item[0]].age))
        return [(self.leads[lead_id], slot, lead_slot) for lead_id, (_, slot, lead_slot) in ranked]


def resolve_in_order(
    meetings: Meetings, options: DedupeOptions, situation: Situation
) -> tuple[list[Verdict], list[tuple[int, str]]]:
    """Return verdicts and touches as ``Resolution`` describes them, for any action but keep_new."""
    register = _register_leads(meetings)
    verdicts: list[Verdict] = []
    touches: list[tuple[int, str]] = []
    for row_number, points in _rows(meetings.points):
        matches = register.find(points)
        if matches:
            verdict = _meet(row_number, matches, options, situation, touches)
            if verdict[1] == "updated":
                _overwrite(register, matches[0][0], points)
            if options.migrate and verdict[1] != "quarantined":
                # What an accepted row changed stays in the scope `file`, wherever it stands now.
                stays = matches[0][0] if verdict[1] == "updated" and situation.sees_own_rows else None
                _migrate([lead for lead, _, _ in matches], stays, register, situation, touches)
            verdicts.append(verdict)
        elif situation.sees_own_rows:
            lead_id = situation.lead_base + row_number
            register.add(Known(lead_id, (1, row_number), situation.supplier, row_number, situation.list_id, points))
    return verdicts, touches


def _rows(points: pl.DataFrame) -> list[tuple[int, dict[str, Point]]]:
    rows: defaultdict[int, dict[str, Point]] = defaultdict(dict)
    for row_number, slot, kind, value, text in points.select("row_number", "slot", "kind", "value", "text").iter_rows():
        rows[row_number][slot] = (kind, value, text)
    return sorted(rows.items())


def _register_leads(meetings: Meetings) -> Register:
    register = Register()
    leads: dict[int, Known] = {}
    columns = meetings.matches.select("lead_id", "age", "supplier", "list_id").unique("lead_id")
    for lead_id, age, supplier, list_id in columns.iter_rows():
        leads[lead_id] = Known(lead_id, (0, age), supplier, None, list_id)
    for lead_id, slot, kind, value, text in meetings.lead_points.select(
        "lead_id", "slot", "kind", "value", "text"
    ).iter_rows():
        leads[lead_id].points[slot] = (kind, value, text)
    for lead in leads.values():
        register.add(lead)
    return register


def _meet(
    row_number: int,
    matches: list[tuple[Known, str, str]],
    options: DedupeOptions,
    situation: Situation,
    touches: list[tuple[int, str]],
) -> Verdict:
    own = [match for match in matches if match[0].row_number is not None]
    lead, slot, lead_slot = matches[0] if options.action == "update" or not own else own[0]
    whose = f"row {lead.row_number}" if lead.row_number is not None else f"lead {lead.lead_id}"
    detail = f"{slot} = {lead_slot} of {whose}"
    if options.action == "update":
        if len(matches) > 1 and options.on_multiple == "quarantine":
            return (row_number, "quarantined", "Q_MULTIPLE_MATCHES", f"{detail}, and {len(matches) - 1} more", [], None)
        touches.append((lead.lead_id, "updated"))
        if options.reset_updated and lead.row_number is None:
            touches.append((lead.lead_id, "reset"))
        warnings = ["W_MULTIPLE_MATCHES"] if len(matches) > 1 else []
        return (row_number, "updated", None, detail, warnings, lead.lead_id)
    if options.action == "reset_older":
        touches.extend((match.lead_id, "reset") for match, _, _ in matches if match.row_number is None)
    if lead.row_number is not None:
        code = "R_DUP_IN_FILE"
    else:
        code = "R_DUP_SAME_SUPPLIER" if lead.supplier == situation.supplier else "R_DUP_OTHER_SUPPLIER"
    return (row_number, "rejected", code, detail, [], lead.lead_id)


def _overwrite(register: Register, lead: Known, points: dict[str, Point]) -> None:
    register.remove(lead)
    lead.points = {**lead.points, **points}
    register.add(lead)


def _migrate(
    leads: list[Known], stays: Known | None, register: Register, situation: Situation, touches: list[tuple[int, str]]
) -> None:
    for lead in leads:
        if lead.list_id != situation.list_id:
            touches.append((lead.lead_id, "migrated"))
            lead.list_id = situation.list_id
            if not situation.destination_in_scope and lead is not stays:
                register.remove(lead)
