"""How fresh a supplier's leads are, by the column that says when they were captured, and how old they may be."""

from datetime import date, timedelta

import polars as pl
import pytest

from pipelines.cleaning.capturing import add_captured
from pipelines.errors import UserError
from pipelines.home import Home
from pipelines.importing import import_drop
from pipelines.replaying.replaying import replay
from pipelines.templates.drafting import guess_date_format
from pipelines.templates.parts import FileOptions
from pipelines.templates.template import build_template
from pipelines.undoing import undo_import
from tests.conftest import run_main
from tests.dialler.conftest import DAY, NOW, World

FRESHNESS = "SELECT supplier_name, freshness_days_p50 FROM supplier_summary ORDER BY 1"
HOSTS = ("07400 100001", "07400 100002", "07400 100003", "07400 100004", "07400 100005")


@pytest.fixture
def world(tmp_path) -> World:
    return World(Home(tmp_path / "home"), tmp_path)


def bring(world, *captured, source="Opt-in date", on=DAY, now=NOW, **changes):
    """Import a drop of so many leads, each captured when its cell says."""
    values = {
        "name": "acme",
        "supplier": "Acme",
        "list": {"name": "Warm"},
        "hold_above": 1,
        "mapping": {"phone1": "Tel", "captured_on": source},
    }
    drop = world.folder / "drop.csv"
    rows = [f'{host},"{cell}"' for host, cell in zip(HOSTS, captured, strict=False)]
    drop.write_text("Tel,Opt-in date\n" + "\n".join(rows) + "\n")
    return import_drop(drop, build_template(values | changes, "acme"), world.home, on=on, now=now)


def rows_of(world, done):
    return world.ask(
        "SELECT fate, code, detail, warnings, raw_cells FROM import_rows"
        f" WHERE import_id = '{done.import_id}' ORDER BY row_number"
    )


def test_freshness_is_the_median_age_of_the_rows_that_say_when_they_were_captured(world):
    bring(world, "01/03/2026", "2026-02-28", "", "20/02/2026 23:59")

    assert world.ask(FRESHNESS) == [("Acme", 2.0)]
    assert world.ask("SELECT age_days, rows FROM import_ages ORDER BY 1") == [(1, 1), (2, 1), (10, 1)]


def test_the_median_of_an_even_number_of_rows_lies_between_the_two_in_the_middle_and_counts_over_imports(world):
    bring(world, "01/03/2026", "01/03/2026", "26/02/2026")
    bring(world, "01/03/2026", name="other", on=DAY + timedelta(days=5))

    assert world.ask(FRESHNESS) == [("Acme", 2.5)]


def test_freshness_is_not_known_where_no_column_or_no_cell_says_when(world):
    world.bring(HOSTS[0], by="Blue")
    bring(world, "", "", "yesterday")

    assert world.ask(FRESHNESS) == [("Acme", None), ("Blue", None)]


def test_the_day_is_the_one_that_is_written_whatever_time_of_day_stands_behind_it():
    cells = [
        "2026-02-27T10:22:05Z", "2026-02-27 10:22:05.123+01:00", "27/02/2026 10:22 PM", "27/2/2026", "2026-02-27T23:59",
        "27/02/2026 10:22:05 UTC", "2026-02-27 9:05 a.m.", "2026-02-27T10:22:05,5-0800",
    ]  # fmt: skip
    wrong = ["27/02/2026 soon", "02/27/2026", "27 Feb", "1772187725", "2026-02-27T10", "31/02/2026", "0"]

    read = add_captured(pl.DataFrame({"captured_on": [*cells, *wrong, None]}), "dd/MM/yyyy", is_mapped=True)

    assert read["captured_day"].to_list() == [date(2026, 2, 27)] * len(cells) + [None] * (len(wrong) + 1)
    assert read["is_bad_capture"].to_list() == [False] * len(cells) + [True] * len(wrong) + [False]


def test_a_cell_that_is_no_date_or_lies_in_the_future_costs_no_lead_and_is_warned(world):
    done = bring(world, "02/29/2026", "03/03/2026", "04/03/2026", "01/03/2026")

    assert rows_of(world, done) == [
        ("created", None, None, ["W_CAPTURED_ON"], '{"captured_on":"02/29/2026"}'),
        ("created", None, None, [], None),
        ("created", None, "captured 2 days after the import", ["W_CAPTURED_ON"], None),
        ("created", None, None, [], None),
    ]
    assert world.ask("SELECT age_days, rows FROM import_ages ORDER BY 1") == [(0, 1), (1, 1)]


def test_dates_are_read_as_the_template_says_and_the_column_may_be_a_position(world):
    bring(world, "02/27/2026", source=2, captured={"date_format": "MM/dd/yyyy"})
    bring(world, "27.02.26", name="other", supplier="Blue", file={"date_format": "dd.MM.yy"})

    assert world.ask(FRESHNESS) == [("Acme", 3.0), ("Blue", 3.0)]


def test_leads_older_than_the_limit_are_rejected_as_policy_and_still_count_for_freshness(world):
    done = bring(world, "02/03/2026", "24/02/2026", "23/02/2026", "", "never", captured={"max_age_days": 6})

    assert [row[:3] for row in rows_of(world, done)] == [
        ("created", None, None),
        ("created", None, None),
        ("rejected", "R_TOO_OLD", "captured 7 days before the import"),
        ("created", None, None),
        ("created", None, None),
    ]
    assert world.ask("SELECT rej_policy, rows_rejected, freshness_days_p50 FROM supplier_summary") == [(1, 1, 6.0)]


def test_a_lead_that_is_too_old_is_judged_before_do_not_call_and_duplicates(world):
    world.bring(HOSTS[0])
    rule = {"keys": ["phone"], "scope": ["global"], "action": "keep_new"}

    done = bring(world, "01/01/2026", captured={"max_age_days": 30}, dedupe=rule)

    assert (done.reasons, done.effects["replaced"]) == ({"R_TOO_OLD": 1}, 0)


def test_a_greatest_age_without_a_capture_date_is_refused(world):
    with pytest.raises(UserError, match="map captured_on"):
        bring(world, "01/03/2026", captured={"max_age_days": 3}, mapping={"phone1": "Tel"})
    with pytest.raises(UserError, match=r"captured.date_format: .* is not a date format"):
        bring(world, "01/03/2026", captured={"date_format": "dd/mm/yyyy"})


def test_an_undone_import_leaves_the_freshness_that_was_before_it(world):
    bring(world, "01/03/2026")
    before = world.ask("SELECT * FROM supplier_summary")
    done = bring(world, "", "01/02/2026", "01/02/2026", name="other")
    assert world.ask(FRESHNESS) == [("Acme", 29.0)]

    undo_import(world.home, done.import_id, user="op", now=NOW)

    assert world.ask(FRESHNESS) == [("Acme", 1.0)]
    assert world.ask("SELECT * FROM supplier_summary") == before


def test_a_held_import_that_is_released_counts_once(world):
    done = bring(world, "01/03/2026", "01/01/2026", captured={"max_age_days": 9}, hold_above=0)
    assert (done.status, world.ask(FRESHNESS)) == ("held", [])

    run_main("--home", world.home.root, "release", done.import_id)

    assert world.ask(FRESHNESS) == [("Acme", 30.5)]


def test_a_replay_gives_the_same_ages_to_the_byte_and_brings_the_refusals_along(world):
    bring(world, "01/03/2026", "soon", "01/02/2026")
    assert bring(world, "01/03/2026", "soon", "01/02/2026").status == "already_imported"
    summary = world.ask("SELECT * FROM supplier_summary")

    done = replay(world.home, world.folder / "again", user="op", now=NOW)
    world.home = Home(world.folder / "again")

    assert done.differing == {}
    assert world.ask("SELECT * FROM supplier_summary") == summary


def test_a_drop_that_is_refused_as_imported_before_is_counted_on_the_day_of_the_refusal(world):
    first = bring(world, "01/03/2026")
    late = NOW.replace(hour=23, minute=30) + timedelta(days=30)  # April in London by then, not in UTC
    for now in (NOW, late):
        assert bring(world, "01/03/2026", now=now).status == "already_imported"

    counted = world.ask("SELECT period_start, files, files_duplicate FROM supplier_summary_by_day ORDER BY 1")
    assert counted == [(DAY, 1, 0), (NOW.date(), 0, 1), (late.date(), 0, 1)]
    assert world.ask("SELECT import_id, file, refused_on FROM refused_drops ORDER BY 3") == [
        (first.import_id, "drop.csv", NOW.date()),
        (first.import_id, "drop.csv", date(2026, 4, 5)),
    ]
    logged = run_main("--home", world.home.root, "log", "--json").json
    assert [line["subject"] for line in logged if line["action"] == "import refused"] == [first.import_id] * 2


def test_a_refusal_whose_line_was_cut_short_costs_the_summary_nothing(world):
    bring(world, "01/03/2026")
    bring(world, "01/03/2026")
    with (world.home.root / "refusals.jsonl").open("a") as lines:
        lines.write('{"logged_at": "2026-03-0')

    assert world.ask("SELECT sum(files), sum(files_duplicate) FROM supplier_summary_by_day") == [(1, 1)]


def test_a_rehearsal_leaves_no_record_of_a_refusal(world):
    bring(world, "01/03/2026")
    drop, template = world.folder / "drop.csv", {"name": "acme", "supplier": "Acme", "list": {"name": "Warm"}}
    template |= {"hold_above": 1, "mapping": {"phone1": "Tel", "captured_on": "Opt-in date"}}

    done = import_drop(drop, build_template(template, "acme"), world.home, on=DAY, now=NOW, dry_run=True)

    assert done.status == "already_imported"
    assert world.ask("SELECT files_duplicate FROM supplier_summary") == [(0,)]


def test_inventory_penetration_is_the_share_of_the_leads_on_the_lists_that_were_called(world):
    world.bring(*HOSTS[:4])
    assert world.ask("SELECT penetration_inventory FROM supplier_summary") == [(None,)]

    world.load("attempts", f"phone,called_at\n{HOSTS[0]},2026-03-03T10:00:00Z\n{HOSTS[0]},2026-03-04T10:00:00Z")

    assert world.ask("SELECT penetration_inventory, penetration FROM supplier_summary") == [(0.25, 0.25)]


def test_a_draft_proposes_the_column_that_says_when_a_lead_was_captured(world, tmp_path):
    drop = tmp_path / "drop.csv"
    rows = [f"Ann,07400 10000{n},0{n}/03/2026 10:0{n},Cash" for n in range(1, 8)]
    drop.write_text("First name,Phone,Date submitted,Submitted\n" + "\n".join(rows) + "\n")

    run_main("--home", world.home.root, "templates", "new", "drafted", "--from", drop)

    text = (world.home.templates / "drafted.yaml").read_text()
    assert "captured_on: Date submitted" in text
    assert "captured: {date_format: dd/MM/yyyy}" in text
    assert "captured_on: Submitted" not in text.replace("Date submitted", "")


def test_a_draft_writes_days_as_the_country_does():
    formats = {"GB": "dd/MM/yyyy", "US": "MM/dd/yyyy", "DE": "dd.MM.yyyy", "SE": "yyyy-MM-dd", "AC": "dd/MM/yyyy"}

    assert {region: guess_date_format(region) for region in formats} == formats
    assert all(FileOptions(date_format=written) for written in formats.values())


def test_preview_shows_the_day_and_what_is_in_force(world):
    bring(world, "01/03/2026")
    path = world.folder / "acme.yaml"
    path.write_text(
        "name: acme\nsupplier: Acme\nlist: {name: Warm}\ncaptured: {max_age_days: 30}\n"
        "mapping: {phone1: Tel, captured_on: Opt-in date}\n"
    )

    said = run_main("--home", world.home.root, "preview", world.folder / "drop.csv", "-t", path, "--json").json

    assert said["records"][0]["captured_on"] == "2026-03-01"
    assert {"setting": "captured.max_age_days", "value": 30, "from": "template"} in said["settings"]
