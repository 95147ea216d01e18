"""A store of an older version is brought to today's, whole."""

import hashlib
from datetime import UTC, date, datetime

import duckdb
import numpy as np
import pytest

from pipelines.dnc.index import find_listed
from pipelines.errors import UserError
from pipelines.home import Home
from pipelines.lead_ids import find_lead_base
from pipelines.points.index import open_index, read_values
from pipelines.published.publishing import publish
from pipelines.published.reading import open_reader
from pipelines.schema import DIGITS_BASE, IMPORT_ROWS, ROW_EVIDENCE, STORE
from pipelines.store import open_writer
from pipelines.tables.storing import list_stored
from pipelines.upgrading import VERSION

OLD_DNC = (
    "CREATE TABLE dnc (kind UTINYINT, value BIGINT, category VARCHAR, source VARCHAR, listed_on DATE,"
    " expires_on DATE, clock_from DATE, load_id BIGINT)"
)


def make_old(connection: duckdb.DuckDBPyConnection, version: int) -> None:
    """Let the rows of imports lie as they did before the tenth version, and the store say that it is of another."""
    connection.execute("DROP VIEW import_rows")
    connection.execute("DROP TABLE row_spans")
    connection.execute("ALTER TABLE single_rows RENAME TO import_rows")
    connection.execute("UPDATE store_version SET version = ?", [version])


def test_a_store_of_the_first_version_finds_digits_again(tmp_path):
    home = Home(tmp_path / "home")
    with open_writer(home) as connection:
        make_old(connection, 1)
        connection.execute("DELETE FROM store_version")
        connection.execute(OLD_DNC)
        connection.execute("INSERT INTO dnc (kind, value, category) VALUES (2, 112345, 'IVR')")

    for _ in range(2):
        with open_writer(home) as connection:
            entries = connection.sql("SELECT value FROM dnc_entries").fetchall()
            version = connection.sql("SELECT * FROM store_version").fetchall()

        base = 3 * 10**18
        assert entries == [(base + 12345,)]
        assert version == [(VERSION,)]


def test_the_log_of_a_store_of_the_fourth_version_is_put_in_order(tmp_path):
    home = Home(tmp_path / "home")
    with open_writer(home) as connection:
        for column in ("sequence", "told"):
            connection.execute(f"ALTER TABLE audit_log DROP COLUMN {column}")
        connection.execute("ALTER TABLE imports ADD COLUMN seconds DOUBLE")
        connection.execute(
            "INSERT INTO audit_log VALUES (TIMESTAMPTZ '2026-03-02 12:00Z', 'op', 'later', '', ''),"
            " (TIMESTAMPTZ '2026-03-01 12:00Z', 'op', 'sooner', '', '')"
        )
        connection.execute(OLD_DNC)
        make_old(connection, 4)

    with open_writer(home) as connection:
        log = connection.sql("SELECT action, sequence, told FROM audit_log ORDER BY sequence").fetchall()
        columns = [row[0] for row in connection.sql("DESCRIBE imports").fetchall()]

    assert log == [("sooner", 1, None), ("later", 2, None)]
    assert "seconds" not in columns


def test_the_entries_of_a_store_of_the_fifth_version_keep_all_that_was_known_of_them(tmp_path):
    home = Home(tmp_path / "home")
    rows = [
        (447400123456, "TPS", "tps.txt", date(2026, 1, 5), None, date(2026, 1, 1), 1),
        (447400123457, "TPS", "tps.txt", date(2026, 1, 5), None, date(2026, 1, 1), 1),
        (447400123456, "Own", "own.txt", date(2026, 1, 6), date(2026, 9, 1), None, 2),
    ]
    with open_writer(home) as connection:
        connection.execute(OLD_DNC)
        connection.executemany("INSERT INTO dnc VALUES (1, ?, ?, ?, ?, ?, ?, ?)", rows)
        make_old(connection, 5)

    with open_writer(home) as connection:
        entries = connection.sql(
            "SELECT value, category, source, listed_on, expires_on, clock_from, load_id"
            " FROM dnc_entries JOIN dnc_terms USING (terms_id)"
        ).fetchall()
        terms = connection.sql("SELECT count(*) FROM dnc_terms").fetchall()
        publish(connection, home)

    assert (sorted(entries, key=str), terms) == (sorted(rows, key=str), [(2,)])
    with open_reader(home, datetime(2026, 3, 1, tzinfo=UTC)) as reader:
        assert reader.sql("SELECT e164 FROM dnc WHERE category = 'TPS' ORDER BY 1").fetchall() == [
            ("+447400123456",),
            ("+447400123457",),
        ]


def test_the_rows_of_a_store_of_the_fifth_version_learn_where_their_leads_are(tmp_path):
    home = Home(tmp_path / "home")
    with open_writer(home) as connection:
        make_old(connection, 5)
        connection.execute(OLD_DNC)
        connection.execute("ALTER TABLE import_rows DROP COLUMN lead_base")
        connection.execute("INSERT INTO imports (import_id, import_date) VALUES ('20260302-1', '2026-03-02')")
        connection.execute("INSERT INTO import_rows (import_id, row_number) VALUES ('20260302-1', 1)")

    with open_writer(home) as connection:
        rows = connection.sql("SELECT lead_base FROM import_rows").fetchall()
        columns = [row[0] for row in connection.sql("DESCRIBE import_rows").fetchall()]
    assert (rows, "import_date" in columns) == ([(find_lead_base("20260302-1"),)], False)


def test_the_leads_of_a_store_of_the_sixth_version_are_found_and_its_contact_data_is_known(tmp_path):
    home = Home(tmp_path / "home")
    with open_writer(home) as connection:
        connection.execute("CREATE TABLE contact_points (value BIGINT)")
        connection.execute("CREATE TABLE secondary_contract (lead_id BIGINT)")
        connection.execute(
            "INSERT INTO leads (lead_id, status, phone1, phone1_key, phone2, email) VALUES"
            " (1, 'new', '07400123456', 447400123456, '012345', NULL), (2, 'new', '0', NULL, NULL, 'Al@example.org'),"
            " (3, 'suppressed', NULL, NULL, NULL, 'al@example.org')"
        )
        make_old(connection, 6)

    with open_writer(home) as connection:
        address = "SELECT -1 - (md5_number('al@example.org') >> 82)::BIGINT AS value"
        asked = [447400123456, DIGITS_BASE, DIGITS_BASE + 12345, *read_values(connection, address).tolist()]
        found = [open_index(connection).find(np.array([value])).tolist() for value in asked]

        tables = list_stored(connection)

    assert (found, tables) == ([[1], [2], [1], [2]], ["secondary_contract"])


def test_what_is_other_bytes_since_the_sixth_version_is_published_anew(tmp_path):
    home = Home(tmp_path / "home")
    with open_writer(home) as connection:
        connection.execute("INSERT INTO dnc_terms (terms_id, category, load_id) VALUES (1, 'TPS', 4)")
        connection.execute("INSERT INTO imports (import_id, import_date) VALUES ('one', '2026-03-02')")
        connection.execute("INSERT INTO leads (lead_id, list_id, import_id) VALUES (1, 7, 'one'), (2, 7, 'one')")
        make_old(connection, 6)

    with open_writer(home) as connection:
        parts = connection.sql("SELECT * FROM unpublished ORDER BY ALL").fetchall()

    assert parts == [
        ("dnc", "TPS", "4"),
        ("import_rows", "0001-01-01", "all"),
        ("import_rows", "2026-03-02", "one"),
        ("leads", "0", "all"),
        ("leads", "7", "one"),
    ]


def test_the_evidence_of_a_store_of_the_seventh_version_stays_with_its_rows(tmp_path):
    home = Home(tmp_path / "home")
    day, import_id = date(2026, 3, 2), "20260302-1"
    base = find_lead_base(import_id)
    met = {"slot": "phone1", "lead_id": 4, "row_number": None, "other_slot": "phone2", "scope": "global", "action": "x"}
    listed = [{"slot": "phone1", "category": "TPS", "source": None, "listed_on": day, "load_id": 3}]
    rows = [(2, met, None, [447400123456]), (1, None, None, None), (3, None, listed, [-5, 447400123457])]
    with open_writer(home) as connection:
        publish(connection, home)
        make_old(connection, 7)
        connection.execute("INSERT INTO imports (import_id, import_date) VALUES (?, ?)", [import_id, day])
        for name, kind in ROW_EVIDENCE.items():
            connection.execute(f"ALTER TABLE import_rows ADD COLUMN IF NOT EXISTS {name} {kind}")
        names = "import_id, lead_base, row_number, met, listed, points"
        for row in rows:
            connection.execute(f"INSERT INTO import_rows ({names}) VALUES (?, ?, ?, ?, ?, ?)", [import_id, base, *row])
        connection.execute("DROP TABLE row_evidence")

    with open_writer(home) as connection:
        flat = connection.sql("SELECT * FROM import_rows LIMIT 0").columns
        publish(connection, home)

    assert flat == list(IMPORT_ROWS)
    with open_reader(home, datetime(2026, 3, 3, tzinfo=UTC)) as reader:
        # As they are sorted in the file.
        published = reader.sql("SELECT row_number, met, listed, points FROM import_rows").fetchall()
    assert published == sorted(rows)


def test_the_entries_of_a_store_of_the_eighth_version_are_found(tmp_path):
    home = Home(tmp_path / "home")
    with open_writer(home) as connection:
        connection.execute("INSERT INTO dnc_entries VALUES (447400123456, 1)")
        connection.execute("DROP TABLE dnc_sets")
        connection.execute("DROP TABLE dnc_ended")
        make_old(connection, 8)

    with open_writer(home) as connection:
        found = find_listed(connection, np.array([447400123456, 447400123457]))

    assert found.asked.tolist() == [447400123456]


def test_the_rows_of_a_store_of_the_ninth_version_are_read_with_those_that_come(tmp_path):
    home = Home(tmp_path / "home")
    with open_writer(home) as connection:
        make_old(connection, 9)
        connection.execute("INSERT INTO import_rows (import_id, row_number, fate) VALUES ('20260302-1', 1, 'created')")

    for _ in range(2):
        with open_writer(home) as connection:
            connection.execute("INSERT INTO row_spans VALUES ('20260303-2', 1000, 1, 2, 1)")
            rows = connection.sql("SELECT import_id, row_number, fate, lead_id FROM import_rows ORDER BY 1").fetchall()
            connection.execute("DELETE FROM row_spans")

        assert rows == [("20260302-1", 1, "created", None), ("20260303-2", 1, "created", 1001)]


def test_a_store_that_a_newer_leadmill_wrote_is_refused_and_left_as_it_is(tmp_path):
    home = Home(tmp_path / "home")
    with open_writer(home) as connection:
        connection.execute("UPDATE store_version SET version = ?", [VERSION + 1])

    for _ in range(2):
        with pytest.raises(UserError, match=f"version {VERSION + 1}"), open_writer(home):
            pass


def test_a_store_that_lacks_tables_of_later_versions_gets_them(tmp_path):
    home = Home(tmp_path / "home")
    with open_writer(home) as connection:
        connection.execute("DROP TABLE import_ages")
        connection.execute(OLD_DNC)
        make_old(connection, 5)

    with open_writer(home) as connection:
        assert connection.sql("SELECT count(*) FROM import_ages").fetchall() == [(0,)]


def test_other_tables_come_with_another_version():
    """A store of the newest version is not asked which tables it has: who adds one adds a version, then mends this."""
    names = hashlib.sha256(" ".join(sorted(STORE)).encode()).hexdigest()[:8]

    assert (VERSION, names) == (11, "bda32663")
