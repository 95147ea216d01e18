"""What the duplicate check is told and what it answers."""

from dataclasses import dataclass

import polars as pl

VERDICTS = pl.Schema(
    [
        ("row_number", pl.Int64()),
        ("fate", pl.String()),
        ("code", pl.String()),
        ("detail", pl.String()),
        ("warnings", pl.List(pl.String())),
        ("lead_id", pl.Int64()),
    ]
)
TOUCHES = pl.Schema({"lead_id": pl.Int64, "effect": pl.String})


@dataclass(frozen=True)
class Meetings:
    """Who meets whom: all that is needed to decide about duplicates.

    ``points``: row_number, slot, kind, value, text; the contact points of every row that shares one with another row
    or meets a lead. The number of a switchboard has a text of its row: nobody else has it, but it takes the place of
    what a lead had in that slot. ``matches``: row_number, slot, kind, lead_id, lead_slot, list_id, supplier, age; the
    leads in scope that rows meet, the smaller age being the older. ``lead_points``: lead_id, slot, kind, value, text;
    every contact point of those leads.
    """

    points: pl.DataFrame
    matches: pl.DataFrame
    lead_points: pl.DataFrame


@dataclass(frozen=True)
class Situation:
    """What the rows are imported into."""

    list_id: int
    supplier: str
    lead_base: int
    sees_own_rows: bool
    destination_in_scope: bool


@dataclass(frozen=True)
class Resolution:
    """What is to be done.

    ``verdicts``: one row per row that is not simply a new lead: row_number, fate, code, detail, warnings, and the lead
    it met. ``touches``: lead_id and effect (replaced, reset, migrated, updated), each pair once; leads made by this
    drop only as ``updated``. ``rounds``: how many passes over sets it took; ``in_order``: how many rows were left
    after the last one that is allowed and so were decided one after the other.
    """

    verdicts: pl.DataFrame
    touches: pl.DataFrame
    rounds: int
    in_order: int = 0
