"""The charts of the Supplier Summary as Vega-Lite specifications: what they show, in which unit, and in words."""

from dataclasses import dataclass
from typing import Any

import polars as pl

# Of more suppliers than this the charts show those that sent most; the tables show all.
SHOWN = 30
STEP = 18
# So many days an axis names at most.
NAMED_DAYS = 6
# Colours that stay apart for the colour-blind, on white and on black (Okabe and Ito).
BLUE, ORANGE, GREEN, RED, GREY = "#3b8fd6", "#e69f00", "#2aa876", "#d9663b", "#8c939a"
FATES = {"created": GREEN, "updated": BLUE, "rejected": RED, "quarantined": ORANGE}
# Every line and letter takes the colour of the page's text, light or dark; a picture's is grey.
CONFIG: dict[str, Any] = {
    "background": "transparent",
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "axis": {"labelColor": GREY, "titleColor": GREY, "gridColor": GREY, "gridOpacity": 0.25, "domainColor": GREY,
             "tickColor": GREY, "labelLimit": 130},
    "legend": {"labelColor": GREY, "titleColor": GREY, "orient": "top"},
    "header": {"labelColor": GREY, "titleColor": GREY},
    "text": {"color": GREY},
}  # fmt: skip


@dataclass(frozen=True)
class Chart:
    """A chart: its title, what it says in words for those who do not see it, and its specification."""

    title: str
    unit: str
    text: str
    spec: dict[str, Any]


def draw_charts(summary: pl.DataFrame, period: str) -> list[Chart]:
    """Return the charts of a Supplier Summary: fates, cost per accepted lead, over time, and cost against revenue."""
    if summary.is_empty():
        return []
    charts = [_draw_fates(summary), _draw_costs(summary)]
    if period != "all" and summary["period_start"].n_unique() > 1:
        charts.append(_draw_periods(summary, period))
    charts.append(_draw_returns(summary))
    return [chart for chart in charts if chart is not None]


def _limit(rows: pl.DataFrame, by: str) -> pl.DataFrame:
    return rows.sort(by, "supplier_name", descending=[True, False], nulls_last=True).head(SHOWN)


def _note(shown: int, all_rows: int) -> str:
    return f" The {shown} highest of {all_rows} are shown; the table has all." if all_rows > shown else ""


def _draw_fates(summary: pl.DataFrame) -> Chart:
    counts = {"created": "leads_created", "updated": "leads_updated", "rejected": "rows_rejected"}
    counts |= {"quarantined": "rows_quarantined"}
    every = summary.group_by("supplier_name").agg(
        pl.col("rows_received").sum(), *(pl.col(column).sum().alias(fate) for fate, column in counts.items())
    )
    rows = _limit(every, "rows_received")
    values = rows.unpivot([*FATES], index=["supplier_name"], variable_name="fate", value_name="rows")
    first = rows.row(0, named=True)
    text = (
        f"Stacked bars of {rows.height} suppliers. {first['supplier_name']} sent most: {first['rows_received']:,} rows,"
        f" of which {first['created']:,} made a lead and {first['rejected']:,} were rejected."
    )
    spec = {
        **_base(values, text, height=rows.height * STEP),
        "mark": {"type": "bar", "cornerRadius": 1},
        "encoding": {
            "y": {"field": "supplier_name", "type": "nominal", "title": None, "sort": rows["supplier_name"].to_list()},
            "x": {"field": "rows", "type": "quantitative", "title": "rows received", "axis": {"format": ",~f"}},
            "color": {"field": "fate", "type": "nominal", "title": None,
                      "scale": {"domain": [*FATES], "range": [*FATES.values()]}},
            "order": {"field": "order", "type": "quantitative"},
            "tooltip": _tips(("supplier_name", "supplier"), ("fate", "fate"), ("rows", "rows")),
        },
        "transform": [{"calculate": f"indexof({[*FATES]}, datum.fate)", "as": "order"}],
    }  # fmt: skip
    return Chart("What became of the rows", "Rows.", text + _note(rows.height, every.height), spec)


def _draw_costs(summary: pl.DataFrame) -> Chart | None:
    every = _sum_money(summary).filter(pl.col("leads_accepted") > 0, pl.col("cost_net").is_not_null())
    if every.is_empty():
        return None
    rows = _limit(every.with_columns(cost=pl.col("cost_net") / pl.col("leads_accepted")), "cost")
    first, last = rows.row(0, named=True), rows.row(-1, named=True)
    text = (
        f"Bars of {rows.height} suppliers. An accepted lead costs most from {first['label']}: {first['cost']:,.2f};"
        f" least from {last['label']}: {last['cost']:,.2f}."
    )
    spec = {
        **_base(rows.select("label", "currency", "cost", "leads_accepted"), text, height=rows.height * STEP),
        "mark": {"type": "bar", "cornerRadius": 1},
        "encoding": {
            "y": {"field": "label", "type": "nominal", "title": None, "sort": rows["label"].to_list()},
            "x": {"field": "cost", "type": "quantitative", "title": "money per lead"},
            "color": {"field": "currency", "type": "nominal", "scale": {"range": [BLUE, ORANGE, GREEN, RED, GREY]}},
            "tooltip": _tips(
                ("label", "supplier"),
                ("cost", "per accepted lead"),
                ("currency", "currency"),
                ("leads_accepted", "accepted"),
            ),
        },
    }
    return Chart(
        "Cost per accepted lead",
        "Money per lead, each bar in its own currency.",
        text + _note(rows.height, every.height),
        spec,
    )


def _draw_periods(summary: pl.DataFrame, period: str) -> Chart:
    values = summary.group_by("period_start").agg(
        pl.col("rows_received").sum().alias("received"), pl.col("leads_accepted").sum().alias("accepted")
    )
    long = values.sort("period_start").unpivot(["received", "accepted"], index=["period_start"], variable_name="what",
                                               value_name="rows")  # fmt: skip
    text = (
        f"Two lines over {values.height} periods by {period}: {values['received'].sum():,} rows received and"
        f" {values['accepted'].sum():,} accepted in all, of all suppliers."
    )
    spec = {
        **_base(long.with_columns(pl.col("period_start").cast(pl.String)), text, height=200),
        "mark": {"type": "line", "point": True},
        "encoding": {
            "x": {
                "field": "period_start",
                "type": "temporal",
                "timeUnit": "utcyearmonthdate",
                "title": f"{period} from",
                "axis": {"values": _name_days(values["period_start"]), "format": "%-d %b %Y", "labelOverlap": True},
            },
            "y": {"field": "rows", "type": "quantitative", "title": "rows", "axis": {"format": ",~f"}},
            "color": {
                "field": "what",
                "type": "nominal",
                "title": None,
                "scale": {"domain": ["received", "accepted"], "range": [BLUE, GREEN]},
            },
            "tooltip": _tips(("period_start", "from"), ("what", "what"), ("rows", "rows")),
        },
    }
    return Chart(f"Rows by {period}", "Rows of all suppliers.", text, spec)


def _name_days(starts: pl.Series) -> list[int]:
    """Return the days that the axis names, in milliseconds since 1970: periods that are there, evenly, each once."""
    days = starts.unique().sort().cast(pl.Datetime("ms")).cast(pl.Int64).to_list()
    return days[:: -(-len(days) // NAMED_DAYS)]


def _draw_returns(summary: pl.DataFrame) -> Chart | None:
    every = _sum_money(summary).filter(pl.col("cost_net").is_not_null(), pl.col("revenue").is_not_null())
    if every.is_empty():
        return None
    rows = every.select("label", "currency", "cost_net", "revenue").sort("label")
    paid = int((rows["revenue"] > rows["cost_net"]).sum())
    text = f"A point per supplier, revenue over cost. {paid} of {rows.height} brought in more than they cost."
    spec = {
        **_base(rows, text, height=260),
        "mark": {"type": "point", "filled": True, "size": 70},
        "encoding": {
            "x": {"field": "cost_net", "type": "quantitative", "title": "net cost", "axis": {"format": ",~f"}},
            "y": {"field": "revenue", "type": "quantitative", "title": "revenue", "axis": {"format": ",~f"}},
            "color": {"field": "currency", "type": "nominal", "scale": {"range": [BLUE, ORANGE, GREEN, RED, GREY]}},
            "shape": {"field": "currency", "type": "nominal"},
            "tooltip": _tips(
                ("label", "supplier"), ("cost_net", "net cost"), ("revenue", "revenue"), ("currency", "currency")
            ),
        },
    }
    return Chart("Revenue against cost", "Money, each point in its own currency.", text, spec)


def _sum_money(summary: pl.DataFrame) -> pl.DataFrame:
    """Return cost, revenue and accepted leads by supplier and currency; a sum with an unknown part is not known."""
    sums = [
        pl.when(pl.col(name).is_null().any()).then(None).otherwise(pl.col(name).sum()).cast(pl.Float64).alias(name)
        for name in ("cost_net", "revenue")
    ]
    totals = summary.filter(pl.col("currency").is_not_null()).group_by("supplier_name", "currency").agg(
        pl.col("leads_accepted").sum(), *sums
    )  # fmt: skip
    several = pl.len().over("supplier_name") > 1
    in_currency = pl.format("{} ({})", "supplier_name", "currency")
    return totals.with_columns(label=pl.when(several).then(in_currency).otherwise("supplier_name"))


def _base(values: pl.DataFrame, text: str, *, height: int) -> dict[str, Any]:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": text,
        "width": "container",
        "height": max(height, 60),
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": CONFIG,
        "data": {"values": values.to_dicts()},
    }


def _tips(*fields: tuple[str, str]) -> list[dict[str, str]]:
    return [{"field": field, "title": title} for field, title in fields]
