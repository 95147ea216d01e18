"""Imports that wait for a person."""

from datetime import UTC, datetime

import pytest

from pipelines import keeping
from pipelines.errors import UserError
from pipelines.holding import cancel_import, release_import
from pipelines.home import Home
from pipelines.importing import import_drop
from pipelines.reports.looking_back import list_lists
from pipelines.templates.template import build_template

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TEMPLATE = build_template(
    {"name": "acme", "supplier": "Acme", "list": {"name": "Warm"}, "mapping": {"phone1": "Tel", "notes": "Notes"}},
    "acme",
)


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


def write(tmp_path, text: str):
    path = tmp_path / "drop.csv"
    path.write_text(text)
    return path


def test_a_file_that_was_cut_off_is_held_and_says_so(home, tmp_path):
    whole = 'Tel,Notes\n07400 123456,"one"\n07400 123457,"two"\n07400 123458,"three"\n'

    result = import_drop(write(tmp_path, whole[:-9]), TEMPLATE, home, now=NOW)

    assert result.status == "held"
    assert "cut off" in result.message
    assert list_lists(home, NOW) == []


def test_what_was_held_goes_on_as_it_was_when_it_is_released(home, tmp_path):
    held = import_drop(write(tmp_path, "Tel,Notes\n07400 123456,\n.,\n.,\n"), TEMPLATE, home, now=NOW)

    released = release_import(home, str(held.import_id), now=NOW)

    assert (held.status, held.created, held.rejected) == ("held", 1, 2)
    assert (released.status, released.import_id, released.created) == ("completed", held.import_id, 1)
    assert [row["leads"] for row in list_lists(home, NOW)] == [1]


def test_only_what_is_held_is_released_or_cancelled(home, tmp_path):
    done = import_drop(write(tmp_path, "Tel,Notes\n07400 123456,\n"), TEMPLATE, home, now=NOW)

    with pytest.raises(UserError, match="is completed, not held"):
        release_import(home, str(done.import_id), now=NOW)
    with pytest.raises(UserError, match="is completed, not held"):
        cancel_import(home, str(done.import_id), user="ann", now=NOW)
    with pytest.raises(UserError, match="leadmill history"):
        release_import(home, "20260302-0000000000", now=NOW)


def test_an_import_that_another_process_released_meanwhile_is_not_loaded_twice(home, tmp_path, monkeypatch):
    held = import_drop(write(tmp_path, "Tel,Notes\n07400 123456,\n.,\n.,\n"), TEMPLATE, home, now=NOW)
    open_ordered = keeping.open_ordered

    def release_meanwhile(*arguments):
        monkeypatch.setattr(keeping, "open_ordered", open_ordered)
        release_import(home, str(held.import_id), now=NOW)
        return open_ordered(*arguments)

    monkeypatch.setattr(keeping, "open_ordered", release_meanwhile)

    with pytest.raises(UserError, match="is completed, not held"):
        release_import(home, str(held.import_id), now=NOW)
    assert [row["leads"] for row in list_lists(home, NOW)] == [1]


def test_overrides_of_a_template_that_is_given_as_such_are_checked_as_any(home, tmp_path):
    drop = write(tmp_path, "Tel,Notes\n07400 123456,\n")

    result = import_drop(
        drop, TEMPLATE, home, overrides={"list": {"name": "Cold"}, "cost_per_lead": "0.5"}, now=NOW, dry_run=True
    )

    assert (result.list, str(result.cost["total"])) == ("Cold", "0.5")
    with pytest.raises(UserError, match="Did you mean 'supplier'"):
        import_drop(drop, TEMPLATE, home, overrides={"suplier": "x"}, now=NOW)
