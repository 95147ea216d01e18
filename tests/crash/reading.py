"""An analyst: keeps one connection open and opens new ones, until told to stop, and says what was wrong.

``python reading.py HOME STOP``: ends when the file STOP is there; prints how often it looked. Every look has to find
one state: the rows of each import are those that it received, each with one fate, and every lead is of an import that
is there. The connection that is kept finds the same leads all the time.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from pipelines.home import Home
from pipelines.published.reading import open_reader

NOW = datetime(2026, 4, 2, 9, tzinfo=UTC)
WRONG = {
    "imports of which rows are missing or too many": """
        SELECT count(*) FROM imports LEFT JOIN
        (SELECT import_id, count(*) AS rows FROM import_rows GROUP BY import_id) AS rows USING (import_id)
        WHERE rows_received <> coalesce(rows, 0) OR rows_received <> created + updated + rejected + quarantined""",
    "rows of no import": "SELECT count(*) FROM import_rows ANTI JOIN imports USING (import_id)",
    "leads of no import": "SELECT count(*) FROM leads ANTI JOIN imports USING (import_id)",
    "leads of no list": "SELECT count(*) FROM leads ANTI JOIN lists USING (list_id)",
    "leads twice": "SELECT count(*) - count(DISTINCT lead_id) FROM leads",
}
LEADS = "SELECT count(*), coalesce(sum(hash(leads::VARCHAR)), 0) FROM leads"


def find_wrong(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return what does not agree in the state that a connection sees."""
    counts = {what: connection.sql(sql).fetchall()[0][0] for what, sql in WRONG.items()}
    return [f"{count} {what}" for what, count in counts.items() if count]


def main(home: Home, stop: Path) -> None:
    """Look until told to stop."""
    looks = 0
    with open_reader(home, NOW, reports=()) as kept:
        first = kept.sql(LEADS).fetchall()
        while not stop.exists() or looks < 2:
            with open_reader(home, NOW, reports=()) as fresh:
                wrong = find_wrong(fresh)
            wrong += find_wrong(kept)
            if kept.sql(LEADS).fetchall() != first:
                wrong.append("The kept connection sees other leads than at first.")
            if wrong:
                sys.exit(f"Look {looks}: {'; '.join(wrong)}")
            looks += 1
    sys.stdout.write(str(looks))


if __name__ == "__main__":
    main(Home(Path(sys.argv[1])), Path(sys.argv[2]))
