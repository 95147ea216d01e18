"""Figures for a monitoring system."""

from datetime import UTC, datetime

from pipelines.importing import import_drop

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_imports_rows_and_late_feeds_are_written_as_prometheus_reads_them(lm, home, tmp_path) -> None:
    home.make()
    (home.templates / "acme.yaml").write_text(
        "name: acme\nsupplier: Acme\nlist: {name: Warm}\nmapping: {first_name: Name, phone1: Tel}\n"
        'feed: {expected_by: "00:00"}\n'
    )
    drop = tmp_path / "a.csv"
    drop.write_text("Name,Tel\nAnn,07400 123456\nBob,07400 123457\nEve,1\n")
    import_drop(drop, "acme", home, now=NOON)

    written = lm("metrics", "-o", tmp_path / "leadmill.prom")

    text = (tmp_path / "leadmill.prom").read_text()
    assert written.code == 0
    assert 'leadmill_imports{template="acme",status="completed"} 1\n' in text
    assert 'leadmill_rows{template="acme",fate="rejected"} 1\n' in text
    assert f'leadmill_last_import_seconds{{template="acme"}} {NOON.timestamp()}\n' in text
    assert 'leadmill_feed_late{template="acme"} 1\n' in text
    assert "Ann" not in text
    assert lm("metrics").out == text
