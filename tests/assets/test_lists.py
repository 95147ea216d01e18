"""What Dagster is told of lists that no run of its own has changed."""

import dagster as dg
import pytest

from assets.lists import list_sensor
from assets.resources import HomeResource
from pipelines.importing import import_drop
from pipelines.undoing import undo_import


@pytest.fixture
def look(mill):
    """Let the sensor look; it remembers what it said. Return the lists that it tells, with their rows."""
    cursor = None

    def look_once() -> dict[str, int]:
        nonlocal cursor
        resources = {"home": HomeResource(root=str(mill.home.root))}
        with dg.build_sensor_context(instance=mill.instance, resources=resources, cursor=cursor) as context:
            answer = list_sensor(context)
        if isinstance(answer, dg.SkipReason):
            return {}
        cursor = answer.cursor
        return {event.partition: event.metadata["dagster/row_count"].value for event in answer.asset_events}

    return look_once


def test_lists_that_the_command_line_changed_are_told_once(mill, drop, look) -> None:
    path = mill.land("people", "a.csv", drop(1))
    done = import_drop(path, "people", mill.home, now=mill.now)
    first, second = look(), look()

    import_drop(
        path, "people", mill.home, now=mill.now, force=True, overrides={"list": {"name": "Else"}, "dedupe": None}
    )
    other = look()
    undo_import(mill.home, done.import_id, user="op", now=mill.now)

    assert first == {"People": done.created}
    assert second == {}
    assert other == {"Else": 40}
    assert look() == {}, "the list is gone with the import that made it"


def test_a_list_of_which_a_run_has_told_is_not_told_again(mill, drop, look) -> None:
    mill.land("people", "a.csv", drop(1))
    mill.take_and_run()

    assert look() == {}


def test_leads_that_were_moved_to_another_list_are_told_of_both(mill, drop, look) -> None:
    path = mill.land("people", "a.csv", drop(1))
    import_drop(path, "people", mill.home, now=mill.now)
    look()
    move = {"keys": ["phone"], "scope": ["global"], "action": "update", "migrate": True}

    import_drop(
        path, "people", mill.home, now=mill.now, force=True, overrides={"list": {"name": "Else"}, "dedupe": move}
    )

    assert look().keys() == {"Else", "People"}
