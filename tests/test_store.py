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
