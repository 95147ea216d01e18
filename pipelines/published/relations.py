"""The published tables: by what each is partitioned, and which rows of the store make a file of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from urllib.parse import quote

import duckdb

from pipelines.published.entries import write_entries
from pipelines.published.grouping import Layout, write_groups
from pipelines.published.rows import write_rows
from pipelines.schema import PERSON_FIELDS, PHONE_SLOTS

# The only part of a relation, or of a partition, that has no other.
WHOLE = "all"

LEADS_LAYOUT = Layout(
    words=(
        "list_id",
        "supplier",
        "import_id",
        *PERSON_FIELDS,
        *(f"{slot}_type" for slot in PHONE_SLOTS),
        "time_zone",
        "skill_group",
        "language",
        "tags.list.element",
        "status",
        "call_attempts",
        "created_at",
        "updated_at",
        "expires_at",
    ),
    numbers=("lead_id", "row_number"),
    sought=(
        "lead_id",
        "list_id",
        "import_id",
        "row_number",
        "status",
        "call_attempts",
        "created_at",
        "updated_at",
        "expires_at",
    ),
)


@dataclass(frozen=True)
class Relation:
    """A published table: the column it is partitioned by, if any, and the partition of its zero-row part.

    Of one whose parts can be long ``rows`` says which of the store's rows make a file, and where they can only be, as
    ids do not let a scan skip others (``bases``: of the imports' leads; ``first`` and ``last``: the ids of their leads;
    ``since`` and ``until``: when imports of those days create leads, in whatever zone): its statement reads them as
    ``part_rows``, those of the table ``beside`` as well, while all others read ``part`` and sort themselves. What
    DuckDB's COPY is too slow for has a ``write`` of its own: given the connection, the statement and the file, it
    answers how many rows there are, having sorted them; one ``is_alone`` that sets how many threads the store has.
    """

    partitioned_by: str | None = None
    empty: str = WHOLE
    rows: str = ""
    write: Callable[[duckdb.DuckDBPyConnection, str, Path], int] | None = None
    beside: str = ""
    is_alone: bool = False


RELATIONS: dict[str, Relation] = {
    "leads": Relation(
        "list_id",
        "0",
        rows=(
            "list_id = {partition}::BIGINT AND import_id IN ({parts}) AND lead_id BETWEEN {first} AND {last}"
            " AND created_at >= {since}::TIMESTAMPTZ AND created_at < {until}::TIMESTAMPTZ"
        ),
        write=partial(write_groups, layout=LEADS_LAYOUT, by="lead_id"),
    ),
    "lists": Relation(),
    "suppliers": Relation(),
    "imports": Relation("import_date", "0001-01-01"),
    "import_rows": Relation(
        "import_date",
        "0001-01-01",
        rows="import_id IN ({parts}) AND lead_base IN ({bases})",
        write=write_rows,
        beside="row_evidence",
    ),
    "import_reasons": Relation("import_date", "0001-01-01"),
    "import_ages": Relation("import_date", "0001-01-01"),
    "effects": Relation("import_date", "0001-01-01"),
    "costs": Relation(),
    "refunds": Relation(),
    "dnc": Relation("category", "", write=write_entries, is_alone=True),
    "dnc_loads": Relation(),
    "dnc_prefixes": Relation(),
    "dnc_washed": Relation("category", ""),
    "dnc_rules": Relation(),
    "dnc_checks": Relation(),
    "callbacks": Relation(),
    "fetched": Relation(),
    "attempts": Relation("called_on", "0001-01-01"),
    "dispositions": Relation("called_on", "0001-01-01"),
    "outcomes": Relation(),
    "dialler_loads": Relation(),
    "survey_places": Relation("survey_id", "0"),
    "audit_log": Relation("logged_on", "0001-01-01"),
}

# Contact data is published as the leads it belongs to.
CONTACT_DATA = Relation("list_id", "0")


def find_relation(name: str) -> Relation:
    """Return a published table by its name; what is not among ``RELATIONS`` is contact data."""
    return RELATIONS.get(name, CONTACT_DATA)


def place_partition(name: str, partition: str) -> Path:
    """Return the folder of a partition, in a generation or among the versions."""
    column = find_relation(name).partitioned_by
    return Path(name) / (f"{column}={quote(partition, safe='')}" if column else WHOLE)


def read_day(import_id: str) -> date:
    """Return the import date, which an import's id begins with."""
    return date.fromisoformat(import_id[:8])
