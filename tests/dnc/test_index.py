"""Numbers on a list are found whatever becomes of the sets beside the store by which they are looked for."""

import random
from datetime import UTC, datetime

import numpy as np
import pytest

from pipelines.beside import FANOUT
from pipelines.dnc import differing, index
from pipelines.dnc.loading import load_dnc
from pipelines.dnc.sets import SUFFIXES
from pipelines.home import Home
from pipelines.maintaining import maintain
from pipelines.store import open_writer

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture(autouse=True, params=["own sets", "shared sets"])
def _lengths(request, monkeypatch):
    """Let short lists have sets of their own, and let few of them keep these; or none at all."""
    if request.param == "own sets":
        monkeypatch.setattr(index, "SHORT", 1)
        monkeypatch.setattr(index, "OWN_SETS", 2)


@pytest.fixture
def load(home: Home, tmp_path):
    """Load a list of numbers from one up to before another, with what stands behind each."""

    def load(first, end, category="TPS", *, header="", beside="", **options):
        path = tmp_path / "list.txt"
        path.write_text(header + "".join(f"07400 {number:06}{beside}\n" for number in range(first, end)))
        return load_dnc(home, path, category, now=NOW, **options)

    return load


@pytest.fixture
def screen(lists):
    """Bring leads with these numbers; return the numbers that may be called."""

    def screen(*numbers, categories=("TPS",)):
        drop = "Name,Tel,Mail\n" + "".join(f"P{lists.drops},07400 {number:06},\n" for number in numbers)
        fates = lists.fates(lists.bring(drop, dnc={"categories": categories}))
        return [number for number, fate in zip(numbers, fates, strict=True) if fate == "created"]

    return screen


@pytest.fixture
def list_files(home: Home):
    return lambda: sorted(path.name for path in (home.store.parent / "dnc").glob("*"))


def test_numbers_on_a_list_are_found_after_many_loads_in_few_sets(screen, load, list_files):
    for number in range(1, 12):
        load(number, number + 1, f"List {number % 3}")

    assert 3 <= len(list_files()) < 3 * (FANOUT + index.OWN_SETS)
    assert screen(*range(13), categories=["List 0", "List 1", "List 2"]) == [0, 12]


def test_what_a_list_takes_off_and_tells_again_is_judged_by_the_list(screen, load):
    load(1, 4)
    load(1, 3, mode="removal")
    assert screen(1, 2, 3) == [1, 2]

    load(2, 3)
    load(2, 4, replace=True)

    assert screen(1, 2, 3) == [1]


def look_up(home: Home, numbers: list[int]) -> tuple[list, list]:
    """Return the entries of these numbers, each asked for twice, as they are found, and as the store has them."""
    values = np.repeat(numbers, 2)
    with open_writer(home) as connection:
        listed = index.find_listed(connection, values)
        known, terms, asked = listed.known, listed.terms, {"value": listed.asked}
        for name, relation in {"known": known, "terms": terms, "asked": asked, "numbers": {"value": values}}.items():
            connection.register(name, relation)
        found = connection.sql(
            "SELECT value, terms_id FROM known ANTI JOIN dnc_ended USING (value, terms_id) UNION ALL"
            " SELECT value, terms_id FROM dnc_entries SEMI JOIN asked USING (value) ANTI JOIN terms USING (terms_id)"
        ).fetchall()
        held = connection.sql("SELECT value, terms_id FROM dnc_entries SEMI JOIN numbers USING (value)").fetchall()
    return sorted(found), sorted(held)


@pytest.mark.parametrize("seed", range(3))
def test_what_is_found_is_what_the_lists_say_whatever_they_add_renew_and_end(home, load, monkeypatch, seed):
    draw = random.Random(seed)
    monkeypatch.setattr(differing, "VECTOR_ROWS", 1)
    monkeypatch.setattr(differing, "DELETED_VECTORS", 8)
    dates = {"header": "number,expires_on\n"}
    for _ in range(12):
        first = draw.randrange(30)
        how = draw.choice([{"mode": "removal"}, {"mode": "changes"}, {"replace": True}, {}, {}])
        how = how | draw.choice([dates | {"beside": f",2027-01-0{draw.randrange(1, 9)}"}, {}, {}])
        load(first, first + draw.randrange(1, 20), draw.choice(["TPS", "CTPS"]), **how)

        found, held = look_up(home, [447400000000 + number for number in range(60)])

        assert found == held
    if draw.randrange(2):
        maintain(home, NOW)
        assert look_up(home, [447400000000 + number for number in range(60)])[0] == held


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_home_that_lost_a_file_of_a_set_finds_all_numbers_all_the_same(home, lists, screen, load, list_files, suffix):
    load(1, 3)
    load(3, 5)
    for path in (home.store.parent / "dnc").glob(f"*{suffix}"):
        path.unlink()
    drop = "Name,Tel,Mail\nP,07400 000001,\nP,07400 000005,\n"

    rehearsed = lists.bring(drop, "--dry-run", dnc={"categories": ["TPS"]})

    assert rehearsed["reasons"] == {"R_DNC_TPS": 1}
    assert screen(1, 4, 5) == [5]
    maintain(home, NOW)
    with open_writer(home) as connection:
        assert list_files() == sorted(file.name for each, _ in index.list_sets(connection) for file in each.files)


def test_what_breaks_down_leaves_at_most_files_that_maintenance_removes(home, screen, load, list_files, monkeypatch):
    load(1, 3)
    before = list_files()
    with monkeypatch.context() as patch:
        patch.setattr("pipelines.dnc.loading._record", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            load(3, 5)
    assert len(list_files()) == len(before) + 3

    maintain(home, NOW)

    assert list_files() == before
    assert screen(2, 3) == [3]


def test_numbers_that_stand_on_no_list_any_more_are_dropped_once_they_are_many(home, screen, load, monkeypatch):
    monkeypatch.setattr(index, "SHORT", 4)
    load(1, 9)
    load(2, 9, mode="removal")

    done, again = maintain(home, NOW), maintain(home, NOW)

    assert (done.sorted, again.sorted) == ({"do-not-call numbers": 1}, {})
    with open_writer(home) as connection:
        assert [each.numbers for each, _ in index.list_sets(connection)] == [1]
    assert screen(1, 2) == [2]
