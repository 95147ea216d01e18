"""What waits in the landing folder: complete files, by key, once."""

import os
import time
from datetime import UTC, datetime, timedelta

import pytest

from pipelines import landing
from pipelines.errors import UserError
from pipelines.home import Home, keep_raw
from pipelines.landing import escape_key, find_drop, look_at_landing, unescape_key

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
TEMPLATE = "name: {name}\nsupplier: S\nlist: {{mode: named, name: L}}\nmapping: {{phone1: Phone}}\n"


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "home").make()
    for name in ("acme", "zeal"):
        (home.templates / f"{name}.yaml").write_text(TEMPLATE.format(name=name))
    return home


def land(home, place, content=b"Phone\n020 7946 0000\n"):
    path = home.landing / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def look(home, after, taken=()):
    return look_at_landing(home, taken, START + timedelta(seconds=after))


def names(seen):
    return [f"{drop.template}/{drop.path.name}" for drop in seen.drops]


def settled(home, taken=()):
    look(home, 0)
    return look(home, 10, taken)


def test_a_file_is_complete_when_two_looks_a_settle_time_apart_found_it_the_same(home) -> None:
    land(home, "acme/a.csv")

    looks = [look(home, after) for after in (0, 4, 5)]

    assert [names(seen) for seen in looks] == [[], [], ["acme/a.csv"]]
    assert [len(seen.arriving) for seen in looks] == [1, 1, 0]


@pytest.mark.parametrize("change", ["grown", "touched", "replaced"])
def test_a_file_that_changed_between_looks_begins_to_settle_anew(home, change: str) -> None:
    path = land(home, "acme/a.csv")
    look(home, 0)
    before = path.stat()
    if change == "grown":
        with path.open("ab") as stream:
            stream.write(b"more")
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    elif change == "touched":
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    else:
        other = land(home, "acme/.upload", b"Phone\n020 7946 9999\n")
        os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
        other.replace(path)

    assert names(look(home, 10)) == []
    assert names(look(home, 20)) == ["acme/a.csv"]


def test_an_old_modification_time_does_not_make_a_file_complete(home) -> None:
    os.utime(land(home, "acme/a.csv"), (0, 0))

    assert names(look(home, 0)) == []


@pytest.mark.parametrize("ending", [".done", ".ready"])
def test_a_marker_makes_a_file_complete_at_once_and_is_no_drop(home, ending: str) -> None:
    land(home, "acme/a.csv")
    land(home, f"acme/a.csv{ending}", b"")

    assert names(look(home, 0)) == ["acme/a.csv"]
    assert names(look(home, 10)) == ["acme/a.csv"]


def test_a_marker_of_an_earlier_file_says_nothing_of_the_next_one(home) -> None:
    path = land(home, "acme/a.csv")
    marker = land(home, "acme/a.csv.done", b"")
    os.utime(marker, ns=(0, path.stat().st_mtime_ns - 1))

    assert names(look(home, 0)) == []


@pytest.mark.parametrize(
    "name",
    [".a.csv", "a.csv.part", "a.csv.tmp", "a.csv.crdownload", "a.csv.filepart", "a.csv~", "A.CSV.PART", "b.done"],
)
def test_partial_and_hidden_names_and_markers_are_never_taken(home, name: str) -> None:
    land(home, f"acme/{name}")

    assert settled(home) == landing.Landing()


def test_links_and_sub_folders_are_ignored(home, tmp_path) -> None:
    land(home, "acme/sub/a.csv")
    (tmp_path / "secret").write_text("x")
    (home.landing / "acme" / "link.csv").symlink_to(tmp_path / "secret")
    (home.landing / "zeal").symlink_to(home.landing / "acme")
    (home.landing / "loose.csv").symlink_to(tmp_path / "secret")

    assert settled(home) == landing.Landing()


@pytest.mark.feature("MA-009")
def test_drops_come_in_the_order_in_which_they_were_seen_then_by_name_and_urgent_ones_first(home) -> None:
    (home.templates / "zeal.yaml").write_text(TEMPLATE.format(name="zeal") + "high_priority: true\n")
    land(home, "acme/z.csv")
    look(home, 0)
    for place in ("acme/b.csv", "acme/a.csv", "zeal/a.csv"):
        land(home, place)
    look(home, 1)

    assert names(look(home, 10)) == ["zeal/a.csv", "acme/z.csv", "acme/a.csv", "acme/b.csv"]


def test_what_was_taken_is_not_offered_again_but_a_changed_file_is_another_drop(home) -> None:
    path = land(home, "acme/a.csv")
    taken = {drop.key for drop in settled(home).drops}
    assert names(look(home, 20, taken)) == []
    path.write_bytes(b"Phone\n020 7946 0001\n")

    look(home, 30, taken)
    changed = look(home, 40, taken).drops

    assert [drop.path for drop in changed] == [path]
    assert not taken & {drop.key for drop in changed}


def test_the_key_is_readable_and_depends_on_template_name_and_content_alone(home) -> None:
    land(home, "acme/a.csv", b"x")

    (drop,) = settled(home).drops

    assert drop.key == "acme/a.csv/2d711642b726"


@pytest.mark.parametrize(
    "name", ["plain name.csv", "a...b.csv", "100%.csv", "tab\there", "line\nbreak", "....", "Zoë.csv", "%2E"]
)
def test_a_key_holds_nothing_that_dagster_refuses_and_says_what_it_was_made_of(name: str) -> None:
    key = escape_key(name)

    assert unescape_key(key) == name
    assert "..." not in key
    assert key.isprintable()
    assert name != "Zoë.csv" or key == name


def test_the_file_of_a_key_is_found_again(home) -> None:
    path = land(home, "acme/a...b%.csv")
    (drop,) = settled(home).drops

    assert find_drop(home, drop.key) == (path, "acme", "a...b%.csv")


def test_a_file_that_went_away_or_changed_is_not_taken_for_the_one_that_was_seen(home) -> None:
    path = land(home, "acme/a.csv")
    (drop,) = settled(home).drops
    path.write_bytes(b"other")

    with pytest.raises(UserError, match="content has changed"):
        find_drop(home, drop.key)
    path.unlink()
    with pytest.raises(UserError, match=r"is not in .* any more"):
        find_drop(home, drop.key)


def test_a_file_that_went_away_or_changed_after_it_was_kept_is_found_among_the_raw_bytes(home) -> None:
    path = land(home, "acme/a.csv")
    (drop,) = settled(home).drops
    kept = keep_raw(home, path)[1]
    path.write_bytes(b"other")

    assert find_drop(home, drop.key) == (kept, "acme", "a.csv")
    path.unlink()
    assert find_drop(home, drop.key) == (kept, "acme", "a.csv")


@pytest.mark.parametrize("key", ["x", "a/b", "../a.csv/0", "acme/%2E./0", "acme/..%2F..%2Fx/0", "a/b/c/d"])
def test_a_key_cannot_lead_out_of_the_landing_folder(home, key: str) -> None:
    with pytest.raises(UserError):
        find_drop(home, key)


def test_a_folder_without_a_template_is_reported_and_the_others_go_on(home) -> None:
    land(home, "acne/a.csv")
    land(home, "acme/a.csv")

    seen = settled(home)

    assert names(seen) == ["acme/a.csv"]
    assert seen.problems == ["1 file waits in landing/acne: No template is saved as 'acne'. Did you mean 'acme'?"]


def test_an_empty_folder_without_a_template_is_nobodys_problem(home) -> None:
    (home.landing / "later").mkdir()

    assert settled(home) == landing.Landing()


def test_a_file_in_no_folder_is_reported(home) -> None:
    land(home, "a.csv")

    assert settled(home).problems == [f"a.csv: It lies in no template's folder. Move it to {home.landing}/<template>/."]


def test_a_name_that_is_not_utf_8_is_reported(home) -> None:
    folder = home.landing / "acme"
    folder.mkdir()
    (folder / os.fsdecode(b"\xff.csv")).touch()

    seen = settled(home)

    assert seen.drops == []
    assert seen.problems == ["acme/\\udcff.csv: Its name is not UTF-8. Rename it."]


def test_unchanged_files_are_hashed_once(home, monkeypatch) -> None:
    hashed = []
    monkeypatch.setattr(landing, "hash_file", lambda path: hashed.append(path) or "0" * 64)
    land(home, "acme/a.csv")
    land(home, "acme/b.csv")

    for after in (0, 10, 20, 30):
        look(home, after)

    assert len(hashed) == 2


def test_one_look_does_not_hash_without_end(home, monkeypatch) -> None:
    monkeypatch.setattr(landing, "MAX_BYTES", 1)
    land(home, "acme/a.csv")
    land(home, "acme/b.csv")

    assert names(settled(home)) == ["acme/a.csv"]
    assert names(look(home, 20)) == ["acme/a.csv", "acme/b.csv"]


def test_a_file_that_changes_while_it_is_hashed_is_not_taken(home, monkeypatch) -> None:
    path = land(home, "acme/a.csv")

    def hash_late(file):
        path.write_bytes(b"longer than it was before, by far")
        return "0" * 64

    monkeypatch.setattr(landing, "hash_file", hash_late)

    assert names(settled(home)) == []


def test_a_damaged_memory_of_what_was_seen_costs_another_settle_time_and_nothing_else(home) -> None:
    land(home, "acme/a.csv")
    settled(home)
    (home.work / "landing.json").write_text("[not what it was")

    assert names(look(home, 20)) == []
    assert names(look(home, 30)) == ["acme/a.csv"]


def test_a_home_that_is_not_there_is_not_made(tmp_path) -> None:
    assert look(Home(tmp_path / "none"), 0) == landing.Landing()
    assert not (tmp_path / "none").exists()


def test_five_hundred_files_are_looked_at_in_well_under_a_second(home) -> None:
    for number in range(500):
        land(home, f"acme/{number}.csv", str(number).encode())
    assert len(settled(home).drops) == 500

    started = time.process_time()
    assert len(look(home, 20).drops) == 500

    assert time.process_time() - started < 0.5
