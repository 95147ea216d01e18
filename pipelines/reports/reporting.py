"""The Supplier Summary, and frames as files."""

import json
from datetime import datetime
from io import BytesIO

import polars as pl

from pipelines.errors import UserError
from pipelines.home import Home
from pipelines.published.reading import open_reader
from pipelines.published.summarising import IMPORT_FACTS, ReportPeriod, summarise_suppliers
from pipelines.reports.charting import render_html
from pipelines.reports.json_values import render_json, to_json


def summarise(home: Home, asked: ReportPeriod, now: datetime) -> pl.DataFrame:
    """Return the Supplier Summary. Columns as in sql/reports/supplier_summary.sql.

    Raises UserError where the first day is after the last.
    """
    if asked.since and asked.until and asked.since > asked.until:
        raise UserError("--from", f"{asked.since} is after {asked.until}.", "Swap them.")
    with open_reader(home, now, reports=IMPORT_FACTS) as connection:
        summary: pl.DataFrame = connection.sql(summarise_suppliers(asked)).pl()
        return summary


def render_summary(summary: pl.DataFrame, form: str, period: str) -> bytes:
    """Return the Supplier Summary as the bytes of a csv, json, parquet or html file."""
    return render_html(summary, period) if form == "html" else render_frame(summary, form)


def render_frame(frame: pl.DataFrame, form: str) -> bytes:
    """Return a frame as the bytes of a csv (UTF-8), json (list of rows) or parquet file.

    In csv, lists are joined by ``;`` and maps written as JSON. Raises UserError for another form.
    """
    if form == "parquet":
        stream = BytesIO()
        frame.write_parquet(stream)
        return stream.getvalue()
    if form == "json":
        return (render_json(frame.to_dicts(), indent=1) + "\n").encode()
    if form != "csv":
        raise UserError("--format", f"'{form}' is not a form that can be written.", "One of csv, json, parquet.")
    return flatten(frame).write_csv(datetime_format="%Y-%m-%dT%H:%M:%S%:z").encode()


def flatten(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame whose every column fits a cell: lists of texts joined by ``;``, other nested values as JSON.

    Times of day, and instants without a zone, become ISO text.
    """
    columns = []
    for name, kind in frame.schema.items():
        if kind == pl.List(pl.String):
            columns.append(pl.col(name).list.join(";"))
        elif kind.is_nested():
            texts = [None if v is None else json.dumps(to_json(v)) for v in frame[name].to_list()]
            columns.append(pl.Series(name, texts, pl.String))  # type: ignore[arg-type]
        elif kind == pl.Datetime and getattr(kind, "time_zone", None) is None:
            columns.append(pl.col(name).dt.strftime("%Y-%m-%dT%H:%M:%S"))
        elif kind == pl.Time:
            columns.append(pl.col(name).dt.strftime("%H:%M:%S"))
        else:
            columns.append(pl.col(name))
    return frame.with_columns(columns)
