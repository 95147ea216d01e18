"""People are found by their numbers and addresses wherever these points lie, and whatever becomes of the files."""

from datetime import UTC, date, datetime
from itertools import accumulate

import numpy as np
import pytest

from pipelines.beside import FANOUT
from pipelines.importing import import_drop
from pipelines.maintaining import maintain
from pipelines.points import index, recognising
from pipelines.points.index import list_segments, open_index
from pipelines.points.recognising import find_points, list_points
from pipelines.store import open_writer
from pipelines.templates.template import build_template
from pipelines.undoing import undo_import

DAY, NOW = date(2026, 3, 2), datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _few(monkeypatch):
    """Let few points be many."""
    monkeypatch.setattr(index, "MANY", 4)


@pytest.fixture
def bring(home, tmp_path):
    """Import people by number, from one up to before another; keywords change the rule for duplicates."""

    def bring(first, end, *, dry_run=False, **rule):
        drop = tmp_path / "drop.csv"
        drop.write_text("Name,Tel,Mail\n" + "".join(f"P{n},07400 {n:06},p{n}@example.org\n" for n in range(first, end)))
        dedupe = {"keys": ["phone", "email"], "scope": ["file", "global"], "action": "keep_existing", **rule}
        template = {"name": "acme", "supplier": "Acme", "list": {"name": "Warm"}, "hold_above": 1, "dedupe": dedupe}
        mapping = {"first_name": "Name", "phone1": "Tel", "email": "Mail"}
        made = build_template({**template, "mapping": mapping}, "acme")
        result = import_drop(drop, made, home, on=DAY, now=NOW, force=True, dry_run=dry_run)
        assert result.status == "completed", result.message
        return result

    return bring


def see_points(home):
    """Return how many segments there are, of how many points they are, and how many the index has."""
    with open_writer(home) as connection:
        found = list_segments(connection)
        return len(found), sum(segment.points for segment in found), len(open_index(connection))


def list_files(home):
    return sorted(path.name for path in (home.store.parent / "points").glob("*"))


def test_everybody_is_found_again_among_loose_points_and_in_segments_that_were_merged(home, bring):
    sizes = [1, 1, 1, 3, 2, 2, 9, 2, 3, 2, 1]
    for size, end in zip(sizes, accumulate(sizes), strict=True):
        bring(end - size, end)

    segments, _, points = see_points(home)
    assert 1 <= segments < 2 * FANOUT - 1 < len(sizes)
    assert points == 2 * sum(sizes)
    assert len(list_files(home)) == 3 * segments
    again = bring(0, sum(sizes) + 1)
    assert (again.created, again.rejected) == (1, sum(sizes))


@pytest.mark.parametrize("few", [0, recognising.FEW_LEADS])
def test_people_are_the_same_whether_looked_at_by_their_places_or_in_one_scan(home, bring, monkeypatch, few):
    monkeypatch.setattr(recognising, "FEW_LEADS", few)
    bring(0, 6)
    bring(6, 9)

    with open_writer(home) as connection:
        connection.execute("UPDATE leads SET status = 'suppressed' WHERE first_name = 'P2'")
        connection.execute("DELETE FROM leads WHERE first_name = 'P3'")
        connection.execute("UPDATE leads SET phone1_key = 447400000099 WHERE first_name = 'P4'")
        find_points(connection, np.arange(447400000001, 447400000008))
        met = "SELECT value FROM lead_points WHERE kind = 1 ORDER BY value"
        found = [value - 447400000000 for (value,) in connection.sql(met).fetchall()]

    assert found == [1, 5, 6, 7, 99]


@pytest.mark.parametrize(("few", "shown"), [(0, [1, 2, 3, 4, 5]), (1, [4]), (9, [1, 2, 3, 4, 5])])
def test_of_many_leads_the_addresses_of_those_are_read_that_were_found_by_them(home, bring, monkeypatch, few, shown):
    monkeypatch.setattr(recognising, "FEW_LEADS", few)
    bring(0, 6)

    with open_writer(home) as connection:
        list_points(connection, "SELECT lead_id FROM leads WHERE first_name = 'P4'")
        email = connection.sql("SELECT value FROM lead_points WHERE kind = 3").fetchall()[0][0]
        find_points(connection, np.array([email, *range(447400000001, 447400000006)]))
        near = connection.sql("SELECT row_number - 1, email FROM near_leads ORDER BY ALL").fetchall()

    assert near == [(n, f"p{n}@example.org" if n in shown else None) for n in range(1, 6)]


@pytest.mark.parametrize("suffix", [".values", ".leads", ".samples"])
def test_a_home_that_lost_a_file_of_its_index_finds_everybody_all_the_same(home, bring, suffix):
    bring(0, 5)
    bring(5, 7)
    for path in (home.store.parent / "points").glob(f"*{suffix}"):
        path.unlink()

    again = bring(0, 8)

    assert (again.created, again.rejected) == (1, 7)
    assert see_points(home) == (1, 14, 16)


def test_a_rehearsal_leaves_no_file(home, bring):
    bring(0, 1)

    assert bring(0, 9, dry_run=True).created == 8

    assert (list_files(home), see_points(home)) == ([], (0, 0, 2))
    assert bring(0, 9).created == 8


def test_what_breaks_down_leaves_at_most_files_that_maintenance_removes(home, bring, monkeypatch):
    bring(0, 3)
    before = list_files(home)
    with monkeypatch.context() as patch:
        patch.setattr("pipelines.importing.record_import", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            bring(0, 9)
    assert len(list_files(home)) == len(before) + 3

    maintain(home, NOW)

    assert list_files(home) == before
    assert bring(0, 9).created == 6


def test_points_of_no_use_are_dropped_once_they_are_many(home, bring):
    bring(0, 3)
    for _ in range(3):
        undo_import(home, bring(0, 3, action="keep_new").import_id, user="ann", now=NOW)
    assert see_points(home)[2] > 12

    done, again = maintain(home, NOW), maintain(home, NOW)

    assert (done.sorted, again.sorted) == ({"contact points": 6}, {})
    assert see_points(home) == (1, 6, 6)
    assert len(list_files(home)) == 3
    assert done.after.store_bytes > home.store.stat().st_size
    assert bring(0, 4).created == 1
