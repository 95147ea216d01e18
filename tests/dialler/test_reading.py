"""Reports as diallers write them: headers, times, amounts, and rows that cannot be read."""

import csv
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.dialler.flaws import FLAWS
from pipelines.errors import UserError
from tests.dialler.conftest import ANN, BEN

CALL = "2026-03-03T10:00:00Z"
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("cell", "instant"),
    [
        ("2026-03-03T10:00:00Z", "2026-03-03T10:00:00"),
        ("2026-03-03 10:00:00+00:00", "2026-03-03T10:00:00"),
        ("2026-03-03T10:00:00.250-0500", "2026-03-03T15:00:00.250"),
        ("2026-03-03 10:00:00 UTC", "2026-03-03T10:00:00"),
        ("2026-03-03T10:00+05:30", "2026-03-03T04:30:00"),
        ("2026-03-03T12:00+02", "2026-03-03T10:00:00"),
        ("2026-03-03 10:00", "2026-03-03T10:00:00"),
    ],
)
def test_a_time_is_iso_with_or_without_a_zone(world, cell, instant):
    world.bring(ANN)

    world.load("attempts", f"phone,called_at\n{ANN},{cell}")

    assert world.ask("SELECT called_at FROM attempts") == [(datetime.fromisoformat(instant).replace(tzinfo=UTC),)]


def test_a_time_without_a_zone_is_one_of_the_lead_s_list_or_of_the_option(world):
    now = datetime(2026, 7, 9, tzinfo=UTC)
    world.bring(ANN)
    world.bring(BEN, to="Cold", time_zone="America/New_York")

    world.load("attempts", f"phone,called_at\n{ANN},2026-07-01 10:00\n{BEN},2026-07-01 10:00", now=now)
    world.load("attempts", f"phone,called_at\n{ANN},2026-07-02 10:00", time_zone="Asia/Tokyo", now=now)

    times = world.ask("SELECT called_at FROM attempts ORDER BY called_at")
    assert [at.isoformat()[5:16] for (at,) in times] == ["07-01T09:00", "07-01T14:00", "07-02T01:00"]


@pytest.mark.parametrize(
    ("columns", "row", "reason"),
    [
        ("phone,called_at", f"{ANN},03/03/2026 10:00", "bad_time"),
        ("phone,called_at", f"{ANN},2026-03-03", "bad_time"),
        ("phone,called_at", f"{ANN},2026-02-30T10:00:00Z", "bad_time"),
        ("phone,called_at", f"{ANN},", "bad_time"),
        ("phone,called_at", f"{ANN},2027-03-03T10:00:00Z", "future_time"),
        ("phone,called_at", f",{CALL}", "no_lead"),
        ("phone,called_at", f"none,{CALL}", "bad_number"),
        ("phone,called_at", f'"{ANN}",{CALL},x', "unreadable_row"),
        ("lead_id,called_at", f"1.15292E+18,{CALL}", "rounded_id"),
        ("phone,called_at,outcome", f"{ANN},{CALL},", "no_outcome"),
        ("phone,called_at,outcome,sale_value", f"{ANN},{CALL},SALE,£12", "bad_amount"),
        ("phone,called_at,outcome,sale_value", f'{ANN},{CALL},SALE,"1,200"', "bad_amount"),
        ("phone,called_at,outcome,sale_value,currency", f"{ANN},{CALL},SALE,12,XX", "bad_currency"),
        ("phone,due_at,state", f"{ANN},{CALL},perhaps", "bad_state"),
    ],
)
def test_a_row_that_cannot_be_read_costs_itself_and_says_why(world, columns, row, reason):
    world.bring(ANN, BEN)
    kind = "callbacks" if "due_at" in columns else "dispositions" if "outcome" in columns else "attempts"
    ben = str(world.find(BEN)) if "lead_id" in columns else BEN
    rest = {"outcome": "NA", "sale_value": "", "currency": "", "state": "open"}
    sound = ",".join([ben, CALL, *(rest[name] for name in columns.split(",")[2:])])

    done = world.load(kind, f"{columns}\n{sound}\n{row}\n{sound}")

    assert (done.bad, done.unmatched, dict(done.reasons)) == (1, 0, {reason: 1})
    assert done.by_id + done.by_number == 2
    assert done.added == 1


def test_a_file_of_which_most_cannot_be_read_is_refused_and_nothing_is_loaded(world):
    world.bring(ANN)

    with pytest.raises(UserError, match=r"report\.csv: 2 of 3 rows cannot be read.*not ISO") as refused:
        world.load("attempts", f"phone,called_at\n{ANN},{CALL}\n{ANN},03/03/2026\n{ANN},04/03/2026")

    assert "07400" not in str(refused.value)
    assert world.ask("SELECT count(*) FROM attempts") == [(0,)]
    assert world.ask("SELECT count(*) FROM dialler_loads") == [(0,)]


@pytest.mark.parametrize(
    ("kind", "header", "said"),
    [
        ("attempts", "phone,when", "No column for 'called_at'. Found: phone, when. Name it 'called_at', one row for"),
        ("attempts", "phone,caled_at", "Did you mean 'caled_at'?"),
        ("attempts", "phone,call_attempts,last_called_at", "one row for each call"),
        ("attempts", "name,called_at", "No column says which lead"),
        ("dispositions", "phone,called_at,agent", "No column for 'outcome'"),
        ("callbacks", "phone,notes", "No column for 'due_at'"),
    ],
)
def test_a_column_that_is_missing_is_named_with_those_that_are_there(world, kind, header, said):
    with pytest.raises(UserError) as refused:
        world.load(kind, f"{header}\n{','.join('x' * len(header.split(',')))}")

    assert said in str(refused.value)


@pytest.mark.parametrize(
    "header",
    ["Phone Number;CALL TIME;Disposition", "number_dialed,call_date,status", "Tel.\tCalled-At\tOutcome Code"],
)
def test_columns_are_known_by_many_names_in_any_dialect(world, header):
    world.bring(ANN)
    mark = next(mark for mark in ";\t," if mark in header)

    done = world.load("dispositions", f"{header}\n{mark.join([ANN, CALL, 'ni'])}")

    assert (done.by_number, done.added) == (1, 1)
    assert world.ask("SELECT outcome FROM dispositions") == [("NI",)]


def test_a_report_may_be_json(world):
    world.bring(ANN)
    text = f'[{{"lead": 1, "phone": "{ANN}", "calledAt": "{CALL}", "outcome": "SALE", "saleValue": 49.5}}]'

    done = world.load("dispositions", text, name="report.json")

    assert done.added == 1
    assert world.ask("SELECT sale_value, currency FROM dispositions") == [(Decimal("49.5"), "GBP")]


@pytest.mark.parametrize("digits", [15, 16, 17])
def test_ids_that_somebody_took_for_numbers_are_not_believed(world, digits):
    world.bring(*(f"07400 {n:06}" for n in range(1, 60)))
    ids = [row[0] for row in world.ask("SELECT lead_id FROM leads ORDER BY 1 LIMIT 9")]
    rounded = [f"{str(i)[:digits]}{'0' * (len(str(i)) - digits)}" for i in ids]

    done = world.load("attempts", "lead_id,phone,called_at\n" + "\n".join(f"{i},{ANN},{CALL}" for i in rounded))
    with pytest.raises(UserError, match="as text"):
        world.load("attempts", "lead_id,called_at\n" + "\n".join(f"{i},{CALL}" for i in rounded))

    assert (done.by_id, done.by_number, done.added) == (0, 9, 1)


def test_an_id_that_ends_on_zeros_by_itself_is_believed(world):
    world.bring(*(f"07400 {n:06}" for n in range(1, 201)))
    ids = [row[0] for row in world.ask("SELECT lead_id FROM leads ORDER BY lead_id % 100 LIMIT 10")]

    done = world.load("attempts", "lead_id,called_at\n" + "\n".join(f"{i},{CALL}" for i in ids))

    assert ids[0] % 100 == 0
    assert (done.by_id, done.bad) == (10, 0)


def test_rows_that_are_left_out_are_handed_back_as_they_came_with_the_reason(world, tmp_path):
    world.bring(ANN, BEN)
    out = tmp_path / "out.csv"
    text = f"""phone;called_at;remark
    {ANN};{CALL};"one; two"
    07400 999999;{CALL};"three; four"
    {BEN};soon;
    """

    done = world.load("attempts", text, left_out=out)

    rows = list(csv.reader(out.read_text().splitlines(), delimiter=";"))
    assert (done.unmatched, done.bad) == (1, 1)
    assert rows[0] == ["phone", "called_at", "remark", "row_number", "code", "reason", "remedy"]
    assert [row[:5] for row in rows[1:]] == [
        ["07400 999999", CALL, "three; four", "2", "unknown_lead"],
        [BEN, "soon", "", "3", "bad_time"],
    ]
    assert rows[1][5:] == [FLAWS["unknown_lead"].meaning, FLAWS["unknown_lead"].remedy]


def test_a_file_that_cannot_be_written_stops_the_load(world, tmp_path):
    world.bring(ANN)

    with pytest.raises(UserError, match="cannot be written"):
        world.load("attempts", f"phone,called_at\n{ANN},{CALL}", left_out=tmp_path / "no" / "out.csv")

    assert world.ask("SELECT count(*) FROM attempts") == [(0,)]


def test_every_reason_is_explained_in_the_documents():
    text = (ROOT / "docs" / "dialler.md").read_text()

    for name, flaw in FLAWS.items():
        assert f"| `{name}` | {flaw.meaning} | {flaw.remedy} |" in text
