"""The log keeps all that is needed to do each act again, and by which files it went."""

import json
from datetime import timedelta

import pytest

from pipelines.dnc.rules import Rule, change_rule
from pipelines.errors import UserError
from pipelines.home import raw_path
from pipelines.importing import import_drop
from pipelines.store import open_writer
from tests.replaying.conftest import HEADER, START


def read_told(home) -> list[dict]:
    with open_writer(home) as connection:
        return [json.loads(row[0]) for row in connection.sql("SELECT told FROM audit_log ORDER BY sequence").fetchall()]


def test_each_act_tells_by_which_version_of_a_file_it_went(make_history):
    history = make_history(1, 0)
    for days in (1, 31):
        change_rule(history.home, "Other", Rule(days), user="op", now=history.now)
        history.bring()
        history.now += timedelta(hours=1)

    told = [each["files"].get("dnc.yaml") for each in read_told(history.home)]

    assert told[0] is None
    assert told[1] == told[2] != told[3]
    assert b"31" in raw_path(history.home, told[3]).read_bytes()
    assert b"31" not in raw_path(history.home, told[2]).read_bytes()


def test_an_import_during_which_a_rule_changes_is_not_made(make_history):
    history = make_history(1, 0)

    def change(rows: int, total: int) -> None:
        (history.home.root / "dnc.yaml").write_text("Other: {max_age_days: 31}\n")

    with pytest.raises(UserError, match=r"dnc.yaml: The file was changed meanwhile"):
        history.import_text(HEADER + "Ann,07400 123456,,,\n", watch=change)
    assert read_told(history.home) == []


def test_a_mapping_that_a_first_import_finds_is_told_as_it_was_asked_for(make_history):
    history = make_history(1, 0)
    history.home.make()
    path = history.home.templates / "auto.yaml"
    path.write_text("name: auto\nsupplier: A\nlist: {name: Warm}\nmapping: auto\n")
    drops = [history.write(f"Name,Phone\nAnn,07400 12345{number}\n") for number in range(2)]

    for drop in drops:
        assert import_drop(drop, "auto", history.home, now=START).status == "completed"

    told = read_told(history.home)
    assert told[0]["template"]["mapping"] == {}
    assert told[0]["origins"]["mapping"] == "first import"
    assert told[1]["template"]["mapping"]["phone1"] == "Phone"
