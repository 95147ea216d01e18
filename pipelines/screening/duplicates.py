"""Which rows of a drop are people we have: set-based, and equal to importing the rows one by one in file order.

Pure functions on frames; the store is not touched. A row that does not appear in the answer is a new lead. Source of
the rules: decisions, Duplicates; checklist ML-043..053, AM-010..012.
"""

import polars as pl

from pipelines.schema import KIND_EMAIL
from pipelines.screening.in_order import resolve_in_order
from pipelines.screening.meetings import TOUCHES, VERDICTS, Meetings, Resolution, Situation
from pipelines.templates.parts import DedupeOptions

POINT = ("kind", "value", "text")
# Rows in a chain (A shares with B, B with C, …) are decided a link or more per round; no real file comes near this.
MAX_ROUNDS = 64


def resolve_duplicates(meetings: Meetings, options: DedupeOptions, situation: Situation) -> Resolution:
    """Decide about every row that meets a lead or another row."""
    if options.action == "keep_new":
        return _keep_new(meetings, situation)
    if options.action != "update" and not options.migrate:
        return _keep_first(meetings, options, situation)
    verdicts, touches = resolve_in_order(meetings, options, situation)
    return Resolution(
        pl.DataFrame(verdicts, VERDICTS, orient="row"),
        pl.DataFrame(touches, TOUCHES, orient="row").unique(maintain_order=True),
        rounds=1,
    )


def _meet_leads(matches: pl.DataFrame, supplier: str) -> pl.DataFrame:
    """Return the best match of each row that meets a lead: phone before e-mail, then the oldest."""
    best = matches.sort("row_number", pl.col("kind") == KIND_EMAIL, "age", "slot", "lead_slot").group_by(
        "row_number", maintain_order=True
    )
    is_same = pl.col("supplier") == supplier
    return best.first().select(
        "row_number",
        code=pl.when(is_same).then(pl.lit("R_DUP_SAME_SUPPLIER")).otherwise(pl.lit("R_DUP_OTHER_SUPPLIER")),
        detail=pl.format("{} = {} of lead {}", "slot", "lead_slot", "lead_id"),
        lead_id="lead_id",
    )


def _keep_first(meetings: Meetings, options: DedupeOptions, situation: Situation) -> Resolution:
    """Resolve keep_existing and reset_older: what an existing lead has is the same for every row of the file."""
    by_lead = _meet_leads(meetings.matches, situation.supplier)
    by_row = _no_row_matches()
    rounds = 0
    if situation.sees_own_rows:
        by_row, rounds = _find_earlier_rows(meetings.points, by_lead["row_number"], situation.lead_base)
    # A row is first looked for in its own file: that code comes earlier in the walk.
    rejected = pl.concat([by_row, by_lead.join(by_row, on="row_number", how="anti").select(by_row.columns)])
    verdicts = rejected.with_columns(fate=pl.lit("rejected"), warnings=pl.lit([], pl.List(pl.String)))
    touches = meetings.matches.select("lead_id", effect=pl.lit("reset")).unique(maintain_order=True)
    return Resolution(
        verdicts.select(VERDICTS.names()).sort("row_number"),
        touches if options.action == "reset_older" else touches.clear(),
        rounds,
    )


def _no_row_matches() -> pl.DataFrame:
    return pl.DataFrame(schema={name: VERDICTS[name] for name in ("row_number", "code", "detail", "lead_id")})


def _find_earlier_rows(points: pl.DataFrame, refused: pl.Series, lead_base: int) -> tuple[pl.DataFrame, int]:
    """Find the rows that meet an earlier row which was itself accepted, and which one.

    Rows in ``refused`` meet a lead and so are never accepted. In each round the rows that come first at all their
    contact points are accepted and the later rows that meet them are not; what is left goes into the next round.
    """
    undecided = points.filter(~pl.col("row_number").is_in(refused.implode()))
    accepted = points.clear()
    rounds = 0
    while undecided.height and rounds < MAX_ROUNDS:
        rounds += 1
        # Two steps: one window inside another would look for the first within the row, not among all rows.
        ranked = undecided.with_columns(is_first=pl.col("row_number") == pl.col("row_number").min().over(*POINT))
        taken = ranked.filter(pl.col("is_first").all().over("row_number")).drop("is_first")
        accepted = pl.concat([accepted, taken])
        met = undecided.join(taken, on=POINT, how="semi")["row_number"]
        undecided = undecided.filter(~pl.col("row_number").is_in(met.implode()))
    if undecided.height:
        accepted = pl.concat([accepted, _take_in_order(undecided)])
    earlier = accepted.select(*POINT, other_row="row_number", other_slot="slot")
    pairs = points.join(earlier, on=POINT, how="inner").filter(pl.col("other_row") < pl.col("row_number"))
    best = pairs.sort("row_number", pl.col("kind") == KIND_EMAIL, "other_row", "slot", "other_slot").group_by(
        "row_number", maintain_order=True
    )
    found = best.first().select(
        "row_number",
        code=pl.lit("R_DUP_IN_FILE"),
        detail=pl.format("{} = {} of row {}", "slot", "other_slot", "other_row"),
        lead_id=pl.lit(lead_base, pl.Int64) + pl.col("other_row"),
    )
    return found, rounds


def _take_in_order(undecided: pl.DataFrame) -> pl.DataFrame:
    """Accept, one after the other, the rows that share no point with one accepted before: what the rounds left over."""
    held: set[tuple[int, int, str]] = set()
    taken: list[int] = []
    rows = undecided.sort("row_number").group_by("row_number", maintain_order=True).agg(points=pl.struct(POINT))
    for row_number, points in rows.iter_rows():
        keys = {(point["kind"], point["value"], point["text"]) for point in points}
        if held.isdisjoint(keys):
            held |= keys
            taken.append(row_number)
    return undecided.filter(pl.col("row_number").is_in(taken))


def _keep_new(meetings: Meetings, situation: Situation) -> Resolution:
    """Resolve keep_new: a row replaces every lead and every earlier row that it meets, so the last one stands."""
    touches = meetings.matches.select("lead_id", effect=pl.lit("replaced")).unique(maintain_order=True)
    if not situation.sees_own_rows:
        return Resolution(pl.DataFrame(schema=VERDICTS), touches, rounds=0)
    later = meetings.points.select(*POINT, other_row="row_number", other_slot="slot")
    pairs = meetings.points.join(later, on=POINT, how="inner").filter(pl.col("other_row") > pl.col("row_number"))
    first = pairs.sort("row_number", "other_row", pl.col("kind") == KIND_EMAIL, "slot", "other_slot").group_by(
        "row_number", maintain_order=True
    )
    verdicts = first.first().select(
        "row_number",
        fate=pl.lit("rejected"),
        code=pl.lit("R_DUP_IN_FILE"),
        detail=pl.format("{} = {} of row {}, which replaced it", "slot", "other_slot", "other_row"),
        warnings=pl.lit([], pl.List(pl.String)),
        lead_id=pl.lit(situation.lead_base, pl.Int64) + pl.col("other_row"),
    )
    return Resolution(verdicts, touches, rounds=1)
