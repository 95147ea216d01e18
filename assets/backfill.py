"""A template's imports of some days made again, by the template as it is now."""

from datetime import date

import dagster as dg
from pydantic import Field

from assets.lists import record_lists
from assets.metadata import make_table
from assets.reports import record_summaries
from assets.resources import ClockResource, HomeResource
from pipelines.errors import UserError
from pipelines.published.changes import find_changed, read_versions
from pipelines.replaying.backfilling import Backfill, backfill
from pipelines.replaying.changes import Change

# One at a time, but not one of the writers' pool: a backfill takes the home's lock only for its last moments, and
# drops come in while it runs.
BACKFILLS = "backfill"


class BackfillConfig(dg.Config):
    """Whose imports, and of which import dates."""

    template: str = Field(description="The template's name; its imports go by it as it is now.")
    since: str = Field(alias="from", description="The first import date, such as 2026-03-01.")
    until: str = Field(alias="to", description="The last import date.")
    accept: bool = Field(False, description="Even if imports come to be held or fail, or an act cannot be done again.")
    dry_run: bool = Field(False, description="Change nothing; tell what it would do.")


@dg.op(pool=BACKFILLS, out=dg.Out(dg.Nothing))
def make_imports_again(
    context: dg.OpExecutionContext, config: BackfillConfig, home: HomeResource, clock: ClockResource
) -> None:
    """Do the backfill; say what became of the imports, which lists that changed, and how the days' summaries are now.

    Fails where a person is needed.
    """
    place = home.locate()
    before = read_versions(place)
    try:
        done = backfill(
            place,
            config.template,
            _read_day("from", config.since),
            _read_day("to", config.until),
            user="dagster",
            now=clock.now(),
            accept=config.accept,
            dry_run=config.dry_run,
        )
    except UserError as error:
        raise dg.Failure(str(error), allow_retries=False) from None
    lists = find_changed(place, before) if done.status == "completed" else []
    record_lists(context, lists, {"written_by": f"backfill of {done.template}"})
    record_summaries(context, place, done.days if done.status == "completed" else [], clock.now())
    context.add_output_metadata(_describe(done) | {"lists": ", ".join(each.name for each in lists) or "none"})
    if done.status == "refused":
        doubts = "\n".join(f"- {doubt}" for doubt in done.doubts)
        raise dg.Failure(
            f"Nothing was changed: a person has to look at this first. To do it all the same, launch the job again with"
            f" accept: true.\n{doubts}",
            metadata=_describe(done),
            allow_retries=False,
        )


def _read_day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError(name, f"'{text}' is not a date such as 2026-03-01.", "Correct it in the Launchpad.") from None


def _describe(done: Backfill) -> dict[str, dg.MetadataValue | str]:
    """Return what is told of a backfill; no entry for what did not happen."""
    told: dict[str, dg.MetadataValue | str] = {"status": done.status, "days": f"{done.since} to {done.until}"}
    told["leads"] = ", ".join(f"{count:,} {what}" for what, count in done.leads.items())
    for name, changes in (("imports", done.imports), ("other_imports", done.others)):
        if changes:
            told[name] = make_table(("import", "file", "before", "after"), map(_list_change, changes))
    for name, lines in (("doubts", done.doubts), ("not_needed_any_more", done.skipped)):
        if lines:
            told[name] = make_table((name,), ([line] for line in lines))
    return told


def _list_change(change: Change) -> tuple[str, str, str, str]:
    return change.import_id, change.file, str(change.before), str(change.after)


@dg.job(
    description="Make a template's imports of some days again, by the template as it is now; all that followed follows."
    " Launch it from its Launchpad with `template`, `from` and `to` (import dates); `dry_run: true` only tells."
)
def backfill_drops() -> None:
    """Make imports again."""
    make_imports_again()
