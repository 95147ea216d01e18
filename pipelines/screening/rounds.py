"""What `update` makes of rows that change the very contact points by which later rows are recognised: by sets, exactly.

Suppose we knew which lead each row changes. Then we know what every lead is recognised by at each row, so whom each row
meets, so which lead it changes: one pass over sets, a round. If that is what we supposed, it is the one-by-one answer:
a row's answer depends on earlier rows alone, so by induction over the rows there is only one such supposition. If not,
what came out is the next one. Rows in one group (linked by contact points, however far) go on together, the other
groups are decided; in each round at least the first row of a group that was supposed wrongly comes right for good.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.schema import KIND_EMAIL
from pipelines.screening.in_order import MAX_ROUNDS, resolve_in_order
from pipelines.screening.meetings import TOUCHES, VERDICTS, Meetings, Resolution, Situation
from pipelines.templates.parts import DedupeOptions

NOBODY = -1
# Once for who is linked, once more for who is the oldest whom a point has come to by then.
GUESSES = 2
POINT = ("kind", "value", "text")
Nodes = NDArray[np.int64]


@dataclass(frozen=True)
class Case:
    """Leads and rows as nodes, numbered by age: leads first, then the rows, each of which may become a lead.

    ``leads``: lead_id and list_id by node. ``numbers``: the lead's id or the row's number, by node. ``points``: node,
    slot (its place in ``slots``), point, is_email, is_shared (some other node has it as well).
    """

    leads: pl.DataFrame
    numbers: pl.Series
    points: pl.DataFrame
    slots: list[str]
    options: DedupeOptions
    situation: Situation

    @property
    def first_row(self) -> int:
        """The node of the first row."""
        return self.leads.height

    @property
    def size(self) -> int:
        """How many nodes there are."""
        return self.numbers.len()


@dataclass(frozen=True)
class Supposition:
    """What is supposed: the lead that each node changes, and the row after which each lead is out of scope."""

    changes: Nodes
    leaves: Nodes


def resolve_updates(meetings: Meetings, options: DedupeOptions, situation: Situation) -> Resolution:
    """Decide for `update`, with or without `migrate`, about every row that meets a lead or another row."""
    case = _number(meetings, options, situation)
    groups = _group(case)
    supposed = _suppose(case)
    points = case.points
    met, migrated = [], []
    rounds = 0
    while points.height and rounds < MAX_ROUNDS:
        rounds += 1
        meets = _meet(case, points, supposed)
        ranked = _rank(case, meets)
        moves = _find_moves(case, meets, ranked)
        concluded = _conclude(case, points, supposed, ranked, moves)
        is_wrong = (concluded.changes != supposed.changes) | (concluded.leaves != supposed.leaves)
        is_open = np.isin(groups, groups[is_wrong])
        met.append(ranked.filter(~_of(is_open, ranked["node"])))
        migrated.append(moves["lead"].filter(~_of(is_open, moves["lead"])))
        points = points.filter(_of(is_open, points["node"]))
        supposed = concluded
    if not rounds:
        return Resolution(pl.DataFrame(schema=VERDICTS), pl.DataFrame(schema=TOUCHES), rounds)
    verdicts, touches = _answer(case, pl.concat(met).sort("node"), pl.concat(migrated))
    rest = points["node"].unique()
    left = case.numbers.gather(rest.filter(rest >= case.first_row))
    if left.len():
        in_order = resolve_in_order(_cut(meetings, left), options, situation)
        verdicts = pl.concat([verdicts, pl.DataFrame(in_order[0], VERDICTS, orient="row")]).sort("row_number")
        touches = pl.concat([touches, pl.DataFrame(in_order[1], TOUCHES, orient="row")])
    return Resolution(verdicts, touches.unique(maintain_order=True), rounds, left.len())


def _cut(meetings: Meetings, row_numbers: pl.Series) -> Meetings:
    is_left = pl.col("row_number").is_in(row_numbers.implode())
    matches = meetings.matches.filter(is_left)
    lead_points = meetings.lead_points.join(matches, on="lead_id", how="semi")
    return Meetings(meetings.points.filter(is_left), matches, lead_points)


def _of(values: NDArray[np.generic], nodes: pl.Series) -> pl.Series:
    return pl.Series(values[nodes.to_numpy()])


def _number(meetings: Meetings, options: DedupeOptions, situation: Situation) -> Case:
    leads = meetings.matches.select("lead_id", "age", "list_id").unique("lead_id").sort("age", "lead_id")
    rows = meetings.points["row_number"].unique().sort()
    slots = sorted({*meetings.points["slot"].unique(), *meetings.lead_points["slot"].unique()})
    slot = pl.col("slot").replace_strict(slots, range(len(slots)), return_dtype=pl.Int64)
    lead_nodes = leads.select("lead_id", node=pl.int_range(pl.len()))
    row_nodes = rows.to_frame().with_columns(node=pl.int_range(pl.len()) + leads.height)
    held = pl.concat(
        [
            meetings.lead_points.join(lead_nodes, on="lead_id").select("node", slot, *POINT),
            meetings.points.join(row_nodes, on="row_number").select("node", slot, *POINT),
        ]
    )
    known = held.group_by(POINT).agg(is_shared=pl.col("node").min() < pl.col("node").max()).with_row_index("point")
    points = held.join(known, on=POINT).select(
        "node", "slot", "point", "is_shared", is_email=pl.col("kind") == KIND_EMAIL
    )
    return Case(leads, pl.concat([leads["lead_id"], rows]), points.sort("node", "slot"), slots, options, situation)


def _group(case: Case) -> Nodes:
    """Return for each node the oldest that it is linked with, by hooking and shortcutting, in about log n steps."""
    shared = case.points.filter("is_shared").select("node", first=pl.col("node").min().over("point"))
    one, other = shared["node"].to_numpy(), shared["first"].to_numpy()
    oldest: Nodes = np.arange(case.size)
    while True:
        before = oldest.copy()
        for here, there in ((one, other), (other, one)):
            np.minimum.at(oldest, before[here], oldest[before[there]])
            np.minimum.at(oldest, here, oldest[before[there]])
        oldest = oldest[oldest]
        if (oldest == before).all():
            return oldest


def _suppose(case: Case) -> Supposition:
    """Suppose that a contact point stays with the oldest that got it, and that a row changes whom it leads to."""
    shared = case.points.filter("is_shared").sort("point", "node")
    changes: Nodes = np.arange(case.size)
    for _ in range(GUESSES):
        held = shared.with_columns(lead=_of(changes, shared["node"]))
        reached = held.with_columns(pl.col("lead").cum_min().over("point")).filter(pl.col("node") >= case.first_row)
        by_phone = pl.col("lead").filter(~pl.col("is_email")).min()
        best = reached.group_by("node").agg(by_phone.alias("by_phone"), by_any=pl.col("lead").min())
        best = best.with_columns(lead=pl.when(pl.col("by_phone") < pl.col("node")).then("by_phone").otherwise("by_any"))
        changes[best["node"].to_numpy()] = best["lead"].to_numpy()
        changes = _jump(changes)
    if not case.situation.sees_own_rows:
        changes[changes >= case.first_row] = NOBODY
    return Supposition(changes, np.full(case.size, case.size))


def _jump(follows: Nodes) -> Nodes:
    """Return for each node the last one that is come to by following."""
    while not np.array_equal(further := follows[follows], follows):
        follows = further
    return follows


def _meet(case: Case, points: pl.DataFrame, supposed: Supposition) -> pl.DataFrame:
    """Return which leads each row meets and how, if what is supposed is so: node, lead, is_email, slot, lead_slot."""
    width = len(case.slots)
    held = (
        points.with_columns(lead=_of(supposed.changes, points["node"]))
        .filter(pl.col("lead") != NOBODY)
        .select("node", "point", "is_shared", place=pl.col("lead") * width + pl.col("slot"))
    )
    places = held.filter("is_shared").group_by("point", "place").agg(since=pl.col("node").min())
    asks = points.filter(pl.col("is_shared") & (pl.col("node") >= case.first_row)).drop("is_shared")
    pairs = asks.join(places, on="point").filter(pl.col("since") < pl.col("node")).sort("node")
    now = pairs.join_asof(
        held.select("node", "place", held="point", writer="node").sort("node"),
        on="node",
        by="place",
        strategy="backward",
        allow_exact_matches=False,
        check_sortedness=False,
    )
    met = now.filter(pl.col("held") == pl.col("point")).select(
        "node", "is_email", "slot", "writer", lead=pl.col("place") // width, lead_slot=pl.col("place") % width
    )
    return met.filter(met["node"] <= _of(supposed.leaves, met["lead"]))


def _rank(case: Case, meets: pl.DataFrame) -> pl.DataFrame:
    """Return for each row the best lead that it meets, phone before e-mail, then the oldest, and how many there are."""
    width = len(case.slots)
    # One number says which is best: is_email, then the older, then the slots in their order.
    key = ((pl.col("is_email") * case.size + pl.col("lead")) * width + pl.col("slot")) * width + pl.col("lead_slot")
    best = meets.with_columns(key=key).group_by("node").agg(
        pl.col("key").min(),
        leads=pl.col("lead").n_unique(),
        writer=pl.col("writer").get(pl.col("key").arg_min()),
    )  # fmt: skip
    return best.select(
        "node",
        "leads",
        "writer",
        lead=pl.col("key") // width**2 % case.size,
        slot=pl.col("key") // width % width,
        lead_slot=pl.col("key") % width,
        is_quarantined=(pl.col("leads") > 1) & (case.options.on_multiple == "quarantine"),
    )


def _find_moves(case: Case, meets: pl.DataFrame, ranked: pl.DataFrame) -> pl.DataFrame:
    """Return the leads that migrate and the first row that meets them: lead, node, and the lead which that changes."""
    elsewhere = (case.leads["list_id"] != case.situation.list_id) & case.options.migrate
    is_moved = pl.col("lead").is_in(elsewhere.arg_true().implode())
    accepted = ranked.filter(~pl.col("is_quarantined")).select("node", changed="lead")
    moves = meets.filter(is_moved).join(accepted, on="node")
    return moves.group_by("lead").agg(pl.col("node", "changed").sort_by("node").first())


def _conclude(
    case: Case, points: pl.DataFrame, supposed: Supposition, ranked: pl.DataFrame, moves: pl.DataFrame
) -> Supposition:
    """Return what follows for the rows and leads that have ``points``; of the others the supposition came true."""
    situation, nodes = case.situation, points["node"].unique().to_numpy()
    changes, leaves = supposed.changes.copy(), supposed.leaves.copy()
    rows = nodes[nodes >= case.first_row]
    changes[rows] = rows if situation.sees_own_rows else NOBODY
    changes[ranked["node"].to_numpy()] = NOBODY
    updating = ranked.filter(~pl.col("is_quarantined"))
    changes[updating["node"].to_numpy()] = _follow(case, updating, changes)
    leaves[nodes] = case.size
    if not situation.destination_in_scope:
        # What an accepted row changed stays in the scope `file`, wherever it stands now.
        gone = moves.filter((pl.col("changed") != pl.col("lead")) | (not situation.sees_own_rows))
        leaves[gone["lead"].to_numpy()] = gone["node"].to_numpy()
    return Supposition(changes, leaves)


def _follow(case: Case, updating: pl.DataFrame, changes: Nodes) -> Nodes:
    """Return which lead each row changes: what the row changes that last gave the lead it meets the point they share.

    That is the lead it meets, where all was supposed rightly. Where it was not, the rows after it need not learn of it
    one by one, a round for each.
    """
    rows, leads = updating["node"].to_numpy(), updating["lead"].to_numpy()
    follows: Nodes = np.arange(case.size)
    follows[rows] = updating["writer"].to_numpy()
    first = _jump(follows)[rows]
    return np.where(changes[first] == first, first, leads)


def _answer(case: Case, met: pl.DataFrame, migrated: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return verdicts and touches as ``Resolution`` describes them."""
    is_row = pl.col("lead") >= case.first_row
    whose = pl.format("{} {}", pl.when(is_row).then(pl.lit("row")).otherwise(pl.lit("lead")), "number")
    is_quarantined = pl.col("is_quarantined")
    more = pl.when(is_quarantined).then(pl.format(", and {} more", pl.col("leads") - 1)).otherwise(pl.lit(""))
    warns = (pl.col("leads") > 1) & ~is_quarantined
    slots = pl.Series(case.slots, dtype=pl.String)
    told = met.with_columns(
        is_row=is_row,
        row_number=case.numbers.gather(met["node"]),
        number=case.numbers.gather(met["lead"]),
        slot=slots.gather(met["slot"]),
        lead_slot=slots.gather(met["lead_slot"]),
    ).with_columns(lead_id=pl.col("number") + pl.when("is_row").then(case.situation.lead_base).otherwise(0))
    verdicts = told.select(
        "row_number",
        fate=pl.when(is_quarantined).then(pl.lit("quarantined")).otherwise(pl.lit("updated")),
        code=pl.when(is_quarantined).then(pl.lit("Q_MULTIPLE_MATCHES")),
        detail=pl.format("{} = {} of {}{}", "slot", "lead_slot", whose, more),
        warnings=pl.when(warns).then(pl.lit(["W_MULTIPLE_MATCHES"])).otherwise(pl.lit([], pl.List(pl.String))),
        lead_id=pl.when(~is_quarantined).then("lead_id"),
    )
    updated = told.filter(~is_quarantined)
    reset = updated.filter(~pl.col("is_row") & case.options.reset_updated)
    touches = [
        updated.select("lead_id", effect=pl.lit("updated")),
        reset.select("lead_id", effect=pl.lit("reset")),
        case.leads.select(pl.col("lead_id").gather(migrated), effect=pl.lit("migrated")),
    ]
    return verdicts, pl.concat(touches)
