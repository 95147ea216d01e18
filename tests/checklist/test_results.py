"""What is answered of every row: in our codes, and in those of CheckMarket."""

import json
import re
from pathlib import Path

import polars as pl
import pytest

from pipelines.codes import CODES
from pipelines.dialects.checkmarket import MEANINGS, PASSED_OVER, RESULT_CODES

GUIDE = Path(__file__).parents[2] / "docs/coming-from/checkmarket.md"
HEAD = "Tel,Mail,Lang\n"
MAPPING = {"phone1": "Tel", "email": "Mail", "language": "Lang"}
UPDATE = {"keys": ["email"], "scope": ["global"], "action": "update"}


def answer(world, result, *options):
    told = world.lm("results", result["import_id"], "--dialect", "checkmarket", "--json", *options)
    assert told.code == 0, told.err
    return [row["code"] for row in told.json["rows"]]


def test_each_of_our_codes_has_one_of_theirs_or_is_passed_over():
    refusing = {code for code in CODES if not code.startswith("W_")}
    warning = set(CODES) - refusing

    assert refusing - set(RESULT_CODES) == set()
    assert set(RESULT_CODES) - set(CODES) <= {"created", "updated", "R_DNC_Bounce", "R_COOLDOWN"}
    assert warning - set(RESULT_CODES) == PASSED_OVER & warning
    assert set(RESULT_CODES.values()) == set(MEANINGS)


def test_the_guide_tells_of_each_of_their_codes_when_it_is_given():
    told = dict(re.findall(r"^\| `(R\d{4})` \| (.+) \|$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE))

    assert set(told) == set(MEANINGS)
    for code, theirs in RESULT_CODES.items():
        assert code in ("created", "updated", "R_DNC") or f"`{code}`" in told[theirs], code


@pytest.mark.feature("CM-022")
def test_a_row_without_the_required_address_is_answered_with_r0307(world):
    rows = "07400 123456,ann@example.com,en\n07400 123457,,en\n07400 123458,bob@,en\n"

    result = world.bring(HEAD + rows, mapping=MAPPING, email={"required": True})

    assert answer(world, result) == ["R0301", "R0307", "R0308"]
    assert result["reasons"] == {"R_EMAIL_MISSING": 1, "R_EMAIL_INVALID": 1}


def test_every_row_is_answered_whatever_became_of_it(world):
    world.lm("dnc", "load", world.write("tps.txt", "07400 123450\n"), "--category", "TPS")
    world.lm("dnc", "load", world.write("bad.txt", "07400 123451\n"), "--category", "bounce")
    world.bring(f"{HEAD}07400 123470,old@example.com,fr\n", mapping=MAPPING)
    rows = {
        "07400 123460,new@example.com,en": "R0301",
        "07400 123461,old@example.com,": "R0300",
        "07400 123462,a@example.com,": "R0318",
        "07400 123463,b@example.com,Klingonese": "R0318",
        "07400 123450,,en": "R0309",
        "07400 123451,,en": "R0310",
        "07400 12,,en": "R0322",
        ",bob@,en": "R0308",
        ",,en": "R0317",
        "07400 123464,c@example.com,en,1,2": "R0317",
    }
    dnc = {"categories": ["TPS", "bounce"]}

    text = HEAD + "\n".join(rows) + "\n"
    result = world.bring(text, mapping=MAPPING, dedupe=UPDATE, dnc=dnc, default_language="en")

    assert answer(world, result) == [*rows.values()]
    found = world.ask(
        "SELECT result_code, message, lead_id IS NULL FROM checkmarket_results"
        f" WHERE import_id = '{result['import_id']}' AND row_number IN (5, 7) ORDER BY row_number"
    )
    assert [(code, is_none) for code, _, is_none in found] == [("R0309", True), ("R0322", True)]
    assert found[1][1] == "Invalid phone number. No telephone plan has this number."


@pytest.mark.parametrize(
    ("scope", "text", "codes"),
    [
        ("file", "07400 123456,a@example.com,\n07400 123457,a@example.com,\n", ["R0301", "R0315"]),
        ("global", "07400 123457,old@example.com,\n", ["R0316"]),
    ],
)
def test_duplicates_are_told_apart_by_where_the_other_stands(world, scope, text, codes):
    world.bring(f"{HEAD}07400 123470,old@example.com,fr\n", mapping=MAPPING)
    dedupe = {"keys": ["email"], "scope": [scope], "action": "keep_existing"}

    assert answer(world, world.bring(HEAD + text, mapping=MAPPING, dedupe=dedupe)) == codes


@pytest.mark.feature("CM-029")
def test_a_language_that_was_not_sent_or_is_none_is_told_of_every_row(world):
    without = world.bring("Tel\n07400 123456\n07400 123457\n", mapping={"phone1": "Tel"}, default_language="en")
    unknown = world.bring(f"{HEAD}07400 123458,,Klingonese\n07400 123459,,\n", mapping=MAPPING)

    assert answer(world, without) == ["R0318", "R0318"]
    assert answer(world, unknown) == ["R0306", "R0301"]


def test_results_are_written_by_the_ending_of_the_file_one_line_per_row(world):
    result = world.bring("Name,Tel,Mail\nAnn,07400 123456,\nBob,07400 12,\n")
    shown = world.lm("results", result["import_id"])
    written = [world.lm("results", result["import_id"], "-o", f"r.{form}") for form in ("csv", "json", "parquet")]

    rows = json.loads((world.folder / "r.json").read_text())
    assert [each.code for each in written] == [0, 0, 0]
    assert [(row["row_number"], row["fate"], row["code"], row["message"]) for row in rows] == [
        (1, "created", None, "Became a lead."),
        (2, "rejected", "R_PHONE_INVALID", "No telephone plan has this number."),
    ]
    assert pl.read_parquet(world.folder / "r.parquet").to_dicts() == rows
    assert (world.folder / "r.csv").read_text().splitlines()[0] == "row_number,code,message,fate,lead_id"
    assert "R_PHONE_INVALID" in shown.out
    assert "123456" not in shown.out + (world.folder / "r.csv").read_text()


def test_an_import_without_results_says_why(world):
    held = world.try_import("Name,Tel,Mail\nBob,12,\n", hold_above=0).json[0]["import_id"]
    waiting = world.lm("results", held)
    world.lm("cancel", held)
    answers = waiting, world.lm("results", held), world.lm("results", "20260302-x")

    assert [each.code for each in answers] == [2, 2, 2]
    assert [each.err.count("\n") for each in answers] == [1, 1, 1]
    assert "Release or cancel it." in waiting.err
    assert world.ask("SELECT * FROM checkmarket_results") == []
