"""The store's file and its log."""

from pipelines.home import Home
from pipelines.store import open_writer

ROWS = "SELECT now(), 'op', 'act', 'subject', repeat(md5(i::VARCHAR), 4), i, NULL FROM range(3000) AS t (i)"


def test_the_log_stays_short_however_much_is_written_in_small_pieces(tmp_path):
    home = Home(tmp_path / "home")
    log = home.store.with_name(f"{home.store.name}.wal")

    lengths = []
    for _ in range(8):
        with open_writer(home) as connection:
            connection.execute(f"INSERT INTO audit_log {ROWS}")
        lengths.append(log.stat().st_size if log.exists() else 0)

    assert max(lengths) < 2_000_000, "reading the log at each opening would cost more than the work itself"
    assert max(lengths) > 0, "nothing was ever left to the log: each piece was written twice"
    with open_writer(home) as connection:
        assert connection.execute("SELECT count(*) FROM audit_log").fetchone() == (24_000,)
