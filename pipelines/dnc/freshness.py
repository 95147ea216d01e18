"""Whether do-not-call lists are fresh enough to screen by, and against which of their versions a drop was screened."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import duckdb

from pipelines.dnc.rules import bring_rules, read_rules
from pipelines.errors import UserError
from pipelines.order import Order
from pipelines.queries import execute, read_query
from pipelines.receipts import write_log
from pipelines.run import Run


def screen_freshly(connection: duckdb.DuckDBPyConnection, order: Order, run: Run) -> dict[str, Any]:
    """Refuse to screen by stale do-not-call lists, or note that it was allowed; return the versions screened by.

    The leads will be dialled from the import date or from today on, whichever is later. Raises UserError.
    """
    rules = read_rules(order.home)
    bring_rules(connection, rules)
    if order.template.dnc is None:
        return {}
    categories = order.template.dnc.categories
    day = max(run.import_date, order.now.astimezone(run.destination.zone).date())
    stale = find_stale(connection, categories, day) if rules.keys() & set(categories) else []
    if stale and not order.allows_stale_dnc:
        raise stale[0]
    for each in stale:
        order.notices.append(f"Screened by a stale list, as allowed: {each.where}. {each.fact}")
    if stale:
        told = "; ".join(each.where for each in stale)
        write_log(connection, order.now, order.template.user, "stale dnc allowed", run.import_id, told)
    return {"dnc_versions": find_versions(connection, categories)}


def find_standings(
    connection: duckdb.DuckDBPyConnection, categories: Iterable[str], today: date
) -> list[dict[str, Any]]:
    """Return how categories stand on a day, sorted: those asked for and all that were loaded or have a rule.

    ``connection`` is the store's or a reader's. The columns are those of sql/dnc/standings.sql.
    """
    execute(
        connection, "CREATE OR REPLACE TEMP TABLE asked AS SELECT unnest(?::VARCHAR[]) AS category", [[*categories]]
    )
    execute(connection, "CREATE OR REPLACE TEMP TABLE today AS SELECT ?::DATE AS day", [today])
    answer = connection.sql(read_query("dnc/standings"))
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.fetchall()]
    execute(connection, "DROP TABLE asked")
    execute(connection, "DROP TABLE today")
    return rows


def find_stale(connection: duckdb.DuckDBPyConnection, categories: Iterable[str], day: date) -> list[UserError]:
    """Return for each of these categories that is stale on a day, why a drop is not to be screened by it."""
    wanted = set(categories)
    standings = find_standings(connection, wanted, day)
    return [_explain(standing) for standing in standings if standing["is_stale"] and standing["category"] in wanted]


def _explain(standing: dict[str, Any]) -> UserError:
    category = standing["category"]
    if standing["as_of"] is None:
        fact = "The list was never loaded, and its rule asks for one."
    else:
        days, most = standing["age_days"], standing["max_age_days"]
        fact = f"The list is of {standing['as_of']}, {days:,} days old; its rule allows {most:,}."
    remedy = (
        f"Load a newer one: leadmill dnc load FILE --category '{category}'. To screen all the same: --allow-stale-dnc."
    )
    return UserError(f"do-not-call category '{category}'", fact, remedy)


def find_versions(connection: duckdb.DuckDBPyConnection, categories: Iterable[str]) -> list[dict[str, Any]]:
    """Return the newest version of each category: ``category`` and ``load_id``, 0 where it was never loaded."""
    newest = dict(execute(connection, "SELECT category, max(load_id) FROM dnc_loads GROUP BY category").fetchall())
    return [{"category": category, "load_id": newest.get(category, 0)} for category in categories]
