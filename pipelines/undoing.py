"""Undo an import: leads, lists, callbacks, buffer and reports stand as they stood before it.

Everything happens in one transaction of the writer, from the images that the import left. What later imports did is not
overruled: they are undone first, or their leads are left alone. What the dialler did since is added on top. The rules
are in docs/decisions/0016-undo.md.
"""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from pipelines.dnc.taking import place_taken, suppress_leads, take_numbers_off
from pipelines.errors import UserError, nearest
from pipelines.evidence import keep_points
from pipelines.home import Home
from pipelines.lead_ids import find_lead_base
from pipelines.lists import start_of
from pipelines.points.index import add_points
from pipelines.points.recognising import list_points
from pipelines.published.publishing import mark_unpublished, publish
from pipelines.queries import read_query
from pipelines.receipts import write_log
from pipelines.schema import create_table
from pipelines.store import count_changed, insert_query, open_scratch, open_writer
from pipelines.surveys import put_back_places
from pipelines.tables.storing import forget_images, put_back

UNDO_RUN = {
    "import_id": "VARCHAR",
    "sequence": "BIGINT",
    "changed_at": "TIMESTAMPTZ",
    "started_at": "TIMESTAMPTZ",
    "now": "TIMESTAMPTZ",
}
# How many later imports a refusal names.
NAMED = 10
IMAGES = ("lead_images", "callback_images", "fetched_images")


@dataclass(frozen=True)
class UndoResult:
    """What an undo did, as ``leadmill undo --json`` prints it; numbers of leads unless a name says otherwise.

    ``restored`` goes by what the import had done to the leads, ``left`` and ``lost_rows`` by later import.
    """

    import_id: str
    file: str
    list: str
    removed: int = 0
    already_expired: int = 0
    restored: dict[str, int] = field(default_factory=dict)
    callbacks_restored: int = 0
    callbacks_removed: int = 0
    fetched_restored: int = 0
    fetched_removed: int = 0
    lists_removed: tuple[str, ...] = ()
    suppliers_removed: tuple[str, ...] = ()
    left: dict[str, int] = field(default_factory=dict)
    lost_rows: dict[str, int] = field(default_factory=dict)
    removed_dialled: int = 0
    restored_dialled: int = 0
    restored_on_dnc: int = 0
    numbers_taken_off: int = 0
    is_rehearsal: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return the result for JSON."""
        values = asdict(self)
        del values["is_rehearsal"]
        return {"import_id": self.import_id, "status": "undone", "dry_run": self.is_rehearsal, **values}


def undo_import(
    home: Home, import_id: str, *, user: str, now: datetime, skip_touched: bool = False, dry_run: bool = False
) -> UndoResult:
    """Put everything back as it was before an import, and publish what that changed.

    Leads that later imports touched are a UserError that names those imports, or, with ``skip_touched``, are left as
    they are: undo the import again once those are undone. ``dry_run`` changes nothing and answers with the same report.
    Raises UserError where there is no such import or it loaded nothing that still stands.
    """
    if not home.store.exists():
        raise UserError("import", f"There is none with the id '{import_id}'.", "Nothing was imported yet.")
    with (open_scratch if dry_run else open_writer)(home) as connection:
        if not dry_run:
            publish(connection, home)  # an undo that was killed is refused now: readers see it all the same
        result = take_back(connection, import_id, user=user, now=now, skip_touched=skip_touched, is_rehearsal=dry_run)
        if not dry_run:
            publish(connection, home)
    return result


def take_back(
    connection: duckdb.DuckDBPyConnection,
    import_id: str,
    *,
    user: str,
    now: datetime,
    skip_touched: bool,
    is_rehearsal: bool = False,
) -> UndoResult:
    """Undo an import on the writer's connection, inside its transaction; raises as ``undo_import``."""
    line = _require_loaded(connection, import_id)
    _place_run(connection, import_id, now)
    for name in ("touched", "swept", "going", "restored"):
        connection.execute(f"CREATE TEMP TABLE {name} AS {read_query(f'undo/{name}')}")
    left = _count_left(connection)
    if not skip_touched:
        _refuse_touched(connection, import_id)
    lost_rows = dict(connection.execute(read_query("undo/lost_rows")).fetchall())
    counts: dict[str, Any] = {
        "removed": _count(connection, "going"),
        "already_expired": _count(connection, "swept"),
        "removed_dialled": _count(connection, "going WHERE is_dialled"),
        "restored": dict(
            connection.execute("SELECT effect, count(*) FROM restored GROUP BY effect ORDER BY 1").fetchall()
        ),
        "restored_dialled": _count(connection, "restored WHERE is_dialled"),
    }
    _mark_leads(connection)
    keep_points(connection, "going")
    removed = _take_away(connection)
    insert_leads = "INSERT INTO leads BY NAME SELECT * EXCLUDE (effect, is_dialled) FROM restored ORDER BY lead_id"
    connection.execute(insert_leads)
    for table in ("callbacks", "fetched"):
        counts[f"{table}_restored"] = insert_query(connection, table, f"undo/{table}_back")
        counts[f"{table}_removed"] = removed[table]
        if counts[f"{table}_restored"] or removed[table]:
            mark_unpublished(connection, table)
    put_back(connection, import_id)
    put_back_places(connection, import_id)
    counts |= _restore_points(connection, f"dnc-undo-{import_id}", now)
    _mark_leads(connection)
    _forget_images(connection, import_id)
    connection.execute("UPDATE imports SET status = 'undone' WHERE import_id = ?", [import_id])
    mark_unpublished(connection, "imports", line["import_date"].isoformat())
    counts |= {f"{kind}s_removed": _remove_orphans(connection, kind) for kind in ("list", "supplier")}
    told = {"skip_touched": skip_touched}
    write_log(connection, now, user, "import undone", import_id, _sum_up(counts, left), told=told)
    return UndoResult(
        import_id, line["file"], line["list"], left=left, lost_rows=lost_rows, is_rehearsal=is_rehearsal, **counts
    )


def _require_loaded(connection: duckdb.DuckDBPyConnection, import_id: str) -> dict[str, Any]:
    """Return what is said of an import; raise UserError where nothing of it stands that could be undone."""
    names = ("status", "file", "list", "import_date")
    found = connection.execute(f"SELECT {', '.join(names)} FROM imports WHERE import_id = ?", [import_id]).fetchall()
    if not found:
        known = [row[0] for row in connection.execute("SELECT import_id FROM imports ORDER BY sequence").fetchall()]
        remedy = nearest(import_id, known) or "See: leadmill history."
        raise UserError("import", f"There is none with the id '{import_id}'.", remedy)
    line = dict(zip(names, found[0], strict=True))
    if line["status"] == "held":
        fact = f"{import_id} is held: nothing of it was loaded."
        raise UserError("import", fact, f"Give it up: leadmill cancel {import_id}.")
    if line["status"] == "undone" and not _has_left(connection, import_id):
        raise UserError("import", f"{import_id} is undone already.", "Its drop can be imported again.")
    if line["status"] not in ("completed", "undone"):
        raise UserError("import", f"{import_id} is {line['status']}: nothing of it was loaded.", "Nothing to undo.")
    return line


def _has_left(connection: duckdb.DuckDBPyConnection, import_id: str) -> bool:
    """Tell whether an undo has left something of an import, for the sake of later ones."""
    places = [*(f"FROM {table} WHERE changed_by = ?" for table in IMAGES), "FROM leads WHERE import_id = ?"]
    return any(connection.execute(f"SELECT 1 {place} LIMIT 1", [import_id]).fetchall() for place in places)


def _place_run(connection: duckdb.DuckDBPyConnection, import_id: str, now: datetime) -> None:
    """Write the one-row table ``run``: the import, and when it wrote what it changed; and its leads, ``made``."""
    sequence, started_at, day, zone = connection.execute(
        "SELECT imports.sequence, imports.started_at, imports.import_date, lists.time_zone FROM imports"
        " LEFT JOIN lists ON imports.list = lists.name WHERE imports.import_id = ?",
        [import_id],
    ).fetchall()[0]
    changed_at = start_of(day, ZoneInfo(zone or "UTC"))
    connection.execute(create_table("run", UNDO_RUN, temporary=True))
    connection.execute("INSERT INTO run VALUES (?, ?, ?, ?, ?)", [import_id, sequence, changed_at, started_at, now])
    connection.execute(
        "CREATE TEMP TABLE made AS SELECT lead_id FROM import_rows"
        " WHERE import_id = ? AND lead_base = ? AND fate = 'created'",
        [import_id, find_lead_base(import_id)],
    )


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {relation}").fetchall()[0][0])


def _count_left(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Count by later import, the newest first, the touched leads; keep apart those that are gone and stay gone."""
    connection.execute(
        "CREATE TEMP TABLE gone AS SELECT DISTINCT lead_id FROM touched SEMI JOIN made USING (lead_id)"
        " ANTI JOIN leads USING (lead_id) ORDER BY lead_id"
    )
    return dict(
        connection.execute(
            "SELECT import_id, count(*) FROM touched ANTI JOIN gone USING (lead_id)"
            " GROUP BY import_id, sequence ORDER BY sequence DESC"
        ).fetchall()
    )


def _refuse_touched(connection: duckdb.DuckDBPyConnection, import_id: str) -> None:
    """Raise UserError where later imports touched leads of this one, naming them in the order to undo them."""
    later = connection.execute(
        "SELECT import_id, count(*) FROM touched GROUP BY import_id, sequence ORDER BY sequence DESC"
    ).fetchall()
    if not later:
        return
    leads = connection.execute("SELECT count(DISTINCT lead_id) FROM touched").fetchall()[0][0]
    named = ", ".join(f"{name} ({count:,})" for name, count in later[:NAMED])
    rest = f" and {len(later) - NAMED:,} more" if len(later) > NAMED else ""
    raise UserError(
        "import",
        f"Later imports touched {leads:,} {'lead' if leads == 1 else 'leads'} of {import_id}: {named}{rest}.",
        "Undo those first, in this order, or leave these leads as they are: --skip-touched.",
    )


def _mark_leads(connection: duckdb.DuckDBPyConnection) -> None:
    """Note the published parts of the leads that change; called before and after."""
    connection.execute(
        "INSERT INTO unpublished SELECT DISTINCT 'leads', list_id::VARCHAR, import_id FROM leads WHERE lead_id IN"
        " (SELECT lead_id FROM going UNION ALL SELECT lead_id FROM restored)"
    )


def _take_away(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Take away what the import made, and what is written anew; return how many callbacks and places went for good."""
    changed = "lead_id IN (SELECT lead_id FROM going UNION ALL SELECT lead_id FROM restored)"
    connection.execute(f"DELETE FROM leads WHERE {changed}")
    removed = {}
    for table in ("callbacks", "fetched"):
        connection.execute(f"DELETE FROM {table} WHERE lead_id IN (SELECT lead_id FROM going)")
        removed[table] = count_changed(connection)
    return removed


def _restore_points(connection: duckdb.DuckDBPyConnection, changed_by: str, now: datetime) -> dict[str, int]:
    """Have the leads put back found again, and take numbers off them that became do-not-call since the import."""
    run = connection.execute
    list_points(connection, "SELECT lead_id FROM restored")
    add_points(connection, "SELECT value, lead_id FROM lead_points", _count(connection, "restored"))
    run("CREATE TEMP TABLE restored_points AS SELECT * FROM lead_points")
    run("CREATE TEMP TABLE rescreening AS SELECT ?::DATE AS day", [now.date()])
    run(f"CREATE TEMP TABLE import_checks AS {read_query('dnc/import_checks')}")
    run(
        "CREATE TEMP TABLE lead_checks AS SELECT restored.lead_id, import_checks.category FROM restored"
        " JOIN import_checks ON restored.import_id = import_checks.import_id"
    )
    run("CREATE TEMP VIEW met_points AS SELECT lead_id, slot, kind, value FROM restored_points WHERE kind IN (1, 2)")
    run(f"CREATE TEMP TABLE forbidden AS {read_query('dnc/forbidden')}")
    run(f"CREATE TEMP TABLE listed AS {read_query('undo/listed')}")
    run("CREATE TEMP TABLE taken AS SELECT lead_id, slot, value FROM listed WHERE is_taken")
    taken = _count(connection, "taken")
    if taken:
        place_taken(connection)
        take_numbers_off(connection)
        suppress_leads(connection, changed_by, now)
    return {
        "restored_on_dnc": connection.execute("SELECT count(DISTINCT lead_id) FROM listed").fetchall()[0][0],
        "numbers_taken_off": taken,
    }


def _forget_images(connection: duckdb.DuckDBPyConnection, import_id: str) -> None:
    """Forget the import's images but those of leads that are left, and those of its leads that are gone for good."""
    for table in IMAGES:
        own = "changed_by = ? AND lead_id NOT IN (SELECT lead_id FROM touched)"
        connection.execute(f"DELETE FROM {table} WHERE {own}", [import_id])
        # A lead that this import made and a later one took away must not come back when that one is undone.
        connection.execute(f"DELETE FROM {table} WHERE lead_id IN (SELECT lead_id FROM gone)")
        # What do-not-call took off leads that go is of no more use either.
        theirs = "lead_id IN (SELECT lead_id FROM going UNION ALL SELECT lead_id FROM swept)"
        connection.execute(f"DELETE FROM {table} WHERE starts_with(changed_by, 'dnc-') AND {theirs}")
    forget_images(connection, "gone")


def _remove_orphans(connection: duckdb.DuckDBPyConnection, kind: str) -> tuple[str, ...]:
    """Remove the lists or suppliers that only undone imports made and used; return their names."""
    removed: list[str] = []
    # A list that another was cloned from goes after that one.
    while orphans := connection.execute(read_query(f"undo/orphan_{kind}s")).fetchall():
        for added_id, name in orphans:
            connection.execute(f"DELETE FROM {kind}s WHERE {kind}_id = ?", [added_id])
            connection.execute("DELETE FROM additions WHERE kind = ? AND added_id = ?", [kind, added_id])
            removed.append(name)
    if removed:
        mark_unpublished(connection, f"{kind}s")
    return tuple(removed)


def _sum_up(counts: dict[str, Any], left: dict[str, int]) -> str:
    """Return what the audit log says."""
    rest = f", left as they are for {len(left):,} later imports" if left else ""
    return f"{counts['removed']:,} leads taken away, {sum(counts['restored'].values()):,} put back{rest}"
