"""A store that an older leadmill made becomes one of today, in one transaction, when it is opened for writing."""

import duckdb

from pipelines.errors import UserError
from pipelines.lead_ids import HASH_DIGITS, ROW_BITS
from pipelines.queries import execute, read_query
from pipelines.schema import DIGITS_BASE, ROW_EVIDENCE, STORE, VIEWS, create_table

EVIDENCE = ("met", "listed", "points")

# The values of the kinds lie apart since version 2, so that values alone can be joined.
_APART = (f"UPDATE dnc SET value = {DIGITS_BASE} + ('0' || substr(value::VARCHAR, 2))::BIGINT WHERE kind = 2",)
_ADD_EVIDENCE = tuple(
    f"ALTER TABLE import_rows ADD COLUMN IF NOT EXISTS {name} {ROW_EVIDENCE[name]}" for name in EVIDENCE
)
# Evidence of every row, and campaigns, since version 3; what was published without them is written anew.
_EVIDENCE = (
    *_ADD_EVIDENCE,
    "ALTER TABLE lists ADD COLUMN IF NOT EXISTS campaign VARCHAR",
    "INSERT INTO unpublished SELECT 'import_rows', import_date::VARCHAR, import_id FROM imports",
    "INSERT INTO unpublished VALUES ('lists', 'all', 'all'), ('import_rows', '0001-01-01', 'all')",
)
# Entries know by which load they came, and are published by it, since version 4.
_BY_LOAD = (
    "ALTER TABLE dnc ADD COLUMN IF NOT EXISTS clock_from DATE",
    "ALTER TABLE dnc ADD COLUMN IF NOT EXISTS load_id BIGINT",
    "UPDATE dnc SET load_id = 0 WHERE load_id IS NULL",
    "ALTER TABLE dnc_loads ADD COLUMN IF NOT EXISTS mode VARCHAR",
    "ALTER TABLE dnc_loads ADD COLUMN IF NOT EXISTS prefixes BIGINT",
    "ALTER TABLE dnc_loads ADD COLUMN IF NOT EXISTS washed BIGINT",
    "UPDATE dnc_loads SET mode = CASE WHEN is_replacement THEN 'full' ELSE 'add' END WHERE mode IS NULL",
    "INSERT INTO unpublished SELECT DISTINCT 'dnc', category, unnest(['all', '0']) FROM dnc",
    "INSERT INTO unpublished SELECT 'dnc_loads', 'all', 'all' FROM dnc_loads LIMIT 1",
)
# The log is in order and has room for what a replay needs since version 5. How long an import took came from the clock
# and is not kept any more.
_TOLD = (
    "ALTER TABLE audit_log ADD COLUMN IF NOT EXISTS sequence BIGINT",
    "ALTER TABLE audit_log ADD COLUMN IF NOT EXISTS told JSON",
    "CREATE TEMP TABLE in_order AS SELECT rowid AS line, row_number() OVER (ORDER BY logged_at) AS n FROM audit_log",
    "UPDATE audit_log SET sequence = n FROM in_order WHERE audit_log.rowid = line",
    "DROP TABLE in_order",
    "ALTER TABLE imports DROP COLUMN IF EXISTS seconds",
    "INSERT INTO unpublished SELECT DISTINCT 'imports', import_date::VARCHAR, 'all' FROM imports",
    "INSERT INTO unpublished VALUES ('imports', '0001-01-01', 'all')",
)
# What entries of a do-not-call list have in common is kept once since version 6.
_TERM = ("category", "source", "listed_on", "expires_on", "clock_from", "load_id")
_SAME = " AND ".join(f"dnc.{name} IS NOT DISTINCT FROM dnc_terms.{name}" for name in _TERM)
_TERMS = (
    f"CREATE TEMP VIEW told AS SELECT DISTINCT {', '.join(_TERM)} FROM dnc",
    f"INSERT INTO dnc_terms SELECT row_number() OVER (ORDER BY {', '.join(_TERM)}), * FROM told",
    f"INSERT INTO dnc_entries SELECT value, terms_id FROM dnc JOIN dnc_terms ON {_SAME} ORDER BY dnc.rowid",
    "INSERT INTO unpublished SELECT DISTINCT 'dnc', category, load_id::VARCHAR FROM dnc_terms",
    "DROP VIEW told",
    "DROP TABLE dnc",
)
# By what leads can be recognised lies beside the store since version 7: it is made from the leads, which the first
# look for it does, as a segment that is listed is not there.
_SEGMENTS = (
    "INSERT INTO contact_tables SELECT table_name FROM duckdb_tables() WHERE starts_with(table_name, 'secondary_')",
    "DROP TABLE IF EXISTS contact_points",
    "INSERT INTO point_segments SELECT 'to be made', 1 FROM leads LIMIT 1",
)
# Rows are found by their import's number since version 7: a day can have many imports.
_BY_IMPORT = (
    "ALTER TABLE import_rows ADD COLUMN IF NOT EXISTS lead_base BIGINT",
    (
        "UPDATE import_rows SET lead_base = imports.base FROM (SELECT import_id,"
        f" ('0x' || left(sha256(import_id), {HASH_DIGITS}))::BIGINT << {ROW_BITS} AS base FROM imports) AS imports"
        " WHERE import_rows.import_id = imports.import_id"
    ),
    "ALTER TABLE import_rows DROP COLUMN IF EXISTS import_date",
)
# Leads and rows are written by groups since version 8; written anew, a replay comes to the same.
_BY_GROUPS = (
    "INSERT INTO unpublished SELECT DISTINCT 'leads', list_id::VARCHAR, import_id FROM leads",
    "INSERT INTO unpublished SELECT 'import_rows', import_date::VARCHAR, import_id FROM imports",
    "INSERT INTO unpublished VALUES ('leads', '0', 'all'), ('import_rows', '0001-01-01', 'all')",
)
# Evidence lies apart from the rows since version 8.
_EVIDENCE_APART = (
    *_ADD_EVIDENCE,
    (
        "INSERT INTO row_evidence SELECT import_id, row_number, lead_base, met, listed, points FROM import_rows"
        " WHERE met IS NOT NULL OR listed IS NOT NULL OR points IS NOT NULL ORDER BY lead_base, row_number"
    ),
    *(f"ALTER TABLE import_rows DROP COLUMN {name}" for name in EVIDENCE),
)
# Which numbers stand on any list lies beside the store since version 9: made from the entries, as the segments are.
_SETS = ("INSERT INTO dnc_sets SELECT 'to be made', 1, 1, 1, NULL FROM dnc_entries LIMIT 1",)
# Rows of which nothing is said lie in spans since version 10; those of older imports stay single.
_SPANS = ("DROP TABLE single_rows", "ALTER TABLE import_rows RENAME TO single_rows")
# Do-not-call lists are other bytes since version 11; written anew, a replay comes to the same.
_IN_OTHER_BYTES = ("INSERT INTO unpublished SELECT DISTINCT 'dnc', category, load_id::VARCHAR FROM dnc_terms",)
# Which tables there are is asked of older stores only: one that is added comes with a version of its own.
UPGRADES: dict[int, tuple[str, ...]] = {
    2: _APART,
    3: _EVIDENCE,
    4: _BY_LOAD,
    5: _TOLD,
    6: _TERMS,
    7: _SEGMENTS + _BY_IMPORT,
    8: _EVIDENCE_APART + _BY_GROUPS,
    9: _SETS,
    10: _SPANS,
    11: _IN_OTHER_BYTES,
}
VERSION = max(UPGRADES)


def read_version(connection: duckdb.DuckDBPyConnection) -> int | None:
    """Return the version of a store; null where it does not say."""
    try:
        found = execute(connection, "SELECT max(version) FROM store_version").fetchall()[0][0]
    except duckdb.CatalogException:
        return None
    return None if found is None else int(found)


def upgrade(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring a store to the newest version, with all its tables; an empty file is of that version once it has them.

    Raises UserError for a store that a newer leadmill has written.
    """
    known = read_version(connection)
    if known and known > VERSION:
        fact = f"A newer leadmill has written it (version {known}; this one knows {VERSION})."
        raise UserError("store", fact, "Use that one, or restore a backup of before.")
    names = connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT temporary").fetchall()
    there = {name for (name,) in names}
    for name, columns in STORE.items():
        if name not in there:
            connection.execute(create_table(name, columns))
    version = known or (1 if "leads" in there else VERSION)
    connection.execute("BEGIN")
    for number in range(version + 1, VERSION + 1):
        for statement in UPGRADES[number]:
            connection.execute(statement)
    for name in VIEWS:
        connection.execute(f"CREATE VIEW IF NOT EXISTS {name} AS {read_query(f'store/{name}')}")
    connection.execute("DELETE FROM store_version")
    connection.execute("INSERT INTO store_version VALUES (?)", [VERSION])
    connection.execute("COMMIT")
