"""Who is paid for leads."""

from datetime import date

import duckdb

from pipelines.published.publishing import mark_unpublished


def add_supplier(connection: duckdb.DuckDBPyConnection, name: str, day: date) -> None:
    """Write a supplier that is not known yet to the store (checklist ML-016, MA-010)."""
    if connection.execute("SELECT 1 FROM suppliers WHERE name = ?", [name]).fetchall():
        return
    connection.execute(
        "INSERT INTO suppliers SELECT coalesce(max(supplier_id), 0) + 1, ?, ? FROM suppliers", [name, day]
    )
    mark_unpublished(connection, "suppliers")
