"""The sensor: what it takes, when, and in which runs."""

import dagster as dg
import pytest

from assets.sensors import landing_sensor
from pipelines.home import Home
from pipelines.undoing import undo_import

URGENT = "high_priority: true\n"


def ranges(answer: dg.SensorResult) -> list[tuple[str, str]]:
    tags = [request.tags for request in answer.run_requests or ()]
    return [(tag["dagster/asset_partition_range_start"], tag["dagster/asset_partition_range_end"]) for tag in tags]


def test_a_file_is_taken_once_it_has_stopped_changing(mill, drop) -> None:
    path = mill.land("people", "a.csv", drop(1)[:100])
    first = mill.tick()
    path.write_bytes(drop(1))
    second = mill.tick(after=60)
    third = mill.tick(after=2)
    fourth = mill.tick(after=10)

    assert [type(answer) for answer in (first, second, third, fourth)] == [dg.SkipReason] * 3 + [dg.SensorResult]
    assert "1 still arriving" in first.skip_message


@pytest.mark.parametrize("marker", ["a.csv.done", "a.csv.ready"])
def test_a_file_with_a_marker_is_taken_at_once(mill, drop, marker: str) -> None:
    mill.land("people", "a.csv", drop(1))
    mill.land("people", marker, b"")

    answer = mill.tick()

    assert isinstance(answer, dg.SensorResult)
    assert [key.split("/")[:2] for key in mill.taken()] == [["people", "a.csv"]]


def test_a_second_tick_takes_nothing(mill, drop) -> None:
    mill.land("people", "a.csv", drop(1))
    mill.take()

    assert isinstance(mill.tick(after=60), dg.SkipReason)


def test_a_drop_whose_import_was_undone_is_not_taken_again(mill, drop) -> None:
    mill.land("people", "a.csv", drop(1))
    mill.take_and_run()
    import_id = mill.read("SELECT import_id FROM imports").item()

    undo_import(mill.home, import_id, user="op", now=mill.now)

    assert isinstance(mill.tick(after=60), dg.SkipReason)
    assert mill.read("SELECT * FROM leads").height == 0


def test_a_changed_file_is_a_new_drop(mill, drop) -> None:
    mill.land("people", "a.csv", drop(1))
    mill.take()
    mill.land("people", "a.csv", drop(2))

    mill.take()

    first, second = mill.taken()
    assert first.rsplit("/", 1)[0] == second.rsplit("/", 1)[0] == "people/a.csv"
    assert first != second


def test_all_new_files_of_a_tick_go_into_one_run(mill, drop) -> None:
    for number in range(20):
        mill.land("people", f"{number:02}.csv", drop(number))

    answer = mill.take()

    assert ranges(answer) == [(mill.taken()[0], mill.taken()[-1])]
    assert len(mill.taken()) == 20


def test_hundreds_of_files_go_into_runs_of_a_bounded_size(mill) -> None:
    for number in range(501):
        mill.land("people", f"{number:03}.csv", str(number).encode())

    answer = mill.take()

    keys = mill.taken()
    assert ranges(answer) == [(keys[0], keys[249]), (keys[250], keys[499]), (keys[500], keys[500])]


@pytest.mark.feature("MA-009")
def test_drops_of_an_urgent_template_go_first_in_a_run_of_their_own(mill, drop) -> None:
    people = (mill.home.templates / "people.yaml").read_text()
    (mill.home.templates / "zeal.yaml").write_text(people.replace("name: people", "name: zeal") + URGENT)
    mill.land("people", "a.csv", drop(1))
    mill.land("zeal", "a.csv", drop(2))

    answer = mill.take()

    assert [request.tags.get("dagster/priority") for request in answer.run_requests] == ["10", None]
    assert [key.split("/")[0] for key in mill.taken()] == ["zeal", "people"]


def test_a_folder_without_a_template_is_reported_and_the_others_are_taken(mill, drop) -> None:
    mill.land("peple", "a.csv", drop(1))
    assert isinstance(mill.tick(), dg.SkipReason)
    reported = mill.tick(after=60)
    mill.land("people", "a.csv", drop(1))

    mill.take()

    assert "No template is saved as 'peple'. Did you mean 'people'?" in reported.skip_message
    assert [key.split("/")[0] for key in mill.taken()] == ["people"]


def test_files_wait_until_their_template_is_mended(mill, drop) -> None:
    template = mill.home.templates / "people.yaml"
    text = template.read_text()
    template.write_text(text + "colour: blue\n")
    mill.land("people", "a.csv", drop(1))
    mill.tick()
    broken = mill.tick(after=60)
    template.write_text(text)

    mended = mill.tick(after=10)

    assert "'colour' is not a key of a template" in broken.skip_message
    assert isinstance(mended, dg.SensorResult)


def test_looking_at_a_home_that_is_not_there_makes_none(mill, tmp_path) -> None:
    mill.home = Home(tmp_path / "nowhere")

    answer = mill.tick()

    assert isinstance(answer, dg.SkipReason)
    assert not (tmp_path / "nowhere").exists()


def test_the_sensor_runs_unless_someone_stops_it() -> None:
    assert landing_sensor.default_status == dg.DefaultSensorStatus.RUNNING
