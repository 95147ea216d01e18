"""Which entries of a load are numbers of leads: long lists are held against all contact points as sorted columns."""

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.dnc.runs import NONE, SAMPLED, cut_ranges
from pipelines.phones.numbering import Ints

# Fewer are looked up by the database, which then skips most of what it has.
FEW = 100_000
SLICE_ROWS = 8_000_000
BATCH_ROWS = 1_000_000


def ask_entries(connection: duckdb.DuckDBPyConnection, load_id: int) -> None:
    """Make the temporary view ``asked_entries`` (value): entries of ``load`` (one row) that leads may have.

    Those that no lead has may be left out.
    """
    entries = (
        "dnc_entries WHERE terms_id IN"
        f" (SELECT terms_id FROM dnc_terms WHERE load_id = {load_id} AND category = (SELECT category FROM load))"
    )
    points = "contact_points WHERE kind IN (1, 2)"
    counts = (connection.sql(f"SELECT count(*) FROM {of_these}").fetchall()[0][0] for of_these in (entries, points))
    if min(counts) <= FEW:
        connection.execute(f"CREATE TEMP VIEW asked_entries AS SELECT value FROM {entries}")
        return
    connection.register("handed_over", pa.table({"value": _find_met(connection, entries, points)}))
    connection.execute("CREATE OR REPLACE TEMP TABLE met_entries AS SELECT value FROM handed_over")
    connection.unregister("handed_over")
    connection.execute("CREATE TEMP VIEW asked_entries AS SELECT value FROM met_entries")


def _find_met(connection: duckdb.DuckDBPyConnection, entries: str, points: str) -> Ints:
    """Return the values that are in both, each once: by ranges of values, and in memory no more than one of entries."""
    sampled = connection.sql(f"SELECT value FROM {entries} AND rowid % {SAMPLED} = 0").fetchnumpy()["value"]
    met = [NONE]
    for bounds in cut_ranges(sampled, SLICE_ROWS):
        between = "AND value >= ? AND value < ?"
        listed = connection.sql(f"SELECT value FROM {entries} {between}", params=[*bounds]).fetchnumpy()["value"]
        listed = np.append(np.sort(listed), np.iinfo(np.int64).max)  # so that every point finds what is not below it
        reader = connection.sql(f"SELECT value FROM {points} {between}", params=[*bounds]).to_arrow_reader(BATCH_ROWS)
        for batch in reader:
            values = np.sort(batch.column(0).to_numpy())
            met.append(values[listed[np.searchsorted(listed, values)] == values])
    return np.unique(np.concatenate(met))
