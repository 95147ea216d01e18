"""What a load publishes does not depend on how many threads did it."""

from datetime import UTC, datetime
from functools import partial

import duckdb
import pytest

from pipelines import store
from pipelines.dnc.loading import load_dnc
from pipelines.home import Home
from pipelines.published.publishing import current_generation
from pipelines.replaying.comparing import count_differences

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


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
