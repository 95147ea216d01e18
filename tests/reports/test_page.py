"""The page of the Supplier Summary: whole without a network, with charts that can be read aloud."""

import re
from datetime import UTC, date, datetime

import polars as pl
import pytest

from pipelines.home import Home
from pipelines.published.summarising import ReportPeriod
from pipelines.reports.charting import find_library, read_library, render_html, render_picture
from pipelines.reports.charts import SHOWN, draw_charts
from pipelines.reports.reporting import summarise
from tests.dialler.conftest import ANN, BEN, NOW, World


@pytest.fixture(scope="module")
def summary(tmp_path_factory) -> pl.DataFrame:
    folder = tmp_path_factory.mktemp("page")
    world = World(Home(folder / "home"), folder)
    world.bring(ANN, BEN, by="</script><b>Acme", cost_per_lead="2", currency="GBP")
    world.load("dispositions", f"phone,called_at,outcome,sale_value\n{ANN},2026-03-03T10:00:00Z,SALE,9")
    return summarise(world.home, ReportPeriod("day"), NOW)


def multiply(summary, suppliers):
    names = pl.DataFrame({"supplier_name": [f"Supplier {n}" for n in range(suppliers)]})
    frames = [summary.with_columns(period_start=date(2026, 3, day)) for day in (2, 3)]
    return pl.concat(frames).drop("supplier_name").join(names, how="cross").select(summary.columns)


def test_the_page_asks_for_nothing_and_no_name_is_markup(summary):
    page = render_html(summary, "day").decode()
    own = page.replace(read_library(), "")

    assert "default-src 'none'" in own
    assert not re.search(r"""(?:src|href|@import|url\()\s*=?\s*["']?\s*(?:https?:)?//""", own)
    assert "</script><b>" not in page
    assert "<\\/script" not in own
    assert page.count("<script>") == page.count("</script>") == 2


def test_every_chart_has_a_title_a_unit_and_a_text(summary):
    charts = draw_charts(multiply(summary, 200), "day")
    page = render_html(multiply(summary, 200), "day").decode()

    assert [chart.title for chart in charts] == [
        "What became of the rows", "Cost per accepted lead", "Rows by day", "Revenue against cost"
    ]  # fmt: skip
    assert all(chart.unit.endswith(".") and chart.text.endswith(".") for chart in charts)
    assert f"The {SHOWN} highest of 200 are shown" in charts[0].text
    assert page.count('role="img" aria-label="') == 4
    assert page.count("<td>Supplier ") == 2 * 2 * 200


def test_costs_of_two_currencies_are_bars_apart_and_unknown_ones_none(summary):
    both = pl.concat([summary, summary.with_columns(currency=pl.lit("EUR")), summary.with_columns(currency=None)])

    costs = draw_charts(both, "day")[1].spec["data"]["values"]

    assert sorted(bar["label"][-5:] for bar in costs) == ["(EUR)", "(GBP)"]


def test_a_chart_is_a_picture_too(summary):
    assert render_picture(draw_charts(summary, "day")[0]).startswith(b"\x89PNG")


def test_the_library_is_put_together_once(tmp_path, monkeypatch):
    whole = read_library()
    monkeypatch.setenv("LEADMILL_CACHE_DIR", str(tmp_path))
    find_library().parent.mkdir()
    find_library().write_text("kept")

    assert "vegaEmbed" in whole
    assert read_library() == "kept"


def test_nothing_to_show_is_a_page_without_charts(summary):
    page = render_html(summary.clear(), "all").decode()

    assert "Nothing was imported in this period." in page
    assert "<script>" not in page


def test_the_days_of_the_axis_are_those_of_periods_each_once_and_few(summary):
    def name_days(days):
        frames = [summary.with_columns(period_start=date(2026, 3, day)) for day in days]
        (chart,) = [chart for chart in draw_charts(pl.concat(frames), "day") if chart.title == "Rows by day"]
        values = chart.spec["encoding"]["x"]["axis"]["values"]
        return [datetime.fromtimestamp(value / 1000, UTC).day for value in values]

    assert name_days([3, 2]) == [2, 3]
    assert name_days(range(1, 31)) == [1, 6, 11, 16, 21, 26]
