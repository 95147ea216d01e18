"""The Supplier Summary as a page with charts that needs no network, and its charts as pictures.

Charts are Vega-Lite, drawn in the page by the library that ``vl-convert`` brings along: see decision 26.
"""

import json
import os
from importlib.metadata import version
from pathlib import Path
from typing import Any

import platformdirs
import polars as pl
from jinja2 import Environment, PackageLoader

from pipelines.home import write_whole
from pipelines.reports.charts import Chart, draw_charts


def render_html(summary: pl.DataFrame, period: str) -> bytes:
    """Return the Supplier Summary as one self-contained page."""
    environment = Environment(loader=PackageLoader("pipelines.reports", "pages"), autoescape=True)
    page = environment.get_template("supplier_summary.html")
    charts = draw_charts(summary, period)
    return page.render(
        rows=summary.to_dicts(),
        has_ages=summary["freshness_days_p50"].is_not_null().any(),
        period=period,
        version=version("leadmill"),
        charts=charts,
        specs=_to_script({f"chart{number}": chart.spec for number, chart in enumerate(charts)}),
        library=read_library() if charts else "",
    ).encode()


def render_picture(chart: Chart) -> bytes:
    """Return a chart as a PNG picture, drawn here: for pages that run no scripts."""
    import vl_convert

    spec = {**chart.spec, "width": 480, "background": "white"}
    picture: bytes = vl_convert.vegalite_to_png(json.dumps(spec, default=str))
    return picture


def find_library() -> Path:
    """Answer where the charting library is kept once it was put together: in the user's cache."""
    chosen = os.environ.get("LEADMILL_CACHE_DIR")
    folder = Path(chosen) if chosen else Path(platformdirs.user_cache_dir("leadmill"))
    return folder / "charts" / f"vega-{version('vl-convert-python')}.js"


def read_library() -> str:
    """Return the charting library as one script; it is put together once per version, which takes seconds."""
    path = find_library()
    if path.is_file():
        return path.read_text(encoding="utf-8")
    import vl_convert

    bundle = vl_convert.javascript_bundle()  # type: ignore[call-arg]  # the stub wants what has a default
    library: str = bundle.replace("</script", "<\\/script")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        return library
    if os.access(path.parent, os.W_OK):
        write_whole(path, library.encode())
    return library


def _to_script(specs: dict[str, Any]) -> str:
    """Return JSON that may stand in a script: nothing in a name ends it."""
    return json.dumps(specs, default=str).replace("<", "\\u003c").replace("\u2028", "").replace("\u2029", "")
