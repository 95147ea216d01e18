"""The drops, from their bytes to the screened leads: three tables that one call of ``import_drop`` makes.

The walk itself is in pipelines/importing.py. It commits under one lock and in one transaction per drop, so the three
tables are one step here: another import cannot slip in between them.
"""

import traceback
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import dagster as dg
from pydantic import Field

from assets.feeds import check_usual
from assets.metadata import describe_clean, describe_raw, describe_screened, make_table, tidy
from assets.partitions import DROPS_PER_RUN, WRITER, drops, lists
from assets.resources import ClockResource, HomeResource
from pipelines.doors.responses import watch_responses
from pipelines.errors import UserError
from pipelines.feeds.watching import find_unusual_imports
from pipelines.importing import import_drop
from pipelines.landing import escape_key, find_drop
from pipelines.receipts import ImportResult
from pipelines.reports.looking_back import list_imports

Events = Iterator[dg.AssetCheckResult]
# Among how many imports one that is held is looked for.
NEWEST_IMPORTS = 10_000

SPECS = [
    dg.AssetSpec(
        "raw_drops",
        description="The suppliers' files, byte for byte, as they landed. A partition is one content under one name.",
        skippable=True,
        kinds={"file"},
    ),
    dg.AssetSpec(
        "clean_leads",
        deps=["raw_drops"],
        description="The rows of a drop, mapped and cleaned: numbers as they are dialled, e-mail addresses checked.",
        skippable=True,
        kinds={"polars"},
    ),
    dg.AssetSpec(
        "screened_leads",
        deps=["clean_leads", "dnc"],
        description="The rows of a drop, each with its fate and reason, and the leads that came of them, committed.",
        skippable=True,
        kinds={"duckdb"},
    ),
]

CHECKS = [
    dg.AssetCheckSpec(
        "ledger_balances",
        asset="screened_leads",
        description="Rows received = created + updated + rejected + quarantined = the file's own count of records, for"
        " each drop of the run. If it fails: do not dial the list; see `leadmill show IMPORT` and report the drop.",
    ),
    dg.AssetCheckSpec(
        "nothing_is_held",
        asset="screened_leads",
        description="No import waits for a person, whichever run brought it. If it warns: read the message, then"
        " `leadmill release IMPORT` and materialize its partition again, or `leadmill cancel IMPORT`.",
    ),
    dg.AssetCheckSpec(
        "imports_are_usual",
        asset="screened_leads",
        description="The imports of the run have as many rows as their template usually brings, as few rejected,"
        " quarantined and do-not-call rows, and known columns. If it warns: read the message; `leadmill show IMPORT`"
        " has the figures, `leadmill undo IMPORT` takes one back.",
    ),
]


class ImportConfig(dg.Config):
    """How the drops of a run are imported."""

    on: str = Field(
        "", description="The logical date of the imports, such as 2026-03-01. Empty: today in the list's zone."
    )
    force: bool = Field(
        False,
        description="Import a content again that its template has brought before; without it such a drop is told as"
        " `already_imported` and changes nothing. The bytes are those of `raw/`: the file may be gone.",
    )


@dg.multi_asset(
    name="import_landed_drops",
    specs=SPECS,
    check_specs=CHECKS,
    partitions_def=drops,
    backfill_policy=dg.BackfillPolicy.multi_run(DROPS_PER_RUN),
    group_name="leads",
    pool=WRITER,
)
def import_landed_drops(
    context: dg.AssetExecutionContext, config: ImportConfig, home: HomeResource, clock: ClockResource
) -> Events:
    """Import each landed drop of the run; one that fails keeps the others from nothing."""
    results: dict[str, ImportResult] = {}
    failures: dict[str, str] = {}
    on = date.fromisoformat(config.on) if config.on else None
    watch_responses(home.locate(), clock.now())
    for key in context.partition_keys:
        try:
            path, template, name = find_drop(home.locate(), key)
            now = clock.now()
            result = import_drop(
                path, template, home.locate(), on=on, force=config.force, now=now, name=name, is_landed=True
            )
        except UserError as error:
            failures[key] = str(error)
        except Exception as error:  # noqa: BLE001  a bug in one drop must not cost the others their turn
            context.log.error(f"{key}\n{traceback.format_exc()}")
            failures[key] = f"{type(error).__name__}: the log has the traceback. Please report it."
        else:
            results[key] = result
            if result.status == "failed":
                failures[key] = result.message
            _record(context, key, result)
    _record_lists(context, results)
    yield _check_ledger(results)
    yield _check_held(list_imports(home.locate(), NEWEST_IMPORTS, clock.now()))
    unusual = find_unusual_imports(home.locate(), clock.now())
    ids = dict.fromkeys(result.import_id for result in results.values() if result.found and result.import_id)
    yield check_usual([oddity for import_id in ids for oddity in unusual.get(import_id, ())])
    if failures:
        raise _failure(failures, len(context.partition_keys))


def describe_drop(key: str, result: ImportResult) -> list[dg.AssetMaterialization]:
    """Return the events that tell what a drop has made: none where it failed, no screened leads where it is held."""
    made = {"raw_drops": describe_raw, "clean_leads": describe_clean, "screened_leads": describe_screened}
    if result.status == "failed":
        return []
    if result.status in ("held", "cancelled"):
        del made["screened_leads"]
    return [
        dg.AssetMaterialization(asset, partition=key, metadata=tidy(describe(result)))
        for asset, describe in made.items()
    ]


def _record(context: dg.AssetExecutionContext, key: str, result: ImportResult) -> None:
    """Say in the run what a drop has made."""
    if result.status == "failed":
        return
    for event in describe_drop(key, result):
        context.log_event(event)
    context.log.info("%s: %s", key, result.message or result.status)


def _record_lists(context: dg.AssetExecutionContext, results: dict[str, ImportResult]) -> None:
    """Say which lists were published, once per list and run."""
    imported: dict[str, list[ImportResult]] = defaultdict(list)
    for result in results.values():
        if result.status == "completed":
            imported[result.list].append(result)
    if imported:
        context.instance.add_dynamic_partitions(str(lists.name), [escape_key(name) for name in imported])
    for name, brought in imported.items():
        counts = {fate: sum(getattr(result, fate) for result in brought) for fate in ("created", "updated")}
        ids = make_table(("import", "file"), [(result.import_id, result.file) for result in brought])
        context.log_event(
            dg.AssetMaterialization("list_leads", partition=escape_key(name), metadata={**counts, "imports": ids})
        )


def _check_ledger(results: dict[str, ImportResult]) -> dg.AssetCheckResult:
    counted = {key: result for key, result in results.items() if result.found}
    wrong = [
        (key, result.rows_received, fated, result.found["records"])
        for key, result in counted.items()
        if not result.rows_received == (fated := _count_fates(result)) == result.found["records"]
    ]
    table = make_table(("drop", "received", "with a fate", "records in the file"), wrong)
    totals = {"drops": len(counted), "rows_received": sum(result.rows_received for result in counted.values())}
    return dg.AssetCheckResult(
        passed=not wrong,
        asset_key="screened_leads",
        check_name="ledger_balances",
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={**totals, "unbalanced": table} if wrong else totals,
    )


def _count_fates(result: ImportResult) -> int:
    return result.created + result.updated + result.rejected + result.quarantined


def _check_held(imports: Sequence[Mapping[str, Any]]) -> dg.AssetCheckResult:
    held = [line for line in imports if line["status"] == "held"]
    names = ("import_id", "file", "template", "import_date", "message")
    return dg.AssetCheckResult(
        passed=not held,
        asset_key="screened_leads",
        check_name="nothing_is_held",
        severity=dg.AssetCheckSeverity.WARN,
        description=" ".join(f"{line['import_id']}, {line['file']}: {line['message']}" for line in held)[:2000] or None,
        metadata={"held": make_table(names, ([line[name] for name in names] for line in held))} if held else {},
    )


def _failure(failures: dict[str, str], drops_in_run: int) -> dg.Failure:
    """Return what ends the run: which files, why, and what to do."""
    lines = "\n".join(f"- {key}: {message}" for key, message in failures.items())
    return dg.Failure(
        f"{len(failures)} of {drops_in_run} drops could not be imported; the others are. Mend what is said here, then"
        f" materialize these partitions again:\n{lines}",
        metadata={"failed": make_table(("drop", "why"), failures.items())},
        allow_retries=False,
    )
