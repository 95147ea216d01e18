"""The command ``leadmill cost``: prices corrected after the import, and what suppliers gave back."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import click

from pipelines.cli.options import ISO_DATE, ISO_TIME, Home, current_time, with_home, with_json
from pipelines.cli.output import echo_json, print_rows

if TYPE_CHECKING:
    from pipelines.costs.correcting import ImportCost


class Amount(click.ParamType[Decimal]):
    """An amount of money such as 0.45."""

    name = "amount"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Return the amount, or fail with one line."""
        try:
            return value if isinstance(value, Decimal) else Decimal(str(value))
        except InvalidOperation:
            self.fail(f"'{value}' is not an amount such as 0.45.", param, ctx)


AMOUNT = Amount()


@click.group()
def cost() -> None:
    """What imports cost, corrected after the fact: nothing is edited, the newest version counts."""


@cost.command("set")
@click.argument("subject", metavar="IMPORT|SUPPLIER")
@click.option("--unit", type=AMOUNT, required=True, metavar="X", help="Cost per lead.")
@click.option("--currency", metavar="C", help="Default: as it was.")
@click.option("--basis", type=click.Choice(["received", "accepted", "created"]), help="Default: as it was.")
@click.option("--from", "since", type=ISO_DATE, metavar="D", help="Of a supplier: first import date.")
@click.option("--to", "until", type=ISO_DATE, metavar="D", help="Of a supplier: last import date.")
@click.option("--notes", metavar="T", help="Why.")
@click.option("--user", default="operator", metavar="NAME", help="Who does it, for the log.")
@click.option("--now", type=ISO_TIME, metavar="TIME", help="When it was decided. Default: now.")
@with_json
@with_home
def set_(
    home: Home,
    subject: str,
    unit: Decimal,
    currency: str | None,
    basis: str | None,
    since: date | None,
    until: date | None,
    notes: str | None,
    user: str,
    now: datetime | None,
    as_json: bool,
) -> int:
    """Give an import, or all completed imports of a supplier, another price, as a new version."""
    from pipelines.costs.correcting import correct_cost

    now = now or current_time()
    terms = {"unit": unit, "currency": currency, "basis": basis, "since": since, "until": until}
    _tell(correct_cost(home, subject, **terms, notes=notes, user=user, now=now), as_json=as_json)  # type: ignore[arg-type]
    return 0


@cost.command(context_settings={"ignore_unknown_options": True})
@click.argument("import_id", metavar="IMPORT")
@click.argument("amount", type=AMOUNT)
@click.option("--currency", metavar="C", help="Default: that of the cost.")
@click.option("--notes", metavar="T", help="Why.")
@click.option("--user", default="operator", metavar="NAME", help="Who does it, for the log.")
@click.option("--now", type=ISO_TIME, metavar="TIME", help="When it was given. Default: now.")
@with_json
@with_home
def refund(
    home: Home,
    import_id: str,
    amount: Decimal,
    currency: str | None,
    notes: str | None,
    user: str,
    now: datetime | None,
    as_json: bool,
) -> int:
    """Note what a supplier gave back of an import's cost; a negative amount takes a refund back."""
    from pipelines.costs.correcting import add_refund

    now = now or current_time()
    _tell(
        [add_refund(home, import_id, amount=amount, currency=currency, notes=notes, user=user, now=now)],
        as_json=as_json,
    )
    return 0


def _tell(costs: "list[ImportCost]", *, as_json: bool) -> None:
    rows = [cost.to_dict() for cost in costs]
    if as_json:
        echo_json(rows)
    else:
        print_rows("Costs", rows, empty="Nothing changed: this is the price already.")
