"""The figures of past imports, from the published tables: what a feed is measured against."""

from dataclasses import dataclass
from datetime import datetime

from pipelines.home import Home
from pipelines.queries import read_query
from pipelines.reports.looking_back import ask


@dataclass(frozen=True)
class ImportFigures:
    """One import that was read: its rows by kind, and the fingerprint of its columns (null before there were any)."""

    import_id: str
    file: str
    template: str
    status: str
    started_at: datetime
    rows: int
    rejected: int
    quarantined: int
    dnc: int
    fingerprint: str | None = None


def read_figures(home: Home, now: datetime) -> list[ImportFigures]:
    """Return the figures of the imports that are completed or held, in the order in which they were made."""
    return [ImportFigures(**row) for row in ask(home, now, read_query("reports/import_figures"))]
