"""What the decisions say of duplicates, spelt out: each example holds for the model, in memory and end to end."""

from datetime import date, timedelta

import pytest

from pipelines.importing import import_drop
from pipelines.templates.template import build_template
from tests.oracle.driver import NOW, Model, Pipeline, State, fill_template, write_csv
from tests.oracle.fast_driver import FastPipeline
from tests.oracle.model_records import DncEntry, Outcome

DAY = date(2026, 7, 6)
ANN = 447400123456
WARM = {"supplier": "Acme", "list": {"mode": "named", "name": "Warm"}}
COLD = {"supplier": "Bravo", "list": {"mode": "named", "name": "Cold"}}

# Ann and Bob share a phone, Bob and Cy an e-mail; Ann and Cy share nothing.
CHAIN = """
    first_name | phone1       | email
    Ann        | 07400 123456 |
    Bob        | +447400123456| bob@example.com
    Cy         | 07400 123457 | BOB@example.com
"""


@pytest.fixture(params=[Model, FastPipeline, Pipeline])
def imports(request):
    with request.param.opened() as opened:
        yield opened


@pytest.fixture
def pipeline():
    with Pipeline.opened() as opened:
        yield opened


def draw(table: str) -> list[dict[str, str]]:
    """Read a table drawn as text."""
    header, *lines = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return [dict(zip(header, line, strict=True)) for line in lines]


def dedupe(action: str, *scope: str, **options: object) -> dict[str, object]:
    return {"dedupe": {"scope": list(scope), "action": action, **options}}


def fates(outcome: Outcome) -> list[str]:
    return [row.code or row.fate for row in outcome.fates]


def effects(outcome: Outcome) -> dict[str, int]:
    return {name: count for name, count in outcome.effects.items() if count}


def names(state: State) -> dict[tuple[int, int], tuple[object, object]]:
    """Return list and first name of the leads that stand."""
    return {born: (lead[3], lead[5]) for born, lead in sorted(state.leads.items())}


@pytest.mark.parametrize(
    ("action", "expected", "standing"),
    [
        ("keep_existing", ["created", "R_DUP_IN_FILE", "created"], {(1, 1): ("Warm", "Ann"), (1, 3): ("Warm", "Cy")}),
        ("reset_older", ["created", "R_DUP_IN_FILE", "created"], {(1, 1): ("Warm", "Ann"), (1, 3): ("Warm", "Cy")}),
        ("keep_new", ["R_DUP_IN_FILE", "R_DUP_IN_FILE", "created"], {(1, 3): ("Warm", "Cy")}),
        ("update", ["created", "updated", "updated"], {(1, 1): ("Warm", "Cy")}),
    ],
)
def test_in_a_chain_each_row_meets_only_what_the_rows_before_it_left(imports, action, expected, standing):
    outcome = imports.import_rows(draw(CHAIN), WARM | dedupe(action, "file"), DAY)

    assert fates(outcome) == expected
    assert names(imports.read_state()) == standing
    assert effects(outcome) == {}


def test_an_update_is_found_by_the_points_it_brought_and_no_longer_by_those_it_overwrote(imports):
    rows = draw("""
        first_name | phone1       | email
        Ann        | 07400 123456 | ann@example.com
        Bea        | 07400 123457 | ann@example.com
        Cy         | 07400 123457 |
        Di         | 07400 123456 |
    """)

    outcome = imports.import_rows(rows, WARM | dedupe("update", "file"), DAY)

    assert fates(outcome) == ["created", "updated", "updated", "created"]
    assert names(imports.read_state()) == {(1, 1): ("Warm", "Cy"), (1, 4): ("Warm", "Di")}


def test_a_number_that_dnc_took_off_takes_no_part_in_duplicate_checks(imports):
    imports.load_dnc([DncEntry(ANN, "Requested"), DncEntry(ANN + 1, "TPS")])
    imports.import_rows(draw("first_name | phone1\nAnn | 07400 123456"), WARM, DAY)
    rows = draw("""
        first_name | phone1       | phone2       | email
        Bob        | 07400 123456 | 07400 123457 |
        Cy         | 07400 123456 |              | cy@example.com
        Di         | 07400 123456 |              |
        Eve        | 07400 123457 |              |
    """)
    settings = WARM | {"dnc": {"categories": ["Requested"]}} | dedupe("keep_existing", "file", "destination")

    outcome = imports.import_rows(rows, settings, DAY)

    assert fates(outcome) == ["created", "created", "R_DNC_Requested", "R_DUP_IN_FILE"]
    assert [row.warnings for row in outcome.fates[:2]] == [frozenset({"W_DNC_DROPPED"})] * 2
    assert imports.read_state().leads[2, 1][-6:] == (None, "+447400123457", None, None, "07400123457", None)


@pytest.mark.parametrize(("is_kept", "expected"), [("first", "updated"), ("quarantine", "Q_MULTIPLE_MATCHES")])
def test_an_update_that_meets_several_leads_warns_or_is_quarantined(imports, is_kept, expected):
    earlier = draw("""
        first_name | phone1       | email
        Ann        | 07400 123458 | ann@example.com
        Bob        | 07400 123456 |
        Cy         | 07400 123456 |
    """)
    imports.import_rows(earlier, WARM, DAY)
    rows = draw("first_name | phone1 | phone2 | email\nNew |  | 07400 123456 | ann@example.com")

    outcome = imports.import_rows(rows, WARM | dedupe("update", "destination", on_multiple=is_kept), DAY)

    # Bob: by phone before Ann by e-mail, and older than Cy.
    new = "New" if is_kept == "first" else "Bob"
    assert fates(outcome) == [expected]
    assert names(imports.read_state()) == {(1, 1): ("Warm", "Ann"), (1, 2): ("Warm", new), (1, 3): ("Warm", "Cy")}
    assert outcome.fates[0].warnings == (frozenset({"W_MULTIPLE_MATCHES"}) if is_kept == "first" else frozenset())


def test_blanks_never_overwrite_and_list_supplier_and_expiry_stay(imports):
    row = draw("""
        first_name | phone1       | phone2       | email           | skill_group
        Ann        | 07400 123456 | 07400 123458 | ann@example.com | Energy
    """)
    imports.import_rows(row, COLD | {"expiry": {"in_days": 5}}, DAY)
    before = imports.read_state().leads[1, 1]
    change = draw("first_name | phone1 | phone2 | email\n | 07400 123457 |  | ANN@example.com")

    outcome = imports.import_rows(change, WARM | {"expiry": {"in_days": 9}} | dedupe("update", "global"), DAY)

    after = imports.read_state().leads[1, 1]
    assert fates(outcome) == ["updated"]
    assert after[:6] == before[:6]
    assert after[1] is not None
    assert after[6:8] == ("ANN@example.com", "Energy")
    assert after[-6:] == ("+447400123457", "+447400123458", None, "07400123457", "07400123458", None)


@pytest.mark.feature("ML-035", "ML-036", "MA-020")
@pytest.mark.parametrize(
    ("keeps", "expected", "standing"),
    [
        (True, ["R_DUP_SAME_SUPPLIER", "created"], [(1, 1), (2, 2)]),
        (False, ["created", "created"], [(2, 1), (2, 2)]),
    ],
)
def test_delete_existing_spares_leads_with_a_callback_if_told_to(imports, keeps, expected, standing):
    rows = draw("first_name | phone1\nAnn | 07400 123456\nBob | 07400 123457")
    imports.import_rows(rows, WARM, DAY)
    imports.tamper(callbacks=[(1, 1)], fetched=[(1, 1), (1, 2)])
    settings = WARM | {"delete_existing": True, "keep_callbacks": keeps} | dedupe("keep_existing", "destination")

    outcome = imports.import_rows(rows, settings, DAY)

    spared = [(1, 1)] if keeps else []
    state = imports.read_state()
    assert fates(outcome) == expected
    assert effects(outcome) == {"deleted": 1 if keeps else 2}
    assert sorted(state.leads) == standing
    assert (state.callbacks, state.fetched) == (spared, spared)


@pytest.mark.feature("ML-058")
def test_replaced_leads_lose_their_callbacks_and_their_place_in_the_buffer(imports):
    imports.import_rows(draw("first_name | phone1\nAnn | 07400 123456\nBob | 07400 123457"), COLD, DAY)
    imports.tamper(callbacks=[(1, 1), (1, 2)], fetched=[(1, 1), (1, 2)])

    outcome = imports.import_rows(
        draw("first_name | phone1\nNew | 07400 123456"), WARM | dedupe("keep_new", "global"), DAY
    )

    state = imports.read_state()
    assert (fates(outcome), effects(outcome)) == (["created"], {"replaced": 1})
    assert names(state) == {(1, 2): ("Cold", "Bob"), (2, 1): ("Warm", "New")}
    assert (state.callbacks, state.fetched) == ([(1, 2)], [(1, 2)])


@pytest.mark.parametrize(
    ("in_days", "expected"), [(0, "created"), (1, "R_DUP_OTHER_SUPPLIER"), (None, "R_DUP_OTHER_SUPPLIER")]
)
def test_a_lead_that_has_expired_by_the_import_date_is_not_a_duplicate_any_more(imports, in_days, expected):
    rows = draw("first_name | phone1\nAnn | 07400 123456")
    imports.import_rows(rows, COLD | ({} if in_days is None else {"expiry": {"in_days": in_days}}), DAY)

    outcome = imports.import_rows(rows, WARM | dedupe("keep_existing", "global"), DAY + timedelta(days=1))

    assert fates(outcome) == [expected]


def test_the_oldest_of_two_leads_is_the_one_that_was_imported_first_even_on_one_day(imports):
    for name in ("Ann", "Bob", "Cy", "Di"):
        imports.import_rows(draw(f"first_name | phone1\n{name} | 07400 123456"), COLD, DAY)

    imports.import_rows(draw("first_name | phone1\nNew | 07400 123456"), WARM | dedupe("update", "global"), DAY)

    assert [name for _, name in names(imports.read_state()).values()] == ["New", "Bob", "Cy", "Di"]


@pytest.mark.feature("ML-053", "MA-030")
def test_reset_older_resets_every_lead_that_a_row_meets(imports):
    earlier = draw("""
        first_name | phone1       | email
        Ann        | 07400 123456 |
        Bob        |              | bob@example.com
        Cy         | 07400 123457 |
    """)
    imports.import_rows(earlier, WARM, DAY)
    imports.tamper(called=[(1, 1), (1, 2), (1, 3)])
    rows = draw("first_name | phone1 | email\nNew | 07400 123456 | bob@example.com")

    outcome = imports.import_rows(rows, WARM | dedupe("reset_older", "destination"), DAY)

    assert (fates(outcome), effects(outcome)) == (["R_DUP_SAME_SUPPLIER"], {"reset": 2})
    assert {born: lead[8:10] for born, lead in imports.read_state().leads.items()} == {
        (1, 1): (0, "new"),
        (1, 2): (0, "new"),
        (1, 3): (3, "dialled"),
    }


@pytest.mark.feature("ML-057", "ML-058", "MA-032")
@pytest.mark.parametrize(("clears", "flushed", "left"), [(True, 2, [(1, 2)]), (False, 0, [(1, 1), (1, 2), (2, 1)])])
def test_clear_fetched_empties_the_buffer_of_the_destination_and_of_each_lead_that_the_import_touches(
    imports, clears, flushed, left
):
    imports.import_rows(draw("first_name | phone1\nAnn | 07400 123456\nBob | 07400 123457"), COLD, DAY)
    imports.import_rows(draw("first_name | phone1\nCy | 07400 123458"), WARM, DAY)
    imports.tamper(fetched=[(1, 1), (1, 2), (2, 1)])
    rows = draw("first_name | phone1\nNew | 07400 123456")

    outcome = imports.import_rows(rows, WARM | {"clear_fetched": clears} | dedupe("update", "global"), DAY)

    assert (fates(outcome), outcome.effects["flushed"]) == (["updated"], flushed)
    assert imports.read_state().fetched == left


def test_of_two_places_made_on_one_day_the_one_that_was_made_last_is_renewed(imports):
    ann = draw("first_name | phone1\nAnn | 07400 123456")
    for delay in (5, 0):
        survey = {"id": 7, "update_existing": False, "invite_in_days": delay}
        imports.import_rows(ann, WARM | {"survey": survey} | dedupe("update", "destination"), DAY)

    imports.import_rows(ann, WARM | {"survey": {"id": 7, "invite_in_days": 1}} | dedupe("update", "destination"), DAY)

    places = imports.read_state().places
    assert {made_by: invite_at.day for _, _, made_by, invite_at, _ in places} == {(1, 1): 11, (2, 1): 7}


CONTACTS = """
    first_name | phone1       | email
    Ann        | 0999 999 9999| ann@example.com
    Bob        | 07400 123456 | bob@
    Cy         | 0999 999 9999| cy@
    Di         |              |
"""


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, ["created", "created", "R_PHONE_INVALID", "R_NO_CONTACT"]),
        ({"contact": "phone"}, ["R_PHONE_INVALID", "created", "R_PHONE_INVALID", "R_NO_CONTACT"]),
        ({"contact": "email"}, ["created", "R_EMAIL_INVALID", "R_EMAIL_INVALID", "R_NO_CONTACT"]),
        ({"email": {"validate": True}}, ["created", "R_EMAIL_INVALID", "R_PHONE_INVALID", "R_NO_CONTACT"]),
        ({"email": {"required": True}}, ["created", "R_EMAIL_INVALID", "R_PHONE_INVALID", "R_EMAIL_MISSING"]),
    ],
)
def test_a_row_is_rejected_by_the_first_rule_of_the_walk_that_it_breaks(imports, settings, expected):
    outcome = imports.import_rows(draw(CONTACTS), WARM | settings, DAY)

    assert fates(outcome) == expected


def test_lists_alone_see_no_earlier_row_unless_the_destination_is_one_of_them(imports):
    rows = draw("first_name | phone1\nAnn | 07400 123456\nBob | 07400 123456")
    imports.import_rows(draw("first_name | phone1\nEve | 07400 123458"), COLD, DAY)

    apart = imports.import_rows(rows, WARM | dedupe("keep_existing", "lists", lists=["Cold"]), DAY)
    same = imports.import_rows(rows, COLD | dedupe("keep_existing", "lists", lists=["Cold"]), DAY)

    assert fates(apart) == ["created", "created"]
    assert fates(same) == ["created", "R_DUP_IN_FILE"]


def test_a_row_that_meets_an_accepted_row_of_the_file_by_way_of_a_lead_that_moved_is_its_duplicate(imports):
    imports.import_rows(draw("first_name | phone1\nAnn | 07400 123456"), COLD, DAY)
    rows = draw("first_name | phone1\nBob | 07400 123456\nCy | 07400 123456")

    outcome = imports.import_rows(rows, WARM | dedupe("update", "file", "lists", lists=["Cold"], migrate=True), DAY)

    assert fates(outcome) == ["updated", "updated"]
    assert names(imports.read_state()) == {(1, 1): ("Warm", "Cy")}


@pytest.mark.parametrize("action", ["keep_existing", "reset_older"])
def test_a_long_chain_beside_rows_that_meet_leads_costs_none_of_them_its_fate(imports, action):
    imports.import_rows(draw("first_name | phone1\nAnn | 07400 123456"), WARM, DAY)
    imports.tamper(called=[(1, 1)])
    links = [{"phone1": f"07400 2{n:05}", "phone2": f"07400 2{n + 1:05}"} for n in range(140)]
    rows = [*links, {"first_name": "Again", "phone1": "07400 123456"}]

    outcome = imports.import_rows(rows, WARM | dedupe(action, "file", "destination"), DAY)

    assert fates(outcome) == ["created", "R_DUP_IN_FILE"] * 70 + ["R_DUP_SAME_SUPPLIER"]
    assert effects(outcome) == ({"reset": 1} if action == "reset_older" else {})


def test_a_held_import_changes_nothing(pipeline):
    earlier = draw("first_name | phone1\nAnn | 07400 123456\nBob | 07400 123457")
    pipeline.import_rows(earlier, WARM, DAY)
    pipeline.tamper(called=[(1, 1)], callbacks=[(1, 1)], fetched=[(1, 2)])
    before = pipeline.read_state()
    rule = dedupe("keep_new", "file", "destination")
    settings = WARM | {"hold_above": 0.5, "delete_existing": True, "clear_fetched": True} | rule
    path = pipeline.folder / "held.csv"
    path.write_text(write_csv(draw("first_name | phone1\nA | 07400 123456\nB | 07400 123456\nC | 0999 999 9999")))

    result = import_drop(path, build_template(fill_template(settings), "oracle"), pipeline.home, on=DAY, now=NOW)

    assert (result.status, result.rejected, result.created) == ("held", 2, 1)
    assert pipeline.read_state() == before
