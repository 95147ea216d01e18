"""Who is paid for leads."""

from datetime import date

import duckdb

from pipelines.published.publishing import mark_unpublished
from pipelines.queries import execute


def add_supplier(connection: duckdb.DuckDBPyConnection, name: str, day: date, added_by: str | None = None) -> None:
    """Write a supplier that is not known yet to the store, and which import made it (checklist ML-016, MA-010)."""
    if execute(connection, "SELECT 1 FROM suppliers WHERE name = ?", [name]).fetchall():
        return
    connection.execute(
        "INSERT INTO suppliers SELECT coalesce(max(supplier_id), 0) + 1, ?, ? FROM suppliers", [name, day]
    )
    if added_by:
        connection.execute(
            "INSERT INTO additions SELECT ?, 'supplier', supplier_id FROM suppliers WHERE name = ?", [added_by, name]
        )
    mark_unpublished(connection, "suppliers")
