"""The Supplier Summary as relations over what is published: by which dates, between which days, in which slices."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import duckdb

from pipelines.queries import read_query

PERIODS = ("day", "week", "month", "all")
BASES = ("received", "activity")
SLICES = ("list", "template", "import")
# Facts about one import each, which the summary adds up.
IMPORT_FACTS = ("import_costs", "import_rejects", "import_leads", "refused_drops")
REPORTS = {
    "supplier_summary": "all",
    "supplier_summary_by_day": "day",
    "supplier_summary_by_week": "week",
    "supplier_summary_by_month": "month",
}
# Where a statement asks for what relations there are.
LISTINGS = re.compile(r"information_schema|duckdb_|pg_catalog|sqlite_master|show\b", re.IGNORECASE)


@dataclass(frozen=True)
class ReportPeriod:
    """What a summary is asked for: the one-row relation ``report_period``.

    By ``received`` all is counted on the import date of the lead, by ``activity`` each thing on the day on which it
    happened: rows and costs when they came, calls when they were made, in the zone of the lead's list.
    """

    period: str = "all"
    basis: str = "received"
    since: date | None = None
    until: date | None = None
    slices: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for value, known in ((self.period, PERIODS), (self.basis, BASES), *((name, SLICES) for name in self.slices)):
            if value not in known:
                raise ValueError(f"'{value}' is none of {', '.join(known)}.")

    @property
    def query(self) -> str:
        """The SELECT that returns it."""
        since, until = (f"DATE '{day}'" if day else "NULL::DATE" for day in (self.since, self.until))
        slices = ", ".join(f"'{name}'" for name in self.slices)
        return (
            f"SELECT '{self.period}' AS period, '{self.basis}' AS basis, {since} AS since, {until} AS until,"
            f" [{slices}]::VARCHAR[] AS slices"
        )


def name_reports(sql: str) -> tuple[str, ...]:
    """Return the views of the Supplier Summary that a statement may read: all, where it may ask what there is."""
    if not re.match(r"\s*(select|with|from)\b", sql, re.IGNORECASE) or LISTINGS.search(sql):
        return (*IMPORT_FACTS, *REPORTS)
    words = set(re.findall(r"\w+", sql.lower()))
    return tuple(name for name in (*IMPORT_FACTS, *REPORTS) if name in words)


def create_reports(connection: duckdb.DuckDBPyConnection, wanted: Collection[str] = tuple(REPORTS)) -> None:
    """Make views of the Supplier Summary and its facts, where those of the published relations and ``refusals`` are."""
    for name in IMPORT_FACTS:
        connection.execute(f"CREATE VIEW {name} AS {read_query(f'reports/{name}')}")
    for name, period in REPORTS.items():
        if name in wanted:
            connection.execute(f"CREATE VIEW {name} AS {summarise_suppliers(ReportPeriod(period))}")


def summarise_suppliers(asked: ReportPeriod) -> str:
    """Return the statement of the Supplier Summary, over the published relations and ``IMPORT_FACTS``."""
    return (
        f"WITH report_period AS ({asked.query}), import_calls AS ({read_query('reports/import_calls')})"
        f" SELECT * FROM ({read_query('reports/supplier_summary')})"
        " ORDER BY supplier_name, period_start, currency, list, template, import_id"
    )
