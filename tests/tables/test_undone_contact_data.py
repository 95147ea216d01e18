"""Contact data goes back with its leads when an import is undone."""

from datetime import timedelta

import pytest

from pipelines.dnc.loading import load_dnc
from pipelines.store import open_writer
from pipelines.undoing import undo_import
from tests.bounds import spread
from tests.tables.conftest import ANN, BEN, MAPPING, NOW

WHERE = {"keys": ["phone"], "scope": ["destination"]}
SECOND = ("07400 000001,,5,,,,,,Blue", "07400 000003,,6,,,,,,")
SHOWN = "SELECT * FROM contract ORDER BY lead_id"
CHANGES = {
    "created": {},
    "updated": {"dedupe": WHERE | {"action": "update"}},
    "replaced": {"dedupe": WHERE | {"action": "keep_new"}},
    "reset": {"dedupe": WHERE | {"action": "reset_older"}},
    "migrated": {"list": {"name": "Cold"},
                 "dedupe": {"keys": ["phone"], "scope": ["global"], "action": "update", "migrate": True}},
    "deleted": {"delete_existing": True},
}  # fmt: skip


def undo(home, result, **options):
    return undo_import(home, result.import_id, user="op", now=NOW, **options)


def read_stored(home) -> dict[str, list[tuple]]:
    with open_writer(home) as connection:
        tables = ("secondary_contract", "images_secondary_contract")
        return {name: connection.sql(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for name in tables}


@pytest.mark.parametrize("what", spread(CHANGES, ("updated", "replaced")))
def test_contact_data_is_put_back_to_the_value(home, bring, ask, what):
    bring(ANN, BEN)
    before, stored = ask(SHOWN), read_stored(home)
    second = bring(*SECOND, **CHANGES[what])

    undo(home, second)

    assert ask(SHOWN).equals(before)
    assert read_stored(home) == stored


def test_a_table_that_the_undone_import_was_the_first_to_fill_is_empty_again(home, bring, ask):
    bring(ANN, BEN, mapping={"phone1": "Tel"})
    second = bring(*SECOND, dedupe=WHERE | {"action": "update"})
    filled = ask(SHOWN).height

    undo(home, second)

    assert (filled, ask(SHOWN).height) == (2, 0)


def test_contact_data_of_leads_that_a_later_import_touched_is_left_and_goes_back_in_its_turn(home, bring, ask):
    update = WHERE | {"action": "update"}
    usage = "SELECT phone1, usage FROM contract JOIN leads USING (lead_id) ORDER BY phone1"
    bring(ANN, BEN)
    before = ask(SHOWN)
    second = bring("07400 000001,,5,,,,,,", "07400 000002,,6,,,,,,", dedupe=update)
    third = bring("07400 000001,,7,,,,,,", dedupe=update)

    undo(home, second, skip_touched=True)
    between = ask(usage).rows()
    undo(home, third)
    undo(home, second)

    assert between == [("07400000001", 7), ("07400000002", 1200)]
    assert ask(SHOWN).equals(before)
    assert read_stored(home)["images_secondary_contract"] == []


def test_contact_data_of_a_lead_that_is_gone_for_good_is_forgotten(home, bring):
    first = bring(ANN, BEN)
    second = bring("07400 000001,,5,,,,,,", dedupe=WHERE | {"action": "keep_new"})

    undo(home, first, skip_touched=True)
    undo(home, second)

    assert read_stored(home) == {"secondary_contract": [], "images_secondary_contract": []}


def test_a_number_that_became_do_not_call_comes_back_nowhere(home, bring, ask, tmp_path):
    mapping = MAPPING | {"phone2": 8}
    bring(ANN, BEN, mapping=mapping, dnc={"categories": ["TPS"]})
    second = bring("07400 000003,,6,,,,,,", delete_existing=True)
    (tmp_path / "tps.txt").write_text("020 7946 0000\n")
    load_dnc(home, tmp_path / "tps.txt", "TPS", now=NOW + timedelta(hours=1))

    done = undo(home, second)

    assert (done.restored_on_dnc, done.numbers_taken_off) == (1, 1)
    assert ask("SELECT phone1, phone2, landlord FROM contract JOIN leads USING (lead_id) ORDER BY 1").rows() == [
        ("07400000001", None, None),
        ("07400000002", None, None),
    ]
