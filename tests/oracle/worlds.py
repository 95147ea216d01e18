"""Small worlds for Hypothesis: few people, many spellings, so that everybody meets everybody."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.oracle.legal_settings import (
    CAMPAIGNS,
    CATEGORIES,
    LISTS,
    STATUSES,
    SURVEYS,
    Lists,
    all_settings,
    crowd_settings,
    plain_settings,
)
from tests.oracle.model_fields import FIELDS, TABLE
from tests.oracle.model_lists import find_campaign, name_list
from tests.oracle.model_phones import HIDDEN, LOST
from tests.oracle.model_records import Born, DncEntry, Event

NUMBERS = ("7400123456", "7400123457", "7400123458", "7400123459", "2079460001", "2079460002")
NO_NUMBERS = ("07700 900123", "0999 999 9999", "0740012345678", "0740012")
EMAILS = ("ann@example.com", "bob@example.com", "cy@example.com")
# Numbers of other countries, local ones, such as no plan has, and cells with more in them than a number.
ODD_NUMBERS = ("+61 412 345 678", "+1 202 555 0123", "460001", "+999 1234567", "00999 123 4567", *sorted(HIDDEN), *LOST)
NO_EMAILS = ("ann@", "bob at example.com")
FIRST_DAY = date(2026, 7, 6)
EPOCH = datetime(2026, 7, 6, tzinfo=UTC)


@dataclass
class DropPlan:
    """One import: its rows and its settings, and what happens before it.

    The leads that the dialler has, by position, the status that it gives those it called, what it reports, and the
    campaigns to which people say lists belong.
    """

    rows: list[dict[str, str]]
    settings: dict[str, Any]
    day: date
    called: list[int] = field(default_factory=list)
    callbacks: list[int] = field(default_factory=list)
    fetched: list[int] = field(default_factory=list)
    history: list[Event] = field(default_factory=list)
    status: str = "dialled"
    campaigns: Lists = field(default_factory=dict)


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
    st.sampled_from(NUMBERS).flatmap(spell),
    st.sampled_from((*NO_NUMBERS, *ODD_NUMBERS)),
)
emails = st.one_of(
    st.just(""),
    st.sampled_from(EMAILS).flatmap(lambda e: st.sampled_from([e, e.upper(), e.title(), f" {e} "])),
    st.sampled_from(NO_EMAILS),
)
# Per type of field: what fits, then what does not, as docs/tables.md tells it.
FITTING = {
    "text": ["Gold", "a, b"],
    "whole": ["42", "+3", "42.0"],
    "decimal": ["28.50", ".5", "7"],
    "date": ["31/12/2026", "2026-12-31", "1/2/2026", "12/31/2026", "2026.12.31", "31-12-2026", "01/02/2026 00:00"],
    "time": ["09:30", "9:30:00"],
    "datetime": ["01/02/2026 10:11:12", "2026-02-01T09:30", "2026.2.1 9:30"],
    "boolean": ["yes", "NO", "x"],
    "phone": ["020 7946 0002", "+44 7400 123457", "07400123456", "07400 123456 ext 12", "07400 123456 ask for Ann"],
}
MISFITS = {
    "text": ["Silver"],
    "whole": ["42.5", "1,200", "1e3"],
    "decimal": ["1,200.50", "£5", "."],
    "date": ["31/02/2026", "soon", "2026-12-31 09:30"],
    "time": ["24:00", "9:30 pm", "09:30:15"],
    "datetime": ["2026-02-01", "2026-02-01 10:00 Z"],
    "boolean": ["maybe", "2"],
    "phone": ["12", "+999 1234567"],
}
cells_of_fields = {
    f"secondary.{TABLE}.{name}": st.one_of(
        st.just(""), *[st.sampled_from(FITTING[f.kind])] * 3, st.sampled_from(MISFITS[f.kind])
    )
    for name, f in FIELDS.items()
}
# Days around the imports, as people and machines write them, and what is none.
captured_cells = st.one_of(
    st.just(""),
    st.builds(
        lambda days, shape, clock: (FIRST_DAY + timedelta(days=days)).strftime(shape) + clock,
        st.sampled_from([-40, -3, -2, -1, 0, 1, 2, 3, 4]),
        st.sampled_from(["%Y-%m-%d", "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%Y.%m.%d"]),
        st.sampled_from(["", "", " 23:59", "T09:30:00Z", " 9:05 PM", "T00:00:00.5+01:00"]),
    ),
    st.sampled_from(["soon", "31/02/2026", "2026-07-06 later"]),
)
rows = st.fixed_dictionaries(
    {
        "first_name": st.sampled_from(["", "Ann", "Bob", "Cy"]),
        "phone1": phones,
        "phone2": phones,
        "phone3": st.one_of(st.just(""), phones),
        "email": emails,
        "skill_group": st.sampled_from(["", "", "Energy"]),
        "language": st.sampled_from(["", "EN", "English", "en_gb", "fr", "Klingonese"]),
        "tags": st.sampled_from(["", "", "hot", "spring; hot", "hot;"]),
        "captured_on": captured_cells,
        **cells_of_fields,
    }
)
# Rows of people of whom most are there already.
few_phones = st.one_of(st.just(""), *[st.sampled_from(NUMBERS[:4]).flatmap(spell)] * 2)
crowd_rows = st.fixed_dictionaries(
    {
        "first_name": st.sampled_from(["Ann", "Bob", "Cy"]),
        "phone1": few_phones,
        "phone2": few_phones,
        "email": st.sampled_from(["", *EMAILS]),
    }
)
dnc_entries = st.builds(
    DncEntry,
    number=st.sampled_from(NUMBERS).map(lambda n: int("44" + n)),
    category=st.sampled_from(CATEGORIES),
    expires_on=st.sampled_from([None, None, FIRST_DAY, FIRST_DAY + timedelta(days=2)]),
)


points = st.one_of(
    st.sampled_from(NUMBERS).map(lambda n: ("phone", int("44" + n))),
    st.sampled_from(EMAILS).map(lambda e: ("email", e)),
)
# What the dialler and the surveys have reported, in the days around the imports.
events = st.builds(
    Event,
    point=points,
    list_name=st.sampled_from([*LISTS, None]),
    survey=st.sampled_from([*SURVEYS, None]),
    event=st.sampled_from(["attempt", "attempt", "response"]),
    happened_at=st.integers(-96, 120).map(lambda hours: EPOCH + timedelta(hours=hours)),
)
# Settings and rows of a world: whatever is legal, or people who are there already.
FLAVOURS = [(all_settings, rows), (crowd_settings, crowd_rows)]


@st.composite
def worlds(draw: st.DrawFn) -> WorldPlan:
    """Draw one to three earlier drops and one more: under any legal settings, or about duplicates alone."""
    drops: list[DropPlan] = []
    day = FIRST_DAY
    lists: Lists = {}
    positions = st.lists(st.integers(0, 11), max_size=4)
    earlier = draw(st.integers(1, 3))
    some, some_rows = draw(st.sampled_from(FLAVOURS))
    for number in range(earlier + 1):
        is_last = number == earlier
        is_plain = not is_last and draw(st.integers(0, 2)) > 0
        moved = {draw(st.sampled_from(sorted(lists))): None} if lists and draw(st.integers(0, 3)) == 1 else {}
        moved = {name: draw(st.sampled_from([None, *CAMPAIGNS])) for name in moved}
        lists |= moved
        settings = draw(plain_settings(lists) if is_plain else some(lists, day))
        content = draw(st.lists(some_rows, min_size=1, max_size=6 if is_last else 4))
        drop = DropPlan(content, settings, day, campaigns=moved)
        if drops and (is_last or draw(st.booleans())):
            drop.called, drop.status = draw(positions), draw(st.sampled_from(STATUSES[1:]))
        if is_last:
            drop.callbacks, drop.fetched = draw(positions), draw(positions)
            drop.history = draw(st.lists(events, max_size=4)) if "cooldown" in settings else []
        drops.append(drop)
        add_list(lists, settings, day)
        day += timedelta(days=draw(st.integers(0, 2)))
    return WorldPlan(draw(st.lists(dnc_entries, max_size=4, unique_by=lambda e: (e.number, e.category))), drops)


def add_list(lists: Lists, settings: dict[str, Any], day: date) -> None:
    """Note the list to which a drop goes, which it makes if it is new."""
    name = name_list(settings["list"], day, lists)
    lists[name] = find_campaign(settings["list"], name, lists)


@st.composite
def sequences(draw: st.DrawFn) -> WorldPlan:
    """Draw two to four drops, under any legal settings or about duplicates alone, the dialler at work before each."""
    drops: list[DropPlan] = []
    day = FIRST_DAY
    lists: Lists = {}
    positions = st.lists(st.integers(0, 11), max_size=3)
    some, some_rows = draw(st.sampled_from(FLAVOURS))
    for _ in range(draw(st.integers(2, 4))):
        settings = draw(some(lists, day))
        content = draw(st.lists(some_rows, min_size=1, max_size=5))
        drops.append(DropPlan(content, settings, day, draw(positions), draw(positions), draw(positions)))
        add_list(lists, settings, day)
        day += timedelta(days=draw(st.integers(0, 1)))
    return WorldPlan(draw(st.lists(dnc_entries, max_size=3, unique_by=lambda e: (e.number, e.category))), drops)
