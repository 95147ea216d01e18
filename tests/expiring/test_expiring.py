"""The sweep of what has expired: what goes, what stays, and that no reader sees a difference."""

from datetime import timedelta

import pytest

from pipelines.reports.explaining import explain
from pipelines.reports.exporting import export_list
from pipelines.reports.looking_back import list_lists
from tests.conftest import list_tree
from tests.expiring.conftest import DEDUPE, LATER, MIDNIGHT, NOW, PEOPLE, SHORT
from tests.undoing.conftest import dial

TICK = timedelta(microseconds=1)
STANDING = "SELECT count(*) FROM standing_leads"


def work(home) -> None:
    """Promise everybody a callback, fetch all, and call the first."""
    dial(
        home,
        "INSERT INTO callbacks SELECT lead_id, TIMESTAMPTZ '2026-03-09 10:00Z', 'back' FROM leads",
        "INSERT INTO fetched SELECT lead_id, TIMESTAMPTZ '2026-03-02 10:00Z' FROM leads",
        "INSERT INTO dispositions SELECT lead_id, 'sale', 10, 'GBP', TIMESTAMPTZ '2026-03-02 11:00Z' FROM leads"
        " WHERE first_name = 'Ann'",
        "INSERT INTO attempts SELECT lead_id, import_id, list_id, phone1_key, 'Al', true,"
        " TIMESTAMPTZ '2026-03-02 11:00Z' FROM leads WHERE first_name = 'Ann'",
        "INSERT INTO outcomes VALUES ('sale', true, true, true, false, false)",
        "INSERT INTO dialler_loads BY NAME SELECT 1 AS load_id, 'dispositions' AS kind",
        "INSERT INTO unpublished VALUES ('attempts', '2026-03-02', 'all'), ('outcomes', 'all', 'all'),"
        " ('dialler_loads', 'all', 'all')",
    )


@pytest.mark.feature("ML-063", "MA-035")
def test_a_sweep_takes_away_what_has_expired_and_no_reader_sees_a_difference(home, bring, see, sweep, ask, count):
    bring(expiry=SHORT, cost_per_lead="0.45", currency="GBP")
    bring("Dee,07400 000004\n", called="more", list={"name": "Cold"}, supplier="Bravo")
    work(home)
    before = see()

    done = sweep()

    assert (done.leads, done.callbacks, done.fetched, done.places) == (3, 3, 3, 0)
    assert done.lists == {"Warm": 3}
    assert see() == before
    assert count("leads", "callbacks", "fetched") == [1, 1, 1]
    assert ask(STANDING, with_expired=True) == [(1,)]
    summary = "SELECT supplier_name, leads_accepted, leads_live, cost_total, sales, revenue FROM supplier_summary"
    assert [tuple(map(str, row)) for row in ask(f"{summary} ORDER BY 1")] == [
        ("Acme", "3", "0", "1.350000", "1", "10.000000"),
        ("Bravo", "1", "1", "None", "0", "0.000000"),
    ]


@pytest.mark.parametrize("zone", ["Europe/London", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe"])
def test_a_lead_goes_at_the_midnight_of_its_list_and_not_before(bring, sweep, zone):
    result = bring(expiry=SHORT, time_zone=zone)
    assert result.expires_at is not None

    early, due, again = (sweep(result.expires_at + wait) for wait in (-TICK, 0 * TICK, TICK))

    assert (early.leads, due.leads, again.leads) == (0, 3, 0)


def test_one_sweep_catches_up_with_many_days_and_a_second_writes_nothing(home, bring, sweep):
    for days in (1, 2, 5):
        bring(expiry={"in_days": days}, called=f"for{days}", force=True)
    bring(called="ever", force=True)

    first = sweep(NOW + timedelta(days=30))
    tree = list_tree(home.published)
    second = sweep(NOW + timedelta(days=31))

    assert (first.leads, second.is_empty) == (9, True)
    assert list_tree(home.published) == tree


def test_a_list_of_which_all_leads_expired_stays_and_is_empty(home, bring, sweep, tmp_path):
    bring(expiry=SHORT)
    sweep()

    assert [(row["name"], row["leads"]) for row in list_lists(home, LATER)] == [("Warm", 0)]
    export_list(home, "Warm", tmp_path / "warm.csv", "all", LATER)
    assert len((tmp_path / "warm.csv").read_text().splitlines()) == 1
    assert list((home.published / "current" / "leads").glob("list_id=1/*")) == []


def test_parts_of_lists_in_which_nothing_expired_are_not_written_anew(home, bring, sweep):
    bring(expiry=SHORT)
    kept = bring(called="kept", force=True)
    part = home.published / "current" / "leads" / "list_id=1" / f"{kept.import_id}.parquet"
    before = part.stat().st_ino

    sweep()

    assert part.stat().st_ino == before
    assert [path.name for path in part.parent.iterdir()] == [part.name]


def test_a_person_whose_lead_was_swept_is_created_anew(bring, sweep, ask):
    rule = {**DEDUPE, "action": "keep_existing"}
    bring(expiry=SHORT)
    sweep()

    again = bring(now=LATER, on=LATER.date(), force=True, dedupe=rule)

    assert (again.created, again.rejected) == (3, 0)
    assert ask("SELECT count(*) FROM leads") == [(3,)]


@pytest.mark.parametrize("action", ["update", "keep_new", "reset_older"])
def test_a_row_that_meets_only_swept_leads_changes_nothing(bring, sweep, action):
    bring(expiry=SHORT)
    sweep()

    again = bring(now=LATER, on=LATER.date(), force=True, dedupe={**DEDUPE, "action": action})

    assert (again.created, again.updated, again.effects["replaced"], again.effects["reset"]) == (3, 0, 0, 0)


def test_why_still_tells_who_it_was_and_when_it_expired(home, bring, sweep):
    result = bring(expiry=SHORT)
    before = explain(home, "07400 000002", LATER)
    sweep()

    after = explain(home, "+44 7400 000002", LATER)

    assert after["rows"] == before["rows"]
    assert [cell["cell"] for cell in after["rows"][0]["cells"]] == ["Bob", "07400 000002"]
    (lead,) = after["leads"]
    assert (lead["state"], lead["supplier"], lead["import_id"]) == ("expired", "Acme", result.import_id)
    assert lead["expires_at"] == MIDNIGHT


def test_a_dry_run_says_the_same_and_changes_nothing(home, bring, sweep, count):
    bring(expiry=SHORT)
    tree = list_tree(home.published)

    rehearsed = sweep(dry_run=True)
    left = count("leads")
    done = sweep()

    assert left == [3]
    assert rehearsed.to_dict() == {**done.to_dict(), "dry_run": True}
    assert list_tree(home.published) != tree


def test_the_command_reports_logs_and_refuses_what_is_no_time(lm, home, bring):
    bring(expiry=SHORT)

    early = lm("expire", "--now", "2026-03-03T23:59:59", "--json")
    dry = lm("expire", "--now", "2026-03-04", "--dry-run")
    done = lm("expire", "--now", "2026-03-04T01:00+01:00", "--json", "--user", "night")
    again = lm("expire", "--now", "2026-03-04")

    assert (early.json["leads"], early.json["now"]) == (0, "2026-03-03T23:59:59+00:00")
    assert "dry run" in dry.out
    assert done.json == {
        "now": "2026-03-04T00:00:00+00:00", "dry_run": False, "leads": 3, "callbacks": 0, "fetched": 0, "places": 0,
        "contact_data_rows": 0, "lists": {"Warm": 3}, "contact_data": {},
    }  # fmt: skip
    assert "Nothing has expired" in again.out
    logged = [row for row in lm("log", "--json").json if row["action"] == "expired leads swept"]
    assert [(row["user"], row["subject"], row["detail"]) for row in logged] == [
        ("night", "as of 2026-03-04T00:00:00+00:00", "3 leads of 1 lists")
    ]
    wrong = lm("expire", "--now", "tomorrow")
    assert (wrong.code, wrong.out) == (2, "")
    assert "is not a time such as" in wrong.err


def test_a_home_without_a_store_has_nothing_to_sweep_and_stays_so(lm, home):
    assert lm("expire", "--json").json["leads"] == 0
    assert not home.store.exists()


def test_a_drop_of_a_past_day_meets_only_leads_that_are_still_in_the_store(bring, sweep, ask):
    bring(PEOPLE, expiry=SHORT)
    sweep()

    late = bring(called="late", force=True, now=LATER, dedupe={**DEDUPE, "action": "keep_existing"}, expiry=SHORT)

    assert late.created == 3
    assert ask("SELECT count(*) FROM leads") == [(0,)], "they had expired when they came"
