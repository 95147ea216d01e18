"""Hold live leads against do-not-call lists again: what became forbidden since they came is suppressed at once.

After a load only its new entries are asked about (``rescreen_load``); ``rescreen_all`` asks about everything, as clocks
and washes run on and entries expire without any load. Both leave in ``dnc_checks`` what was checked: see
docs/decisions/0020-do-not-call.md.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import duckdb

from pipelines.dnc.meeting import find_concerned
from pipelines.dnc.rules import bring_rules, read_rules
from pipelines.dnc.tables import DNC_CHECKS
from pipelines.dnc.taking import place_taken, suppress_leads, take_numbers_off
from pipelines.home import Home
from pipelines.points.index import read_values
from pipelines.points.recognising import show_points
from pipelines.published.publishing import mark_unpublished, publish
from pipelines.queries import read_query
from pipelines.receipts import write_log
from pipelines.replaying.files import hash_files, keep_files
from pipelines.sorting import join_numbers
from pipelines.store import count_changed, open_writer

_TEMPORARY = ("asked_imports", "met_points", "lead_checks", "forbidden", "taken", "import_checks", "rescreening")


@dataclass(frozen=True)
class Rescreening:
    """What a re-screening of all live leads did; ``categories`` go by name: version, leads and numbers checked."""

    check_id: str
    categories: dict[str, dict[str, int]]
    numbers_taken: int
    leads_suppressed: int

    def to_dict(self) -> dict[str, Any]:
        """Return the result for JSON."""
        return asdict(self)


def rescreen_all(home: Home, *, now: datetime, user: str = "operator") -> Rescreening:
    """Hold every live lead against all entries of the categories that its imports check, as of the day of ``now``."""
    files = hash_files(home)
    rules = read_rules(home)
    with open_writer(home) as connection:
        bring_rules(connection, rules)
        full = connection.execute("SELECT count(DISTINCT check_id) FROM dnc_checks WHERE kind = 'full'").fetchall()
        check_id = f"dnc-full-{full[0][0] + 1}"
        connection.execute("CREATE TEMP VIEW asked_entries AS SELECT value FROM dnc_entries")
        connection.execute("CREATE TEMP VIEW asked_prefixes AS SELECT prefix, digits FROM dnc_prefixes")
        checked = _rescreen(connection, check_id, now, is_full=True)
        versions = dict(connection.execute("SELECT category, max(load_id) FROM dnc_loads GROUP BY category").fetchall())
        categories = {
            category: {"version": versions.get(category, 0), "leads": leads, "points": points}
            for category, (leads, points) in {**dict.fromkeys(versions, (0, 0)), **checked["by_category"]}.items()
        }
        for category, found in sorted(categories.items()):
            counts = {"leads_checked": found["leads"], "points_checked": found["points"]}
            counts |= checked["taken_by_category"].get(category, {})
            _record(connection, check_id, category, found["version"], "full", counts, now)
        told = f"{checked['numbers_taken']:,} numbers taken off, {checked['leads_suppressed']:,} leads suppressed"
        write_log(connection, now, user, "dnc rescreened", check_id, told, told={"files": keep_files(home, files)})
        publish(connection, home)
    return Rescreening(check_id, categories, checked["numbers_taken"], checked["leads_suppressed"])


def rescreen_load(connection: duckdb.DuckDBPyConnection, load_id: int, category: str, now: datetime) -> dict[str, int]:
    """Hold the live leads against what a load brought, inside its transaction; return the counts.

    Those are leads_checked, points_checked (of the category), numbers_taken and leads_suppressed: none where no import
    checks the category.
    """
    check_id = f"dnc-load-{load_id}"
    if not connection.execute(f"FROM ({read_query('dnc/import_checks')}) WHERE category = ?", [category]).fetchall():
        counts = dict.fromkeys(("leads_checked", "points_checked", "numbers_taken", "leads_suppressed"), 0)
        _record(connection, check_id, category, load_id, "load", counts, now)
        return counts
    where = f"WHERE load_id = {load_id} AND category = (SELECT category FROM load)"
    terms = f"SELECT terms_id FROM dnc_terms {where}"
    connection.execute(f"CREATE TEMP VIEW asked_entries AS SELECT value FROM dnc_entries WHERE terms_id IN ({terms})")
    connection.execute(f"CREATE TEMP VIEW asked_prefixes AS SELECT prefix, digits FROM dnc_prefixes {where}")
    checked = _rescreen(connection, check_id, now, is_full=False)
    leads, points = checked["by_category"].get(category, (0, 0))
    counts = {
        "leads_checked": leads,
        "points_checked": points,
        "numbers_taken": checked["numbers_taken"],
        "leads_suppressed": checked["leads_suppressed"],
    }
    _record(connection, check_id, category, load_id, "load", counts, now)
    return counts


def _rescreen(connection: duckdb.DuckDBPyConnection, check_id: str, now: datetime, *, is_full: bool) -> dict[str, Any]:
    """Take off what ``asked_entries`` and ``asked_prefixes`` forbid; of a full run also what a wash has not freed."""
    run = connection.execute
    run("CREATE TEMP TABLE rescreening AS SELECT ?::TIMESTAMPTZ AS now, ?::DATE AS day", [now, now.date()])
    run(f"CREATE TEMP TABLE import_checks AS {read_query('dnc/import_checks')}")
    run(
        "CREATE TEMP TABLE asked_imports AS SELECT DISTINCT import_id FROM import_checks SEMI JOIN"
        " (SELECT category FROM dnc_rules WHERE wash_days IS NOT NULL AND ?) AS washes USING (category)",
        [is_full],
    )
    by_category = {row[0]: (row[1], row[2]) for row in connection.execute(read_query("dnc/checked")).fetchall()}
    by_wash = read_values(connection, "SELECT lead_id AS value FROM leads SEMI JOIN asked_imports USING (import_id)")
    show_points(connection, join_numbers([find_concerned(connection), by_wash]))
    for name in ("met_points", "lead_checks", "forbidden", "taken"):
        run(f"CREATE TEMP TABLE {name} AS {read_query(f'dnc/{name}')}")
    taken = int(connection.execute("SELECT count(*) FROM taken").fetchall()[0][0])
    suppressed = _take(connection, check_id, now) if taken else 0
    by_taken = connection.execute("SELECT category, count(*), 0 FROM forbidden GROUP BY category").fetchall()
    if suppressed:
        by_taken = connection.execute(
            "SELECT category, count(*), count(DISTINCT suppressed.lead_id) FROM forbidden"
            " LEFT JOIN suppressed ON forbidden.lead_id = suppressed.lead_id GROUP BY category"
        ).fetchall()
    for view in ("asked_entries", "asked_prefixes"):
        run(f"DROP VIEW {view}")
    for table in _TEMPORARY:
        run(f"DROP TABLE {table}")
    return {
        "by_category": by_category,
        "taken_by_category": {row[0]: {"numbers_taken": row[1], "leads_suppressed": row[2]} for row in by_taken},
        "numbers_taken": taken,
        "leads_suppressed": suppressed,
    }


def _take(connection: duckdb.DuckDBPyConnection, check_id: str, now: datetime) -> int:
    """Take the numbers in ``taken`` off their leads, with images; return how many leads are suppressed by that."""
    run = connection.execute
    place_taken(connection)
    run(
        "INSERT INTO lead_images BY NAME SELECT ? AS changed_by, 'forbidden' AS effect, taken_leads.* FROM taken_leads"
        " ORDER BY lead_id",
        [check_id],
    )
    run("INSERT INTO unpublished SELECT DISTINCT 'leads', list_id::VARCHAR, import_id FROM taken_leads")
    take_numbers_off(connection)
    run("UPDATE leads SET updated_at = ? WHERE rowid IN (SELECT place FROM taken_places)", [now])
    # What the dialler has fetched is about to be dialled, by whichever number.
    run("DELETE FROM fetched WHERE lead_id IN (SELECT lead_id FROM taken)")
    if count_changed(connection):
        mark_unpublished(connection, "fetched")
    return suppress_leads(connection, check_id, now)


def _record(
    connection: duckdb.DuckDBPyConnection,
    check_id: str,
    category: str,
    load_id: int,
    kind: str,
    counts: dict[str, int],
    now: datetime,
) -> None:
    values: dict[str, Any] = dict.fromkeys(DNC_CHECKS, 0) | {
        "check_id": check_id,
        "category": category,
        "load_id": load_id,
        "kind": kind,
        "checked_on": now.date(),
        "checked_at": now,
        **counts,
    }
    marks = ", ".join("?" * len(DNC_CHECKS))
    connection.execute(f"INSERT INTO dnc_checks VALUES ({marks})", [values[name] for name in DNC_CHECKS])
    mark_unpublished(connection, "dnc_checks")
