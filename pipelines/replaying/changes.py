"""What is another after a backfill than before: fates of imports and leads, as both homes have published them."""

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

import duckdb
import polars as pl

from pipelines.home import Home
from pipelines.published.publishing import current_generation

COUNTS = ("created", "updated", "rejected", "quarantined")


@dataclass(frozen=True)
class Fates:
    """What became of one import; the status is null where it was not made."""

    file: str = ""
    status: str | None = None
    created: int = 0
    updated: int = 0
    rejected: int = 0
    quarantined: int = 0
    cost_total: Decimal | None = None

    def __str__(self) -> str:
        if self.status is None:
            return "not made"
        cost = "" if self.cost_total is None else f", cost {self.cost_total:,.2f}"
        return f"{self.status}: " + ", ".join(f"{getattr(self, name):,} {name}" for name in COUNTS) + cost


@dataclass(frozen=True)
class Change:
    """An import before and after."""

    import_id: str
    file: str
    before: Fates
    after: Fates

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"

    def to_dict(self) -> dict[str, Any]:
        """Return the change for JSON."""
        sides = {side: asdict(getattr(self, side)) for side in ("before", "after")}
        for values in sides.values():
            del values["file"]
        return {"import_id": self.import_id, "file": self.file, **sides}


def read_fates(home: Home) -> dict[str, Fates]:
    """Return what became of each import, by id, as published."""
    generation = current_generation(home)
    if generation is None:
        return {}
    lines = pl.scan_parquet(generation / "imports" / "*" / "*.parquet", hive_partitioning=False)
    names = ("import_id", "file", "status", *COUNTS, "cost_total")
    return {row[0]: Fates(*row[1:]) for row in lines.select(names).collect().iter_rows()}


def compare_leads(before: Home, after: Home) -> dict[str, int]:
    """Return how many published leads are ``created``, ``removed`` and ``changed``, whatever changed in them."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET enable_progress_bar = false")
        for name, home in (("old", before), ("new", after)):
            files = str(current_generation(home)) + "/leads/*/*.parquet"
            quoted = files.replace("'", "''")
            connection.execute(
                f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{quoted}', hive_partitioning = false)"
            )
        counts = {
            "created": "SELECT count(*) FROM new ANTI JOIN old USING (lead_id)",
            "removed": "SELECT count(*) FROM old ANTI JOIN new USING (lead_id)",
            "changed": "SELECT count(*) FROM old JOIN new USING (lead_id) WHERE old IS DISTINCT FROM new",
        }
        return {what: int(connection.execute(sql).fetchall()[0][0]) for what, sql in counts.items()}
