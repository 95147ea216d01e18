"""Bring open callbacks and the dialler's buffer into the store.

A report is the whole truth about the leads it names, and with ``replace`` about all leads. Works on the writer's
connection; reads ``reported`` and ``matches``.
"""

import duckdb

from pipelines.dialler.calls import News
from pipelines.published.publishing import mark_unpublished

# What each report says of the leads that are still there, and by which columns two rows are the same.
WANTED = {
    "callbacks": (
        """
        SELECT matches.lead_id, matches.happened_at AS due_at, arg_max(reported.notes, row_number) AS notes
        FROM matches JOIN reported USING (row_number) WHERE NOT reported.is_closed GROUP BY ALL
        """,
        "lead_id, due_at",
    ),
    "fetched": ("SELECT lead_id, max(happened_at) AS fetched_at FROM matches GROUP BY lead_id", "lead_id"),
}


def load_snapshot(connection: duckdb.DuckDBPyConnection, kind: str, *, replace: bool) -> News:
    """Put what a report says in the place of what stood there; return what is another than before.

    An earlier time of being fetched does not overrule a later one, unless the report replaces everything.
    """
    query, key = WANTED[kind]
    connection.execute(f"CREATE TEMP TABLE wanted AS {query}")
    connection.execute(
        f"CREATE TEMP TABLE standing AS SELECT * FROM {kind} WHERE ? OR lead_id IN (SELECT lead_id FROM matches)",
        [replace],
    )
    if kind == "fetched" and not replace:
        connection.execute(
            "UPDATE wanted SET fetched_at = standing.fetched_at FROM standing"
            " WHERE wanted.lead_id = standing.lead_id AND wanted.fetched_at < standing.fetched_at"
        )

    def count(rows: str) -> int:
        return int(connection.execute(f"SELECT count(*) FROM ({rows})").fetchall()[0][0])

    same = count("SELECT * FROM wanted INTERSECT SELECT * FROM standing")
    known = count(f"SELECT * FROM wanted SEMI JOIN standing USING ({key})")
    news = News(
        added=count("FROM wanted") - known,
        repeated=same,
        corrected=known - same,
        removed=count(f"SELECT * FROM standing ANTI JOIN wanted USING ({key})"),
    )
    if news.is_any:
        connection.execute(f"DELETE FROM {kind} WHERE lead_id IN (SELECT lead_id FROM standing)")
        connection.execute(f"INSERT INTO {kind} BY NAME SELECT * FROM wanted ORDER BY {key}")
        mark_unpublished(connection, kind)
    return news
