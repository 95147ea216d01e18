"""Who was captured too long ago: a step of its own before cool-downs, as both are policy.

It reads ``drop_rows``, ``run`` and ``drop_points``, leaves ``age_verdicts`` and takes the contact points of the rows
that it rejects away, so that no later rule speaks of them. Source: docs/decisions/0026-supplier-summary.md.
"""

import duckdb

from pipelines.queries import execute, read_query
from pipelines.schema import create_table
from pipelines.templates.template import Template

VERDICTS = {"row_number": "BIGINT", "code": "VARCHAR", "detail": "VARCHAR"}


def find_aged(connection: duckdb.DuckDBPyConnection, template: Template) -> None:
    """Leave ``age_verdicts``: rows captured too long ago or in the future; empty where no field says when."""
    if "captured_on" not in template.mapping:
        execute(connection, create_table("age_verdicts", VERDICTS, temporary=True))
        return
    connection.execute(f"CREATE TEMP TABLE age_verdicts AS {read_query('screening/age_verdicts')}")
    connection.execute(
        "DELETE FROM drop_points WHERE row_number IN (SELECT row_number FROM age_verdicts WHERE code = 'R_TOO_OLD')"
    )
