"""The store's file and its log."""

from pipelines.home import Home
from pipelines.store import open_writer


def write_pieces(home: Home, rows: int) -> list[int]:
    """Write so many rows eight times, each in a transaction of its own; return how long the log was after each."""
    log = home.store.with_name(f"{home.store.name}.wal")
    lengths = []
    for _ in range(8):
        with open_writer(home) as connection:
            connection.execute(
                "INSERT INTO audit_log SELECT now(), 'op', 'act', 'subject', repeat(md5(i::VARCHAR), 4), i, NULL"
                f" FROM range({rows}) AS t (i)"
            )
        lengths.append(log.stat().st_size if log.exists() else 0)
    with open_writer(home) as connection:
        assert connection.execute("SELECT count(*) FROM audit_log").fetchone() == (rows * 8,)
    return lengths


def test_the_log_stays_short_however_much_is_written_in_small_pieces(tmp_path):
    assert max(write_pieces(Home(tmp_path), 3_000)) < 2_000_000, "reading it would cost more than the work itself"


def test_small_pieces_are_left_to_the_log_so_that_they_are_not_written_twice(tmp_path):
    assert max(write_pieces(Home(tmp_path), 3)) > 0


def test_the_longer_the_store_the_longer_may_its_log_be(tmp_path):
    small, large = Home(tmp_path / "small"), Home(tmp_path / "large")
    with open_writer(large) as connection:
        connection.execute(
            "INSERT INTO contact_history SELECT 1, random() * 1e15, '', i, 1, 1, 'attempt', now()"
            " FROM range(1_500_000) AS t (i)"
        )

    assert max(write_pieces(large, 500)) > max(write_pieces(small, 500))


def test_texts_of_leads_that_do_not_repeat_are_packed_as_such_and_others_by_their_words(tmp_path):
    home, columns = Home(tmp_path), ("email", "phone1", "phone2", "city")
    with open_writer(home) as connection:
        connection.execute(f"INSERT INTO leads ({', '.join(columns)}) SELECT i, i, i, i % 3 FROM range(5_000) AS t (i)")
        connection.execute("COMMIT")
        connection.execute("CHECKPOINT")
        connection.execute("BEGIN")
        packed = connection.execute(
            "SELECT column_name, list(DISTINCT compression) FROM pragma_storage_info('leads')"
            " WHERE segment_type = 'VARCHAR' AND list_contains(?, column_name) GROUP BY column_name",
            [columns],
        ).fetchall()
        read = connection.execute(f"SELECT {', '.join(columns)} FROM leads WHERE email = '4999'").fetchall()

    assert dict(packed) == {"email": ["ZSTD"], "phone1": ["ZSTD"], "phone2": ["ZSTD"], "city": ["DICT_FSST"]}
    assert read == [("4999", "4999", "4999", "1")]
