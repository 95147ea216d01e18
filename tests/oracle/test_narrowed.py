"""What docs/decisions/0021 says of options from the field, spelt out for the model, in memory and end to end."""

from tests.oracle.model_records import DncEntry
from tests.oracle.test_examples import ANN, COLD, DAY, WARM, dedupe, draw, effects, fates, imports, names

__all__ = ["imports"]  # the fixture


def test_a_lead_is_no_longer_recognised_by_a_number_that_a_switchboards_took_the_place_of(imports):
    imports.import_rows(draw("first_name | phone1 | email\nAnn | 07400 123456 | ann@example.com"), WARM, DAY)
    rows = draw("""
        first_name | phone1       | email
        Ann        | 07400 123459 | ann@example.com
        Bob        | 07400 123459 | bob@example.com
        Cy         | 07400 123456 |
    """)

    outcome = imports.import_rows(rows, WARM | dedupe("update", "destination", shared_phone_above=1), DAY)

    assert fates(outcome) == ["updated", "created", "created"]


def test_rows_that_do_not_call_rejects_make_no_number_that_of_a_switchboard(imports):
    imports.load_dnc([DncEntry(ANN, "Requested")])
    rows = draw("""
        first_name | phone1       | phone2
        Ann        | 07400 123456 | 07400 123457
        Bob        | 07400 123457 |
        Cy         | 07400 123457 |
    """)
    on_dnc = {"dnc": {"categories": ["Requested"], "on_match": "reject_lead"}}

    outcome = imports.import_rows(rows, WARM | on_dnc | dedupe("keep_existing", "file", shared_phone_above=2), DAY)

    assert fates(outcome) == ["R_DNC_Requested", "created", "R_DUP_IN_FILE"]


def test_a_lead_is_judged_by_the_status_in_which_the_import_found_it(imports):
    imports.import_rows(draw("first_name | phone1\nAnn | 07400 123456\nBob | 07400 123457"), WARM, DAY)
    imports.tamper(called=[(1, 1)], status="sold")
    rows = draw("first_name | phone1\nA | 07400 123456\nB | 07400 123456\nC | 07400 123457\nD | 07400 123457")

    outcome = imports.import_rows(rows, WARM | dedupe("reset_older", "destination", statuses=["sold"]), DAY)

    # Ann was reset by the first row; the third is a new lead, which this search does not see.
    assert fates(outcome) == ["R_DUP_SAME_SUPPLIER", "R_DUP_SAME_SUPPLIER", "created", "created"]
    assert effects(outcome) == {"reset": 1}


def test_what_would_be_replaced_moves_with_its_callback_and_what_stands_there_already_is_left_alone(imports):
    imports.import_rows(draw("first_name | phone1\nAnn | 07400 123456\nBob | 07400 123457"), WARM, DAY)
    imports.import_rows(draw("first_name | phone1\nCy | 07400 123458"), COLD, DAY)
    imports.tamper(callbacks=[(1, 1)], fetched=[(1, 1), (2, 1)])
    rows = draw("first_name | phone1\nA | 07400 123456\nB | 07400 123456\nC | 07400 123458")
    settings = WARM | {"clear_fetched": True} | dedupe("keep_new", "file", "global", move_to="Cold")

    outcome = imports.import_rows(rows, settings, DAY)

    state = imports.read_state()
    assert fates(outcome) == ["R_DUP_IN_FILE", "created", "created"]
    assert effects(outcome) == {"migrated": 1, "flushed": 1}
    assert [names(state)[born] for born in ((1, 1), (1, 2), (2, 1))] == [
        ("Cold", "Ann"),
        ("Warm", "Bob"),
        ("Cold", "Cy"),
    ]
    assert (state.callbacks, state.fetched) == ([(1, 1)], [(2, 1)])


def test_a_clone_is_of_the_campaign_of_its_list_and_is_searched_with_it(imports):
    imports.import_rows(draw("first_name | phone1\nAnn | 07400 123456"), COLD, DAY)
    imports.import_rows(draw("first_name | phone1\nBob | 07400 123457"), WARM, DAY)
    imports.set_campaign("Cold", "Spring")
    clone = {"supplier": "Acme", "list": {"mode": "per_import", "clone_from": "Cold"}}
    rows = draw("first_name | phone1\nA | 07400 123456\nB | 07400 123457\nC | 07400 123457")

    outcome = imports.import_rows(rows, clone | dedupe("keep_existing", "campaign"), DAY)

    assert fates(outcome) == ["R_DUP_OTHER_SUPPLIER", "created", "R_DUP_IN_FILE"]
    assert {name: campaign for name, (_, campaign) in imports.read_state().lists.items()} == {
        "Cold": "Spring",
        "Warm": None,
        "oracle 2026-07-06": "Spring",
    }
