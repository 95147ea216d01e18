"""What docs/decisions/0021 says of options from the field, spelt out for the model, in memory and end to end."""

from tests.oracle.model_records import DncEntry
from tests.oracle.test_examples import ANN, DAY, WARM, dedupe, draw, fates, imports

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
