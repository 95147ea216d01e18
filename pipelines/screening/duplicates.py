"""Which rows of a drop are people we have: set-based, and equal to importing the rows one by one in file order.

Pure functions on frames; the store is not touched. A row that does not appear in the answer is a new lead. Source of
the rules: decisions, Duplicates; checklist ML-043..053, AM-010..012.
"""

import polars as pl

from pipelines.schema import KIND_EMAIL
from pipelines.screening.in_order import MAX_ROUNDS, resolve_in_order
from pipelines.screening.meetings import TOUCHES, VERDICTS, Meetings, Resolution, Situation
from pipelines.screening.rounds import resolve_updates
from pipelines.templates.parts import DedupeOptions

POINT = ("kind", "value", "text")


def resolve_duplicates(meetings: Meetings, options: DedupeOptions, situation: Situation) -> Resolution:
    """Decide about every row that meets a lead or another row."""
    if options.action == "keep_new":
        return _keep_new(meetings, situation)
    if options.action == "update":
        return resolve_updates(meetings, options, situation)
    return _keep_first(meetings, options, situation)


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
    elsewhere = pl.col("list_id") != situation.list_id
    matches = meetings.matches
    if options.migrate and not situation.destination_in_scope:
        # The first row that meets a lead takes it along, out of the scope: the rows after it do not meet it.
        matches = matches.filter(~elsewhere | (pl.col("row_number") == pl.col("row_number").min().over("lead_id")))
    by_lead = _meet_leads(matches, situation.supplier)
    by_row, rounds, in_order = _no_row_matches(), 0, 0
    if situation.sees_own_rows:
        by_row, rounds, in_order = _find_earlier_rows(meetings, by_lead["row_number"], options, situation)
    # A row is first looked for in its own file: that code comes earlier in the walk.
    rejected = pl.concat([by_row, by_lead.join(by_row, on="row_number", how="anti").select(by_row.columns)])
    verdicts = rejected.with_columns(fate=pl.lit("rejected"), warnings=pl.lit([], pl.List(pl.String)))
    effects = []
    if options.action == "reset_older":
        effects.append(matches.select("lead_id", effect=pl.lit("reset")))
    if options.migrate:
        effects.append(matches.filter(elsewhere).select("lead_id", effect=pl.lit("migrated")))
    touches = pl.concat([pl.DataFrame(schema=TOUCHES), *effects]).unique(maintain_order=True)
    return Resolution(verdicts.select(VERDICTS.names()).sort("row_number"), touches, rounds, in_order)


def _no_row_matches() -> pl.DataFrame:
    return pl.DataFrame(schema={name: VERDICTS[name] for name in ("row_number", "code", "detail", "lead_id")})


def _find_earlier_rows(
    meetings: Meetings, refused: pl.Series, options: DedupeOptions, situation: Situation
) -> tuple[pl.DataFrame, int, int]:
    """Find the rows that meet an earlier row which was itself accepted, and which one; in how many rounds.

    Rows in ``refused`` meet a lead and so are never accepted. In each round the rows that come first at all their
    contact points are accepted and the later rows that meet them are not; what is left goes into the next round. What
    is left after the last round is decided in order; the last number is how many rows that were.
    """
    points = meetings.points
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
    in_order = undecided["row_number"].n_unique()
    if in_order:
        rest = Meetings(undecided, meetings.matches.clear(), meetings.lead_points.clear())
        refused_in_order = [verdict[0] for verdict in resolve_in_order(rest, options, situation)[0]]
        accepted = pl.concat([accepted, undecided.filter(~pl.col("row_number").is_in(refused_in_order))])
    earlier = accepted.select(*POINT, other_row="row_number", other_slot="slot")
    pairs = points.join(earlier, on=POINT, how="inner").filter(pl.col("other_row") < pl.col("row_number"))
    best = pairs.sort("row_number", pl.col("kind") == KIND_EMAIL, "other_row", "slot", "other_slot").group_by(
        "row_number", maintain_order=True
    )
    found = best.first().select(
        "row_number",
        code=pl.lit("R_DUP_IN_FILE"),
        detail=pl.format("{} = {} of row {}", "slot", "other_slot", "other_row"),
        lead_id=pl.lit(situation.lead_base, pl.Int64) + pl.col("other_row"),
    )
    return found, rounds, in_order


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
