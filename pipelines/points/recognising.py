"""By what can some leads be recognised? What the index finds, or is asked for otherwise, is looked at in ``leads``.

Leaves ``near_leads``, what is to be known of these leads, and ``lead_points``, their contact points
(sql/commit/lead_points.sql), on the writer's connection. See docs/decisions/0033-contact-points.md.
"""

from collections.abc import Collection
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import nullcontext

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.beside import POINTS, find_folder
from pipelines.phones.numbering import Ints
from pipelines.points.index import LIVE, TEXTS, FoundLeads, open_index
from pipelines.queries import execute, read_query
from pipelines.schema import PHONE_SLOTS
from pipelines.sorting import join_numbers
from pipelines.store import open_beside, shown

# So few leads are looked at by their place, once it is found: the scan that finds them would read their other columns
# wherever an id may be one of theirs, which is nearly everywhere.
FEW_LEADS = 1_000
# What is looked at of a lead that may be met, and what only where it is asked for.
NEAR_COLUMNS = (
    "lead_id",
    "list_id",
    "supplier",
    "import_id",
    "row_number",
    "status",
    "created_at",
    "expires_at",
    *(f"{slot}_key" for slot in PHONE_SLOTS),
)


def list_points(connection: duckdb.DuckDBPyConnection, leads: str) -> None:
    """Leave by what some leads can be recognised as ``lead_points``; ``leads`` is a SELECT of their ids.

    Leaves these leads as ``near_leads``.
    """
    connection.execute(f"CREATE OR REPLACE TEMP VIEW wanted_leads AS {leads}")
    _show_leads(connection, _select_near(TEXTS, "SEMI JOIN wanted_leads USING (lead_id)"))
    connection.execute("DROP VIEW wanted_leads")


def find_points(connection: duckdb.DuckDBPyConnection, asked: Ints, *, is_whole: bool = False) -> None:
    """Leave by what the leads can be recognised that have any of these values, as ``list_points`` does.

    Unless ``is_whole``, addresses may be missing where none is met, and so may numbers without E.164 form: texts cost
    most to read. Suppressed leads are not found.
    """
    found = open_index(connection).search(asked)
    _show_leads(connection, _select_found(connection, found, is_whole=is_whole))


def begin_finding(
    connection: duckdb.DuckDBPyConnection, asked: Ints, pool: ThreadPoolExecutor, *, is_whole: bool = False
) -> Future[pa.Table | None]:
    """Begin to find leads as ``find_points`` does, among those that are committed, beside what else is asked.

    ``show_leads`` takes what is found, if anything is.
    """
    index, is_stored = open_index(connection), find_folder(connection, POINTS) is not None

    def find() -> pa.Table | None:
        found = index.search(asked)
        if not max(map(len, (found.by_email, found.by_number, found.by_digits))):
            return None
        with open_beside(connection) if is_stored else nullcontext(connection) as reader:
            return reader.sql(_select_found(reader, found, is_whole=is_whole)).to_arrow_table()

    finding = pool.submit(find)
    if not is_stored:
        wait([finding])  # it has the connection meanwhile
    return finding


def show_leads(connection: duckdb.DuckDBPyConnection, found: pa.Table) -> None:
    """Leave what ``begin_finding`` has found as ``find_points`` does."""
    with shown(connection, found_leads=found):
        _show_leads(connection, "SELECT * FROM found_leads")


def show_points(connection: duckdb.DuckDBPyConnection, leads: Ints) -> None:
    """Leave by what these leads can be recognised as ``list_points`` does, without those that are suppressed.

    All their texts are read: the more of a lead is, the more it pays to find its place first.
    """
    _show_leads(connection, _select_live(connection, "wanted_leads", leads, TEXTS, is_by_place=True))


def _select_found(connection: duckdb.DuckDBPyConnection, found: FoundLeads, *, is_whole: bool) -> str:
    """Return a SELECT of the leads that were found, in the columns of ``_select_near``.

    Of many leads only those are read with their texts that were found by them, unless these are many as well.
    """
    by_text = join_numbers([found.by_email, found.by_digits])
    leads = join_numbers([found.by_number, by_text])
    emails = ["email"] if is_whole or len(found.by_email) else []
    texts = [*emails, *(PHONE_SLOTS if is_whole or len(found.by_digits) else [])]
    is_few = len(leads) <= FEW_LEADS
    if is_few or is_whole or not 0 < len(by_text) <= FEW_LEADS:
        return _select_live(connection, "wanted_leads", leads, texts, is_by_place=is_few)
    others = np.setdiff1d(leads, by_text, assume_unique=True)
    without_texts = _select_live(connection, "wanted_leads", others, (), is_by_place=False)
    with_texts = _select_live(connection, "named_leads", by_text, texts, is_by_place=True)
    return f"{without_texts} UNION ALL {with_texts}"


def _select_live(
    connection: duckdb.DuckDBPyConnection, name: str, leads: Ints, texts: Collection[str], *, is_by_place: bool
) -> str:
    """Return a SELECT of these leads, whose ids the connection has by a name meanwhile."""
    connection.register(name, {"lead_id": leads})
    wanted = f"SEMI JOIN {name} USING (lead_id)"
    if is_by_place:
        wanted = f"SEMI JOIN (SELECT leads.rowid AS place FROM leads {wanted}) AS wanted ON leads.rowid = wanted.place"
    return _select_near(texts, f"{wanted} WHERE {LIVE}")


def _select_near(texts: Collection[str], wanted: str) -> str:
    columns = [*NEAR_COLUMNS, *(name if name in texts else f"NULL::VARCHAR AS {name}" for name in TEXTS)]
    return f"SELECT {', '.join(columns)} FROM leads {wanted}"


def _show_leads(connection: duckdb.DuckDBPyConnection, near_leads: str) -> None:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE near_leads AS {near_leads}")
    for name in ("wanted_leads", "named_leads"):
        connection.unregister(name)
    execute(connection, f"CREATE OR REPLACE TEMP TABLE lead_points AS {read_query('commit/lead_points')}")
