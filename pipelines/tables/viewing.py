"""Contact data as readers see it: published beside the leads, defaults where there is no data, gone with its lead."""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from pipelines.tables.declared import ContactTable, TableField
from pipelines.tables.field_types import TYPES
from pipelines.tables.storing import KEY, STORED, read_columns


def select_part(connection: duckdb.DuckDBPyConnection, stored: str) -> str:
    """Return the statement that publishes one part of a contact data table of the store, as it has its columns now.

    Reads ``leads``, ``part`` and the table; returns lead_id, list_id, expires_at (of the lead) and the fields, null
    where there is no data. A row whose lead is gone is not published.
    """
    fields = [name for name in read_columns(connection, stored) if name != "lead_id" and not name.endswith(KEY)]
    columns = "".join(f', data."{name}"' for name in fields)
    return (
        f'SELECT data.lead_id, leads.list_id, leads.expires_at{columns} FROM "{stored}" AS data'
        " INNER JOIN leads ON data.lead_id = leads.lead_id"
        " INNER JOIN part ON leads.list_id = part.partition::BIGINT AND leads.import_id = part.part"
        " ORDER BY data.lead_id"
    )


def select_table(connection: duckdb.DuckDBPyConnection, table: ContactTable, generation: Path) -> str:
    """Return the statement that shows a declared table: lead_id, list_id and the fields with their defaults.

    Of leads that have not expired by ``clock``. A field that no published part has yet is its default; one that is
    declared with another type than its values have keeps theirs, until an import refuses it. Reads no values.
    """
    folder = generation / f"{STORED}{table.name}"
    files = str(folder / "*" / "*.parquet").replace("'", "''")
    if not folder.is_dir():
        columns = "".join(f', NULL::{TYPES[field.type].column} AS "{field.name}"' for field in table.fields)
        return f"SELECT NULL::BIGINT AS lead_id, NULL::BIGINT AS list_id{columns} WHERE false"
    # Parts that were published before a field was added do not have it.
    source = f"read_parquet('{files}', hive_partitioning = false, union_by_name = true)"
    there = {row[0]: row[1] for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    columns = "".join(f', {show_field(field, there)} AS "{field.name}"' for field in table.fields)
    live = "expires_at IS NULL OR expires_at > (SELECT now FROM clock)"
    return f"SELECT lead_id, list_id{columns} FROM {source} WHERE {live}"


def show_field(field: TableField, there: Mapping[str, str], relation: str = "") -> str:
    """Return the expression of a field with its default, where ``there`` are the columns of what it is read from."""
    column = f'{relation}."{field.name}"' if relation else f'"{field.name}"'
    kind = TYPES[field.type].column
    if there.get(field.name, kind) != kind:
        return column
    default = field.default_value
    if default is None:
        return column if field.name in there else f"NULL::{kind}"
    literal = "CAST('{}' AS {})".format(str(default).replace("'", "''"), kind)
    return f"coalesce({column}, {literal})" if field.name in there else literal
