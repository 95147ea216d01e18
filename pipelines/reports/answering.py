"""What became of each row of an import, in our codes or in those of another system."""

from datetime import datetime

import duckdb
import polars as pl

from pipelines.codes import find_code
from pipelines.errors import UserError, nearest
from pipelines.home import Home
from pipelines.published.reading import open_reader

DIALECTS = ("leadmill", "checkmarket")
MADE = {"created": "Became a lead.", "updated": "Updated a lead."}
NO_ROWS = {
    "held": "It is held: its rows have no result yet. Release or cancel it.",
    "cancelled": "It was cancelled: nothing of it was loaded.",
    "failed": "This drop could not be read at all, so it has no rows.",
}


def list_results(home: Home, import_id: str, dialect: str, now: datetime) -> pl.DataFrame:
    """Return one row per row of a completed import, in order.

    Columns: ``row_number``, ``code`` (in our dialect null where the row was accepted), ``message``, ``fate`` and
    ``lead_id``; no cell of the drop. Raises UserError for an import that is not there or is not completed.
    """
    with open_reader(home, now, reports=()) as connection:
        _require_completed(connection, import_id)
        if dialect == "checkmarket":
            answer: pl.DataFrame = connection.sql(
                "SELECT row_number, result_code AS code, message, fate, results.lead_id"
                " FROM checkmarket_results AS results JOIN import_rows USING (import_id, row_number)"
                " WHERE import_id = ? ORDER BY row_number",
                params=[import_id],
            ).pl()
            return answer
        rows: pl.DataFrame = connection.sql(
            "SELECT row_number, code, detail, fate, lead_id FROM import_rows WHERE import_id = ? ORDER BY row_number",
            params=[import_id],
        ).pl()
    codes = rows["code"].drop_nulls().unique().to_list()
    meanings = MADE | {code: find_code(code).meaning for code in codes}
    meaning = pl.coalesce("code", "fate").replace_strict(meanings, return_dtype=pl.String)
    detail = pl.format(" ({})", "detail").fill_null("")
    return rows.select("row_number", "code", pl.concat_str(meaning, detail).alias("message"), "fate", "lead_id")


def _require_completed(connection: duckdb.DuckDBPyConnection, import_id: str) -> None:
    known = dict(connection.execute("SELECT import_id, status FROM imports").fetchall())
    if import_id not in known:
        remedy = nearest(import_id, list(known)) or "See: leadmill history."
        raise UserError("import", f"There is none with the id '{import_id}'.", remedy)
    if known[import_id] in NO_ROWS:
        raise UserError(f"import {import_id}", NO_ROWS[known[import_id]])
