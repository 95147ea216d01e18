"""Bring calls and their outcomes into the store: attempts, dispositions, what they make of leads, whom we have called.

Works on the writer's connection, inside its one transaction. Reads the temporary relations of
pipelines/dialler/loading.py: ``reported``, ``matches``.
"""

from collections.abc import Collection
from dataclasses import dataclass

import duckdb

from pipelines.queries import read_query
from pipelines.store import count_changed


@dataclass
class News:
    """What a report brought, in facts of one lead each: calls, outcomes, callbacks or leads in the buffer."""

    added: int = 0
    repeated: int = 0
    corrected: int = 0
    removed: int = 0
    late: int = 0

    @property
    def is_any(self) -> bool:
        """Whether anything in the store is another than before."""
        return bool(self.added or self.corrected or self.removed)


def _make(connection: duckdb.DuckDBPyConnection, table: str, query: str) -> None:
    connection.execute(f"CREATE TEMP TABLE {table} AS {read_query(f'dialler/{query}')}")


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(connection.execute(query).fetchall()[0][0])


def load_calls(connection: duckdb.DuckDBPyConnection, kind: str, changed_codes: Collection[str]) -> News:
    """Bring in the calls of ``attempts`` or ``dispositions``; return what was new.

    A call that ended was made, so an outcome without an attempt is an attempt too. Codes whose meaning has changed are
    applied to all calls that had them. A correction of who was called, or of an outcome, replaces what stood.
    """
    _make(connection, "new_calls", "new_calls")
    connection.execute("INSERT INTO attempts BY NAME SELECT * FROM new_calls ORDER BY called_at, lead_id")
    news = News(added=count_changed(connection))
    news.repeated = _count(connection, "SELECT count(*) FROM matches") - news.added
    moved = _move_credits(connection)
    if kind == "dispositions":
        news = _load_outcomes(connection)
    else:
        news.corrected = moved
    connection.execute(
        "CREATE TEMP TABLE touched AS SELECT lead_id FROM new_calls UNION SELECT lead_id FROM credits"
        " UNION SELECT lead_id FROM dispositions SEMI JOIN (SELECT unnest(?::VARCHAR[]) AS outcome) USING (outcome)",
        [sorted(changed_codes)],
    )
    if kind == "dispositions":
        connection.execute("INSERT INTO touched SELECT lead_id FROM told WHERE news <> 'repeated' ORDER BY lead_id")
    news.late = _count_calls(connection)
    _note_contacts(connection)
    return news


def _move_credits(connection: duckdb.DuckDBPyConnection) -> int:
    """Give the credit for a call to the lead that the report names; a value goes with the credit."""
    _make(connection, "credits", "credits")
    own = "credits.lead_id = {0}.lead_id AND credits.called_at = {0}.called_at"
    connection.execute(
        f"UPDATE attempts SET is_credited = credits.is_credited FROM credits WHERE {own.format('attempts')}"
    )
    moved = count_changed(connection)
    connection.execute(
        "UPDATE dispositions SET sale_value = NULL, currency = NULL FROM credits"
        f" WHERE {own.format('dispositions')} AND NOT credits.is_credited"
    )
    _mark_days(connection, "attempts", "SELECT called_at FROM new_calls UNION ALL SELECT called_at FROM credits")
    _mark_days(connection, "dispositions", "SELECT called_at FROM credits")
    return moved


def _load_outcomes(connection: duckdb.DuckDBPyConnection) -> News:
    """Write the outcomes that are new or another than before; rows on a call that a later row corrects count too."""
    _make(connection, "told", "told")
    by_news = dict(connection.execute("SELECT news, count(*) FROM told GROUP BY news").fetchall())
    overruled = _count(connection, "SELECT count(*) FROM matches") - sum(by_news.values())
    connection.execute(
        "DELETE FROM dispositions USING told WHERE told.news = 'corrected'"
        " AND dispositions.lead_id = told.lead_id AND dispositions.called_at = told.called_at"
    )
    connection.execute(
        "INSERT INTO dispositions BY NAME SELECT * EXCLUDE (news) FROM told WHERE news <> 'repeated'"
        " ORDER BY called_at, lead_id"
    )
    _mark_days(connection, "dispositions", "SELECT called_at FROM told WHERE news <> 'repeated'")
    return News(
        added=by_news.get("added", 0),
        repeated=by_news.get("repeated", 0) + overruled,
        corrected=by_news.get("corrected", 0),
    )


def _count_calls(connection: duckdb.DuckDBPyConnection) -> int:
    """Count the new calls on their leads and say how each lead stands; return how many calls came too late to count.

    Late is a call from before the lead was made or its attempts last began anew: it is kept and not counted.
    """
    _make(connection, "starts", "starts")
    connection.execute(
        "CREATE TEMP TABLE counted AS SELECT lead_id, count(*) FILTER (WHERE called_at >= counts_from) AS calls,"
        " count(*) FILTER (WHERE called_at < counts_from) AS late_calls"
        " FROM new_calls JOIN starts USING (lead_id) GROUP BY lead_id"
    )
    connection.execute(
        "UPDATE leads SET call_attempts = call_attempts + counted.calls FROM counted"
        " WHERE leads.lead_id = counted.lead_id AND counted.calls > 0"
    )
    _make(connection, "statuses", "statuses")
    connection.execute("UPDATE leads SET status = statuses.status FROM statuses WHERE leads.lead_id = statuses.lead_id")
    connection.execute(
        "INSERT INTO unpublished SELECT DISTINCT 'leads', list_id::VARCHAR, import_id FROM leads"
        " WHERE lead_id IN (SELECT lead_id FROM counted WHERE calls > 0 UNION SELECT lead_id FROM statuses)"
    )
    return _count(connection, "SELECT coalesce(sum(late_calls), 0) FROM counted")


def _note_contacts(connection: duckdb.DuckDBPyConnection) -> None:
    """Write to ``contact_history`` by what contact points we called these people, and where a human answered.

    Where no human answered after all (a corrected outcome) the answer goes.
    """
    _make(connection, "called_points", "called_points")
    _make(connection, "answers", "answers")
    columns = "kind, value, text, lead_id, list_id, survey_id, event, happened_at"
    points = "called_points.kind, called_points.value, called_points.text, called_points.lead_id, called_points.list_id"
    connection.execute(
        f"INSERT INTO contact_history ({columns}) SELECT {points}, NULL, 'attempt', new_calls.called_at"
        " FROM called_points JOIN new_calls USING (lead_id) ORDER BY new_calls.called_at, kind, value, lead_id"
    )
    there = (
        "SELECT lead_id, happened_at AS called_at FROM contact_history WHERE event = 'response' AND survey_id IS NULL"
    )
    connection.execute(
        f"INSERT INTO contact_history ({columns}) SELECT {points}, NULL, 'response', answers.called_at"
        f" FROM called_points JOIN (SELECT * FROM answers ANTI JOIN ({there}) AS there USING (lead_id, called_at)"
        " WHERE is_contact) AS answers USING (lead_id) ORDER BY answers.called_at, kind, value, lead_id"
    )
    connection.execute(
        "DELETE FROM contact_history USING answers WHERE NOT answers.is_contact AND event = 'response'"
        " AND survey_id IS NULL AND contact_history.lead_id = answers.lead_id"
        " AND contact_history.happened_at = answers.called_at"
    )


def _mark_days(connection: duckdb.DuckDBPyConnection, relation: str, calls: str) -> None:
    connection.execute(
        "INSERT INTO unpublished SELECT DISTINCT ?, (called_at AT TIME ZONE 'UTC')::DATE::VARCHAR, 'all'"
        f" FROM ({calls})",
        [relation],
    )
