"""The job import_drops, from landed files to published lists."""

from dataclasses import replace

import dagster as dg
import pytest
from polars.testing import assert_frame_equal

from examples.generator import make_drop
from examples.samples import make_samples
from pipelines.holding import release_import
from pipelines.home import Home
from pipelines.importing import import_drop
from pipelines.landing import find_drop
from pipelines.published.reading import open_reader

SAME = {
    "leads": "SELECT * FROM leads ORDER BY lead_id",
    "import_rows": "SELECT * FROM import_rows ORDER BY import_id, row_number",
    "imports": "SELECT * EXCLUDE (started_at) FROM imports ORDER BY sequence",
    "import_reasons": "SELECT * FROM import_reasons ORDER BY ALL",
    "lists": "SELECT * FROM lists ORDER BY list_id",
}


def checks(run: dg.ExecuteInProcessResult) -> dict[str, dg.AssetCheckEvaluation]:
    return {check.check_name: check for check in run.get_asset_check_evaluations()}


def materialised(run: dg.ExecuteInProcessResult, asset: str) -> list[dg.AssetMaterialization]:
    events = [
        event.step_materialization_data.materialization for event in run.all_events if event.is_step_materialization
    ]
    return [event for event in events if event.asset_key == dg.AssetKey(asset)]


@pytest.mark.feature("MA-001", "MA-006", "MA-044")
def test_landed_files_end_in_the_same_tables_as_the_same_files_imported_one_by_one(mill, tmp_path, on) -> None:
    make_samples(mill.home.root, on=on)
    by_hand = Home(tmp_path / "by-hand").make()
    make_samples(by_hand.root, on=on)

    runs = mill.take_and_run()
    for key in mill.taken():
        path, template, _ = find_drop(by_hand, key)
        import_drop(path, template, by_hand, on=on)

    assert [run.success for run in runs] == [True, True]
    for name, query in SAME.items():
        with open_reader(by_hand, mill.now, reports=()) as connection:
            expected = connection.sql(query).pl()
        assert expected.height > 0, name
        assert_frame_equal(mill.read(query), expected)


def test_every_drop_of_a_run_is_materialised_with_its_counts_and_its_list_once(mill, drop) -> None:
    for seed in (1, 2, 3):
        mill.land("people", f"{seed}.csv", drop(seed))

    (run,) = mill.take_and_run()

    assert run.success
    for asset in ("raw_drops", "clean_leads", "screened_leads"):
        assert mill.done(asset) == set(mill.taken())
    assert [event.partition for event in materialised(run, "list_leads")] == ["People"]
    assert mill.instance.get_dynamic_partitions("lists") == ["People"]
    counts = [event.metadata["rows_received"].value for event in materialised(run, "screened_leads")]
    assert counts == [40, 40, 40]


def test_what_is_shown_of_a_drop_holds_reasons_cost_and_dialect_and_no_persons_data(mill) -> None:
    made = make_drop("uk_hand_kept", 200, 1, plain=True)
    mill.land("people", "a.csv", made.content)

    (run,) = mill.take_and_run()

    raw, clean, screened = (
        materialised(run, asset)[0].metadata for asset in ("raw_drops", "clean_leads", "screened_leads")
    )
    assert raw["found"].value["delimiter"] == ","
    assert raw["records"].value == 200
    assert "| position | header | filled | cells | phone | email | postcode |" in raw["columns"].value
    assert "notices" not in raw
    assert screened["reasons"].value.startswith("R_")
    assert "what to do" in screened["reasons_explained"].value
    assert screened["cost"].value == pytest.approx(60.0)
    assert screened["ledger"].value.startswith("200 rows received = ")
    assert f"`leadmill rejects {screened['import_id'].value} -o rejects.csv`" in screened["commands"].value
    assert {"seconds_screen", "seconds_commit", "seconds_publish", "import_id"} <= set(screened)
    shown = " ".join(str(value.value) for metadata in (raw, clean, screened) for value in metadata.values())
    assert "••" in shown
    people = mill.read("SELECT email, phone1_e164, phone1 FROM leads")
    assert people.height > 0
    assert not [value for row in people.iter_rows() for value in row if value and value in shown]


def test_a_bad_file_among_good_ones_fails_the_run_at_its_end_and_is_alone_not_materialised(mill, drop) -> None:
    mill.land("people", "a.csv", drop(1))
    mill.land("people", "b.csv", b"What,Is,This\n1,2,3\n")
    mill.land("people", "c.csv", drop(2))

    (run,) = mill.take_and_run()

    assert not run.success
    first, bad, last = mill.taken()
    assert mill.done("screened_leads") == mill.done("raw_drops") == {first, last}
    failure = run.failure_data_for_node("import_landed_drops").user_failure_data
    assert failure.description.startswith("1 of 3 drops could not be imported")
    assert bad in failure.description
    assert "First Name" in failure.description
    assert checks(run)["ledger_balances"].passed
    assert mill.read("SELECT status FROM imports ORDER BY file")["status"].to_list() == [
        "completed",
        "failed",
        "completed",
    ]


def test_a_bug_in_one_drop_costs_the_others_nothing_and_keeps_its_traceback(mill, drop, monkeypatch) -> None:
    def break_on_b(path, *arguments, **options):
        if path.name == "b.csv":
            raise ZeroDivisionError("a bug")
        return import_drop(path, *arguments, **options)

    monkeypatch.setattr("assets.drops.import_drop", break_on_b)
    for name, seed in (("a.csv", 1), ("b.csv", 2), ("c.csv", 3)):
        mill.land("people", name, drop(seed))

    (run,) = mill.take_and_run()

    assert not run.success
    assert len(mill.done("screened_leads")) == 2
    logged = [record.user_message for record in mill.instance.all_logs(run.run_id)]
    assert any("ZeroDivisionError" in message for message in logged)


def test_a_failed_drop_that_was_mended_is_imported_by_running_its_partition_again(mill, drop) -> None:
    path = mill.land("people", "a.csv", drop(1))
    request = mill.take().run_requests[0]
    path.rename(path.with_name("away"))
    assert not mill.run(request).success
    path.with_name("away").rename(path)

    again = mill.run(request)

    assert again.success
    assert mill.done("screened_leads") == set(mill.taken())


def test_a_drop_that_runs_again_needs_no_landed_file_and_is_imported_again_only_by_force(mill, drop) -> None:
    path = mill.land("people", "a.csv", drop(1))
    request = mill.take().run_requests[0]
    mill.run(request)
    path.unlink()
    read_imports = "SELECT file, status FROM imports ORDER BY sequence"

    again = mill.run(request)
    before = mill.read(read_imports).rows()
    forced = mill.run(request, force=True)

    assert again.success
    told = materialised(again, "screened_leads")[0].metadata
    assert (told["status"].value, "rows_received" in told) == ("already_imported", False)
    assert materialised(again, "list_leads") == []
    assert before == [("a.csv", "completed")]
    assert mill.read("SELECT * FROM refused_drops").is_empty()
    assert forced.success
    assert mill.read(read_imports).rows() == [("a.csv", "completed"), ("a.csv", "held")]


def test_a_content_that_lands_again_under_another_name_is_a_refused_drop(mill, drop) -> None:
    for name in ("a.csv", "b.csv"):
        mill.land("people", name, drop(1))
        mill.take_and_run()

    assert mill.read("SELECT file FROM refused_drops").rows() == [("b.csv",)]


def test_a_held_drop_leaves_the_run_green_and_the_check_warns_with_the_reason(mill, drop) -> None:
    template = mill.home.templates / "people.yaml"
    template.write_text(template.read_text().replace("hold_above: 0.9", "hold_above: 0.0"))
    mill.land("people", "a.csv", make_drop("uk_hand_kept", 200, 1, plain=True).content)

    (run,) = mill.take_and_run()

    held = checks(run)["nothing_is_held"]
    assert run.success
    assert (held.passed, held.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert "hold_above" in held.description
    assert held.description.startswith(mill.read("SELECT import_id FROM imports").item())
    assert mill.done("raw_drops") == set(mill.taken())
    assert mill.done("screened_leads") == set()


def test_the_check_goes_on_warning_when_a_later_run_brings_drops_that_are_not_held(mill, drop) -> None:
    template = mill.home.templates / "people.yaml"
    (mill.home.templates / "strict.yaml").write_text(
        template.read_text().replace("hold_above: 0.9", "hold_above: 0.0").replace("name: people", "name: strict")
    )
    mill.land("strict", "a.csv", make_drop("uk_hand_kept", 200, 1, plain=True).content)
    mill.take_and_run()
    mill.land("people", "a.csv", drop(2))

    (later,) = mill.take_and_run()

    held = checks(later)["nothing_is_held"]
    assert later.success
    assert not held.passed
    assert "strict" in held.metadata["held"].value


def test_a_held_drop_that_was_released_is_done_when_its_partition_runs_again(mill) -> None:
    template = mill.home.templates / "people.yaml"
    template.write_text(template.read_text().replace("hold_above: 0.9", "hold_above: 0.0"))
    mill.land("people", "a.csv", make_drop("uk_hand_kept", 200, 1, plain=True).content)
    request = mill.take().run_requests[0]
    mill.run(request)
    release_import(mill.home, mill.read("SELECT import_id FROM imports").item(), now=mill.now)

    again = mill.run(request)

    assert again.success
    assert checks(again)["nothing_is_held"].passed
    assert mill.done("screened_leads") == set(mill.taken())


def test_the_ledger_check_names_the_drop_that_does_not_balance(mill, drop, monkeypatch) -> None:
    def lose_a_row(*arguments, **options):
        result = import_drop(*arguments, **options)
        return replace(result, created=result.created - 1)

    monkeypatch.setattr("assets.drops.import_drop", lose_a_row)
    mill.land("people", "a.csv", drop(1))

    (run,) = mill.take_and_run()

    ledger = checks(run)["ledger_balances"]
    assert (ledger.passed, ledger.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert mill.taken()[0] in ledger.metadata["unbalanced"].value


def test_the_same_content_twice_is_imported_once_and_both_partitions_are_done(mill, drop) -> None:
    mill.land("people", "a.csv", drop(1))
    mill.land("people", "b.csv", drop(1))

    (run,) = mill.take_and_run()

    assert run.success
    assert mill.done("screened_leads") == set(mill.taken())
    assert len(mill.taken()) == 2
    assert mill.read("SELECT count(*) AS imports FROM imports").item() == 1
