"""Contact data in the store: one typed table per declared table, a row per lead, and what stood there before.

Everything happens on the writer's connection, inside its one transaction. The statements are put together from checked
names, since the columns are the user's own; values are never part of them.
"""

from collections.abc import Iterable, Mapping

import duckdb

from pipelines.errors import UserError
from pipelines.queries import execute
from pipelines.schema import create_table
from pipelines.tables.declared import ContactTable, MappedField, MappedTables
from pipelines.tables.field_types import TYPES

# No name of a table can begin so, and no image of one looks like a table.
STORED, IMAGES = "secondary_", "images_secondary_"
# A phone has its E.164 digits beside its text; no field's name can hold a point.
KEY = ".key"
EMPTY_PARTITION, WHOLE_PART = "0", "all"


def list_stored(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the names of the store's contact data tables, sorted."""
    return [row[0] for row in execute(connection, "SELECT name FROM contact_tables ORDER BY name").fetchall()]


def read_columns(connection: duckdb.DuckDBPyConnection, stored: str) -> dict[str, str]:
    """Return the columns of a table of the store and their types, in order; empty where there is no such table."""
    columns = "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index"
    return dict(connection.execute(columns, [stored]).fetchall())


def list_columns(table: ContactTable) -> dict[str, str]:
    """Return the columns of a declared table in the store: ``lead_id``, the fields, and the keys of phones."""
    columns = {"lead_id": "BIGINT"}
    for field in table.fields:
        columns[field.name] = TYPES[field.type].column
        if field.type == "phone":
            columns[field.name + KEY] = "BIGINT"
    return columns


def fit_table(connection: duckdb.DuckDBPyConnection, table: ContactTable) -> None:
    """Make the store's table as it is declared: create it, add fields, take empty ones away.

    Raises UserError where a field with values is gone or has another type.
    """
    name, wanted = STORED + table.name, list_columns(table)
    there = read_columns(connection, name)
    images = {"changed_by": "VARCHAR", **wanted}
    if there == wanted:
        return
    if not there:
        connection.execute(create_table(f'"{name}"', wanted))
        connection.execute(create_table(f'"{IMAGES}{table.name}"', images))
        connection.execute("INSERT INTO contact_tables VALUES (?)", [name])
    else:
        stale = [column for column, kind in there.items() if wanted.get(column) != kind]
        if stale:
            _drop_columns(connection, table, stale, there)
        for column, kind in wanted.items():
            if column in stale or column not in there:
                for each in (name, IMAGES + table.name):
                    connection.execute(f'ALTER TABLE "{each}" ADD COLUMN "{column}" {kind}')
    connection.execute("INSERT INTO unpublished VALUES (?, ?, ?)", [name, EMPTY_PARTITION, WHOLE_PART])


def _drop_columns(
    connection: duckdb.DuckDBPyConnection, table: ContactTable, stale: list[str], there: Mapping[str, str]
) -> None:
    """Drop columns that are declared no more, or otherwise; raise UserError where they hold values."""
    name = STORED + table.name
    for column in stale:
        counts = " + ".join(f'(SELECT count("{column}") FROM "{each}")' for each in (name, IMAGES + table.name))
        values = connection.execute(f"SELECT {counts}").fetchall()[0][0]
        if values:
            field = column.removesuffix(KEY)
            now = table.find_field(field)
            was = next((kind.word for kind in TYPES.values() if kind.column == there[column]), there[column])
            fact = f"was {was} and is {now.type} now" if now else "is gone"
            raise UserError(
                f"tables/{table.name}.yaml",
                f"fields: '{field}' {fact}, but the store keeps {values:,} of its values.",
                "Put it back as it was; what has another type is a field of another name.",
            )
    for column in stale:
        for each in (name, IMAGES + table.name):
            connection.execute(f'ALTER TABLE "{each}" DROP COLUMN "{column}"')
    # The parts that readers see are to have the new columns, not the old ones beside them.
    connection.execute(
        f"INSERT INTO unpublished SELECT DISTINCT '{name}', list_id::VARCHAR, import_id FROM leads"
        f' SEMI JOIN "{name}" AS data ON leads.lead_id = data.lead_id'
    )


def commit_contact_data(connection: duckdb.DuckDBPyConnection, mapped: MappedTables) -> None:
    """Write the contact data of an import: images of what changes, deletions with their leads, new values.

    Reads the temporary relations ``affected``, ``verdicts``, ``drop_rows``, ``drop_points``, ``dnc_hits`` and ``run``.
    A lead that the import makes or changes has a row in each table that it fills. Raises as ``fit_table``.
    """
    for table in mapped.tables:
        fit_table(connection, table)
    for stored in list_stored(connection):
        images = IMAGES + stored.removeprefix(STORED)
        connection.execute(
            f'INSERT INTO "{images}" BY NAME SELECT run.import_id AS changed_by, data.* FROM "{stored}" AS data'
            " SEMI JOIN affected ON data.lead_id = affected.lead_id CROSS JOIN run ORDER BY data.lead_id"
        )
        connection.execute(
            f'DELETE FROM "{stored}" WHERE lead_id IN'
            " (SELECT lead_id FROM affected WHERE effect IN ('deleted', 'replaced'))"
        )
    for table in mapped.tables:
        _write_values(connection, STORED + table.name, [field for field in mapped.fields if field.table == table.name])


def _write_values(connection: duckdb.DuckDBPyConnection, stored: str, fields: Iterable[MappedField]) -> None:
    """Give leads their values: the last row that has one wins, and what is blank overwrites nothing."""
    values = {}
    for field in fields:
        shown, key = f'drop_rows."{field.name}"', f'drop_rows."{field.name}{KEY}"'
        if field.field.type == "phone":
            # A number that was taken off the lead is not to come back beside it.
            is_taken = f"coalesce(list_contains(taken.numbers, {key}), false)"
            shown, key = (f"CASE WHEN {is_taken} THEN NULL ELSE {each} END" for each in (shown, key))
            values[field.field.name + KEY] = f"arg_max({key}, drop_rows.row_number)"
        # Parquet keeps times to another fraction of a second than the store does.
        values[field.field.name] = f"arg_max({shown}, drop_rows.row_number)::{TYPES[field.field.type].column}"
    picked = "".join(f', {value} AS "{name}"' for name, value in values.items())
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE contact_data AS SELECT verdicts.lead_id{picked} FROM drop_rows"
        " INNER JOIN verdicts ON drop_rows.row_number = verdicts.row_number"
        " LEFT JOIN (SELECT drop_points.row_number, list(drop_points.value) AS numbers FROM drop_points"
        " SEMI JOIN dnc_hits ON drop_points.row_number = dnc_hits.row_number AND drop_points.slot = dnc_hits.slot"
        " WHERE drop_points.kind = 1 GROUP BY drop_points.row_number) AS taken"
        " ON drop_rows.row_number = taken.row_number"
        " WHERE verdicts.fate IN ('created', 'updated') GROUP BY verdicts.lead_id ORDER BY verdicts.lead_id"
    )
    renewed = ", ".join(f'"{name}" = coalesce(brought."{name}", data."{name}")' for name in values)
    connection.execute(
        f'UPDATE "{stored}" AS data SET {renewed} FROM contact_data AS brought WHERE data.lead_id = brought.lead_id'
    )
    connection.execute(
        f'INSERT INTO "{stored}" BY NAME SELECT brought.* FROM contact_data AS brought'
        f' ANTI JOIN "{stored}" AS data ON brought.lead_id = data.lead_id ORDER BY brought.lead_id'
    )


def put_back(connection: duckdb.DuckDBPyConnection, import_id: str) -> None:
    """Put the contact data of leads back as it was before an import, and take away that of leads that go; for an undo.

    Reads the temporary relations ``going``, ``restored`` and ``touched``: the last are left alone, and only theirs of
    the import's images are kept. The caller marks the leads' parts as unpublished; those of contact data follow them.
    """
    for stored in list_stored(connection):
        images = IMAGES + stored.removeprefix(STORED)
        own = "changed_by = ? AND lead_id NOT IN (SELECT lead_id FROM touched)"
        connection.execute(
            f'DELETE FROM "{stored}" WHERE lead_id IN'
            " (SELECT lead_id FROM going UNION ALL SELECT lead_id FROM restored)"
        )
        connection.execute(
            f'INSERT INTO "{stored}" BY NAME SELECT * EXCLUDE (changed_by) FROM "{images}" AS images'
            " SEMI JOIN restored ON images.lead_id = restored.lead_id WHERE changed_by = ? ORDER BY lead_id",
            [import_id],
        )
        connection.execute(f'DELETE FROM "{images}" WHERE {own}', [import_id])


def blank_numbers(connection: duckdb.DuckDBPyConnection) -> None:
    """Empty the phones of contact data that were taken off their leads; reads ``taken`` (lead_id, value)."""
    for stored in list_stored(connection):
        for key in [name for name in read_columns(connection, stored) if name.endswith(KEY)]:
            connection.execute(
                f'UPDATE "{stored}" AS data SET "{key.removesuffix(KEY)}" = NULL, "{key}" = NULL FROM taken'
                f' WHERE data.lead_id = taken.lead_id AND data."{key}" = taken.value'
            )


def forget_images(connection: duckdb.DuckDBPyConnection, leads: str) -> None:
    """Forget how the contact data of leads stood before any import; ``leads`` is a relation with lead_id."""
    for stored in list_stored(connection):
        images = IMAGES + stored.removeprefix(STORED)
        connection.execute(f'DELETE FROM "{images}" WHERE lead_id IN (SELECT lead_id FROM {leads})')
