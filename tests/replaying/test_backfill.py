"""A backfill comes to the bytes of a home in which the template had been so in the first place."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.changing_lists import make_clone
from pipelines.dialler.loading import load_report
from pipelines.dnc.loading import load_dnc
from pipelines.errors import UserError
from pipelines.home import Home
from pipelines.importing import import_drop
from pipelines.published.changes import find_changed, read_versions
from pipelines.published.publishing import current_generation
from pipelines.replaying import backfilling
from pipelines.replaying.backfilling import backfill
from pipelines.replaying.exchanging import find_overrides
from pipelines.replaying.replaying import replay
from pipelines.store import open_writer
from pipelines.tables.making import create_table
from pipelines.templates.saved import save_template
from pipelines.undoing import undo_import
from tests.conftest import copy_home, run_main
from tests.replaying.conftest import START, day, hash_published

BEFORE = {"first_name": "Name", "phone1": "Tel"}
AFTER = {"first_name": "Name", "phone1": "Second", "email": "Mail"}
DAYS = 1
LOG = ("audit_log/",)


def write_template(home: Home, name: str, mapping: dict[str, str], **changes: object) -> None:
    """Save a template whose leads meet those of the others."""
    values = {
        "name": name,
        "supplier": name.title(),
        "list": {"name": "Warm"},
        "cost_per_lead": "0.45",
        "currency": "GBP",
        "hold_above": 1,
        "dnc": {"categories": ["TPS"]},
        "dedupe": {"keys": ["phone", "email"], "scope": ["file", "destination"], "action": "update"},
        "mapping": mapping,
        **changes,
    }
    save_template(home.make(), name, json.dumps(values), replace=True)


def write_drop(folder: Path, name: str, number: int) -> Path:
    """Write a drop whose people come again in the next ones."""
    path = folder / f"{name}{number}.csv"
    rows = [f"{name} {n},07400 12{n + number:04},07400 13{n + 2 * number:04},{name}{n}@example.com" for n in range(6)]
    path.write_text("Name,Tel,Second,Mail\n" + "\n".join(rows) + "\n")
    return path


def live(home: Home, folder: Path, mapping: dict[str, str], days: int = DAYS, **changes: object) -> list[str]:
    """Bring drops of two templates each day, of which one has this mapping; forbid, dial and undo between."""
    folder.mkdir(exist_ok=True)
    write_template(home, "acme", mapping, **changes)
    write_template(home, "bell", BEFORE)
    brought = []
    for number in range(days):
        now = START + timedelta(days=number)
        for name in ("acme", "bell"):
            options = {"overrides": {"supplier": "Other"}} if (name, number) == ("acme", 0) else {}
            result = import_drop(write_drop(folder, name, number), name, home, now=now, **options)
            assert result.status == "completed", result.message
            brought.append(result.import_id)
        if number == 0:
            listed = folder / "tps.txt"
            listed.write_text("07400 130003\n07400 120003\n")
            load_dnc(home, listed, "TPS", now=now)
            report = folder / "calls.csv"
            report.write_text(f"phone,called_at,outcome\n07400 130002,{now:%Y-%m-%dT%H:%M}Z,SALE\n")
            load_report(home, report, "dispositions", now=now + timedelta(hours=1))
    undo_import(home, brought[-1], user="op", now=START + timedelta(days=days))
    return brought


def drop_log(published: dict[str, str]) -> dict[str, str]:
    """Return all but the log, which is to tell of the backfill."""
    return {name: sha256 for name, sha256 in published.items() if not name.startswith(LOG)}


@pytest.fixture(scope="session")
def lived(tmp_path_factory) -> Home:
    """A home that lived some days; for copying."""
    folder = tmp_path_factory.mktemp("lived")
    live(Home(folder / "home"), folder / "files", BEFORE)
    return Home(folder / "home")


@pytest.fixture
def home(lived, tmp_path) -> Home:
    return copy_home(lived, tmp_path / "home")


def backfill_acme(home: Home, **options):
    now = START + timedelta(days=90)
    return backfill(home, "acme", day(0), day(60), **{"user": "op", "now": now, **options})


def check_backfill(folder: Path, days: int) -> None:
    home, fresh = Home(folder / "home"), Home(folder / "fresh")
    live(home, folder / "files", BEFORE, days)
    live(fresh, folder / "files", AFTER, days)
    before = hash_published(home)
    write_template(home, "acme", AFTER)

    done = backfill_acme(home)

    assert before != hash_published(home)
    assert drop_log(hash_published(home)) == drop_log(hash_published(fresh))
    assert (done.status, len(done.imports), done.doubts) == ("completed", days, [])
    assert done.leads["removed"] + done.leads["changed"] > 0
    with open_writer(home) as connection:
        told = connection.sql("SELECT action, subject FROM audit_log ORDER BY sequence").fetchall()
    assert told[-days - 1] == ("backfill", "acme")
    assert {action for action, _ in told[-days:]} == {"import backfilled"}


def test_a_backfill_comes_to_what_a_fresh_home_has(tmp_path):
    check_backfill(tmp_path, 1)


@pytest.mark.full
def test_a_backfill_of_thirty_days_comes_to_what_a_fresh_home_has(tmp_path):
    check_backfill(tmp_path, 30)


@pytest.mark.full
def test_a_home_that_was_backfilled_can_be_replayed_and_backfilled_back(home, tmp_path):
    before = hash_published(home)
    write_template(home, "acme", AFTER)
    backfill_acme(home)

    again = replay(home, tmp_path / "again", user="op", now=START)
    write_template(home, "acme", BEFORE)
    backfill_acme(home)

    assert again.differing == {}
    assert drop_log(hash_published(home)) == drop_log(before)


@pytest.mark.full
def test_a_dry_run_changes_nothing_and_says_the_same(home):
    write_template(home, "acme", AFTER)
    before = hash_published(home)

    rehearsed = backfill_acme(home, dry_run=True)

    assert hash_published(home) == before
    assert rehearsed.status == "rehearsed"
    assert not [path for path in home.work.iterdir() if path.name.startswith("backfill")]
    assert rehearsed.to_dict() == {**backfill_acme(home).to_dict(), "status": "rehearsed"}


@pytest.mark.full
def test_a_backfill_that_would_hold_an_import_changes_nothing_unless_accepted(home):
    write_template(home, "acme", {"first_name": "Name", "phone1": "Name"}, hold_above=0.1)
    before = hash_published(home)

    refused = backfill_acme(home)

    assert hash_published(home) == before
    assert refused.status == "refused"
    assert "It was completed and would be held now" in refused.doubts[0]
    assert backfill_acme(home, accept=True).status == "completed"
    assert (
        len(run_main("query", "FROM imports WHERE status = 'held'", "--json", "--home", home.root).json["rows"]) == DAYS
    )


@pytest.mark.full
def test_the_command_tells_what_changed_and_ends_with_1_where_a_person_is_needed(home):
    days = ("--from", "2026-03-02", "--to", "2026-03-03", "--home", home.root)
    write_template(home, "acme", AFTER)

    done = run_main("backfill", "-t", "acme", *days, "--json")
    write_template(home, "acme", {"first_name": "Name", "phone1": "Nowhere"})
    refused = run_main("backfill", "-t", "acme", *days)
    nothing = run_main("backfill", "-t", "bell", "--from", "2025-01-01", "--to", "2025-01-02", "--home", home.root)

    assert done.code == 0, done.err
    assert [change["before"]["status"] for change in done.json["imports"]] == ["completed"] * DAYS
    assert refused.code == 1
    assert "Nothing was changed. To do it: --accept." in refused.out
    assert nothing.code == 2
    assert "Template bell has brought no drop of 2025-01-01 to 2025-01-02." in nothing.err


class KilledError(Exception):
    """Stands for kill -9: nothing after it is done."""


@pytest.mark.parametrize(
    "step",
    [
        pytest.param("link_published", marks=pytest.mark.full),
        pytest.param("note_generation", marks=pytest.mark.full),
        pytest.param("replace_store", marks=pytest.mark.full),
        "publish",
    ],
)
def test_killed_anywhere_the_home_stands_as_before_or_after(home, tmp_path, monkeypatch, step):
    write_template(home, "acme", AFTER)
    before = drop_log(hash_published(home))
    after = copy_home(home, tmp_path / "after")
    backfill_acme(after)
    real, calls = getattr(backfilling, step), []

    def die(*given, **named):
        calls.append(step)
        if step == "publish" and len(calls) < 4:  # the last one is that of the home, behind the rename
            return real(*given, **named)
        raise KilledError

    monkeypatch.setattr(backfilling, step, die)
    with pytest.raises(KilledError):
        backfill_acme(home)
    monkeypatch.undo()

    assert drop_log(hash_published(home)) == before  # readers see no mixture
    with open_writer(home) as connection:
        backfilling.publish(connection, home)
    expected = drop_log(hash_published(after)) if step == "publish" else before
    assert drop_log(hash_published(home)) == expected
    if step != "publish":
        backfill_acme(home)
        assert drop_log(hash_published(home)) == drop_log(hash_published(after))
    assert current_generation(home).exists()


@pytest.mark.full
def test_what_is_done_while_a_backfill_runs_is_done_in_the_new_state_too(home, tmp_path):
    write_template(home, "acme", AFTER)
    other = copy_home(home, tmp_path / "other")
    drop = write_drop(tmp_path, "bell", 9)
    now = START + timedelta(days=9)

    def interfere(done: int, total: int) -> None:
        if (done, total > 1) == (total, True):
            import_drop(drop, "bell", home, now=now)

    backfill_acme(home, watch=interfere)
    import_drop(drop, "bell", other, now=now)
    backfill_acme(other)

    assert drop_log(hash_published(home)) == drop_log(hash_published(other))


@pytest.mark.full
def test_of_two_backfills_at_once_the_one_that_ends_last_changes_nothing(home):
    write_template(home, "acme", AFTER)
    write_template(home, "bell", AFTER)

    def interfere(done: int, total: int) -> None:
        if (done, total > 1) == (total, True):
            backfill(home, "bell", day(0), day(60), user="op", now=START + timedelta(days=90))
            seen.append(hash_published(home))

    seen: list[dict[str, str]] = []
    with pytest.raises(UserError, match="Another backfill was done meanwhile"):
        backfill_acme(home, watch=interfere)

    assert seen == [hash_published(home)]


@pytest.mark.full
def test_a_backfill_writes_only_the_lists_that_it_changes(home):
    make_clone(home, "Warm", "Other", user="op", now=START)
    import_drop(write_drop(home.root.parent, "bell", 7), "bell", home, overrides={"list": {"name": "Other"}}, now=START)
    write_template(home, "acme", AFTER)
    before = read_versions(home)

    backfill_acme(home)

    assert [changed.name for changed in find_changed(home, before)] == ["Warm"]
    assert hash_published(home)


def test_a_backfill_of_days_in_the_wrong_order_is_refused(home):
    with pytest.raises(UserError, match="is after"):
        backfill(home, "acme", day(2), day(1), user="op", now=START)


@pytest.mark.full
def test_a_field_that_was_declared_for_the_new_mapping_is_filled_from_the_old_drops(home, tmp_path):
    create_table(home, "contract", "", [("second", "text")], user="op", now=START + timedelta(days=40))
    write_template(home, "acme", {**BEFORE, "secondary.contract.second": "Second"})

    done = backfill_acme(home)

    assert (done.status, done.doubts) == ("completed", [])
    rows = run_main("query", "FROM contract WHERE second IS NOT NULL", "--json", "--home", home.root).json["rows"]
    assert len(rows) == 6
    assert replay(home, tmp_path / "again", user="op", now=START).differing == {}


def test_what_was_put_over_the_template_for_one_import_is_told_by_where_it_came_from():
    settings = {"supplier": "A", "list": {"mode": "named", "name": "L", "campaign": None}, "phone": {"format": "uk"}}
    origins = {"supplier": "override", "list.mode": "override", "list.name": "override", "phone.format": "override"}

    whole = find_overrides(settings, origins)
    part = find_overrides(settings, {**origins, "phone.region": "template"})

    assert whole == {"supplier": "A", "list": {"mode": "named", "name": "L"}, "phone": {"format": "uk"}}
    assert part["phone.format"] == "uk"
