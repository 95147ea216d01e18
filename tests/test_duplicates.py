"""Who is a duplicate of whom, decided by sets: equal to deciding row by row."""

import polars as pl

from pipelines.screening.duplicates import MAX_ROUNDS, resolve_duplicates
from pipelines.screening.meetings import Meetings, Situation
from pipelines.templates.parts import DedupeOptions

SITUATION = Situation(list_id=1, supplier="Acme", lead_base=0, sees_own_rows=True, destination_in_scope=True)
MATCHES = {
    "row_number": pl.Int64,
    "slot": pl.String,
    "kind": pl.UInt8,
    "lead_id": pl.Int64,
    "lead_slot": pl.String,
    "list_id": pl.Int64,
    "supplier": pl.String,
    "age": pl.Int64,
}
POINTS = {"row_number": pl.Int64, "slot": pl.String, "kind": pl.UInt8, "value": pl.Int64, "text": pl.String}
LEAD_POINTS = {"lead_id": pl.Int64, **{name: POINTS[name] for name in ("slot", "kind", "value", "text")}}
NO_MATCHES = pl.DataFrame(schema=MATCHES)
NO_LEAD_POINTS = pl.DataFrame(schema=LEAD_POINTS)


def meet(*rows: tuple[int | None, int | None, int | None]) -> Meetings:
    """Return the meetings of rows of (phone1, phone2, e-mail), none of which is a lead yet."""
    points = []
    for number, (phone1, phone2, email) in enumerate(rows, start=1):
        points += [(number, slot, 1, value, "") for slot, value in (("phone1", phone1), ("phone2", phone2)) if value]
        points += [(number, "email", 3, email, f"{email}@example.com")] if email else []
    frame = pl.DataFrame(points, POINTS, orient="row")
    return Meetings(frame.sort("row_number", "slot"), NO_MATCHES, NO_LEAD_POINTS)


def decide(meetings: Meetings, action: str) -> dict[int, tuple[str, str | None]]:
    options = DedupeOptions(scope=["file"], action=action)
    verdicts = resolve_duplicates(meetings, options, SITUATION).verdicts
    return {row: (fate, code) for row, fate, code in verdicts.select("row_number", "fate", "code").iter_rows()}


CHAIN = meet((11, None, None), (11, None, 7), (12, None, 7))  # A and B share a phone, B and C an e-mail
DUPLICATE = ("rejected", "R_DUP_IN_FILE")


def test_in_a_chain_a_row_is_a_duplicate_of_accepted_rows_only():
    assert decide(CHAIN, "keep_existing") == {2: DUPLICATE}
    assert decide(CHAIN, "reset_older") == {2: DUPLICATE}


def test_in_a_chain_a_later_row_replaces_the_earlier_ones_it_meets():
    assert decide(CHAIN, "keep_new") == {1: DUPLICATE, 2: DUPLICATE}


def test_in_a_chain_an_update_changes_by_what_later_rows_are_recognised():
    assert decide(CHAIN, "update") == {2: ("updated", None), 3: ("updated", None)}


def test_a_row_that_has_a_number_twice_is_not_a_duplicate_of_itself():
    assert decide(meet((11, 11, None)), "keep_existing") == {}


def test_a_chain_longer_than_the_rounds_is_still_decided_exactly():
    length = 4 * MAX_ROUNDS
    chain = meet(*((100 + n, 101 + n, None) for n in range(length)))

    verdicts = decide(chain, "keep_existing")

    assert sorted(verdicts) == list(range(2, length + 1, 2))
