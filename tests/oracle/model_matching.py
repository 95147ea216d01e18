"""Whom a row meets, one lead after another: decisions, Duplicates; docs/templates.md; docs/decisions/0021."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tests.oracle.model_records import Born, Lead, Point, Row


@dataclass
class Search:
    """Where one import looks for the people that its rows are.

    ``as_of`` is the midnight that begins the day, in the destination's zone. ``found`` is every lead as the import
    finds it, ``campaigns`` the campaign of every list. ``accepted`` are the leads that accepted rows of this file made
    or changed, ``switchboards`` the numbers by which nobody is the same.
    """

    rule: dict[str, Any]
    destination: str
    supplier: str
    day: date
    as_of: datetime
    campaigns: dict[str, str | None]
    found: dict[Born, Lead]
    accepted: set[Born] = field(default_factory=set)
    switchboards: set[Point] = field(default_factory=set)

    def find(self, newcomer: Lead, leads: Iterable[Lead]) -> list[Lead]:
        """Return the leads in scope that share a point, the best first: phone before e-mail, then the oldest."""
        keys = self.rule.get("keys", ["phone", "email"])
        wanted = set(newcomer.points(keys)) - self.switchboards
        ranked = []
        for age, lead in enumerate(leads):
            kinds = {kind for kind, _ in wanted & set(lead.points(keys))}
            if kinds and self.sees(lead):
                ranked.append((kinds == {"email"}, age, lead))
        return [lead for _, _, lead in sorted(ranked, key=lambda item: item[:2])]

    def sees(self, lead: Lead) -> bool:
        """Tell whether a lead is in the scope; what accepted rows made or changed is in `file` whatever it is."""
        scope = self.rule["scope"]
        if "file" in scope and lead.born in self.accepted:
            return True
        return self.is_sought(lead) and (
            "global" in scope
            or ("destination" in scope and lead.list_name == self.destination)
            or ("lists" in scope and lead.list_name in self.rule["lists"])
            or ("supplier" in scope and lead.supplier == self.supplier)
            or ("campaign" in scope and self.campaigns[lead.list_name] == self.campaigns[self.destination])
        )

    def is_sought(self, lead: Lead) -> bool:
        """Judge expiry, age and status as the import finds the lead; an accepted row is new and of today."""
        found = self.found.get(lead.born, lead)
        statuses = self.rule.get("statuses") or [found.status]
        status = found.status if lead.born in self.found else "new"
        most = self.rule.get("max_age_days")
        made_on = found.made_at.astimezone(self.as_of.tzinfo).date()
        is_standing = found.expires_at is None or found.expires_at > self.as_of
        return is_standing and status in statuses and (most is None or (self.day - made_on).days <= most)


def find_switchboards(rows: Iterable[Row], rule: dict[str, Any]) -> set[Point]:
    """Return the numbers that stand on more of the rows that are left after do-not-call than one person has."""
    most = rule.get("shared_phone_above")
    counted = Counter(point for row in rows for point in set(phone_points(row)))
    return {point for point, count in counted.items() if most is not None and count > most}


def phone_points(row: Row) -> Iterator[Point]:
    """Yield by what a row's numbers are recognised."""
    return (number.point for number in row.phones.values() if number is not None)
