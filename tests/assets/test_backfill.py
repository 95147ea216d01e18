"""A backfill from Dagster: the job `backfill_drops`, and what it tells."""

import dagster as dg

from assets.definitions import defs
from assets.resources import ClockResource, HomeResource
from tests.assets.test_import_drops import materialised


def backfill(mill, **config) -> dg.ExecuteInProcessResult:
    """Launch the job as its page does, over the days around the drops."""
    asked = {"template": "people", "from": "2026-03-01", "to": "2026-03-03", **config}
    resources = {"home": HomeResource(root=str(mill.home.root)), "clock": ClockResource(fixed_at=mill.now.isoformat())}
    built = dg.Definitions(jobs=[defs.resolve_job_def("backfill_drops")], resources=resources)
    return built.resolve_job_def("backfill_drops").execute_in_process(
        instance=mill.instance,
        run_config={"ops": {"make_imports_again": {"config": asked}}},
        raise_on_error=False,
    )


def told(run: dg.ExecuteInProcessResult) -> dict[str, dg.MetadataValue]:
    """What stands on the page of the run."""
    (output,) = [event for event in run.all_events if event.is_successful_output]
    return output.step_output_data.metadata


def change_template(mill, old: str, new: str) -> None:
    template = mill.home.templates / "people.yaml"
    assert old in template.read_text()
    template.write_text(template.read_text().replace(old, new))


def test_a_backfill_from_the_ui_makes_the_imports_again_and_tells_what_they_became_and_which_lists(mill, drop):
    mill.land("people", "a.csv", drop(1))
    mill.take_and_run()
    change_template(mill, "cost_per_lead: 0.30", "cost_per_lead: 0.50")
    change_template(mill, "first_name: First Name", "company: First Name")

    run = backfill(mill)

    assert run.success
    assert "a.csv" in told(run)["imports"].value
    assert told(run)["status"].value == "completed"
    assert [event.partition for event in materialised(run, "list_leads")] == ["People"]
    assert [event.partition for event in materialised(run, "supplier_summary")] == ["2026-03-02"]
    assert "20.0" in materialised(run, "supplier_summary")[0].metadata["summary"].value
    assert mill.read("SELECT count(*) FROM leads WHERE first_name IS NOT NULL").item() == 0
    assert mill.read("SELECT cost_unit FROM imports").item() == 0.5


def test_a_backfill_that_needs_a_person_fails_says_why_and_changes_nothing_until_it_is_accepted(mill, drop):
    mill.land("people", "a.csv", drop(1))
    mill.take_and_run()
    change_template(mill, "phone1: Tel", "phone1: First Name")
    change_template(mill, "phone2: Mobile", "city: Mobile")
    change_template(mill, "email: E-mail", "company: E-mail")
    before = mill.read("SELECT * FROM leads ORDER BY lead_id")

    refused = backfill(mill)

    failure = refused.failure_data_for_node("make_imports_again").user_failure_data
    assert "accept: true" in failure.description
    assert "would be held now" in failure.description
    assert mill.read("SELECT * FROM leads ORDER BY lead_id").equals(before)
    assert materialised(refused, "supplier_summary") == []
    assert backfill(mill, accept=True).success
    assert mill.read("SELECT status FROM imports").item() == "held"


def test_what_is_wrong_in_the_launchpad_is_told_in_one_line_without_a_traceback(mill, drop):
    mill.land("people", "a.csv", drop(1))
    mill.take_and_run()

    runs = [backfill(mill, **{"from": "March"}), backfill(mill, template="peple")]

    failures = [run.failure_data_for_node("make_imports_again").user_failure_data for run in runs]
    assert failures[0].description == "from: 'March' is not a date such as 2026-03-01. Correct it in the Launchpad."
    assert "people" in failures[1].description
