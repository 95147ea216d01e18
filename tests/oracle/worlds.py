"""Small worlds for Hypothesis: few people, many spellings, so that everybody meets everybody."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.oracle.model import Born, DncEntry

NUMBERS = ("7400123456", "7400123457", "7400123458", "7400123459", "2079460001", "2079460002")
NO_NUMBERS = ("07700 900123", "0999 999 9999", "0740012345678", "0740012")
EMAILS = ("ann@example.com", "bob@example.com", "cy@example.com")
NO_EMAILS = ("ann@", "bob at example.com")
LISTS = ("Warm", "Cold", "Spare")
SUPPLIERS = ("Acme", "Bravo")
CATEGORIES = ("IVR", "Imported", "Requested", "TPS")
FIRST_DAY = date(2026, 7, 6)


@dataclass
class DropPlan:
    """One import: its rows and its settings; the leads that the dialler has before it, by position."""

    rows: list[dict[str, str]]
    settings: dict[str, Any]
    day: date
    called: list[int] = field(default_factory=list)
    callbacks: list[int] = field(default_factory=list)
    fetched: list[int] = field(default_factory=list)


@dataclass
class WorldPlan:
    """Do-not-call entries, and drops one after another."""

    dnc: list[DncEntry]
    drops: list[DropPlan]


def pick(chosen: list[int], leads: list[Born]) -> list[Born]:
    """Return the leads that positions mean, each once."""
    return sorted({leads[number % len(leads)] for number in chosen}) if leads else []


def spell(number: str) -> st.SearchStrategy[str]:
    spaced = f"0{number[:4]} {number[4:]}"
    return st.sampled_from(
        [f"0{number}", f"+44{number}", f"0044{number}", f"44{number}", number, spaced, f"+44 (0){number}"]
    )


phones = st.one_of(
    st.just(""),
    st.sampled_from(NUMBERS).flatmap(spell),
    st.sampled_from(NUMBERS).flatmap(spell),
    st.sampled_from(NO_NUMBERS),
)
emails = st.one_of(
    st.just(""),
    st.sampled_from(EMAILS).flatmap(lambda e: st.sampled_from([e, e.upper(), e.title(), f" {e} "])),
    st.sampled_from(NO_EMAILS),
)
rows = st.fixed_dictionaries(
    {
        "first_name": st.sampled_from(["", "Ann", "Bob", "Cy"]),
        "phone1": phones,
        "phone2": phones,
        "phone3": st.one_of(st.just(""), phones),
        "email": emails,
        "skill_group": st.sampled_from(["", "", "Energy"]),
    }
)
dnc_entries = st.builds(
    DncEntry,
    number=st.sampled_from(NUMBERS).map(lambda n: int("44" + n)),
    category=st.sampled_from(CATEGORIES),
    expires_on=st.sampled_from([None, None, FIRST_DAY, FIRST_DAY + timedelta(days=2)]),
)


@st.composite
def dedupe_rules(draw: st.DrawFn, lists: list[str]) -> dict[str, Any]:
    """Draw a legal rule: scopes and options that exclude each other are not drawn together."""
    places = [[], ["destination"], ["global"]] + ([["lists"], ["destination", "lists"]] if lists else [])
    place = draw(st.sampled_from(places))
    scope = place + (["file"] if not place or draw(st.booleans()) else [])
    action = draw(st.sampled_from(["keep_existing", "update", "update", "reset_older", "keep_new"]))
    rule: dict[str, Any] = {
        "keys": draw(st.sampled_from([["phone", "email"], ["phone"], ["email"]])),
        "scope": scope,
        "action": action,
    }
    if "lists" in scope:
        rule["lists"] = draw(st.lists(st.sampled_from(lists), min_size=1, max_size=2, unique=True))
    if action == "update":
        rule["on_multiple"] = draw(st.sampled_from(["first", "quarantine"]))
        rule["reset_updated"] = draw(st.booleans())
    if action != "keep_new":
        rule["migrate"] = draw(st.booleans())
    return rule


@st.composite
def list_choices(draw: st.DrawFn, lists: list[str]) -> dict[str, Any]:
    if not lists or draw(st.integers(0, 3)):
        return {"mode": "named", "name": draw(st.sampled_from(LISTS))}
    mode = draw(st.sampled_from(["per_import", "per_day"]))
    return {"mode": mode, "clone_from": draw(st.sampled_from(lists)), "prefix": "New "}


@st.composite
def all_settings(draw: st.DrawFn, lists: list[str]) -> dict[str, Any]:
    """Draw legal settings for a drop that comes when these lists are there."""
    settings: dict[str, Any] = {
        "supplier": draw(st.sampled_from(SUPPLIERS)),
        "list": draw(list_choices(lists)),
        "contact": draw(st.sampled_from(["any", "any", "phone", "email"])),
        "email": {"validate": draw(st.booleans()), "required": draw(st.sampled_from([False, False, True]))},
        "delete_existing": draw(st.sampled_from([False, False, True])),
        "keep_callbacks": draw(st.booleans()),
        "clear_fetched": draw(st.booleans()),
        "tags": draw(st.sampled_from([[], [], ["spring"]])),
        "skill_group": draw(st.sampled_from([None, None, "Sales"])),
    }
    zone = draw(st.sampled_from([None, "Europe/London"]))
    if zone:
        settings["time_zone"] = zone
    if draw(st.booleans()):
        settings["expiry"] = {"in_days": draw(st.integers(0, 2))}
    if draw(st.booleans()):
        categories = st.lists(st.sampled_from(CATEGORIES), min_size=1, max_size=4, unique=True)
        settings["dnc"] = {
            "categories": draw(categories),
            "on_match": draw(st.sampled_from(["drop_number", "drop_number", "reject_lead"])),
        }
    if draw(st.sampled_from([True, True, True, False])):
        settings["dedupe"] = draw(dedupe_rules(lists))
    return settings


@st.composite
def plain_settings(draw: st.DrawFn) -> dict[str, Any]:
    """Draw settings of an earlier drop: nothing is checked, so that duplicates stand in the store."""
    settings: dict[str, Any] = {
        "supplier": draw(st.sampled_from(SUPPLIERS)),
        "list": {"mode": "named", "name": draw(st.sampled_from(LISTS))},
    }
    if draw(st.booleans()):
        settings["expiry"] = {"in_days": draw(st.integers(0, 3))}
    if draw(st.booleans()):
        settings["time_zone"] = "Europe/London"
    return settings


@st.composite
def worlds(draw: st.DrawFn) -> WorldPlan:
    """Draw one to three earlier drops and one more under any legal settings."""
    drops: list[DropPlan] = []
    day = FIRST_DAY
    lists: list[str] = []
    positions = st.lists(st.integers(0, 11), max_size=4)
    earlier = draw(st.integers(1, 3))
    for number in range(earlier + 1):
        is_last = number == earlier
        is_plain = not is_last and draw(st.integers(0, 2)) > 0
        settings = draw(plain_settings() if is_plain else all_settings(sorted(set(lists))))
        content = draw(st.lists(rows, min_size=1, max_size=6 if is_last else 4))
        drop = DropPlan(content, settings, day)
        if is_last:
            drop.called, drop.callbacks, drop.fetched = draw(positions), draw(positions), draw(positions)
        drops.append(drop)
        if settings["list"]["mode"] == "named":
            lists.append(settings["list"]["name"])
        day += timedelta(days=draw(st.integers(0, 2)))
    return WorldPlan(draw(st.lists(dnc_entries, max_size=4, unique_by=lambda e: (e.number, e.category))), drops)


@st.composite
def sequences(draw: st.DrawFn) -> WorldPlan:
    """Draw two to four drops under any legal settings, the dialler at work before each."""
    drops: list[DropPlan] = []
    day = FIRST_DAY
    lists: list[str] = []
    positions = st.lists(st.integers(0, 11), max_size=3)
    for _ in range(draw(st.integers(2, 4))):
        settings = draw(all_settings(sorted(set(lists))))
        content = draw(st.lists(rows, min_size=1, max_size=5))
        drops.append(DropPlan(content, settings, day, draw(positions), draw(positions), draw(positions)))
        if settings["list"]["mode"] == "named":
            lists.append(settings["list"]["name"])
        day += timedelta(days=draw(st.integers(0, 1)))
    return WorldPlan(draw(st.lists(dnc_entries, max_size=3, unique_by=lambda e: (e.number, e.category))), drops)
