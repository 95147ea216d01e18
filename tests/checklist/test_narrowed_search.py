"""Options from the field: whom a row may meet, what happens to older duplicates, which numbers are taken at all."""

import pytest

from pipelines.store import open_writer

ANN = "Name,Tel,Mail\nAnn,07400 123456,\n"
BOB = "Name,Tel,Mail\nBob,07400 123456,\n"
KEEP = {"keys": ["phone"], "action": "keep_existing"}
MET = "R_DUP_SAME_SUPPLIER"


@pytest.mark.parametrize(("days", "fate"), [(0, "created"), (9, "created"), (10, MET), (400, MET)])
def test_only_leads_younger_than_so_many_days_count(world, days, fate):
    world.bring(ANN, "--on", "2026-02-20")

    result = world.bring(BOB, dedupe={**KEEP, "scope": ["destination"], "max_age_days": days})

    assert world.fates(result) == [fate]


@pytest.mark.parametrize(
    ("statuses", "fate"), [(["new"], "created"), (["sold", "contacted"], MET), ("contacted", MET), ([], MET)]
)
def test_only_leads_in_given_statuses_count(world, home, statuses, fate):
    world.bring(ANN)
    with open_writer(home) as connection:
        connection.execute("UPDATE leads SET status = 'contacted'")

    result = world.bring(BOB, dedupe={**KEEP, "scope": ["global"], "statuses": statuses})

    assert world.fates(result) == [fate]


@pytest.mark.parametrize(("statuses", "second"), [(["new"], "R_DUP_IN_FILE"), (["sold"], "created")])
def test_an_accepted_row_is_a_new_lead_to_the_rows_behind_it(world, statuses, second):
    text = "Name,Tel,Mail\nAnn,07400 123456,\nBob,07400 123456,\n"

    result = world.bring(text, dedupe={**KEEP, "scope": ["destination"], "statuses": statuses})

    assert world.fates(result) == ["created", second]


def test_scope_supplier_sees_that_suppliers_leads_on_any_list(world):
    text = "Name,Tel,Mail\nA,07400 123456,\nB,07400 123457,\nC,07400 123456,\n"
    world.bring("Name,Tel,Mail\nOwn,07400 123456,\n", "--list", "Cold")
    world.bring("Name,Tel,Mail\nOther,07400 123457,\n", "--list", "Cold", "--supplier", "Zeta")

    result = world.bring(text, dedupe={**KEEP, "scope": ["supplier"]})

    assert world.fates(result) == [MET, "created", MET]
    met = world.ask("SELECT met.scope FROM import_rows WHERE met IS NOT NULL")
    assert {scope for (scope,) in met} == {"supplier"}


def test_scope_supplier_sees_its_accepted_earlier_rows(world):
    text = "Name,Tel,Mail\nA,07400 123456,\nB,07400 123456,\n"

    result = world.bring(text, dedupe={**KEEP, "scope": ["supplier"]})

    assert world.fates(result) == ["created", "R_DUP_IN_FILE"]


def test_scope_campaign_sees_the_lists_of_the_campaign_and_no_other(world, lm):
    text = "Name,Tel,Mail\nA,07400 123456,\nB,07400 123457,\nC,07400 123458,\nD,07400 123458,\n"
    world.bring("Name,Tel,Mail\nSame,07400 123456,\n", list={"mode": "named", "name": "Cold", "campaign": "Spring"})
    world.bring("Name,Tel,Mail\nOther,07400 123457,\n", "--list", "Third")
    world.bring("Name,Tel,Mail\nWarm,07400 123459,\n")
    assert lm("lists", "campaign", "Warm", "Spring").code == 0

    result = world.bring(text, dedupe={**KEEP, "scope": ["campaign"]})

    assert world.fates(result) == [MET, "created", "created", "R_DUP_IN_FILE"]
    assert world.ask("SELECT name, campaign FROM lists ORDER BY name") == [
        ("Cold", "Spring"), ("Third", None), ("Warm", "Spring")
    ]  # fmt: skip


def test_scopes_are_added_to_each_other(world):
    text = "Name,Tel,Mail\nA,07400 123456,\nB,07400 123457,\nC,07400 123458,\n"
    world.bring("Name,Tel,Mail\nOwn,07400 123456,\n", "--list", "Cold")
    world.bring("Name,Tel,Mail\nOther,07400 123457,\n", "--list", "Third", "--supplier", "Zeta")
    world.bring("Name,Tel,Mail\nElse,07400 123458,\n", "--list", "Fourth", "--supplier", "Zeta")

    result = world.bring(text, dedupe={**KEEP, "scope": ["supplier", "lists"], "lists": ["Third"]})

    assert world.fates(result) == [MET, "R_DUP_OTHER_SUPPLIER", "created"]


@pytest.mark.parametrize(
    ("dedupe", "said"),
    [
        ({"scope": ["campaign"]}, "has no campaign to look in"),
        ({"scope": ["global", "supplier"]}, "scope global already looks everywhere"),
        ({"scope": ["file"], "max_age_days": 3}, "scope file looks at none"),
        ({"scope": ["destination"], "move_to": "Cold"}, "move_to goes with action keep_new only"),
        ({"scope": ["destination"], "action": "keep_new", "move_to": "Nowhere"}, "There is no list 'Nowhere'"),
        ({"scope": ["destination"], "action": "keep_new", "move_to": "Warm"}, "is the destination itself"),
        ({"scope": ["destination"], "statuses": ["dialed"]}, "dedupe.statuses"),
        ({"scope": ["supplier", "lists"], "lists": ["Cold"], "migrate": True}, "needs destination"),
        ({"scope": ["file"], "keys": ["email"], "shared_phone_above": 3}, "goes with the key phone"),
    ],
)
def test_what_does_not_go_together_is_refused_with_the_reason(world, dedupe, said):
    world.bring(ANN)

    answer = world.try_import(BOB, dedupe={**KEEP, **dedupe})

    assert answer.code != 0
    assert said in answer.err + answer.out


def test_a_list_of_another_campaign_is_not_taken_for_this_one(world):
    world.bring(ANN)

    answer = world.try_import(BOB, list={"mode": "named", "name": "Warm", "campaign": "Spring"})

    assert answer.code != 0
    assert "leadmill lists campaign 'Warm' 'Spring'" in answer.err + answer.out


def test_older_duplicates_move_to_another_list_and_come_back_with_an_undo(world, lm):
    world.bring("Name,Tel,Mail\nArchived,07400 123459,\n", "--list", "Archive")
    world.bring("Name,Tel,Mail\nAnn,07400 123456,\nZoe,07400 123457,\n")
    stood = world.ask("SELECT first_name, name FROM leads JOIN lists USING (list_id) ORDER BY 1")
    dedupe = {"keys": ["phone"], "scope": ["destination", "lists"], "lists": ["Archive"], "action": "keep_new"}

    result = world.bring(
        "Name,Tel,Mail\nBob,07400 123456,\nNew,07400 123459,\n", dedupe={**dedupe, "move_to": "Archive"}
    )
    now = world.ask("SELECT first_name, name FROM leads JOIN lists USING (list_id) ORDER BY 1")
    lm("undo", result["import_id"])

    assert now == [("Ann", "Archive"), ("Archived", "Archive"), ("Bob", "Warm"), ("New", "Warm"), ("Zoe", "Warm")]
    assert (result["created"], result["effects"]["migrated"], result["effects"]["replaced"]) == (2, 1, 0)
    assert world.ask("SELECT first_name, name FROM leads JOIN lists USING (list_id) ORDER BY 1") == stood


SWITCHBOARD = "Name,Tel,Mail\nA,020 7946 0123,a@x.com\nB,020 7946 0123,b@x.com\nC,020 7946 0123,a@x.com\n"


@pytest.mark.parametrize(
    ("above", "fates"),
    [
        (2, ["created", "created", "R_DUP_IN_FILE"]),
        (3, ["created", "R_DUP_IN_FILE", "R_DUP_IN_FILE"]),
    ],
)
def test_the_number_of_a_switchboard_makes_nobody_the_same(world, above, fates):
    dedupe = {"keys": ["phone", "email"], "scope": ["file"], "action": "keep_existing", "shared_phone_above": above}

    result = world.bring(SWITCHBOARD, phone={"require": "possible"}, dedupe=dedupe)

    assert world.fates(result) == fates
    assert result["warnings"].get("W_SHARED_PHONE", 0) == (3 if above == 2 else 0)
    assert world.ask("SELECT phone1 FROM leads ORDER BY row_number")[0] == ("02079460123",)


def test_the_number_of_a_switchboard_does_not_meet_leads_either(world):
    world.bring("Name,Tel,Mail\nOld,020 7946 0123,\n", phone={"require": "possible"})
    dedupe = {"keys": ["phone"], "scope": ["file", "destination"], "action": "update", "shared_phone_above": 2}

    result = world.bring(SWITCHBOARD, phone={"require": "possible"}, dedupe=dedupe)

    assert (result["created"], result["updated"]) == (3, 0)
    assert world.ask("SELECT DISTINCT detail FROM import_rows WHERE detail IS NOT NULL") == [("phone1 on 3 rows",)]


TYPES = "Name,Tel,Mail\nMobile,07400 123456,\nLand,020 7183 8750,\nPremium,0909 879 0000,\nVoip,056 1234 5678,v@x.com\n"


@pytest.mark.parametrize(
    ("types", "fates"),
    [
        ({"keep": ["mobile"]}, ["created", "R_PHONE_TYPE", "R_PHONE_TYPE", "created"]),
        ({"keep": "MOBILE"}, ["created", "R_PHONE_TYPE", "R_PHONE_TYPE", "created"]),
        ({"refuse": ["premium", "voip"]}, ["created", "created", "R_PHONE_TYPE", "created"]),
        ({"refuse": ["PREMIUM_RATE", "FIXED_LINE"]}, ["created", "R_PHONE_TYPE", "R_PHONE_TYPE", "created"]),
    ],
)
def test_types_of_numbers_are_refused_or_kept(world, types, fates):
    result = world.bring(TYPES, phone={"types": types})

    assert world.fates(result) == fates
    assert world.ask("SELECT rej_policy, rej_phone_invalid FROM supplier_summary") == [(fates.count("R_PHONE_TYPE"), 0)]


def test_a_lead_goes_on_by_its_e_mail_where_its_number_is_of_a_refused_type(world):
    result = world.bring(TYPES, phone={"types": {"refuse": ["voip"]}})

    assert result["warnings"] == {"W_PHONE_DROPPED": 1}
    assert world.ask("SELECT phone1, email FROM leads WHERE first_name = 'Voip'") == [(None, "v@x.com")]


@pytest.mark.parametrize("types", [{}, {"keep": ["mobile"], "refuse": ["voip"]}, {"keep": ["fax"]}])
def test_types_are_kept_or_refused_and_known(world, types):
    answer = world.check(phone={"types": types})

    assert answer.code == 2
    assert "phone.types" in answer.err
