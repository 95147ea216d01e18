"""The reports beside the Supplier Summary, on one small history that a reader can hold in the head."""

import json
from decimal import Decimal

import pytest

from pipelines.costs.correcting import correct_cost
from pipelines.home import Home
from pipelines.reports.companions import COMPANIONS
from pipelines.undoing import undo_import
from tests.conftest import run_main
from tests.dialler.conftest import ANN, BEN, CID, NOW, World

EVERYWHERE = {"keys": ["phone"], "scope": ["global", "file"], "action": "keep_existing"}


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> World:
    """Acme sells Ann and Ben and a bad number; Blue sells Ann again and Cid, Acme Ben again to another list."""
    folder = tmp_path_factory.mktemp("companions")
    world = World(Home(folder / "home"), folder)
    priced = {"cost_per_lead": "2", "currency": "GBP"}
    first = world.bring(ANN, BEN, "12345", BEN, dedupe=EVERYWHERE, **priced)
    world.bring(ANN, CID, by="Blue", dedupe=EVERYWHERE, **priced)
    world.bring(BEN, to="Cold", **priced)
    gone = world.bring("07400 000009", to="Gone", by="Blue", **priced)
    undo_import(world.home, gone.import_id, user="op", now=NOW)
    correct_cost(world.home, first.import_id, unit=Decimal(3), notes="agreed", user="ann", now=NOW)
    world.first = first.import_id
    return world


@pytest.fixture
def report(world, monkeypatch):
    monkeypatch.setenv("LEADMILL_HOME", str(world.home.root))
    return lambda *arguments: run_main("report", *arguments)


def test_reject_reasons_say_why_with_masked_rows(report, world):
    rows = {(row["supplier"], row["code"]): row for row in report("reject-reasons", "--json").json}

    assert {key: row["rows"] for key, row in rows.items()} == {
        ("Acme", "R_DUP_IN_FILE"): 1,
        ("Acme", "R_PHONE_NO_AREA_CODE"): 1,
        ("Blue", "R_DUP_OTHER_SUPPLIER"): 1,
    }
    bad = rows["Acme", "R_PHONE_NO_AREA_CODE"]
    assert bad["share"] == pytest.approx(1 / 5)
    assert [(sample["import_id"], sample["row_number"]) for sample in bad["samples"]] == [(world.first, 3)]
    assert "12345" not in json.dumps(bad)


def test_the_overlap_says_who_was_first(report):
    rows = report("overlap", "--json").json

    assert [(r["supplier"], r["first_supplier"], r["rows"], r["share"]) for r in rows] == [("Blue", "Acme", 1, 0.5)]


def test_the_cost_audit_has_a_line_per_import_with_its_version(report):
    rows = report("cost-audit", "--json").json

    assert [
        (r["supplier"], r["status"], r["cost_version"], r["cost_unit"], r["cost_net"], r["set_by"]) for r in rows
    ] == [
        ("Acme", "completed", 2, 3.0, 12.0, "ann"),
        ("Acme", "completed", 1, 2.0, 2.0, rows[1]["set_by"]),
        ("Blue", "completed", 1, 2.0, 4.0, rows[2]["set_by"]),
        ("Blue", "undone", 1, 2.0, 2.0, rows[3]["set_by"]),
    ]


def test_the_refund_claim_names_rows_and_evidence_and_no_person(report, world, tmp_path):
    rows = report("refund-claim", "Acme", "--json").json
    only = report("refund-claim", "Acme", "--code", "R_DUP_IN_FILE", "-o", tmp_path / "claim.csv")
    wrong = report("refund-claim", "Acne")
    no_code = report("refund-claim", "Acme", "--code", "R_DUPE")

    assert [(r["row_number"], r["amount"], r["currency"]) for r in rows] == [(3, 3.0, "GBP"), (4, 3.0, "GBP")]
    assert (rows[1]["met_import_id"], rows[1]["met_row_number"]) == (world.first, 2)
    assert only.code == 0
    assert len((tmp_path / "claim.csv").read_text().splitlines()) == 2
    assert (wrong.code, "Did you mean 'Acme'?" in wrong.err) == (2, True)
    assert (no_code.code, no_code.err.count("\n")) == (2, 1)


def test_what_it_would_have_cost_counts_people_delivered_before_by_anyone_on_any_list(report):
    rows = report("global-dedupe", "--json").json

    assert [
        (r["supplier"], r["leads_created"], r["delivered_before"], r["cost_net"], r["cost_if_deduped"]) for r in rows
    ] == [
        ("Acme", 3, 1, 14.0, 12.0),
        ("Blue", 1, 0, 4.0, 4.0),
    ]


def test_the_trend_compares_windows_and_tells_drift(world):
    from datetime import date, datetime, timedelta

    from pipelines.reports.companions import compile_companion

    now = datetime.fromisoformat("2026-03-06T12:00:00Z") + timedelta(days=7)
    world.bring(*[f"07400 1{n:05}" for n in range(40)], to="New", by="Drifter", on=date(2026, 3, 3), now=now)
    world.bring(
        *["12345"] * 20, *[f"07400 2{n:05}" for n in range(20)], to="New", by="Drifter", on=date(2026, 3, 12), now=now
    )

    rows = compile_companion(world.home, "trend", now).filter(supplier="Drifter", days=7).to_dicts()

    assert {
        r["measure"]: (r["before"], r["now"], r["is_drift"])
        for r in rows
        if r["measure"] in ("accept_rate", "dup_rate")
    } == {
        "accept_rate": (1.0, 0.5, True),
        "dup_rate": (0.0, 0.0, False),
    }


@pytest.mark.parametrize("name", COMPANIONS)
def test_every_companion_comes_as_a_table(report, name):
    assert report(name).code == 0


def test_a_companion_of_an_empty_home_is_empty(report, monkeypatch, tmp_path):
    monkeypatch.setenv("LEADMILL_HOME", str(tmp_path / "empty"))

    assert [report(name, "--json").json for name in ("trend", "overlap")] == [[], []]
