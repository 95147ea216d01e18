"""Deciding by rounds of sets is deciding row by row: verdicts, evidence and touches, for whatever meets whomever."""

import random
from collections import defaultdict

import polars as pl
import pytest

from pipelines.screening import rounds
from pipelines.screening.duplicates import resolve_duplicates
from pipelines.screening.in_order import MAX_ROUNDS, resolve_in_order
from pipelines.screening.meetings import TOUCHES, VERDICTS, Meetings, Resolution, Situation
from pipelines.templates.parts import DedupeOptions
from tests.bounds import bounded
from tests.test_duplicates import LEAD_POINTS, MATCHES, POINTS

SLOTS = ("email", "phone1", "phone2", "phone3")
LEAD_BASE = 1 << 30
Contacts = dict[str, int]
Lead = tuple[Contacts, int, str]


def as_point(slot: str, value: int) -> tuple[int, int, str]:
    # Even and odd addresses share a value, as addresses of one hash would, and only their texts part them.
    return (3, -(value // 2) - 1, f"{value}@example.com") if slot == "email" else (1 + value % 2, value, "")


def meet(rows: list[Contacts], leads: list[Lead], ages: list[int]) -> Meetings:
    """Return the meetings of rows 7, 17, 27, … with leads 1001, 1002, … of (contacts, list, supplier)."""
    points = [
        (7 + 10 * at, slot, *as_point(slot, row[slot])) for at, row in enumerate(rows) for slot in SLOTS if slot in row
    ]
    holders = defaultdict(list)
    for at, (contacts, list_id, supplier) in enumerate(leads):
        for slot in sorted(contacts):
            holders[as_point(slot, contacts[slot])].append((1001 + at, slot, list_id, supplier, ages[at]))
    matches = [(row, slot, point[0], *held) for row, slot, *point in points for held in holders[tuple(point)]]
    met = {match[3] for match in matches}
    lead_points = [
        (1001 + at, slot, *as_point(slot, contacts[slot]))
        for at, (contacts, _, _) in enumerate(leads)
        for slot in sorted(contacts)
        if 1001 + at in met
    ]
    return Meetings(
        pl.DataFrame(points, POINTS, orient="row"),
        pl.DataFrame(matches, MATCHES, orient="row"),
        pl.DataFrame(lead_points, LEAD_POINTS, orient="row"),
    )


def draw_meetings(draw: random.Random) -> Meetings:
    """Draw few contact points for many rows, so that everybody meets everybody, or more, so that there are chains."""
    share, values = draw.choice([0.3, 0.5, 0.8]), draw.choice([2, 3, 6, 12, 30])

    def contacts() -> Contacts:
        return {slot: draw.randint(1, values) for slot in SLOTS if draw.random() < share}

    rows = [contacts() for _ in range(draw.choice([0, 1, 3, 6, 12, 30]))]
    leads = [
        (contacts(), draw.choice([1, 1, 2, 3]), draw.choice(["Acme", "Bravo"]))
        for _ in range(draw.choice([0, 0, 1, 2, 4, 8]))
    ]
    return meet(rows, leads, draw.sample(range(1, 20), len(leads)))


def draw_options(draw: random.Random) -> DedupeOptions:
    settings: dict[str, object] = {"scope": ["file"], "migrate": draw.random() < 0.5}
    settings["action"] = draw.choice(["update", "update", "keep_existing", "reset_older"])
    if settings["action"] == "update":
        settings |= {"on_multiple": draw.choice(["first", "quarantine"]), "reset_updated": draw.random() < 0.5}
    return DedupeOptions.model_validate(settings)


def draw_situation(draw: random.Random) -> Situation:
    return Situation(1, "Acme", LEAD_BASE, sees_own_rows=draw.random() < 0.6, destination_in_scope=draw.random() < 0.5)


def require_equal(meetings: Meetings, options: DedupeOptions, situation: Situation) -> Resolution:
    by_sets = resolve_duplicates(meetings, options, situation)
    verdicts, touches = resolve_in_order(meetings, options, situation)

    assert by_sets.verdicts.schema == VERDICTS
    assert by_sets.touches.schema == TOUCHES
    assert by_sets.verdicts.to_dicts() == pl.DataFrame(verdicts, VERDICTS, orient="row").to_dicts()
    assert sorted(by_sets.touches.rows()) == sorted(set(touches))
    return by_sets


@pytest.mark.parametrize("examples", [400, pytest.param(bounded(20_000), marks=pytest.mark.full)], ids=["some", "many"])
def test_rounds_of_sets_and_one_row_after_the_other_come_to_the_same(examples):
    for seed in range(examples):
        draw = random.Random(seed)
        meetings, options, situation = draw_meetings(draw), draw_options(draw), draw_situation(draw)

        try:
            require_equal(meetings, options, situation)
        except AssertionError as found:
            raise AssertionError(f"seed {seed}: {options!r}, {situation!r}") from found


@pytest.mark.parametrize("examples", [100, pytest.param(bounded(5_000), marks=pytest.mark.full)], ids=["some", "many"])
def test_what_the_rounds_leave_over_is_decided_in_order_and_comes_to_the_same(examples, monkeypatch):
    monkeypatch.setattr(rounds, "MAX_ROUNDS", 1)
    left = 0
    for seed in range(examples):
        draw = random.Random(seed)
        options = DedupeOptions(scope=["file"], action="update", migrate=draw.random() < 0.5)

        left += require_equal(draw_meetings(draw), options, draw_situation(draw)).in_order

    assert left


N = 2_175
NUMBERS = range(1, N + 1)
SHAPES: dict[str, list[Contacts]] = {
    "one switchboard": [{"phone1": 1, "phone2": 10 + n} for n in NUMBERS],
    "one switchboard, everybody twice": [{"phone1": 1, "phone2": 10 + n // 2} for n in NUMBERS],
    "one switchboard in two slots": [{"phone1": 1, "phone3": 1, "email": n} for n in NUMBERS],
    "one switchboard, by turns in two slots": [{("phone1", "phone2")[n % 2]: 1, "email": n} for n in NUMBERS],
    "two sets by turns": [{"phone1": 1 + n % 2, "email": 5} for n in NUMBERS],
    "a chain": [{"phone1": n, "phone2": n + 1} for n in NUMBERS],
    "a chain by phone and e-mail": [{"phone1": n // 2, "email": (n + 1) // 2} for n in NUMBERS],
    "a chain in disorder": [
        {"phone1": n, "phone2": n + 1} for n in random.Random(1).sample(NUMBERS, N)
    ],
    "one e-mail": [{"phone1": n // 3, "email": 1} for n in NUMBERS],
}  # fmt: skip


@pytest.mark.parametrize("migrate", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_an_update_takes_a_few_rounds_and_not_one_for_each_row(shape, migrate):
    leads = [({"phone1": n, "email": n}, 2, "Bravo") for n in range(1, 30)]
    options = DedupeOptions(scope=["file", "global"], action="update", migrate=migrate)
    situation = Situation(1, "Acme", LEAD_BASE, sees_own_rows=True, destination_in_scope=True)

    alone = require_equal(meet(SHAPES[shape], [], []), options, situation)
    beside_leads = require_equal(meet(SHAPES[shape], leads, list(range(1, 30))), options, situation)

    assert (alone.in_order, beside_leads.in_order) == (0, 0)
    assert max(alone.rounds, beside_leads.rounds) <= 16


UNDOING = [{"phone1": 10_000 + n, "phone2": n, "phone3": n + 1} for n in NUMBERS]
TAKING_TURNS = [{"phone1": n % 3, "phone2": 10 + n % 2, "email": n % 5} for n in NUMBERS]


@pytest.mark.parametrize(("rows", "on_multiple"), [(UNDOING, "quarantine"), (TAKING_TURNS, "first")])
def test_where_every_row_hangs_on_the_row_before_it_the_rounds_end_and_the_rest_is_decided_in_order(rows, on_multiple):
    leads = [({"phone1": 10_000 + n}, 1, "Acme") for n in NUMBERS]
    options = DedupeOptions(scope=["global"], action="update", on_multiple=on_multiple)
    situation = Situation(1, "Acme", LEAD_BASE, sees_own_rows=True, destination_in_scope=True)

    resolution = require_equal(meet(rows, leads, list(NUMBERS)), options, situation)

    assert (resolution.rounds, resolution.in_order) == (MAX_ROUNDS, N)


def test_the_import_says_how_many_rounds_it_took(lm, tmp_path):
    (tmp_path / "drop.csv").write_text(
        "First Name,Phone,Email\nAnn,07400 123456,\nBob,07400 123456,b@example.com\nCy,07400 123457,b@example.com\n"
    )
    (tmp_path / "acme.yaml").write_text(
        "supplier: Acme\nlist: {name: Warm}\ndedupe: {scope: [file], action: update}\n"
        "mapping: {first_name: First Name, phone1: Phone, email: Email}\n"
    )

    result = lm("import", "drop.csv", "-t", "acme.yaml", "--json").json[0]
    seen = lm("show", result["import_id"], "--json").json

    assert (result["created"], result["updated"]) == (1, 2)
    assert result["rounds"] == seen["found"]["rounds"] == 1
    assert seen["found"]["rows_in_order"] == 0
