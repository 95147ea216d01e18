"""What a load publishes does not depend on how many threads did it."""

from datetime import UTC, datetime
from functools import partial

import duckdb
import polars as pl
import pytest

from pipelines import store
from pipelines.dnc.loading import load_dnc
from pipelines.home import Home
from pipelines.published import entries
from pipelines.published.grouping import list_files
from pipelines.published.publishing import current_generation
from pipelines.replaying.comparing import count_differences
from pipelines.schema import DIGITS_BASE

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_the_bytes_of_a_file_do_not_show_how_entries_come_from_the_store(tmp_path, monkeypatch):
    monkeypatch.setattr(entries, "ROW_GROUP_ROWS", 2_000)
    monkeypatch.setattr(entries, "FILE_GROUPS", 3)
    with duckdb.connect(":memory:") as connection:
        connection.execute(
            "CREATE TABLE dnc_terms AS SELECT 1 AS terms_id, 'TPS' AS category, 'tps.txt' AS source,"
            " DATE '2026-03-02' AS listed_on, NULL::DATE AS expires_on"
        )
        connection.execute(
            "CREATE TABLE whole AS SELECT 447400000000 + n * 7 AS value, 1::BIGINT AS terms_id"
            " FROM range(20_000) AS t (n)"
        )
        connection.execute(
            "CREATE TABLE holed AS SELECT 447400000000 + n AS value, 1::BIGINT AS terms_id FROM range(140_000) AS t (n)"
        )
        connection.execute("DELETE FROM holed WHERE (value - 447400000000) % 7 <> 0")

        rows = [entries.write_entries(connection, f"FROM {table}", tmp_path / table) for table in ("whole", "holed")]

    assert rows == [20_000, 20_000]
    whole, holed = ([file.read_bytes() for file in list_files(tmp_path / table)] for table in ("whole", "holed"))
    assert len(whole) == 4
    assert whole == holed
    written = pl.concat(pl.read_parquet(file) for file in list_files(tmp_path / "whole"))
    assert written["e164"].to_list() == [f"+{447400000000 + number * 7}" for number in range(20_000)]


@pytest.mark.parametrize("digits", [1, 7, 12, 15, 17])
def test_numbers_are_spelt_alike_beside_numbers_of_their_length_and_of_others(tmp_path, monkeypatch, digits):
    monkeypatch.setattr(entries, "ROW_GROUP_ROWS", 3)
    low, high = 10 ** (digits - 1), 10**digits - 1
    numbers = [low, (low + high) // 2, high, low, high * 10 + 3, high, DIGITS_BASE + high]
    with duckdb.connect(":memory:") as connection:
        connection.execute(
            "CREATE TABLE dnc_terms AS SELECT 1 AS terms_id, 'TPS' AS category, 'tps.txt' AS source,"
            " DATE '2026-01-05' AS listed_on, NULL::DATE AS expires_on"
        )
        connection.execute(
            "CREATE TABLE listed AS SELECT unnest(?::BIGINT[]) AS value, 1::BIGINT AS terms_id", [numbers]
        )

        entries.write_entries(connection, "FROM listed", tmp_path / "listed")

    written = pl.read_parquet(tmp_path / "listed")
    assert written["e164"].to_list() == [*(f"+{number}" for number in numbers[:-1]), None]
    assert written["digits"].to_list() == [None] * 6 + [str(high)]


@pytest.mark.full
def test_a_long_list_is_published_in_the_same_order_whatever_the_threads(tmp_path, monkeypatch):
    connect, homes = duckdb.connect, [Home(tmp_path / "one"), Home(tmp_path / "more")]
    (tmp_path / "first.txt").write_text("07400 000001\n")
    (tmp_path / "second.txt").write_text("".join(f"074{n * 7919 % 10**8:08}\n" for n in range(400_000)))

    for home, threads in zip(homes, (1, 5), strict=True):
        monkeypatch.setattr(store.duckdb, "connect", partial(connect, config={"threads": threads}))
        for name in ("first.txt", "second.txt"):
            load_dnc(home, tmp_path / name, "TPS", now=NOW)
    monkeypatch.undo()

    one, more = (current_generation(home) for home in homes)
    assert one
    assert more
    assert count_differences(one, more) == {}
