"""Who is left in peace for a while: persons whom we invited or called, or who answered, too lately.

A step of its own before do-not-call. It reads ``drop_points``, ``doomed`` and the store, leaves ``cooldown_verdicts``
and takes the contact points of the rows that it rejects away, so that no later rule speaks of them. Source: checklist
CM-013..017; docs/decisions/0018-cooldowns.md.
"""

from collections.abc import Iterator

import duckdb

from pipelines.engine import wake_threads
from pipelines.points.index import read_values
from pipelines.points.recognising import find_points
from pipelines.queries import execute, read_query
from pipelines.schema import create_table
from pipelines.screening.meetings import Situation
from pipelines.sorting import drop_repeated
from pipelines.templates.surveys import Periods
from pipelines.templates.template import Template

VERDICTS = {"row_number": "BIGINT", "code": "VARCHAR", "detail": "VARCHAR"}
# One line per period in force; survey_id and list_id say where it holds, null: anywhere.
RULES = {
    "rank": "INTEGER",
    "scope": "VARCHAR",
    "trigger": "VARCHAR",
    "event": "VARCHAR",
    "days": "INTEGER",
    "survey_id": "BIGINT",
    "list_id": "BIGINT",
}
EVENTS = {"after_invitation": "attempt", "after_response": "response"}
Rule = tuple[str, str, str, int, int | None, int | None]


def find_cooled(connection: duckdb.DuckDBPyConnection, template: Template, situation: Situation) -> None:
    """Leave ``cooldown_verdicts``: one line per row of a person within a period; without ``cooldown`` an empty one."""
    if template.cooldown is None:
        execute(connection, create_table("cooldown_verdicts", VERDICTS, temporary=True))
        return
    wake_threads(connection)
    connection.execute(create_table("cooldown_rules", RULES, temporary=True))
    for rank, rule in enumerate(_list_rules(template, situation), start=1):
        connection.execute("INSERT INTO cooldown_rules VALUES (?, ?, ?, ?, ?, ?, ?)", [rank, *rule])
    find_points(connection, drop_repeated(read_values(connection, "SELECT value FROM drop_points")))
    for name in ("invitations", "cooldown_verdicts"):
        connection.execute(f"CREATE TEMP TABLE {name} AS {read_query(f'screening/{name}')}")
    connection.execute("DELETE FROM drop_points WHERE row_number IN (SELECT row_number FROM cooldown_verdicts)")


def _list_rules(template: Template, situation: Situation) -> Iterator[Rule]:
    """Yield the periods in force, the narrow scope first."""
    assert template.cooldown is not None  # noqa: S101  the caller asked
    survey_id = template.survey.id if template.survey else None
    scopes: tuple[tuple[str, Periods | None, int | None, int | None], ...] = (
        ("survey", template.cooldown.survey, survey_id, None),
        ("list", template.cooldown.list, None, situation.list_id),
        ("account", template.cooldown.account, None, None),
    )
    for scope, periods, survey, list_id in scopes:
        for trigger, event in EVENTS.items():
            days = getattr(periods, trigger, None)
            if days is not None:
                yield scope, trigger, event, days, survey, list_id
