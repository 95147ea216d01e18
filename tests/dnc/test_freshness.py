"""Rules of freshness: a stale list refuses to screen, clocks run per number, a wash holds for some days."""

from datetime import UTC, date, datetime, timedelta

import pytest

TODAY = datetime.now(UTC).date()
DNC = {"categories": ["TPS"]}
ONE = "Name,Tel,Mail\nAnn,07400 123456,\n"


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.mark.parametrize(("age", "is_refused"), [(27, False), (28, False), (29, True), (None, True)])
def test_a_list_that_is_older_than_its_rule_allows_or_was_never_loaded_refuses_to_screen(lists, age, is_refused):
    lists.lm("dnc", "rule", "TPS", "--max-age", 28)
    if age is not None:
        lists.load("07400 999999\n", "--as-of", ago(age))

    answer = lists.try_import(ONE, dnc=DNC)

    assert answer.code == (2 if is_refused else 0)
    assert lists.ask("SELECT count(*) FROM leads") == [(0 if is_refused else 1,)]
    assert lists.status()["freshness"] == ("stale" if is_refused else "fresh")
    if is_refused:
        assert "do-not-call category 'TPS'" in answer.err
        assert "leadmill dnc load" in answer.err


def test_a_stale_list_screens_where_that_is_allowed_and_it_is_on_record(lists):
    lists.lm("dnc", "rule", "TPS", "--max-age", 28)
    lists.load("07400 123456\n", "--as-of", ago(60))

    result = lists.bring(ONE, "--allow-stale-dnc", dnc=DNC)

    assert lists.fates(result) == ["R_DNC_TPS"]
    assert any("stale" in notice and "60 days old" in notice for notice in result["notices"])
    logged = lists.ask("SELECT detail FROM audit_log WHERE action = 'stale dnc allowed'")
    assert logged == [("do-not-call category 'TPS'",)]


def test_an_import_that_does_not_check_the_stale_category_goes_on(lists):
    lists.lm("dnc", "rule", "TPS", "--max-age", 28)

    assert lists.fates(lists.bring(ONE)) == ["created"]


def test_with_a_clock_an_entry_binds_once_it_has_been_listed_for_so_long(lists):
    lists.lm("dnc", "rule", "TPS", "--clock", 28)
    lists.load("number,listed_on\n07400 123456,2026-02-02\n07400 123457,2026-02-03\n")
    lists.load("07400 123458\n")  # nobody says since when: it binds at once
    drop = "Name,Tel,Mail\nAnn,07400 123456,\nBob,07400 123457,\nCy,07400 123458,\n"

    result = lists.bring(drop, dnc=DNC)  # on 2 March: 28 and 27 days

    assert lists.fates(result) == ["R_DNC_TPS", "created", "R_DNC_TPS"]


def test_a_number_that_no_wash_freed_lately_may_not_be_dialled(lists):
    lists.lm("dnc", "rule", "TPS", "--wash", 30)
    answer = (
        "number,washed_on,result\n07400 123456,2026-02-01,clean\n07400 123457,2026-01-01,N\n07400 123458,2026-02-20,Y\n"
    )
    lists.load(answer, "--washed")
    drop = "Name,Tel,Mail\n" + "".join(f"P,07400 12345{n},\n" for n in (6, 7, 8, 9))

    result = lists.bring(drop, dnc=DNC)

    assert lists.fates(result) == ["created", "R_DNC_TPS", "R_DNC_TPS", "R_DNC_TPS"]
    assert "not washed" in lists.ask("SELECT detail FROM import_rows WHERE row_number = 4")[0][0]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("TPS: {max_age: 28}", "there is no key 'max_age'. Did you mean 'max_age_days'?"),
        ("TPS: {max_age_days: often}", "no number of days"),
        ("TPS: 28", "'TPS' has no rule"),
    ],
)
def test_a_rule_that_cannot_be_understood_is_told_by_its_file(lists, home, text, why):
    home.make()
    (home.root / "dnc.yaml").write_text(text)

    answer = lists.try_import(ONE, dnc=DNC)

    assert answer.code == 2
    assert "dnc.yaml" in answer.err
    assert why in answer.err


def test_rules_are_changed_by_command_and_comments_in_the_file_stay(lists, home):
    home.make()
    (home.root / "dnc.yaml").write_text("# ours\nUS: {max_age_days: 31}\n")

    lists.lm("dnc", "rule", "TPS", "--max-age", 28, "--clock", 28)
    shown = lists.lm("dnc", "rule", "TPS", "--json").json
    lists.lm("dnc", "rule", "US", "--none")

    assert shown["rule"] == {"max_age_days": 28, "clock_days": 28, "wash_days": None}
    assert (home.root / "dnc.yaml").read_text().startswith("# ours")
    assert lists.lm("dnc", "rule", "US", "--json").json["rule"] is None
