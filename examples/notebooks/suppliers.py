"""What each supplier cost and was worth: a marimo notebook to start from.

leadmill catalogue                      # makes <home>/published/leadmill.duckdb
pip install marimo duckdb polars pyarrow
LEADMILL_HOME=leadmill-home marimo edit examples/notebooks/suppliers.py
"""

import marimo

app = marimo.App(width="full")


@app.cell
def _():
    import os
    from pathlib import Path

    import duckdb
    import marimo as mo

    return Path, duckdb, mo, os


@app.cell
def _(Path, duckdb, os):
    home = Path(os.environ.get("LEADMILL_HOME", "leadmill-home")).expanduser().resolve()
    catalogue = duckdb.connect(str(home / "published" / "leadmill.duckdb"), read_only=True)
    return (catalogue,)


@app.cell
def _(mo):
    period = mo.ui.dropdown(["", "_by_month", "_by_week", "_by_day"], value="_by_month", label="Supplier Summary")
    period
    return (period,)


@app.cell
def _(catalogue, mo, period):
    summary = catalogue.sql(f"SELECT * FROM supplier_summary{period.value}").pl()
    mo.ui.table(summary)
    return


@app.cell
def _(catalogue, mo):
    worth = catalogue.sql("""
        SELECT supplier_name, currency, leads_accepted, cpl_accepted, contact_rate, sales, cpa, profit, roi
        FROM supplier_summary
        ORDER BY profit DESC NULLS LAST
    """).pl()
    mo.vstack([mo.md("## Who is worth it"), mo.ui.table(worth)])
    return


@app.cell
def _(catalogue, mo):
    overlap = catalogue.sql("""
        PIVOT (SELECT supplier, first_supplier, rows FROM supplier_overlap)
        ON first_supplier USING sum(rows) GROUP BY supplier
    """).pl()
    mo.vstack([mo.md("## Who delivered a person first (rows; the later one at the left)"), mo.ui.table(overlap)])
    return


@app.cell
def _(catalogue, mo):
    drift = catalogue.sql("SELECT * FROM supplier_trend WHERE is_drift").pl()
    mo.vstack([mo.md("## What has drifted"), mo.ui.table(drift)])
    return


@app.cell
def _(catalogue, mo):
    reasons = catalogue.sql("SELECT supplier, fate, code, rows, share FROM supplier_reject_reasons").pl()
    mo.vstack([mo.md("## Why rows were not loaded"), mo.ui.table(reasons)])
    return


if __name__ == "__main__":
    app.run()
