"""One drop, from its bytes to the published list: the walk, composed once.

The command line, Dagster and the HTTP doors all call ``import_drop``. Nothing here knows who called.
"""

import shutil
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines.adding import ROW_COLUMNS, LeadsFile
from pipelines.columns.fingerprint import Comparison, compare_headers, fingerprint_headers
from pipelines.committing import Ledger, commit_leads, commit_rows, count_ledger, find_evidence
from pipelines.dnc.freshness import screen_freshly
from pipelines.doubts import why_held
from pipelines.engine import Engine, start_engine
from pipelines.errors import UserError
from pipelines.home import Home, make_work_folder
from pipelines.keeping import keep_and_clean
from pipelines.lists import add_list, choose_list, import_date
from pipelines.order import Order, Watch
from pipelines.points.index import tidy_points
from pipelines.published.publishing import publish
from pipelines.published.rows import write_verdicts
from pipelines.receipts import (
    ImportResult,
    count_cost,
    find_earlier,
    find_last_columns,
    forget_import,
    outline_import,
    record_import,
    refuse_again,
    require_held,
)
from pipelines.replaying.files import hash_files
from pipelines.replaying.telling import tell_import
from pipelines.reuse import why_used
from pipelines.run import Run, place_run, plan_run
from pipelines.screening.judging import JUDGED_COLUMNS
from pipelines.screening.verdicts import points_asked, screen
from pipelines.staging import CleanedDrop, require_balance
from pipelines.store import open_scratch, open_writer
from pipelines.suppliers import add_supplier
from pipelines.tables.declared import load_mapped_tables
from pipelines.templates.choosing import choose_template
from pipelines.templates.filling import keep_mapping
from pipelines.templates.template import Template


def import_drop(
    path: Path,
    template: str | Path | Template,
    home: Home,
    *,
    on: date | None = None,
    overrides: Mapping[str, Any] | None = None,
    notes: str | None = None,
    force: bool = False,
    dry_run: bool = False,
    now: datetime | None = None,
    origins: Mapping[str, str] | None = None,
    name: str | None = None,
    watch: Watch | None = None,
    allow_stale_dnc: bool = False,
    is_landed: bool = False,
) -> ImportResult:
    """Import one drop by a template and publish what it changed.

    ``template``, ``overrides`` and ``origins`` are as ``choose_template`` takes them; ``on`` is the logical date
    (default: today in the list's zone, by ``now``); ``name`` what the file is called (default: as on disk);
    ``watch`` is told how far it is. A content that this template has brought before is not imported again unless
    ``force``. ``dry_run`` changes nothing and answers with the same report. A do-not-call list that is staler than its
    category's rule allows is screened by only with ``allow_stale_dnc``, which is recorded. A drop that ``is_landed``
    may be run again under its name; any other whose content was brought before is noted as refused.

    A drop that cannot be read has the status ``failed`` and a message with file, fact and remedy; nothing of it is
    loaded. Raises UserError for a template that is wrong, before anything is done, and for a
    stale do-not-call list, before anything is loaded.
    """
    made, told = choose_template(home, template, overrides, origins)
    order = Order(
        file=path,
        template=made,
        origins=told,
        home=home,
        on=on,
        now=now or datetime.now(UTC),
        notes=notes,
        is_forced=force,
        is_rehearsal=dry_run,
        name=name or path.name,
        watch=watch,
        allows_stale_dnc=allow_stale_dnc,
        is_landed=is_landed,
    )
    return carry_out(order)


def carry_out(order: Order) -> ImportResult:
    """Walk one drop by an order: keep the bytes, read and clean, screen and commit under the lock, publish."""
    started = time.perf_counter()
    if not order.is_rehearsal:
        order.files = hash_files(order.home)
    order.contact_data = load_mapped_tables(order.home, order.template)
    home = order.home if order.is_rehearsal else order.home.make()
    with start_engine(home) as engine, make_work_folder(home, "drop") as folder, ThreadPoolExecutor(1) as beside:
        cleaned = keep_and_clean(order, folder, engine)
        if isinstance(cleaned, ImportResult):
            return cleaned
        if isinstance(cleaned, UserError):
            return _fail(order, cleaned, engine)
        writer = open_scratch if order.is_rehearsal else open_writer
        with writer(order.home, engine=engine) as connection:
            result = _screen_and_commit(connection, order, cleaned, beside)
            if not order.is_rehearsal:
                with order.timed("publish"):
                    publish(connection, order.home, order.prepared)
                with order.timed("tidy"):
                    tidy_points(connection)
                if result.status == "completed":
                    keep_mapping(order.home, order.template, order.origins)
            beside.submit(shutil.rmtree, folder, ignore_errors=True)  # while the store is closed
    return replace(result, seconds=time.perf_counter() - started, steps=order.steps)


def _screen_and_commit(
    connection: duckdb.DuckDBPyConnection, order: Order, cleaned: CleanedDrop, beside: ThreadPoolExecutor
) -> ImportResult:
    """Give every row its fate against the store as it stands, and commit all of it or hold it.

    Leads, and what becomes of many rows, are written for readers ``beside``, as committing leaves one core idle.
    """
    earlier = (
        None if order.is_forced or order.is_released else find_earlier(connection, order.sha256, order.template.name)
    )
    if earlier:
        return refuse_again(order, *earlier)
    if used := why_used(connection, order):
        return outline_import(order, "failed", None, used)
    if order.import_id:
        require_held(connection, order.import_id)  # another may have released or cancelled it meanwhile
        forget_import(connection, order.import_id)
    with order.timed("screen"):
        cleaned.show(connection)
        rows = cleaned.drop.found.records, cleaned.read_chunks(JUDGED_COLUMNS)
        with points_asked(connection, order.template, has_keyless=cleaned.has_keyless) as asked:
            run = _plan(connection, order)
            versions = screen_freshly(connection, order, run)
            situation = place_run(connection, run)
            resolution, verdicts = screen(connection, order.template, situation, *rows, asked)
        ledger = count_ledger(connection)
    require_balance(order.name, cleaned.drop.found.records, ledger.rows, "have a fate")
    columns = compare_headers(find_last_columns(connection, order.template.name), cleaned.columns, order.template)
    message = "" if order.is_released else why_held(order, cleaned, ledger, columns)
    found = _describe_file(order, cleaned, columns) | versions
    found |= {"rounds": resolution.rounds, "rows_in_order": resolution.in_order}
    with order.timed("commit"):
        if not message:
            add_supplier(connection, order.template.supplier, run.import_date, run.import_id)
            add_list(connection, run.destination, run.import_date, run.import_id)
            chunks = cleaned.read_chunks(ROW_COLUMNS)
            file = None if order.is_rehearsal else LeadsFile(cleaned.leads, beside)
            clears = order.template.clear_fetched
            order.prepared = commit_leads(
                connection, run, ledger, chunks, order.contact_data, clear_fetched=clears, file=file
            )
        leads, evidence = list(order.prepared.values()), None
        if verdicts is not None and not message and not order.is_rehearsal:
            evidence = find_evidence(connection)
            rows_part = "import_rows", run.import_date.isoformat(), run.import_id
            order.prepared[rows_part] = beside.submit(
                write_verdicts, verdicts.rows, evidence, run.import_id, cleaned.verdicts
            )
        commit_rows(connection, run, verdicts, is_held=bool(message), evidence=evidence)
        record_import(connection, run, _line(order, found, message), ledger, tell_import(order, run.import_date))
        for written in leads:
            written.result()  # what cannot be written for readers is not committed either
    return _report(order, run, cleaned, found, ledger, message)


def _plan(connection: duckdb.DuckDBPyConnection, order: Order) -> Run:
    day = import_date(order.template, connection, order.on, order.now)
    destination = choose_list(connection, order.template, day)
    return plan_run(connection, order.template, destination, day, order.sha256, order.now, order.import_id)


def _describe_file(order: Order, cleaned: CleanedDrop, columns: Comparison) -> dict[str, Any]:
    """Return what was found out about the file and is kept with the import: no cell of it."""
    is_let_through = order.is_released or order.is_forced
    overruled = columns.hold_reasons if is_let_through else ()
    found = cleaned.drop.found
    return asdict(found) | {
        "columns": list(cleaned.columns),
        "fingerprint": fingerprint_headers(found.headers),
        "notices": [*found.notices, *order.notices, *columns.notices, *overruled],
    }


def _line(order: Order, found: dict[str, Any], message: str, status: str | None = None) -> dict[str, Any]:
    return {
        "status": status or ("held" if message else "completed"),
        "file": order.name,
        "sha256": order.sha256,
        "bytes": order.file.stat().st_size,
        "notes": order.notes,
        "blank_lines": found.get("blank_lines", 0),
        "preamble_lines": found.get("preamble_lines", 0),
        "message": message or None,
        "started_at": order.now,
        "origins": order.origins,
        "found": found,
    }


def _report(
    order: Order,
    run: Run,
    cleaned: CleanedDrop,
    found: dict[str, Any],
    ledger: Ledger,
    message: str,
) -> ImportResult:
    return replace(
        outline_import(order, "held" if message else "completed", run.import_id, message),
        list=run.destination.name,
        import_date=run.import_date,
        rows_received=ledger.rows,
        blank_lines=found["blank_lines"],
        created=ledger.fates["created"],
        updated=ledger.fates["updated"],
        rejected=ledger.fates["rejected"],
        quarantined=ledger.fates["quarantined"],
        effects=ledger.effects,
        reasons=ledger.reasons,
        warnings=ledger.warnings,
        cost=count_cost(run, ledger),
        expires_at=run.expires_at,
        found=found,
        notices=found["notices"],
        rounds=found["rounds"],
        sample=cleaned.sample,
        phone_paths=cleaned.phone_paths,
    )


def _fail(order: Order, error: UserError, engine: Engine) -> ImportResult:
    """Record that a drop could not be read; nothing of it is loaded."""
    result = outline_import(order, "failed", None, str(error))
    if order.is_rehearsal:
        return result
    with open_writer(order.home, engine=engine) as connection:
        if order.import_id:
            require_held(connection, order.import_id)
            forget_import(connection, order.import_id)
        run = _plan(connection, order)
        add_supplier(connection, order.template.supplier, run.import_date)
        record_import(
            connection, run, _line(order, {}, str(error), "failed"), Ledger(), tell_import(order, run.import_date)
        )
        publish(connection, order.home)
    return replace(result, import_id=run.import_id, import_date=run.import_date)
