"""The reports beside the Supplier Summary: why, who was first, what has drifted, what was paid, what to ask back."""

from collections.abc import Sequence
from datetime import date, datetime

import duckdb
import polars as pl

from pipelines.accesses import note_access
from pipelines.codes import CODES
from pipelines.errors import UserError, nearest
from pipelines.home import Home
from pipelines.published.reading import open_reader
from pipelines.queries import read_query

# By the name of the command: the statement of sql/reports.
COMPANIONS = {
    "reject-reasons": "supplier_reject_reasons",
    "overlap": "supplier_overlap",
    "trend": "supplier_trend",
    "cost-audit": "supplier_cost_audit",
    "global-dedupe": "global_dedupe",
}
# What a supplier is asked to pay back unless the contract says otherwise: rows that could never have been a lead, and
# people whom the same supplier has sold before. A code stands for all that begin so.
CLAIMED = ("R_NO_CONTACT", "R_PHONE_", "R_EMAIL_", "R_FIELD_", "R_DUP_IN_FILE", "R_DUP_SAME_SUPPLIER")


def compile_companion(home: Home, name: str, now: datetime) -> pl.DataFrame:
    """Return a report by its name in ``COMPANIONS``; columns as in its statement."""
    with open_reader(home, now) as connection:
        return _run(connection, f"reports/{COMPANIONS[name]}")


def claim_refund(
    home: Home,
    supplier: str,
    *,
    codes: Sequence[str] = CLAIMED,
    since: date | None = None,
    until: date | None = None,
    user: str,
    now: datetime,
) -> pl.DataFrame:
    """Return the rows for which a supplier may be asked to give money back; columns as in sql/reports/refund_claim.sql.

    That it was compiled is on record. Raises UserError for a supplier or a code that is not known.
    """
    for code in codes:
        if not any(known.startswith(code) or code.startswith(f"{known}_") for known in CODES):
            raise UserError("--code", f"'{code}' begins no code.", nearest(code, list(CODES)) or "See docs/codes.md.")
    if since and until and since > until:
        raise UserError("--from", f"{since} is after {until}.", "Swap them.")
    with open_reader(home, now) as connection:
        known = [row[0] for row in connection.execute("SELECT name FROM suppliers ORDER BY name").fetchall()]
        if supplier not in known:
            remedy = nearest(supplier, known) or "See: leadmill suppliers."
            raise UserError("supplier", f"There is none called '{supplier}'.", remedy)
        connection.execute("CREATE TEMP TABLE claim (supplier VARCHAR, code VARCHAR, since DATE, until DATE)")
        connection.execute("INSERT INTO claim SELECT ?, unnest(?::VARCHAR[]), ?, ?", [supplier, [*codes], since, until])
        rows = _run(connection, "reports/refund_claim")
    note_access(home, now, user, "refund claim", supplier, f"{rows.height} rows")
    return rows


def _run(connection: duckdb.DuckDBPyConnection, query: str) -> pl.DataFrame:
    answer: pl.DataFrame = connection.sql(read_query(query)).pl()
    return answer
