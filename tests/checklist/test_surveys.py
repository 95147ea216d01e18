"""Places in a survey for the contacts of an import: which, when, until when, and what becomes of them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pipelines.importing import import_drop
from pipelines.points.recognising import list_points
from pipelines.published.reading import open_reader
from pipelines.published.summarising import name_reports
from pipelines.store import open_writer
from pipelines.surveys import plan_place, remove_places
from pipelines.templates.surveys import SurveyOptions
from pipelines.templates.template import build_template
from pipelines.undoing import undo_import

TICK = timedelta(microseconds=1)
ANN = "Name,Tel,Mail\nAnn,07400 123456,ann@example.com\n"
SAME = {"keys": ["phone"], "scope": ["destination", "file"], "action": "update"}
PLACES = "SELECT survey_id, row_number, invite_at, expires_at FROM survey_places ORDER BY ALL"


@pytest.fixture
def bring(home, tmp_path):
    """Import Ann, or another drop, by a template with changes; ``now`` is what the clock says."""
    count = iter(range(1, 100))

    def run(now, text=ANN, *, on=None, **changes):
        drop = tmp_path / f"{next(count)}.csv"
        drop.write_text(text)
        mapping = {"first_name": "Name", "phone1": "Tel", "email": "Mail"}
        values = {"name": "acme", "supplier": "Acme", "list": {"name": "Panel"}, "mapping": mapping, "hold_above": 1}
        return import_drop(drop, build_template({**values, **changes}, "acme"), home, on=on, now=now, force=True)

    return run


@pytest.fixture
def ask(home):
    """Ask what is published, as it is seen at an instant."""

    def run(now, sql=PLACES):
        with open_reader(home, now, reports=name_reports(sql)) as reader:
            return [tuple(row.values()) for row in reader.sql(sql).pl().to_dicts()]

    return run


def at(text: str) -> datetime:
    """Return an instant of March 2026, such as ``02 12:00``, or one that is written out."""
    return datetime.fromisoformat(text if len(text) > 10 else f"2026-03-{text}").astimezone(UTC)


def noon(day: int) -> datetime:
    return datetime(2026, 3, day, 12, tzinfo=UTC)


@pytest.mark.feature("CM-006", "CM-007", "CM-008")
def test_contacts_are_linked_to_a_list_and_those_accepted_get_a_place_in_the_survey(world):
    text = "Name,Tel,Mail\nAnn,07400 123456,\nBob,12,\nCy,07400 123458,\n"

    result = world.bring(text, list={"mode": "named", "name": "Panel"}, survey={"id": 4711})

    places = world.ask(
        "SELECT survey_id, p.import_id, lists.name, p.row_number, first_name FROM survey_places AS p"
        " JOIN leads USING (lead_id) JOIN lists USING (list_id) ORDER BY row_number"
    )
    assert world.fates(result) == ["created", "R_PHONE_PLACEHOLDER", "created"]
    assert places == [(4711, result["import_id"], "Panel", row, name) for row, name in ((1, "Ann"), (3, "Cy"))]


@pytest.mark.feature("CM-007")
def test_without_a_survey_nobody_gets_a_place(world):
    world.bring()

    assert world.ask("SELECT * FROM survey_places") == []


@pytest.mark.feature("CM-009", "CM-010")
@pytest.mark.parametrize(
    ("zone", "day", "survey", "invited"),
    [
        ("UTC", "2026-03-02", {}, "2026-03-02T00:00+00:00"),
        ("UTC", "2026-03-02", {"invite_at": "00:00:00.1234567"}, "2026-03-02T00:00:00.123456+00:00"),
        ("UTC", "2026-12-31", {"invite_in_days": 1, "invite_at": "09:30"}, "2027-01-01T09:30+00:00"),
        ("Europe/London", "2026-03-28", {"invite_in_days": 1, "invite_at": "09:30"}, "2026-03-29T08:30+00:00"),
        ("Europe/London", "2026-03-28", {"invite_in_days": 1}, "2026-03-29T00:00+00:00"),
        ("Europe/London", "2026-03-28", {"invite_in_days": 2}, "2026-03-29T23:00+00:00"),
        ("Europe/London", "2026-03-29", {"invite_at": "01:30"}, "2026-03-29T01:30+00:00"),  # skipped: it is 02:30
        ("Europe/London", "2026-10-25", {"invite_at": "01:30"}, "2026-10-25T00:30+00:00"),  # comes twice: the first
        ("Europe/London", "2026-10-23", {"invite_in_days": 2, "invite_at": "18:00:30"}, "2026-10-25T18:00:30+00:00"),
        ("Australia/Sydney", "2026-10-03", {"invite_in_days": 1, "invite_at": "09:00"}, "2026-10-03T22:00+00:00"),
        ("Australia/Sydney", "2026-04-04", {"invite_in_days": 1, "invite_at": "09:00"}, "2026-04-04T23:00+00:00"),
    ],
)
def test_people_are_invited_days_after_the_import_date_at_a_time_where_the_list_is(zone, day, survey, invited):
    planned = plan_place(SurveyOptions(id=1, **survey), date.fromisoformat(day), ZoneInfo(zone))

    assert planned["invite_at"] == at(invited)


@pytest.mark.feature("CM-011", "CM-012")
@pytest.mark.parametrize(
    ("zone", "day", "survey", "end"),
    [
        ("UTC", "2026-03-02", {"expire_in_days": 0}, "2026-03-03T00:00+00:00"),
        ("UTC", "2026-03-02", {"invite_in_days": 2, "expire_in_days": 14}, "2026-03-19T00:00+00:00"),
        (
            "UTC",
            "2026-03-02",
            {"invite_in_days": 2, "expire_in_days": 14, "expire_at": "18:00"},
            "2026-03-18T18:00+00:00",
        ),
        ("Europe/London", "2026-03-27", {"expire_in_days": 2}, "2026-03-29T23:00+00:00"),
        ("Europe/London", "2026-03-27", {"expire_in_days": 2, "expire_at": "18:00"}, "2026-03-29T17:00+00:00"),
        ("Europe/London", "2026-10-24", {"expire_in_days": 1}, "2026-10-26T00:00+00:00"),
        ("Australia/Sydney", "2026-10-03", {"expire_in_days": 1}, "2026-10-04T13:00+00:00"),
        ("Australia/Sydney", "2026-04-04", {"expire_in_days": 1, "expire_at": "00:00:01"}, "2026-04-04T13:00:01+00:00"),
    ],
)
def test_a_place_ends_at_a_time_days_after_the_invitation_or_at_the_midnight_that_ends_that_day(zone, day, survey, end):
    planned = plan_place(SurveyOptions(id=1, **survey), date.fromisoformat(day), ZoneInfo(zone))

    assert planned["place_expires_at"] == at(end)


@pytest.mark.feature("CM-009", "CM-010", "CM-011", "CM-012")
@pytest.mark.parametrize(
    ("zone", "day", "invited", "end"),
    [
        ("Europe/London", "2026-03-28", "2026-03-29T08:30+00:00", "2026-03-30T17:00+00:00"),
        ("Europe/London", "2026-10-23", "2026-10-24T08:30+00:00", "2026-10-25T18:00+00:00"),
        ("Australia/Sydney", "2026-10-03", "2026-10-03T22:30+00:00", "2026-10-05T07:00+00:00"),
    ],
)
def test_a_place_is_seen_until_the_instant_at_which_it_expires(bring, ask, zone, day, invited, end):
    survey = {"id": 1, "invite_in_days": 1, "invite_at": "09:30", "expire_in_days": 1, "expire_at": "18:00"}
    bring(noon(2), on=date.fromisoformat(day), time_zone=zone, survey=survey)

    assert ask(at(end) - TICK) == [(1, 1, at(invited), at(end))]
    assert ask(at(end)) == []


def test_a_place_goes_with_its_lead_when_that_expires(bring, ask):
    bring(noon(2), survey={"id": 1}, expiry={"in_days": 0})

    assert len(ask(at("2026-03-03T00:00+00:00") - TICK)) == 1
    assert ask(at("2026-03-03T00:00+00:00")) == []


@pytest.mark.feature("CM-030")
def test_update_existing_renews_the_place_that_a_contact_has_in_this_survey(bring, ask):
    first = bring(noon(2), survey={"id": 1, "invite_in_days": 2, "expire_in_days": 3})
    bring(noon(2), survey={"id": 2}, dedupe=SAME)

    second = bring(noon(3), survey={"id": 1, "invite_in_days": 5}, dedupe=SAME)

    whole = "SELECT import_id, created_at, updated_at FROM survey_places WHERE survey_id = 1"
    assert second.updated == 1
    assert ask(noon(3)) == [(1, 1, at("2026-03-08T00:00+00:00"), None), (2, 1, at("2026-03-02T00:00+00:00"), None)]
    assert ask(noon(3), whole) == [(first.import_id, at("2026-03-02T00:00+00:00"), at("2026-03-03T00:00+00:00"))]


@pytest.mark.feature("CM-030")
def test_without_update_existing_each_import_gives_another_place_and_the_newest_is_what_is_renewed_later(bring, ask):
    for day in (2, 3):
        bring(noon(day), survey={"id": 1, "update_existing": False}, dedupe=SAME)

    assert [invite_at.day for _, _, invite_at, _ in ask(noon(4))] == [2, 3]

    bring(noon(4), survey={"id": 1}, dedupe=SAME)

    assert [invite_at.day for _, _, invite_at, _ in ask(noon(4))] == [2, 4]


@pytest.mark.feature("CM-030")
@pytest.mark.parametrize("renews", [True, False])
def test_two_rows_of_one_person_in_a_drop_give_one_place(bring, ask, renews):
    result = bring(noon(2), ANN + "Anna,07400 123456,\n", survey={"id": 1, "update_existing": renews}, dedupe=SAME)

    assert (result.created, result.updated) == (1, 1)
    assert ask(noon(2)) == [(1, 1, at("2026-03-02T00:00+00:00"), None)]


@pytest.mark.parametrize("action", ["keep_new", "delete"])
def test_a_place_goes_with_its_lead_when_that_is_replaced_or_deleted(bring, ask, action):
    how = {"delete_existing": True} if action == "delete" else {"dedupe": {**SAME, "action": action}}
    bring(noon(2), survey={"id": 1})

    bring(noon(3), **how)

    assert ask(noon(3), "SELECT count(*) FROM leads") == [(1,)]
    assert ask(noon(3)) == []


@pytest.mark.parametrize(
    "then", [{"dedupe": SAME}, {"dedupe": {**SAME, "action": "keep_new"}}, {"delete_existing": True}]
)
@pytest.mark.parametrize("delay", [0, pytest.param(9, marks=pytest.mark.full)])
def test_what_an_import_did_to_places_is_put_back_to_the_last_row(home, bring, then, delay):
    def read(connection):
        tables = ("survey_places", "contact_history", "survey_place_images")
        return [connection.sql(f"SELECT * FROM {table} ORDER BY ALL").fetchall() for table in tables]

    for survey in (1, 2):
        bring(noon(2), survey={"id": survey, "invite_in_days": delay}, dedupe=SAME)
    with open_writer(home) as connection:
        list_points(connection, "SELECT lead_id FROM leads")
        connection.execute(
            "INSERT INTO contact_history SELECT kind, value, NULL, lead_id, list_id, 1, 'attempt', invite_at"
            " FROM lead_points JOIN survey_places USING (lead_id) WHERE kind = 1"
        )
        before = read(connection)

    result = bring(noon(5), survey={"id": 1}, **then)

    with open_writer(home) as connection:
        between = read(connection)
    undo_import(home, result.import_id, user="ann", now=noon(6))
    with open_writer(home) as connection:
        after = read(connection)
    assert between[0] != before[0]
    assert after == before


def test_a_sweep_takes_places_away_and_keeps_what_was_sent_in_the_history(home, bring):
    for day, survey in ((2, 1), (9, 2)):
        bring(noon(2), survey={"id": survey, "invite_in_days": day - 2}, dedupe=SAME)

    with open_writer(home) as connection:
        remove_places(connection, "SELECT lead_id FROM leads", "sweep", noon(5))
        left = connection.sql("SELECT count(*) FROM survey_places").fetchall()
        kept = connection.sql("SELECT kind, text, survey_id, event FROM contact_history ORDER BY kind").fetchall()

    assert left == [(0,)]
    assert kept == [(1, None, 1, "attempt"), (3, "ann@example.com", 1, "attempt")]
