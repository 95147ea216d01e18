"""The part of the walk that asks the store: ages, cool-downs, do-not-call, duplicates in the file and among the leads.

Works on temporary relations of the writer's connection: reads ``drop_rows`` (the cleaned rows) and ``run`` (one row:
this import's settings), leaves ``verdicts``, ``touches``, ``doomed``, ``dnc_verdicts`` and ``drop_points``, and as
evidence ``duplicate_verdicts``, ``existing_matches`` and ``dnc_hits``. Changes no table.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa

from pipelines.dnc.index import Listed, find_listed
from pipelines.dnc.tables import DNC_ENTRIES
from pipelines.engine import wake_threads
from pipelines.phones.numbering import Ints
from pipelines.points.index import read_values
from pipelines.points.recognising import begin_finding, show_leads
from pipelines.queries import execute, read_query
from pipelines.schema import KIND_DIGITS, KIND_EMAIL, KIND_PHONE, create_table
from pipelines.screening.ageing import find_aged
from pipelines.screening.cooldown import find_cooled
from pipelines.screening.duplicates import resolve_duplicates
from pipelines.screening.judging import Verdicts, judge_rows
from pipelines.screening.meetings import TOUCHES, VERDICTS, Meetings, Resolution, Situation
from pipelines.sorting import NONE as NO_VALUES
from pipelines.sorting import drop_repeated
from pipelines.store import insert_query, is_any, keep_frame, shown
from pipelines.templates.parts import DedupeOptions
from pipelines.templates.template import Template

NONE = Resolution(pl.DataFrame(schema=VERDICTS), pl.DataFrame(schema=TOUCHES), rounds=0)
DNC_HITS = {
    "row_number": "BIGINT",
    "slot": "VARCHAR",
    "category": "VARCHAR",
    "source": "VARCHAR",
    "listed_on": "DATE",
    "load_id": "BIGINT",
}
DNC_PREFIXED = {
    "row_number": "BIGINT",
    "slot": "VARCHAR",
    "category": "VARCHAR",
    "source": "VARCHAR",
    "listed_on": "DATE",
    "expires_on": "DATE",
    "clock_from": "DATE",
}
DNC_UNWASHED = {"row_number": "BIGINT", "slot": "VARCHAR", "category": "VARCHAR"}
DNC_VERDICTS = {
    "row_number": "BIGINT",
    "category": "VARCHAR",
    "is_rejected": "BOOLEAN",
    "slots": "VARCHAR[]",
    "detail": "VARCHAR",
}
# What the resolver is told of each meeting, and what is known of it beside.
MATCHES = {
    "row_number": "BIGINT",
    "slot": "VARCHAR",
    "kind": "UTINYINT",
    "lead_id": "BIGINT",
    "lead_slot": "VARCHAR",
    "list_id": "BIGINT",
    "supplier": "VARCHAR",
    "age": "BIGINT",
}
SHARED_POINTS = {"row_number": "BIGINT", "slot": "VARCHAR", "kind": "UTINYINT", "value": "BIGINT"}
LEAD_POINTS = {"lead_id": pl.Int64, "slot": pl.String, "kind": pl.UInt8, "value": pl.Int64, "text": pl.String}
KINDS = {"phone": (KIND_PHONE, KIND_DIGITS), "email": (KIND_EMAIL,)}
EXISTING_MATCHES = {**MATCHES, "scope": "VARCHAR"}
NO_TOUCHES = {"lead_id": "BIGINT", "effect": "VARCHAR"}


@dataclass(frozen=True)
class Lookup:
    """The search for the leads that a drop may meet, under way; ``repeated``: values that it has more than once."""

    repeated: Ints
    found: Future[pa.Table | None]


@dataclass(frozen=True)
class Asked:
    """What a drop asks of all that is known: the values of its contact points, sorted, with repetitions.

    ``search`` is for the leads that have them, null where the template does not look for duplicates.
    """

    values: Ints
    search: Lookup | None


@contextmanager
def points_asked(
    connection: duckdb.DuckDBPyConnection, template: Template, *, has_keyless: bool = True
) -> Iterator[Asked]:
    """Leave ``drop_points``, and begin to look for the leads that have any; behind the block nobody looks any more.

    ``has_keyless`` is whether any number has no E.164 form. It needs nothing but ``drop_rows`` and what is committed.
    """
    _keep(connection, "drop_points")
    if has_keyless:
        insert_query(connection, "drop_points", "screening/keyless_points")
    values = read_values(connection, "FROM drop_points") if template.dedupe or template.dnc else NO_VALUES
    with ThreadPoolExecutor(1) as pool:
        yield Asked(values, _begin_search(connection, template.dedupe, values, pool) if template.dedupe else None)


def screen(
    connection: duckdb.DuckDBPyConnection,
    template: Template,
    situation: Situation,
    height: int,
    chunks: Iterable[pl.DataFrame],
    asked: Asked,
) -> tuple[Resolution, Verdicts | None]:
    """Give every row of ``drop_rows`` its verdict; return what was found out about duplicates, and the verdicts.

    ``chunks`` are the same ``height`` rows in their order (JUDGED_COLUMNS of pipelines/screening/judging.py), ``asked``
    is what ``points_asked`` yields. The verdicts are as ``judge_rows`` returns them.
    """
    if template.delete_existing:
        wake_threads(connection)
        _keep(connection, "doomed")
    else:
        execute(connection, "CREATE TEMP TABLE doomed (lead_id BIGINT)")
    find_aged(connection, template)
    find_cooled(connection, template, situation)
    _find_forbidden(connection, template, asked.values)
    _show(connection, "kept_points")
    _find_shared_phones(connection, template)
    if template.dedupe and asked.search:
        resolution = _find_duplicates(connection, template.dedupe, situation, asked.search)
    else:
        execute(connection, create_table("existing_matches", EXISTING_MATCHES, temporary=True))
        resolution = NONE
    keep_frame(connection, "duplicate_verdicts", resolution.verdicts)
    if template.dedupe and template.dedupe.move_to:
        keep_frame(connection, "replacing", resolution.touches)
        execute(connection, f"CREATE TEMP TABLE touches AS {read_query('screening/relocated')}")
    elif resolution.touches.height:
        keep_frame(connection, "touches", resolution.touches)
    else:
        execute(connection, create_table("touches", NO_TOUCHES, temporary=True))
    return resolution, judge_rows(connection, height, chunks, situation.lead_base)


def _find_forbidden(connection: duckdb.DuckDBPyConnection, template: Template, values: Ints) -> None:
    """Leave ``dnc_hits`` and ``dnc_verdicts``: numbers that may not be called, and what becomes of their rows.

    ``values`` are sorted, and among them are those of ``drop_points``.
    """
    if not template.dnc:
        execute(connection, create_table("dnc_hits", DNC_HITS, temporary=True))
        execute(connection, create_table("dnc_verdicts", DNC_VERDICTS, temporary=True))
        return
    _find_entries(connection, find_listed(connection, values[values.searchsorted(0) :]))
    has_prefixes, has_washes = execute(
        connection, "SELECT EXISTS (FROM dnc_prefixes), EXISTS (FROM dnc_rules WHERE wash_days IS NOT NULL)"
    ).fetchall()[0]
    for name, columns, is_needed in (
        ("dnc_prefixed", DNC_PREFIXED, has_prefixes),
        ("dnc_unwashed", DNC_UNWASHED, has_washes),
    ):
        if is_needed:
            wake_threads(connection)
            _keep(connection, name)
        else:
            execute(connection, create_table(name, columns, temporary=True))
    _keep(connection, "dnc_hits")
    _keep(connection, "dnc_verdicts")


def _find_entries(connection: duckdb.DuckDBPyConnection, listed: Listed) -> None:
    """Leave ``dnc_found``: the numbers that stand on any list."""
    if len(listed.asked):
        wake_threads(connection)
        with shown(connection, known_terms=listed.terms, asked_values={"value": listed.asked}):
            _keep(connection, "dnc_asked")
    else:
        execute(connection, create_table("dnc_asked", DNC_ENTRIES, temporary=True))
    with shown(connection, known_entries=listed.known):
        _keep(connection, "dnc_found")


def _find_shared_phones(connection: duckdb.DuckDBPyConnection, template: Template) -> None:
    """Leave ``shared_phones`` and ``shared_rows``: numbers of switchboards, and the rows that have them."""
    if template.dedupe and template.dedupe.shared_phone_above:
        _keep(connection, "shared_phones")
        _keep(connection, "shared_rows")
    else:
        execute(connection, "CREATE TEMP TABLE shared_phones (value BIGINT, rows BIGINT)")
        execute(connection, "CREATE TEMP TABLE shared_rows (row_number BIGINT, detail VARCHAR)")


def _begin_search(
    connection: duckdb.DuckDBPyConnection, options: DedupeOptions, values: Ints, pool: ThreadPoolExecutor
) -> Lookup:
    """Leave ``compared_points``, and look their values up beside the do-not-call check, which leaves one core idle."""
    # Kinds by number: to join them would keep the scans of the store from being cut short.
    kinds = ", ".join(str(kind) for key in options.keys for kind in KINDS[key])
    execute(connection, f"CREATE TEMP VIEW compared_points AS SELECT * FROM drop_points WHERE kind IN ({kinds})")
    by_key = dict(zip(("email", "phone"), np.split(values, values.searchsorted([0])), strict=True))
    values = np.concatenate([of_key for key, of_key in by_key.items() if key in options.keys])
    repeated = drop_repeated(values[1:][values[1:] == values[:-1]])
    is_update = options.action == "update"
    return Lookup(repeated, begin_finding(connection, drop_repeated(values), pool, is_whole=is_update))


def _find_duplicates(
    connection: duckdb.DuckDBPyConnection, options: DedupeOptions, situation: Situation, search: Lookup
) -> Resolution:
    _keep(connection, "silenced_points")
    _show(connection, "live_points")
    is_update = options.action == "update"
    _find_repeated(connection, search.repeated)
    if found := search.found.result():
        show_leads(connection, found)
        _keep(connection, "met_points")
        _keep(connection, "existing_matches")
    else:
        execute(connection, create_table("existing_matches", EXISTING_MATCHES, temporary=True))
    execute(
        connection,
        "CREATE TEMP VIEW points AS SELECT * FROM live_points WHERE row_number IN"
        " (SELECT row_number FROM shared_points UNION SELECT row_number FROM existing_matches)"
        if is_update
        else "CREATE TEMP VIEW points AS SELECT * FROM shared_points",
    )
    if is_update and is_any(connection, "existing_matches"):
        lead_points = connection.sql(read_query("screening/matched_lead_points")).pl()
    else:
        lead_points = pl.DataFrame(schema=LEAD_POINTS)
    # A table first: to make a relation of a long statement binds it twice.
    _keep(connection, "contested_points")
    meetings = Meetings(
        connection.sql("FROM contested_points ORDER BY row_number, slot").pl(),
        connection.sql(
            f"SELECT {', '.join(MATCHES)} FROM existing_matches ORDER BY row_number, slot, age, lead_slot"
        ).pl(),
        lead_points,
    )
    return resolve_duplicates(meetings, options, situation)


def _find_repeated(connection: duckdb.DuckDBPyConnection, repeated: Ints) -> None:
    """Leave ``shared_points``: where the drop has the values that it has more than once."""
    if not len(repeated):
        execute(connection, create_table("shared_points", SHARED_POINTS, temporary=True))
        return
    with shown(connection, repeated_values={"value": repeated}):
        _keep(connection, "shared_points")


def _keep(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    execute(connection, f"CREATE TEMP TABLE {name} AS {read_query(f'screening/{name}')}")


def _show(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    execute(connection, f"CREATE TEMP VIEW {name} AS {read_query(f'screening/{name}')}")
