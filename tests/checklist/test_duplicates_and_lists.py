"""Who is a duplicate of whom, and where; whose leads are deleted, tagged, routed, and dialled until when."""

from datetime import datetime

import pytest

from pipelines.store import open_writer

TWICE = "Name,Tel,Mail\nAnn,07400 123456,ann@example.com\nBea,07400 123456,bea@example.com\n"
KEEP = {"keys": ["phone"], "action": "keep_existing"}


def have_called(world, home):
    """Let the dialler have rung every lead three times."""
    with open_writer(home) as connection:
        connection.execute("UPDATE leads SET call_attempts = 3, status = 'called'")
        connection.execute("INSERT INTO unpublished SELECT DISTINCT 'leads', list_id::VARCHAR, import_id FROM leads")


@pytest.mark.feature("ML-043")
@pytest.mark.parametrize(
    ("keys", "created"), [(["phone"], ["Ann", "Cy"]), (["email"], ["Ann", "Bob"]), (["phone", "email"], ["Ann"])]
)
def test_people_are_the_same_by_phone_by_e_mail_or_by_either(world, keys, created):
    text = "Name,Tel,Mail\nAnn,07400 123456,ann@x.com\nBob,07400 123456,b@x.com\nCy,07400 123457,ANN@x.com\n"

    world.bring(text, dedupe={"keys": keys, "scope": ["file"], "action": "keep_existing"})

    assert [name for (name,) in world.ask("SELECT first_name FROM leads ORDER BY row_number")] == created


@pytest.mark.parametrize(
    ("scope", "lists", "fates"),
    [
        pytest.param(*case, marks=pytest.mark.feature(*ids))
        for ids, *case in [
            (("ML-045", "MA-027", "CM-021"), ["file"], [], ["created", "R_DUP_IN_FILE", "created", "created"]),
            (
                ("ML-046", "MA-027"),
                ["global"],
                [],
                ["created", "R_DUP_IN_FILE", "R_DUP_SAME_SUPPLIER", "R_DUP_SAME_SUPPLIER"],
            ),
            (
                ("ML-047", "MA-027"),
                ["destination"],
                [],
                ["created", "R_DUP_IN_FILE", "R_DUP_SAME_SUPPLIER", "created"],
            ),
            (
                ("ML-048", "MA-027"),
                ["lists"],
                ["Cold"],
                ["created", "created", "created", "R_DUP_SAME_SUPPLIER"],
            ),
            (
                ("ML-049", "MA-027"),
                ["destination", "lists"],
                ["Cold"],
                ["created", "R_DUP_IN_FILE", "R_DUP_SAME_SUPPLIER", "R_DUP_SAME_SUPPLIER"],
            ),
        ]
    ],
)
def test_duplicates_are_looked_for_where_the_scope_says(world, scope, lists, fates):
    world.bring("Name,Tel,Mail\nWarm,07400 123457,\n")
    world.bring("Name,Tel,Mail\nCold,07400 123458,\n", "--list", "Cold")
    world.bring("Name,Tel,Mail\nElsewhere,07400 123459,\n", "--list", "Third")
    text = "Name,Tel,Mail\nA,07400 123456,\nB,07400 123456,\nC,07400 123457,\nD,07400 123458,\n"

    result = world.bring(text, dedupe={**KEEP, "scope": scope, "lists": lists})

    assert world.fates(result) == fates


@pytest.mark.feature("ML-044", "ML-050")
@pytest.mark.parametrize(
    ("dedupe", "said"),
    [
        ({"keys": ["phone"], "action": "keep_new"}, "'dedupe.scope' is missing"),
        ({"keys": ["phone"], "scope": ["file"]}, "'dedupe.action' is missing"),
        ({**KEEP, "scope": ["global", "destination"]}, "scope global already looks everywhere"),
        ({**KEEP, "scope": ["global", "lists"], "lists": ["Cold"]}, "scope global already looks everywhere"),
    ],
)
def test_a_rule_for_duplicates_without_scope_or_action_or_with_too_many_is_refused(world, dedupe, said):
    answer = world.check(dedupe=dedupe)

    assert answer.code == 2
    assert said in answer.err


@pytest.mark.parametrize(
    ("action", "fate", "standing"),
    [
        pytest.param(*case, marks=pytest.mark.feature(*ids))
        for ids, *case in [
            (("ML-051", "MA-028"), "keep_existing", "R_DUP_SAME_SUPPLIER", [("Old", 3)]),
            (("ML-052", "MA-029"), "keep_new", "created", [("New", 0)]),
            (("ML-053", "MA-030"), "reset_older", "R_DUP_SAME_SUPPLIER", [("Old", 0)]),
        ]
    ],
)
def test_a_duplicate_is_rejected_replaces_or_resets_as_the_action_says(world, home, action, fate, standing):
    world.bring("Name,Tel,Mail\nOld,07400 123456,\n")
    have_called(world, home)

    rule = {"keys": ["phone"], "scope": ["destination"], "action": action}
    result = world.bring("Name,Tel,Mail\nNew,07400 123456,\n", dedupe=rule)

    assert world.fates(result) == [fate]
    assert world.ask("SELECT first_name, call_attempts FROM leads") == standing


@pytest.mark.parametrize(
    ("changes", "fate", "standing"),
    [
        pytest.param(*case, marks=pytest.mark.feature(*ids))
        for ids, *case in [
            (("AM-010",), {"action": "keep_existing"}, "R_DUP_SAME_SUPPLIER", [("Old", "Warm", 3)]),
            (("AM-010",), {"action": "update"}, "updated", [("New", "Warm", 3)]),
            (("AM-011",), {"action": "update", "reset_updated": True}, "updated", [("New", "Warm", 0)]),
            (("AM-012",), {"action": "update", "migrate": True}, "updated", [("New", "Named", 3)]),
        ]
    ],
)
def test_a_known_number_is_left_updated_churned_or_moved_to_the_list_that_is_named(
    world, home, changes, fate, standing
):
    world.bring("Name,Tel,Mail\nOld,07400 123456,\n")
    have_called(world, home)

    result = world.bring(
        "Name,Tel,Mail\nNew,07400 123456,\n",
        "--list",
        "Named",
        dedupe={"keys": ["phone"], "scope": "global", **changes},
    )

    state = world.ask("SELECT first_name, name, call_attempts FROM leads JOIN lists USING (list_id)")
    assert (world.fates(result), state) == ([fate], standing)


@pytest.mark.feature("LL-009")
@pytest.mark.parametrize(("action", "standing"), [("update", ["Ann2", "Bob2"]), ("keep_existing", ["Ann", "Bob"])])
def test_a_row_that_has_a_known_e_mail_or_phone_is_updated_or_skipped(world, action, standing):
    world.bring("Name,Tel,Mail\nAnn,07400 123456,ann@example.com\nBob,07400 123457,bob@example.com\n")

    text = "Name,Tel,Mail\nAnn2,07400 123456,\nBob2,,bob@example.com\n"
    result = world.bring(text, dedupe={"keys": ["phone", "email"], "scope": ["global"], "action": action})

    assert world.ask("SELECT first_name FROM leads ORDER BY lead_id") == [(name,) for name in standing]
    assert result["updated"] + result["rejected"] == 2


@pytest.mark.feature("CM-019", "CM-020")
@pytest.mark.parametrize(
    ("scope", "names"), [("global", ["New", "Newer"]), ("destination", ["Elsewhere", "Newer", "New"])]
)
def test_an_e_mail_is_unique_in_the_whole_account_or_within_the_list(world, scope, names):
    world.bring("Name,Tel,Mail\nElsewhere,,e@example.com\n", "--list", "Cold")
    world.bring("Name,Tel,Mail\nHere,,h@example.com\n")

    text = "Name,Tel,Mail\nNew,,E@example.com\nNewer,,h@example.com\n"
    world.bring(text, dedupe={"keys": ["email"], "scope": [scope], "action": "update"})

    assert sorted(world.ask("SELECT first_name FROM leads")) == sorted((name,) for name in names)


@pytest.mark.feature("ML-032", "ML-033", "ML-034")
@pytest.mark.parametrize(("deletes", "standing"), [(True, ["Else", "New"]), (False, ["Else", "New", "Old"])])
def test_what_stands_on_the_destination_and_nowhere_else_is_deleted_first_if_asked(world, deletes, standing):
    world.bring("Name,Tel,Mail\nOld,07400 123456,\n")
    world.bring("Name,Tel,Mail\nElse,07400 123457,\n", "--list", "Cold")

    result = world.bring("Name,Tel,Mail\nNew,07400 123458,\n", delete_existing=deletes, keep_callbacks=False)

    assert result["effects"]["deleted"] == int(deletes)
    assert sorted(world.ask("SELECT first_name FROM leads")) == [(name,) for name in standing]


@pytest.mark.feature("MA-019")
@pytest.mark.parametrize("callbacks", [True, False])
def test_what_was_deleted_before_an_import_comes_back_when_the_import_is_undone(world, callbacks):
    world.bring()
    leads = world.ask("SELECT * FROM leads ORDER BY lead_id")
    summary = world.ask("SELECT * FROM supplier_summary")
    result = world.bring(
        "Name,Tel,Mail\nNew,07400 123458,\n", "--supplier", "Bravo", delete_existing=True, keep_callbacks=callbacks
    )
    gone = world.ask("SELECT first_name FROM leads")

    undone = world.lm("undo", result["import_id"], "--json")

    assert (undone.code, undone.json["restored"]) == (0, {"deleted": 2})
    assert gone == [("New",)]
    assert world.ask("SELECT * FROM leads ORDER BY lead_id") == leads
    assert world.ask("SELECT * FROM supplier_summary") == summary


@pytest.mark.feature("ML-054", "ML-055", "ML-056", "MA-031")
@pytest.mark.parametrize(
    ("skill_group", "mapped", "groups"),
    [
        (None, False, [None, None]),
        (None, True, ["Care", None]),
        ("Sales", True, ["Care", "Sales"]),
        ("Sales", False, ["Sales", "Sales"]),
    ],
)
def test_a_skill_group_comes_from_the_file_else_from_the_template_else_from_nowhere(world, skill_group, mapped, groups):
    mapping = {"phone1": "Tel", **({"skill_group": "Team"} if mapped else {})}
    text = "Tel,Team\n07400 123456,Care\n07400 123457,\n"

    world.bring(text, mapping=mapping, skill_group=skill_group)

    assert world.ask("SELECT skill_group FROM leads ORDER BY row_number") == [(group,) for group in groups]


@pytest.mark.feature("ML-059", "ML-060", "MA-033")
@pytest.mark.parametrize(("zone", "fails"), [("Europe/London", False), (None, False), ("London", True)])
def test_all_leads_have_the_zone_that_is_named_or_none(world, zone, fails):
    answer = world.try_import(time_zone=zone)

    assert answer.code == (2 if fails else 0)
    assert fails or world.ask("SELECT DISTINCT time_zone FROM leads") == [(zone,)]


@pytest.mark.feature("ML-064", "ML-065", "ML-066", "MA-036", "MA-037", "MA-038")
@pytest.mark.parametrize(
    ("expiry", "expires_at"),
    [
        ({"on": "2026-06-30"}, "2026-06-30T23:00:00+00:00"),
        ({"in_days": 10}, "2026-03-13T00:00:00+00:00"),
        ({"on": "2026-06-30", "in_days": 10}, None),
        ({}, None),
    ],
)
def test_leads_expire_on_a_date_or_in_days_and_not_by_both(world, expiry, expires_at):
    answer = world.try_import(expiry=expiry, time_zone="Europe/London")

    assert answer.code == (0 if expires_at else 2)
    if expires_at:
        assert datetime.fromisoformat(answer.json[0]["expires_at"]) == datetime.fromisoformat(expires_at)
    else:
        assert "takes one of on (a date) and in_days (a number)" in answer.err


@pytest.mark.feature("LL-010")
def test_tags_are_put_on_every_lead(world):
    world.bring(tags=["spring", "web"])

    assert world.ask("SELECT DISTINCT tags FROM leads") == [(["spring", "web"],)]
