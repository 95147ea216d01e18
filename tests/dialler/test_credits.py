"""Of several leads with the number of one call: whose sale is it?"""

from datetime import date
from decimal import Decimal

from tests.dialler.conftest import ANN, BEN

CALL = "2026-03-03T10:00:00Z"


def test_a_sale_by_number_is_one_lead_s_the_newest_and_its_value_too(world):
    world.bring(ANN, on=date(2026, 3, 1))
    world.bring(ANN, to="Cold", by="Blue")

    world.load("dispositions", f"phone,called_at,outcome,sale_value\n{ANN},{CALL},sale,199.50")

    assert world.ask(
        "SELECT supplier, outcome, sale_value, dispositions.currency, is_credited FROM dispositions"
        " JOIN attempts USING (lead_id, called_at) JOIN leads USING (lead_id) ORDER BY supplier"
    ) == [("Acme", "SALE", None, None, False), ("Blue", "SALE", Decimal("199.5"), "GBP", True)]
    assert world.ask("SELECT supplier_name, leads_contacted, sales FROM supplier_summary") == [
        ("Acme", 1, 0),
        ("Blue", 1, 1),
    ]


def test_the_credit_for_a_sale_stays_when_its_lead_is_gone_and_the_report_comes_again(world):
    world.bring(ANN, on=date(2026, 3, 1))
    world.bring(ANN, to="Cold")
    report = f"phone,called_at,outcome,sale_value\n{ANN},{CALL},SALE,120"
    world.load("dispositions", report)
    world.bring(BEN, to="Cold", on=date(2026, 3, 5), delete_existing=True)

    again = world.load("dispositions", report)

    assert (again.added, again.corrected, again.repeated) == (0, 0, 1)
    assert world.ask("SELECT sum(sale_value) FROM dispositions") == [(Decimal(120),)]


def test_a_report_that_names_the_lead_takes_the_credit_and_the_value_with_it(world):
    world.bring(ANN, on=date(2026, 3, 1))
    world.bring(ANN, to="Cold")
    world.load("dispositions", f"phone,called_at,outcome,sale_value\n{ANN},{CALL},SALE,120")
    warm = world.find(ANN)

    world.load("dispositions", f"lead_id,called_at,outcome,sale_value\n{warm},{CALL},SALE,130")

    assert world.ask("SELECT lead_id, sale_value FROM dispositions WHERE sale_value IS NOT NULL") == [
        (warm, Decimal(130))
    ]
    assert world.ask("SELECT lead_id FROM attempts WHERE is_credited") == [(warm,)]
