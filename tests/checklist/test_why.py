"""Why a person is on a list or is not: `leadmill why` in all the ways in which a row can end."""

import json

import pytest

HEAD = "Name,Tel,Mobile,Mail\n"
MAPPING = {"first_name": "Name", "phone1": "Tel", "phone2": "Mobile", "email": "Mail"}
DEDUPE = {"keys": ["phone"], "scope": ["file", "destination"], "action": "keep_existing"}


@pytest.fixture
def bring(world):
    def bring(lines: str, *options, **changes):
        return world.bring(HEAD + lines, *options, **{"mapping": MAPPING, **changes})

    return bring


@pytest.fixture
def why(lm):
    def why(what: object, *options: object) -> dict:
        answer = lm("why", what, "--json", *options)
        assert answer.code == 0, answer.err
        return answer.json

    return why


def tell_fates(path: dict) -> list[str]:
    return [row["code"] or row["fate"] for row in path["rows"]]


def test_the_path_of_a_lead_begins_at_the_cells_as_they_came(bring, why):
    result = bring("Ann,+44 (0)7400 123456,n/a,ann@example.com\n")

    by_phone, by_mail = why("07400 123456"), why("ANN@example.com")
    by_lead = why(by_phone["leads"][0]["lead_id"])

    (row,) = by_phone["rows"]
    assert (row["import_id"], row["row_number"], row["line_number"]) == (result["import_id"], 1, 2)
    assert row["raw"] == "Ann,+44 (0)7400 123456,n/a,ann@example.com"
    assert [(p["slot"], p["from"], p["cell"], p["flaw"]) for p in row["points"]] == [
        ("phone1", "Tel", "+44 (0)7400 123456", None),
        ("phone2", "Mobile", "n/a", "R_PHONE_PLACEHOLDER"),
        ("email", "Mail", "ann@example.com", None),
    ]
    assert (row["points"][0]["e164"], row["points"][0]["dial"]) == ("+447400123456", "07400123456")
    assert [warning["code"] for warning in row["warnings"]] == ["W_PHONE_DROPPED"]
    assert [(lead["state"], lead["list"]) for lead in by_phone["leads"]] == [("live", "Warm")]
    assert by_phone["dnc"] == [{"number": "+447400123456", "e164": "+447400123456", "is_listed": False, "entries": []}]
    assert by_mail["rows"] == by_lead["rows"] == by_phone["rows"]


@pytest.mark.parametrize("spelling", ["07400 123456", "+44 7400 123456", "0044 7400-123456", "7400123456"])
def test_a_duplicate_says_which_slot_met_which_under_which_rule(bring, why, spelling):
    bring("Ann,07400 123456,,\n")
    bring("Bob,07400 123457,07400 123456,\nCy,,07400 123457,\n", dedupe=DEDUPE)

    path = why(spelling)

    (lead,) = path["leads"]
    assert tell_fates(path) == ["created", "R_DUP_SAME_SUPPLIER"]
    assert path["rows"][1]["met"] == {
        "slot": "phone2", "lead_id": lead["lead_id"], "row_number": None, "other_slot": "phone1",
        "scope": "destination", "action": "keep_existing",
    }  # fmt: skip


def test_a_duplicate_in_its_file_is_found_by_a_number_that_no_lead_has(bring, why):
    bring("Ann,07400 123456,,\nBob,07400 123456,07400 123459,\n", dedupe=DEDUPE)

    path = why("07400 123459")

    assert tell_fates(path) == ["R_DUP_IN_FILE"]
    assert (path["rows"][0]["met"]["row_number"], path["rows"][0]["met"]["scope"]) == (1, "file")
    assert [lead["state"] for lead in path["leads"]] == ["live"], "the lead that it met is told as well"


def test_a_number_on_a_do_not_call_list_says_category_source_date_and_version(world, bring, why):
    world.lm("dnc", "load", world.write("old.csv", "07400 999999\n"), "--category", "TPS")
    world.lm("dnc", "load", world.write("tps.csv", "07400 123456\n"), "--category", "TPS", "--as-of", "2026-01-01")
    bring("Ann,07400 123456,,\nBob,07400 123456,07400 123457,\n", dnc={"categories": ["TPS"]})

    path = why("07400 123456")

    listed = {"slot": "phone1", "category": "TPS", "source": "tps.csv", "listed_on": "2026-01-01", "load_id": 2}
    assert tell_fates(path) == ["R_DNC_TPS", "created"]
    assert [row["listed"] for row in path["rows"]] == [[listed], [listed]]
    assert path["dnc"][0]["is_listed"]
    assert why("07400 123457")["rows"][0]["row_number"] == 2


def test_a_row_that_replaces_tells_whom_and_the_replaced_lead_tells_by_whom(bring, why):
    bring("Ann,07400 123456,07400 123459,\n")
    bring("Bob,,07400 123456,\n", dedupe={**DEDUPE, "action": "keep_new"})

    path = why("07400 123459")

    old, new = (row["lead_id"] for row in why("07400 123456")["rows"])
    assert path["leads"][0]["state"] == "replaced"
    assert path["leads"][0]["replaced_by"] == new
    assert [(h["effect"], h["row_number"], h["slot"], h["lead_slot"]) for h in path["leads"][0]["history"]] == [
        ("replaced", 1, "phone2", "phone1")
    ]
    done = {"effect": "replaced", "lead_id": old, "slot": "phone2", "lead_slot": "phone1"}
    assert why("07400 123456")["rows"][1]["effects"] == [done]


@pytest.mark.parametrize(
    ("changes", "effect"),
    [
        ({"action": "update"}, "updated"),
        ({"action": "reset_older"}, "reset"),
        ({"action": "keep_existing", "migrate": True}, "migrated"),
    ],
)
def test_what_became_of_a_lead_since_says_which_row_did_it(bring, why, changes, effect):
    bring("Ann,07400 123456,,\n", "--list", "Cold")
    dedupe = {"keys": ["phone"], "scope": ["lists"], "lists": ["Cold"], **changes}
    bring("Zoe,07400 000001,,\nBob,07400 123457,07400 123456,\n", dedupe=dedupe)

    (lead,) = why("07400 123456")["leads"]

    (change,) = lead["history"]
    assert (lead["state"], change["effect"], change["from_list"]) == ("live", effect, "Cold")
    assert (change["row_number"], change["slot"], change["lead_slot"]) == (2, "phone2", "phone1")


def test_a_number_that_an_update_took_from_a_lead_still_finds_it(bring, why):
    bring("Ann,07400 123456,,ann@example.com\n")
    bring("Ann,07400 123457,,ann@example.com\n", dedupe={**DEDUPE, "keys": ["email"], "action": "update"})

    path = why("07400 123456")

    assert tell_fates(path) == ["created", "updated"]
    assert path["leads"][0]["phones"] == ["07400123457"]


@pytest.mark.parametrize("point", ["07400 123456", "ann@example.com"])
def test_rows_of_an_undone_import_are_found_and_say_so(world, bring, why, point):
    result = bring("Ann,07400 123456,,ann@example.com\n")
    world.lm("undo", result["import_id"])

    path = why(point)

    assert [(row["status"], row["fate"]) for row in path["rows"]] == [("undone", "created")]
    assert [lead["state"] for lead in path["leads"]] == ["undone"]


def test_an_expired_lead_is_told_as_expired(bring, why):
    bring("Ann,07400 123456,,\n", expiry={"in_days": 0})

    assert [lead["state"] for lead in why("07400 123456")["leads"]] == ["expired"]


def test_a_held_row_and_one_without_a_telephone_plan_are_found_by_their_good_points(bring, world, why):
    world.try_import(HEAD + "Ann,07400 123456,,ann@\nBob,12,,bob@example.com\n",
                     mapping=MAPPING, contact="phone", email={"validate": True}, hold_above=0.1)  # fmt: skip

    assert [(row["status"], row["code"]) for row in why("07400 123456")["rows"]] == [("held", "R_EMAIL_INVALID")]
    assert tell_fates(why("bob@example.com")) == ["R_PHONE_PLACEHOLDER"]


def test_who_asked_is_on_record_without_the_number(bring, why, lm, home):
    result = bring("Ann,07400 123456,,\n")

    why("07400 123456", "--user", "kim")

    newest = lm("log", "--json").json[0]
    assert (newest["user"], newest["action"]) == ("kim", "why asked")
    assert newest["subject"] == f"phone: {result['import_id']}:1"
    assert "123456" not in (home.root / "accesses.jsonl").read_text()


def test_it_is_told_in_words_too(bring, lm):
    bring("Ann,07400 123456,,\n")
    bring("Bob,07400 123456,,\n", dedupe=DEDUPE)

    said = lm("why", "07400 123456").out

    assert "phone1 ← Tel '07400 123456' → +447400123456, dialled 07400123456, MOBILE" in said
    assert "rejected R_DUP_SAME_SUPPLIER: The same supplier has delivered this person before." in said
    assert "by scope destination, action keep_existing" in said
    assert "live on Warm" in said


@pytest.mark.parametrize("what", ["nobody", "12", " "])
def test_what_is_no_phone_no_address_and_no_lead_is_said_so(lm, what):
    answer = lm("why", what)

    assert answer.code == 2
    assert "no telephone number of GB, no e-mail address and no lead's id" in answer.err


def test_somebody_whom_nobody_brought_has_an_empty_path(lm):
    path = json.loads(lm("why", "07400 123456", "--json").out)

    assert (path["rows"], path["leads"]) == ([], [])
    assert path["dnc"][0]["is_listed"] is False


def test_a_lead_that_was_replaced_is_found_by_the_address_that_it_had(bring, why):
    bring("Ann,07400 123456,,ann@example.com\n")
    bring("Bea,07400 123456,,bea@example.com\n", dedupe={**DEDUPE, "action": "keep_new"})

    assert [row["status"] for row in why("ann@example.com")["rows"]] == ["completed"]
