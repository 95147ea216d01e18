"""Cool-downs: persons whom we called or invited, or who answered, are left in peace for a while."""

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.dnc.index import rebuild_sets
from pipelines.importing import import_drop
from pipelines.published.reading import open_reader
from pipelines.store import open_writer
from pipelines.templates.template import build_template

DROP = "Name,Tel,Home,Mail\nAnn,07400 123456,0121 234 5671,Ann@Example.com\nBob,07400 123457,,bob@example.com\n"
NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
DAY, TICK = timedelta(days=1), timedelta(microseconds=1)
COOLED = ["R_COOLDOWN", "created"]
NEITHER = ["created", "created"]


class Place:
    """A home, what was reported of Ann, and imports at noon of 31 March 2026 unless said otherwise."""

    def __init__(self, home, folder):
        self.home, self.folder, self.drops = home, folder, 0

    def report(self, event="attempt", before=DAY, *, point="+447400123456", list_id=1, survey_id=None):
        """Write to the history what happened so long before the import."""
        kind, value = (3, f"-1 - (md5_number('{point}') >> 82)::BIGINT") if "@" in point else (1, point.lstrip("+"))
        with open_writer(self.home) as connection:
            connection.execute(
                f"INSERT INTO contact_history VALUES ({kind}, ({value})::BIGINT, ?, 1, ?, ?, ?, ?)",
                [point if kind == 3 else None, list_id, survey_id, event, NOW - before],
            )

    def bring(self, text=DROP, now=NOW, **changes):
        self.drops += 1
        drop = self.folder / f"{self.drops}.csv"
        drop.write_text(text)
        mapping = {"first_name": "Name", "phone1": "Tel", "phone2": "Home", "email": "Mail"}
        values = {"name": "acme", "supplier": "Acme", "list": {"name": "Warm"}, "mapping": mapping, "hold_above": 1}
        return import_drop(drop, build_template({**values, **changes}, "acme"), self.home, now=now, force=True)

    def read(self, result, column="coalesce(code, fate)", now=NOW):
        with open_reader(self.home, now, reports=()) as reader:
            sql = f"SELECT {column} FROM import_rows WHERE import_id = ? ORDER BY row_number"
            return [value for (value,) in reader.execute(sql, [result.import_id]).fetchall()]


@pytest.fixture
def place(home, tmp_path):
    return Place(home, tmp_path)


@pytest.mark.feature("CM-013")
def test_without_a_cooldown_nothing_that_happened_keeps_anyone_out(place):
    place.report("attempt")
    place.report("response")

    assert place.read(place.bring()) == NEITHER


@pytest.mark.parametrize(
    ("cooldown", "reported", "fates"),
    [
        pytest.param(*case, marks=pytest.mark.feature("CM-013", *ids))
        for ids, *case in [
            (("CM-014",), {"survey": {"after_invitation": 30}}, {"survey_id": 7}, COOLED),
            (("CM-014",), {"survey": {"after_invitation": 30}}, {"survey_id": 8}, NEITHER),
            (("CM-014",), {"survey": {"after_invitation": 30}}, {}, NEITHER),
            (("CM-014",), {"survey": {"after_invitation": 30}}, {"survey_id": 7, "event": "response"}, NEITHER),
            (("CM-015",), {"survey": {"after_response": 90}}, {"survey_id": 7, "event": "response"}, COOLED),
            (("CM-015",), {"survey": {"after_response": 90}}, {"survey_id": 8, "event": "response"}, NEITHER),
            (("CM-016",), {"account": {"after_invitation": 7}}, {"survey_id": 8}, COOLED),
            (("CM-016",), {"account": {"after_invitation": 7}}, {"list_id": 9}, COOLED),
            (("CM-016",), {"account": {"after_invitation": 7}}, {"event": "response"}, NEITHER),
            (("CM-017",), {"account": {"after_response": 30}}, {"event": "response", "list_id": 9}, COOLED),
        ]
    ],
)
def test_each_scope_and_trigger_meets_its_own_events(place, cooldown, reported, fates):
    place.report(**reported)

    assert place.read(place.bring(survey={"id": 7}, cooldown=cooldown)) == fates


@pytest.mark.feature("CM-014", "CM-015", "CM-016", "CM-017")
@pytest.mark.parametrize(("event", "trigger"), [("attempt", "after_invitation"), ("response", "after_response")])
@pytest.mark.parametrize(("list_id", "fates"), [(1, COOLED), (9, NEITHER)])
def test_for_calls_the_narrow_scope_is_the_destination_list(place, event, trigger, list_id, fates):
    place.report(event, list_id=list_id)

    assert place.read(place.bring(cooldown={"list": {trigger: 7}})) == fates


@pytest.mark.parametrize(
    ("before", "fates"),
    [(7 * DAY - TICK, COOLED), (7 * DAY, NEITHER), (timedelta(), COOLED), (-TICK, NEITHER)],
    ids=["within", "over", "just now", "later than the import"],
)
def test_a_period_is_of_days_of_24_hours_from_the_event_up_to_the_import(place, before, fates):
    place.report(before=before)

    assert place.read(place.bring(time_zone="Europe/London", cooldown={"account": {"after_invitation": 7}})) == fates


@pytest.mark.parametrize(
    ("point", "detail"),
    [
        ("+447400123456", "phone1, until 2026-04-06"),
        ("+441212345671", "phone2, until 2026-04-06"),
        ("ann@example.com", "email, until 2026-04-06"),
    ],
)
def test_a_person_is_met_by_any_contact_point_and_the_detail_tells_which_and_until_when(place, point, detail):
    place.report(point=point)

    result = place.bring(cooldown={"account": {"after_invitation": 7}})

    assert place.read(result, "detail") == [f"account after_invitation 7 days: {detail}", None]


def test_of_several_periods_the_one_that_ends_last_is_told_with_its_day_where_the_list_is(place):
    place.report("attempt", before=timedelta(hours=1))
    place.report("response", before=2 * DAY)
    cooldown = {"list": {"after_invitation": 1}, "account": {"after_invitation": 1, "after_response": 2}}

    first = place.bring(cooldown=cooldown)
    second = place.bring(
        list={"name": "Sydney"}, time_zone="Australia/Sydney", cooldown={"account": {"after_invitation": 2}}
    )

    assert place.read(first, "detail")[0] == "list after_invitation 1 day: phone1, until 2026-04-01"
    assert place.read(second, "detail")[0] == "account after_invitation 2 days: phone1, until 2026-04-02"


def test_cooldown_speaks_before_do_not_call_and_duplicates_and_after_the_numbers(place):
    with open_writer(place.home) as connection:
        connection.execute("INSERT INTO dnc_entries VALUES (447400123456, 1)")
        rebuild_sets(connection)
        connection.execute(
            "INSERT INTO dnc_terms (terms_id, category, source, listed_on) VALUES (1, 'IVR', 'test', '2026-01-01')"
        )
    place.report()
    rules = {
        "dnc": {},
        "dedupe": {"keys": ["phone"], "scope": ["file"], "action": "keep_new"},
        "cooldown": {"account": {"after_invitation": 7}},
    }

    result = place.bring(DROP + "Ann,07400 123456,0121 234 5671,\nCy,12,,\n", **rules)

    assert place.read(result) == ["R_COOLDOWN", "created", "R_COOLDOWN", "R_PHONE_PLACEHOLDER"]
    assert "W_DNC_DROPPED" not in result.warnings
    assert (result.rows_received, result.created, result.rejected) == (4, 1, 3)


@pytest.mark.parametrize(("survey", "fates"), [({"id": 7}, COOLED), ({"id": 8}, NEITHER), (None, COOLED)])
def test_a_planned_invitation_counts_also_when_it_is_to_come(place, survey, fates):
    place.bring(DROP.split("Bob")[0], now=NOW - 9 * DAY, survey={"id": 7, "invite_in_days": 20})
    scope = "survey" if survey else "list"

    assert place.read(place.bring(survey=survey, cooldown={scope: {"after_invitation": 1}})) == fates


@pytest.mark.parametrize(("delay", "fates"), [(1, COOLED), (8, NEITHER)], ids=["went out", "was to come"])
@pytest.mark.parametrize("how", ["delete_existing", "expiry"])
def test_an_invitation_counts_after_its_lead_has_gone_but_not_if_the_lead_goes_first(place, how, delay, fates):
    first = {"expiry": {"in_days": 3}} if how == "expiry" else {}
    second = {"delete_existing": True} if how == "delete_existing" else {}
    rule = {"cooldown": {"account": {"after_invitation": 30}}}
    place.bring(DROP.split("Bob")[0], now=NOW - 5 * DAY, survey={"id": 7, "invite_in_days": delay}, **first)

    now = place.bring(**second, **rule)
    later = place.bring(list={"name": "Other"}, **rule) if fates == COOLED else None

    assert place.read(now) == fates
    assert later is None or place.read(later)[0] == "R_COOLDOWN"


def test_two_rows_of_a_person_in_one_drop_are_left_to_the_rules_for_duplicates(place):
    result = place.bring(DROP + DROP.split("\n")[1] + "\n", cooldown={"account": {"after_invitation": 7}})

    assert place.read(result) == ["created"] * 3


def test_the_supplier_summary_counts_the_rejected_as_policy(place):
    place.report()
    place.bring(cooldown={"account": {"after_invitation": 7}})

    with open_reader(place.home, NOW, reports=("supplier_summary",)) as reader:
        told = reader.sql("SELECT rows_rejected, rej_policy, reconciled FROM supplier_summary").fetchall()

    assert told == [(1, 1, True)]


@pytest.mark.feature("CM-008", "CM-014", "CM-016")
def test_every_key_is_set_on_the_command_line_and_shown_with_its_origin(world):
    template = world.make_template(survey={"id": 1}, cooldown={"account": {"after_response": 30}})
    changes = ("survey.id=4711", "survey.invite_at=09:30", "cooldown.survey.after_invitation=30")
    drop = world.write("drop.csv", "Name,Tel,Mail\nAnn,07400 123456,\n")

    options = [word for change in changes for word in ("--set", change)]
    seen = world.lm("preview", drop, "-t", template, *options, "--json").json["settings"]
    (result,) = world.lm("import", drop, "-t", template, *options, "--json").json

    shown = world.lm("show", result["import_id"], "--json").json["settings"]
    for settings in (seen, shown):
        told = {row["setting"]: (row["value"], row["from"]) for row in settings}
        assert told["survey.id"] == (4711, "override")
        assert told["survey.invite_at"] == ("09:30", "override")
        assert told["cooldown.survey.after_invitation"] == (30, "override")
        assert told["cooldown.account.after_response"] == (30, "template")
        assert told["cooldown.account.after_invitation"][0] is None
    assert world.ask("SELECT survey_id FROM survey_places") == [(4711,)]


PER_IMPORT = {"mode": "per_import", "clone_from": "Base"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"survey": {}}, "'survey.id' is missing"),
        ({"survey": {"id": 0}}, "survey.id"),
        ({"survey": {"id": 1, "invite_at": "25:00"}}, "'25:00' is not a time of day"),
        ({"survey": {"id": 1, "invite_at": "09:30:00.12345678"}}, "is not a time of day"),
        ({"survey": {"id": 1, "expire_at": "18:00"}}, "expire_at goes with expire_in_days"),
        ({"survey": {"id": 1, "invite_at": "18:00", "expire_in_days": 0, "expire_at": "18:00"}}, "is not after"),
        ({"survey": {"id": 1, "invite_on": 2}}, "'survey.invite_on' is not a key of a template. Did you mean"),
        ({"cooldown": {}}, "names no period"),
        ({"cooldown": {"account": {}}}, "names no period"),
        ({"cooldown": {"account": {"after_invitation": 0}}}, "cooldown.account.after_invitation"),
        ({"cooldown": {"account": {"after_invite": 7}}}, "Did you mean 'after_invitation'"),
        ({"cooldown": {"accounts": {"after_invitation": 7}}}, "Did you mean 'account'"),
        ({"cooldown": {"survey": {"after_response": 7}}}, "for calls, it is cooldown.list"),
        ({"cooldown": {"list": {"after_response": 7}}, "survey": {"id": 1}}, "it is cooldown.survey"),
        ({"cooldown": {"list": {"after_response": 7}}, "list": PER_IMPORT}, "Use cooldown.account"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_clear_line(world, changes, said):
    answer = world.check(**changes)

    assert answer.code == 2
    assert said in answer.err
    assert answer.err.count("\n") == 1
