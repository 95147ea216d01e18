"""Prices corrected after the import, and what suppliers gave back."""

from decimal import Decimal

import pytest

from pipelines.costs.correcting import add_refund, correct_cost
from pipelines.errors import UserError
from pipelines.home import Home
from tests.conftest import run_main
from tests.dialler.conftest import ANN, BEN, DAY, NOW, World


@pytest.fixture
def world(tmp_path) -> World:
    return World(Home(tmp_path / "home"), tmp_path)


def ask_cost(world, columns="cost_total, cost_returned, cost_net, unit_cost, currency, cost_basis"):
    return world.ask(f"SELECT {columns} FROM supplier_summary ORDER BY supplier_name, currency")


def test_a_price_that_comes_later_is_a_new_version_and_the_import_keeps_its_own(world):
    done = world.bring(ANN, BEN, cost_per_lead="2", currency="GBP")
    before = ask_cost(world)

    (cost,) = correct_cost(world.home, done.import_id, unit=Decimal("1.5"), notes="agreed", user="op", now=NOW)

    assert before == [(Decimal(4), Decimal(0), Decimal(4), Decimal(2), "GBP", "received")]
    assert ask_cost(world) == [(Decimal(3), Decimal(0), Decimal(3), Decimal("1.5"), "GBP", "received")]
    assert (cost.cost_version, cost.cost_total) == (2, Decimal(3))
    assert world.ask("SELECT cost_unit, cost_total FROM imports") == [(Decimal(2), Decimal(4))]
    assert world.ask("SELECT version, cost_unit, notes FROM costs") == [(2, Decimal("1.5"), "agreed")]
    assert ("cost corrected", done.import_id) in world.ask("SELECT action, subject FROM audit_log")


def test_a_supplier_s_price_is_given_to_all_its_imports_between_two_days_and_to_those_without_a_cost(world):
    first = world.bring(ANN)
    second = world.bring(BEN, to="Cold", cost_per_lead="3", currency="EUR")
    world.bring("07400 000003", by="Blue")

    with pytest.raises(UserError, match="no currency yet"):
        correct_cost(world.home, "Acme", unit=Decimal(1), user="op", now=NOW)
    changed = correct_cost(world.home, "Acme", unit=Decimal(1), currency="EUR", until=DAY, user="op", now=NOW)
    again = correct_cost(world.home, "Acme", unit=Decimal(1), currency="EUR", user="op", now=NOW)

    assert [cost.import_id for cost in changed] == [first.import_id, second.import_id]
    assert again == []
    assert ask_cost(world, "supplier_name, cost_total, currency") == [("Acme", Decimal(2), "EUR"), ("Blue", None, None)]


def test_what_is_given_back_lowers_the_cost_and_is_never_more_than_it(world):
    done = world.bring(ANN, BEN, cost_per_lead="2", currency="GBP")

    def refund(amount, **options):
        return add_refund(world.home, done.import_id, amount=Decimal(amount), user="op", now=NOW, **options)

    refund("2.5")
    refund("-1")
    wrong = [
        ("3", {}, "would be given back"),
        ("-2", {}, "would be given back"),
        ("1", {"currency": "EUR"}, "paid in GBP"),
        ("0.0000001", {}, "six decimals"),
    ]
    for amount, options, said in wrong:
        with pytest.raises(UserError, match=said):
            refund(amount, **options)
    with pytest.raises(UserError, match="refunds in another currency"):
        correct_cost(world.home, done.import_id, unit=Decimal(1), currency="EUR", user="op", now=NOW)

    assert ask_cost(world) == [(Decimal(4), Decimal("1.5"), Decimal("2.5"), Decimal(2), "GBP", "received")]
    assert world.ask("SELECT cpl_accepted FROM supplier_summary") == [(1.25,)]


def test_a_cost_that_is_not_known_of_one_import_is_not_known_of_the_whole(world):
    done = world.bring(ANN, BEN)
    correct_cost(world.home, done.import_id, unit=Decimal(1), currency="GBP", user="op", now=NOW)
    with pytest.raises(UserError, match="not known"):
        add_refund(world.home, world.bring("07400 000003", to="Cold").import_id, amount=Decimal(1), user="op", now=NOW)

    assert ask_cost(world, "currency, cost_total, rows_received") == [("GBP", Decimal(2), 2), (None, None, 1)]


def test_the_command_corrects_and_refunds_and_says_what_is_wrong_in_one_line(world, monkeypatch):
    done = world.bring(ANN, BEN, cost_per_lead="2", currency="GBP")
    monkeypatch.setenv("LEADMILL_HOME", str(world.home.root))

    costs = run_main("cost", "set", "Acme", "--unit", "1.25", "--basis", "accepted", "--json").json
    back = run_main("cost", "refund", done.import_id, "-0", "--json")
    wrong = run_main("cost", "set", "Acmee", "--unit", "1")

    assert [(cost["cost_unit"], cost["cost_net"]) for cost in costs] == [(1.25, 2.5)]
    assert back.json[0]["cost_returned"] == 0
    assert (wrong.code, wrong.err.count("\n")) == (2, 1)
    assert "Did you mean 'Acme'?" in wrong.err
    assert run_main("cost", "set", "Acme", "--unit", "NaN").code == 2
