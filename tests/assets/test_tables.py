"""Lists, do-not-call lists and reports as assets."""

from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from assets.definitions import defs
from assets.dnc import dnc
from assets.lists import list_leads
from assets.reports import supplier_summary, supplier_summary_schedule
from assets.resources import ClockResource, HomeResource
from pipelines.dnc.loading import load_dnc
from pipelines.importing import import_drop
from pipelines.published.publishing import current_generation


@pytest.fixture
def build(mill):
    """Materialise one asset in the home of the test; return its metadata."""

    def build_one(asset, partition=None):
        resources = {
            "home": HomeResource(root=str(mill.home.root)),
            "clock": ClockResource(fixed_at=mill.now.isoformat()),
        }
        run = dg.materialize([asset], instance=mill.instance, partition_key=partition, resources=resources)
        (event,) = run.get_asset_materialization_events()
        return event.materialization.metadata

    return build_one


@pytest.fixture
def imported(mill, drop, on):
    """Import two drops into the list People."""
    return [import_drop(mill.land("people", f"{seed}.csv", drop(seed)), "people", mill.home, on=on) for seed in (1, 2)]


def list_files(mill) -> list[Path]:
    return sorted(current_generation(mill.home).glob("leads/list_id=1/*.parquet"))


def test_a_list_is_written_anew_from_the_store(mill, imported, build) -> None:
    before = mill.read("SELECT * FROM leads ORDER BY lead_id")
    damaged = list_files(mill)[0]
    damaged.unlink()
    mill.instance.add_dynamic_partitions("lists", ["People"])

    metadata = build(list_leads, "People")

    assert mill.read("SELECT * FROM leads ORDER BY lead_id").equals(before)
    assert metadata["dagster/row_count"].value == before.height
    assert metadata["parts"].value == len(imported)


def test_a_part_that_the_store_does_not_know_is_taken_off_the_list(mill, imported, build) -> None:
    stray = list_files(mill)[0]
    pl.read_parquet(stray).write_parquet(stray.with_name("19990101-stray.parquet"))
    mill.instance.add_dynamic_partitions("lists", ["People"])

    build(list_leads, "People")

    assert "19990101-stray" not in [file.stem for file in list_files(mill)]


def test_a_list_that_is_not_there_is_a_clear_error(mill, imported, build) -> None:
    mill.instance.add_dynamic_partitions("lists", ["Peple"])

    with pytest.raises(Exception, match="There is no list 'Peple'"):
        build(list_leads, "Peple")


def test_the_do_not_call_lists_say_how_many_entries_they_have_and_how_old_they_are(mill, tmp_path, build) -> None:
    numbers = tmp_path / "tps.txt"
    numbers.write_text("020 7946 0000\n020 7946 0001\n")
    load_dnc(mill.home, numbers, "TPS", now=mill.now)

    metadata = build(dnc)

    assert metadata["dagster/row_count"].value == 2
    assert metadata["newest_list"].value == "2026-03-02"
    assert "| TPS | 2 | 0 |" in metadata["categories"].value


def test_the_summary_of_a_day_shows_what_each_supplier_delivered_that_day(mill, imported, build) -> None:
    summary = build(supplier_summary, "2026-03-02")
    day_before = build(supplier_summary, "2026-03-01")

    assert summary["dagster/row_count"].value == 1
    assert "| People Ltd | 2 | 0 | 80 |" in summary["summary"].value
    assert day_before["dagster/row_count"].value == 0
    assert summary["What became of the rows"].value.startswith(
        "![Stacked bars of 1 suppliers. People Ltd sent most: 80"
    )
    assert "](data:image/png;base64,iVBOR" in summary["What became of the rows"].value
    assert "What became of the rows" not in day_before


def test_the_schedule_summarises_the_day_before() -> None:
    from datetime import UTC, datetime

    context = dg.build_schedule_context(scheduled_execution_time=datetime(2026, 3, 2, 3, tzinfo=UTC))

    request = supplier_summary_schedule(context)

    assert request.partition_key == "2026-03-01"


def test_the_nightly_job_holds_live_leads_against_the_lists_and_proves_it(mill):
    done = defs.resolve_job_def("rescreen_dnc").execute_in_process(instance=mill.instance)

    assert done.success
    assert [check.passed for check in done.get_asset_check_evaluations()] == [True]
