"""What a row was found by stays on record when its lead goes. See docs/decisions/0021-evidence-and-options.md."""

import duckdb

from pipelines.points.recognising import list_points
from pipelines.published.publishing import mark_unpublished


def keep_points(connection: duckdb.DuckDBPyConnection, going: str) -> None:
    """Write by what the leads in a relation can be recognised to the rows that made them, before these leads go.

    ``going`` is a relation with ``lead_id``. For whatever takes leads away without an effect on record: an undo, the
    sweep of what has expired. Leaves ``lead_points``, as ``list_points`` does.
    """
    list_points(connection, f"SELECT lead_id FROM {going}")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE going_points AS SELECT import_id, row_number, lead_id - row_number AS lead_base,"
        " list(DISTINCT lead_points.value ORDER BY lead_points.value) AS points"
        " FROM lead_points JOIN leads USING (lead_id) GROUP BY import_id, row_number, lead_id"
    )
    connection.execute(
        "UPDATE row_evidence SET points = list_distinct(list_concat(coalesce(row_evidence.points, []), going.points))"
        " FROM going_points AS going"
        " WHERE row_evidence.import_id = going.import_id AND row_evidence.row_number = going.row_number"
    )
    # list_distinct has an order of its own, in which they lie in older stores.
    connection.execute(
        "INSERT INTO row_evidence BY NAME SELECT * REPLACE (list_distinct(points) AS points) FROM going_points"
        " ANTI JOIN row_evidence USING (import_id, row_number) ORDER BY lead_base, row_number"
    )
    parts = connection.execute(
        "SELECT import_date, import_id FROM imports WHERE import_id IN (SELECT import_id FROM going_points)"
    ).fetchall()
    for day, import_id in parts:
        mark_unpublished(connection, "import_rows", day.isoformat(), import_id)
