"""What imports cost, corrected after the fact: new versions of a price, and what suppliers gave back.

Nothing that was is edited: the import keeps the cost it was made with, and reports take the newest version. See
docs/decisions/0026-supplier-summary.md.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb
from babel.numbers import list_currencies

from pipelines.errors import UserError, nearest
from pipelines.home import Home
from pipelines.published.publishing import mark_unpublished, publish
from pipelines.queries import read_query
from pipelines.receipts import write_log
from pipelines.store import open_writer

# The largest amount that DECIMAL(18,6) holds, and its smallest step.
LARGEST = Decimal(10) ** 12
STEP = Decimal("0.000001")


@dataclass(frozen=True)
class ImportCost:
    """What an import costs after a correction: by the newest version, with all that was given back."""

    import_id: str
    supplier: str
    cost_version: int
    cost_unit: Decimal | None
    currency: str | None
    cost_basis: str
    cost_total: Decimal | None
    cost_returned: Decimal | None
    cost_net: Decimal | None

    def to_dict(self) -> dict[str, Any]:
        """Return the cost for JSON."""
        return asdict(self)


def correct_cost(
    home: Home,
    subject: str,
    *,
    unit: Decimal,
    currency: str | None = None,
    basis: str | None = None,
    since: date | None = None,
    until: date | None = None,
    notes: str | None = None,
    user: str,
    now: datetime,
) -> list[ImportCost]:
    """Give an import, or all imports of a supplier between two import dates, a new price; return what they cost now.

    Currency and basis stay as they were where they are not given. Imports that have this price already get no version.
    Raises UserError for a subject that is neither, a price that is none, and a currency other than that of refunds.
    """
    _check_amount("--unit", unit, is_negative_fine=False)
    _check_currency(currency)
    if since and until and since > until:
        raise UserError("--from", f"{since} is after {until}.", "Swap them.")
    with open_writer(home) as connection:
        changed = []
        for cost in _find_costs(connection, subject, since, until):
            new = (unit, currency or cost.currency, basis or cost.cost_basis)
            if new[1] is None:
                raise UserError("--currency", f"{cost.import_id} has no currency yet.", "Name one, such as GBP.")
            if new == (cost.cost_unit, cost.currency, cost.cost_basis):
                continue
            _refuse_mixed(connection, cost.import_id, new[1])
            values = [cost.import_id, cost.cost_version + 1, *new, notes, user, now]
            connection.execute("INSERT INTO costs VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
            detail = f"version {cost.cost_version + 1}: {unit.normalize():f} {new[1]} per lead {new[2]}"
            told = {"unit": str(unit), "currency": new[1], "basis": new[2], "notes": notes}
            write_log(connection, now, user, "cost corrected", cost.import_id, detail, told=told)
            changed.append(cost.import_id)
        mark_unpublished(connection, "costs")
        found = [
            cost for import_id in changed for cost in _read_costs(connection, "imports.import_id = ?", [import_id])
        ]
        publish(connection, home)
    return found


def add_refund(
    home: Home,
    import_id: str,
    *,
    amount: Decimal,
    currency: str | None = None,
    notes: str | None = None,
    user: str,
    now: datetime,
) -> ImportCost:
    """Note what a supplier gave back of an import's cost; a negative amount takes a refund back.

    Raises UserError where the import has no known cost, for another currency than the cost's, and where more would be
    given back than the import cost, or less than nothing.
    """
    _check_amount("AMOUNT", amount, is_negative_fine=True)
    _check_currency(currency)
    with open_writer(home) as connection:
        (cost,) = _find_imports(connection, import_id)
        if cost.cost_total is None:
            raise UserError(import_id, "What this import cost is not known.", "First: leadmill cost set.")
        if currency not in (None, cost.currency):
            raise UserError("--currency", f"{import_id} was paid in {cost.currency}.", "Give the refund in that.")
        total = (cost.cost_returned or Decimal(0)) + amount
        if not 0 <= total <= cost.cost_total:
            fact = f"{total.normalize():f} of {cost.cost_total.normalize():f} {cost.currency} would be given back."
            raise UserError("AMOUNT", fact, "Give at most what the import cost, and take back at most what was given.")
        highest = connection.execute("SELECT coalesce(max(refund_id), 0) FROM refunds").fetchall()[0][0]
        values = [highest + 1, import_id, amount, cost.currency, notes, user, now]
        connection.execute("INSERT INTO refunds VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        detail, told = f"{amount.normalize():f} {cost.currency}", {"amount": str(amount), "notes": notes}
        write_log(connection, now, user, "cost refunded", import_id, detail, told=told)
        mark_unpublished(connection, "refunds")
        (found,) = _find_imports(connection, import_id)
        publish(connection, home)
    return found


def _check_amount(where: str, amount: Decimal, *, is_negative_fine: bool) -> None:
    is_wrong = not amount.is_finite() or (amount < 0 and not is_negative_fine) or abs(amount) >= LARGEST
    if is_wrong or amount != amount.quantize(STEP):
        raise UserError(where, "This is no amount with at most six decimals.", "Write it as 0.45.")


def _check_currency(currency: str | None) -> None:
    if currency is not None and currency not in list_currencies():
        raise UserError("--currency", f"'{currency}' is not an ISO currency code.", "Write it as GBP.")


def _refuse_mixed(connection: duckdb.DuckDBPyConnection, import_id: str, currency: str) -> None:
    others = connection.execute(
        "SELECT 1 FROM refunds WHERE import_id = ? AND currency <> ? GROUP BY currency HAVING sum(amount) <> 0",
        [import_id, currency],
    ).fetchall()
    if others:
        fact = f"{import_id} has refunds in another currency."
        raise UserError("--currency", fact, "Take them back first: leadmill cost refund with a negative amount.")


def _find_costs(
    connection: duckdb.DuckDBPyConnection, subject: str, since: date | None, until: date | None
) -> list[ImportCost]:
    """Return the costs of the import of that id, else of the supplier of that name."""
    suppliers = [row[0] for row in connection.execute("SELECT name FROM suppliers ORDER BY name").fetchall()]
    if subject not in suppliers:
        return _find_imports(connection, subject, suppliers)
    where = "imports.supplier = ? AND imports.status = 'completed'"
    bounds = [(" AND imports.import_date >= ?", since), (" AND imports.import_date <= ?", until)]
    where += "".join(text for text, day in bounds if day)
    found = _read_costs(connection, where, [subject, *(day for _, day in bounds if day)])
    if not found:
        raise UserError(subject, "This supplier has no completed import then.", "See: leadmill history.")
    return found


def _find_imports(
    connection: duckdb.DuckDBPyConnection, import_id: str, suppliers: Sequence[str] = ()
) -> list[ImportCost]:
    found = _read_costs(connection, "imports.import_id = ? AND imports.status = 'completed'", [import_id])
    if not found:
        known = [row[0] for row in connection.execute("SELECT import_id FROM imports").fetchall()]
        remedy = nearest(import_id, [*suppliers, *known]) or "See: leadmill history."
        raise UserError(import_id, "There is no completed import of this id.", remedy)
    return found


def _read_costs(connection: duckdb.DuckDBPyConnection, where: str, values: list[Any]) -> list[ImportCost]:
    rows = connection.execute(
        "SELECT imports.import_id, imports.supplier, costed.cost_version, costed.cost_unit, costed.currency,"
        " costed.cost_basis, costed.cost_total, costed.cost_returned, costed.cost_net"
        f" FROM ({read_query('reports/import_costs')}) AS costed JOIN imports USING (import_id)"
        f" WHERE {where} ORDER BY imports.sequence",
        values,
    ).fetchall()
    return [ImportCost(*row) for row in rows]
