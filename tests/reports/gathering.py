"""What is published, row by row from the Parquet files, and what is known of each import: no SQL of the pipelines."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

Row = dict[str, Any]


@dataclass
class Published:
    """What is published, as rows."""

    folder: Path
    now: datetime

    def read(self, relation: str) -> list[Row]:
        rows = pl.read_parquet(self.folder / relation / "*" / "*.parquet", hive_partitioning=False).to_dicts()
        if relation == "leads":
            return [row for row in rows if row["expires_at"] is None or row["expires_at"] > self.now]
        return rows


@dataclass
class Import:
    """All that is known of one import, gathered row by row."""

    line: Row
    fates: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    codes: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    made: set[int] = field(default_factory=set)
    effects: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    prices: list[Row] = field(default_factory=list)
    refunds: list[Row] = field(default_factory=list)
    calls: list[Row] = field(default_factory=list)
    captured: list[date] = field(default_factory=list)
    refused_on: list[date] = field(default_factory=list)

    @property
    def stands(self) -> bool:
        return self.line["status"] == "completed"

    def price(self) -> Row:
        return max([{**self.line, "version": 1}, *self.prices], key=lambda price: price["version"])

    def ages(self) -> list[int]:
        """How old the rows were: one captured tomorrow is of today, one of a later day of an age that nobody knows."""
        days = [(self.line["import_date"] - day).days for day in self.captured]
        return [max(age, 0) for age in days if age >= -1]

    def rows_costed(self) -> int:
        fates = {
            "received": self.fates.keys(),
            "accepted": {"created", "updated"},
            "created": {"created"},
        }
        return sum(self.fates[fate] for fate in list(fates[self.price()["cost_basis"]]))


def gather(published: Published, history: Any) -> dict[str, Import]:
    imports = {line["import_id"]: Import(line) for line in published.read("imports")}
    for row in published.read("import_rows"):
        of = imports[row["import_id"]]
        of.fates[row["fate"]] += 1
        if row["fate"] == "rejected":
            of.codes[row["code"]] += 1
        if row["fate"] == "created":
            of.made.add(row["lead_id"])
    for row in published.read("effects"):
        imports[row["import_id"]].effects[row["effect"]].add(row["lead_id"])
    for row in published.read("costs"):
        imports[row["import_id"]].prices.append(row)
    for row in published.read("refunds"):
        imports[row["import_id"]].refunds.append(row)
    zones = {row["list_id"]: row["time_zone"] for row in published.read("lists")}
    for import_id, captured in history.captured.items():
        imports[import_id].captured = captured
    for import_id, at in history.refused:
        of = imports[import_id]
        of.refused_on.append(at.astimezone(ZoneInfo(zones.get(of.line["list_id"]) or "UTC")).date())
    means = {row["outcome"]: row for row in published.read("outcomes")}
    ended = {(row["lead_id"], row["called_at"]): row for row in published.read("dispositions")}
    for call in published.read("attempts"):
        end = ended.get((call["lead_id"], call["called_at"]), {})
        zone = ZoneInfo(zones.get(call["list_id"]) or "UTC")
        of = imports[call["import_id"]]
        of.calls.append(
            {**call, **means.get(end.get("outcome"), {}), "end": end, "day": call["called_at"].astimezone(zone).date()}
        )
    return imports
