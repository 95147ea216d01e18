"""Places in surveys and contact data that go with their leads, or by themselves; history stays."""

from datetime import timedelta

import pytest

from tests.expiring.conftest import DEDUPE, LATER, NOW, SHORT

SURVEY = {"id": 7, "expire_in_days": 1}
COOL = {"cooldown": {"account": {"after_invitation": 30}}}
HISTORY = "contact_history"


def test_places_go_with_their_leads_and_those_invited_stay_in_peace(bring, sweep, ask, count):
    bring(expiry=SHORT, survey={"id": 7})

    done = sweep()

    assert (done.leads, done.places) == (3, 3)
    assert count("survey_places", HISTORY, "survey_place_images") == [0, 3, 0]
    again = bring(now=LATER, on=LATER.date(), force=True, survey={"id": 8}, **COOL)
    assert again.reasons == {"R_COOLDOWN": 3}


def test_places_that_expire_by_themselves_go_and_their_leads_stay(bring, sweep, ask, count):
    bring(survey=SURVEY)

    done = sweep()

    assert (done.leads, done.places, done.lists) == (0, 3, {})
    assert count("leads", "survey_places", HISTORY) == [3, 0, 3]
    assert ask("SELECT count(*) FROM survey_places") == [(0,)]
    assert sweep().is_empty


def test_who_was_to_be_invited_after_their_lead_expired_was_never_invited(bring, sweep, count):
    bring(expiry=SHORT, survey={"id": 7, "invite_in_days": 5})

    sweep(NOW + timedelta(days=30))

    assert count("survey_places", HISTORY) == [0, 0]


@pytest.mark.parametrize("is_swept", [True, False])
def test_an_invitation_of_a_lead_that_does_not_come_back_stays_in_the_history(bring, sweep, undo, count, is_swept):
    bring(expiry=SHORT, survey={"id": 7})
    second = bring("New,07400 000001\n", called="second", dedupe={**DEDUPE, "action": "keep_new"})
    if is_swept:
        sweep()

    undo(second)
    sweep()

    assert count("leads", "survey_places", HISTORY) == [0, 0, 3]


def test_contact_data_goes_with_its_leads(home, bring, sweep, ask, count):
    home.make()
    (home.tables / "contract.yaml").write_text("name: contract\nfields:\n  - {name: tariff, type: text}\n")
    mapping = {"first_name": "Name", "phone1": "Tel", "secondary.contract.tariff": "Name"}
    bring(expiry=SHORT, mapping=mapping)
    bring("Dee,07400 000004\n", called="more", mapping=mapping)

    done = sweep()

    assert done.contact_data == {"contract": 3}
    assert done.to_dict()["contact_data_rows"] == 3
    assert ask("SELECT tariff FROM contract") == [("Dee",)]
    assert count("secondary_contract") == [1]
    assert len(list((home.published / "current" / "secondary_contract").glob("*/*.parquet"))) == 2
