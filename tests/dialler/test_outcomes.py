"""What outcome codes mean is data; and what the Supplier Summary makes of calls."""

from decimal import Decimal

import pytest

from pipelines.dialler.outcomes import DEFAULT, read_outcomes
from pipelines.errors import UserError
from tests.dialler.conftest import ANN, BEN, CID

CALLS = [f"2026-03-03T1{hour}:00:00Z" for hour in range(5)]
COLUMNS = (
    "leads_dialled, attempts, leads_contacted, leads_rpc, sales, unworkable, bad_number_after_dial, callbacks_open"
)


def ask_row(world, columns, supplier="Acme"):
    ((*row,),) = world.ask(f"SELECT {columns} FROM supplier_summary WHERE supplier_name = '{supplier}'")
    return tuple(row)


def write_outcomes(world, text):
    (world.home.make().root / "outcomes.yaml").write_text(text)


def test_the_shipped_meanings_come_into_the_home_for_people_to_change(world):
    world.bring(ANN)

    world.load("dispositions", f"phone,called_at,outcome\n{ANN},{CALLS[0]},NI")

    assert (world.home.root / "outcomes.yaml").read_text() == DEFAULT
    assert world.ask("SELECT * FROM outcomes WHERE outcome IN ('NI', 'SALE', 'WRONG') ORDER BY ALL") == [
        ("NI", True, True, False, False, False),
        ("SALE", True, True, True, False, False),
        ("WRONG", True, False, False, True, True),
    ]


def test_a_code_of_ones_own_means_what_the_file_says_for_all_calls_also_those_before(world):
    world.bring(ANN)
    report = f"phone,called_at,outcome\n{ANN},{CALLS[0]},won it"
    first = world.load("dispositions", report)
    unknown = ask_row(world, "leads_contacted, sales"), world.stand()
    write_outcomes(world, "Won It: [sale]\n")

    again = world.load("dispositions", report)

    assert (dict(first.unknown_outcomes), dict(again.unknown_outcomes)) == ({"WON IT": 1}, {})
    assert unknown == ((0, 0), [("Warm", "1", "dialled", 1)])
    assert (ask_row(world, "leads_contacted, sales"), world.stand()) == ((1, 1), [("Warm", "1", "sold", 1)])
    assert world.look("SELECT count(*) FROM contact_history WHERE event = 'response'") == [(1,)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SALE: [sold]", "'SALE' means 'sold', which is not known"),
        ("SALE: [slae]", "Did you mean 'sale'?"),
        ("SALE: sale", "Write SALE: [] or SALE: [contact]"),
        ("sale: [sale]\nSALE: []", "'SALE' stands there twice"),
        ("- SALE", "is a YAML mapping"),
        ("SALE: [", "this is not YAML"),
    ],
)
def test_a_file_of_meanings_that_is_wrong_stops_the_load_in_one_line(world, text, said):
    world.bring(ANN)
    write_outcomes(world, text)

    with pytest.raises(UserError) as refused:
        world.load("dispositions", f"phone,called_at,outcome\n{ANN},{CALLS[0]},NI")

    assert said in str(refused.value)
    assert str(refused.value).startswith("outcomes.yaml")


def test_what_is_implied_is_filled_in(world):
    write_outcomes(world, "a: [sale]\nb: [bad_number]\n1: []\n")

    assert read_outcomes(world.home) == {
        "A": {"sale", "right_party", "contact"},
        "B": {"bad_number", "unworkable"},
        "1": frozenset(),
    }


def test_without_a_report_the_columns_of_calls_are_unknown_and_not_nought(world):
    world.bring(ANN)
    ratios = "penetration, contact_rate, cost_per_contact, cpa, revenue, profit, roi"

    before = ask_row(world, f"{COLUMNS}, {ratios}")
    world.load("attempts", f"phone,called_at\n{BEN},{CALLS[0]}")
    told_attempts = ask_row(world, COLUMNS)
    world.load("callbacks", f"phone,due_at\n{BEN},{CALLS[0]}")
    told_callbacks = ask_row(world, "callbacks_open")
    world.load("dispositions", f"phone,called_at,outcome\n{BEN},{CALLS[0]},NI")

    assert before == (None,) * 15
    assert told_attempts == (0, 0, None, None, None, None, None, None)
    assert told_callbacks == (0,)
    assert ask_row(world, f"{COLUMNS}, {ratios}") == (0,) * 8 + (0.0, None, None, None, Decimal(0), None, None)


def test_the_summary_counts_leads_by_what_their_calls_meant_and_what_they_cost(world):
    cost = {"cost_per_lead": "2.5", "currency": "GBP"}
    world.bring(ANN, BEN, CID, "07400 000004", **cost)
    calls = [(ANN, "NA"), (ANN, "SALE"), (BEN, "NI"), (CID, "WRONG")]
    rows = "\n".join(
        f"{phone},{CALLS[i]},{code},{'49.50' if code == 'SALE' else ''}" for i, (phone, code) in enumerate(calls)
    )
    world.load("dispositions", f"phone,called_at,outcome,sale_value\n{rows}")
    world.load("callbacks", f"phone,due_at\n{BEN},2026-03-09T10:00:00Z")

    assert ask_row(world, COLUMNS) == (3, 4, 3, 2, 1, 1, 1, 1)
    assert ask_row(world, "penetration, attempts_per_lead, contact_rate, contact_rate_delivered, conversion_rate") == (
        0.75,
        pytest.approx(4 / 3),
        1.0,
        0.75,
        pytest.approx(1 / 3),
    )
    assert ask_row(world, "lead_to_sale, cost_per_contact, cpa, revenue, profit, roi") == (
        0.25,
        pytest.approx(10 / 3),
        10.0,
        Decimal("49.5"),
        Decimal("39.5"),
        3.95,
    )


def test_calls_belong_to_the_period_and_supplier_of_the_lead_s_import(world):
    world.bring(ANN)
    world.bring(BEN, by="Blue")
    world.load("dispositions", f"phone,called_at,outcome\n{ANN},{CALLS[0]},SALE\n{BEN},{CALLS[1]},NA")

    rows = world.ask("SELECT supplier_name, period_start, attempts, sales FROM supplier_summary_by_day ORDER BY ALL")

    assert [(name, str(day), attempts, sales) for name, day, attempts, sales in rows] == [
        ("Acme", "2026-03-02", 1, 1),
        ("Blue", "2026-03-02", 1, 0),
    ]


@pytest.mark.parametrize(("currency", "revenue"), [("GBP", Decimal(50)), ("eur", None)])
def test_revenue_is_never_mixed_with_another_currency(world, currency, revenue):
    world.bring(ANN, cost_per_lead="2", currency="GBP")

    world.load("dispositions", f"phone,called_at,outcome,sale_value,currency\n{ANN},{CALLS[0]},SALE,50,{currency}")

    assert ask_row(world, "sales, revenue") == (1, revenue)
