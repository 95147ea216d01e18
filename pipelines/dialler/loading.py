"""Load what the dialler reports back: attempts, open callbacks, leads in its buffer, outcomes.

The rules are in docs/decisions/0017-dialler-reports.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import duckdb
import polars as pl
from phonenumbers import SUPPORTED_REGIONS

from pipelines.columns.headers import show_header
from pipelines.dialler import flaws
from pipelines.dialler.calls import load_calls
from pipelines.dialler.kinds import KINDS, list_known_headers
from pipelines.dialler.outcomes import bring_outcomes, read_outcomes, save_default
from pipelines.dialler.reading import REPORTED, read_rows
from pipelines.dialler.snapshots import load_snapshot
from pipelines.dialler.tables import DIALLER_LOADS
from pipelines.errors import UserError, nearest
from pipelines.home import Home, keep_raw
from pipelines.points.index import read_values
from pipelines.points.recognising import find_points
from pipelines.published.publishing import mark_unpublished, publish
from pipelines.queries import read_query
from pipelines.reading.drops import Drop, open_drop
from pipelines.reading.settings import FileSettings
from pipelines.receipts import write_log
from pipelines.replaying.files import hash_files, keep_files
from pipelines.reports.rejecting import write_left_out
from pipelines.schema import create_table
from pipelines.store import open_writer, shown

# A report of which more of the rows cannot be read is the wrong file.
MAX_BAD = 0.5
# What is needed to load a report again.
TOLD = ("kind", "file", "sha256", "region", "time_zone", "is_replacement")


@dataclass(frozen=True)
class DiallerLoad:
    """What a load did. ``lines`` are data rows: by_id + by_number + unmatched + bad.

    added, repeated, corrected, removed and late count facts of one lead each: a row that is about two leads counts
    twice. ``already_loaded_at`` is when this content was first loaded, null where it is new.
    """

    kind: str
    file: str
    sha256: str
    region: str
    time_zone: str | None
    is_replacement: bool
    lines: int
    blank: int
    by_id: int
    by_number: int
    unmatched: int
    bad: int
    added: int
    repeated: int
    corrected: int
    removed: int
    late: int
    reasons: Mapping[str, int] = field(default_factory=dict)
    unknown_outcomes: Mapping[str, int] = field(default_factory=dict)
    already_loaded_at: datetime | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the load for JSON."""
        at = self.already_loaded_at
        return {**asdict(self), "already_loaded_at": at.isoformat() if at else None}


def load_report(
    home: Home,
    path: Path,
    kind: str,
    *,
    region: str = "GB",
    time_zone: str | None = None,
    replace: bool = False,
    left_out: Path | None = None,
    user: str = "imports",
    now: datetime,
    name: str | None = None,
) -> DiallerLoad:
    """Load a report of the dialler; ``kind`` is attempts, callbacks, fetched or dispositions.

    Rows are matched by lead id, else by number, which is read as one of ``region``. A time without a zone is one of
    ``time_zone``, else of the list the lead is on. Everything that was loaded before stays as it is. ``left_out`` is
    where the rows that were not loaded are written, with the reason; ``name`` what the file is called (default: as on
    disk). Raises UserError for a file that cannot be read, lacks a column or has more bad rows than good ones: then
    nothing is loaded.
    """
    _check_options(kind, region, time_zone, replace=replace)
    files, file = hash_files(home), name or path.name
    sha256, kept = keep_raw(home.make(), path)
    try:
        drop = open_drop(kept, FileSettings(), list_known_headers())
        if not drop.found.has_header:
            raise UserError(file, "The file has no header.", "Name its columns in the first line.")
        outcomes = read_outcomes(home)
        with open_writer(home) as connection:
            _read_report(connection, drop, kind, file, region, time_zone, now)
            counts = _match(connection, kind)
            reasons = _count_reasons(connection)
            if left_out:
                _write_left_out(connection, home, drop, left_out, now, user, file)
            _check_counts(file, counts, reasons, replace=replace)
            changed: set[str] = set()
            if KINDS[kind].is_snapshot:
                news = load_snapshot(connection, kind, replace=replace)
            else:
                changed = bring_outcomes(connection, outcomes)
                news = load_calls(connection, kind, changed)
            done = DiallerLoad(
                kind, file, sha256, region, time_zone, replace, **counts, **asdict(news),
                blank=drop.found.blank_lines, reasons=reasons, unknown_outcomes=_count_unknown(connection),
                already_loaded_at=_find_earlier(connection, kind, sha256),
            )  # fmt: skip
            keep_files(home, files)
            if done.already_loaded_at is None or news.is_any:
                _record(connection, done, user, now)
            if done.already_loaded_at is None or news.is_any or changed:
                told = {name: getattr(done, name) for name in TOLD} | {"files": files}
                write_log(connection, now, user, "dialler load", kind, file, told=told)
            publish(connection, home)
        save_default(home)
    except UserError as error:
        raise error.rename(kept, file) from None
    return done


def _check_options(kind: str, region: str, time_zone: str | None, *, replace: bool) -> None:
    if kind not in KINDS:
        raise UserError(
            "--kind", f"'{kind}' is not known.", nearest(kind, list(KINDS)) or f"One of {', '.join(KINDS)}."
        )
    if region not in SUPPORTED_REGIONS:
        raise UserError("--region", f"'{region}' is not an ISO country with a telephone plan.", "Such as GB or US.")
    if replace and not KINDS[kind].is_snapshot:
        raise UserError("--replace", f"What happened stays: {kind} are added to.", "Leave --replace out.")
    try:
        ZoneInfo(time_zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UserError("--time-zone", f"'{time_zone}' is no time zone.", "Such as Europe/London.") from None


def _read_report(
    connection: duckdb.DuckDBPyConnection,
    drop: Drop,
    kind: str,
    file: str,
    region: str,
    time_zone: str | None,
    now: datetime,
) -> None:
    """Read the file into ``reported``, and how it is to be read into the one-row ``report``."""
    connection.execute("CREATE TEMP TABLE report AS SELECT ?::VARCHAR AS time_zone", [time_zone])
    connection.execute(create_table("reported", REPORTED, temporary=True))
    for rows in read_rows(drop, KINDS[kind], file, region, now):
        with shown(connection, handed_over=rows.to_arrow()):
            connection.execute("INSERT INTO reported BY NAME SELECT * FROM handed_over")
    # One id in a hundred ends on such zeros by itself, one in ten thousand on four: most ids of a file do not.
    connection.execute(
        "UPDATE reported SET given_id = NULL WHERE is_rounded AND (SELECT 2 * count(*) FILTER (WHERE is_rounded)"
        " > count(is_rounded) AND (count(is_rounded) >= 8 OR bool_or(given_id % 1000 = 0)) FROM reported)"
    )
    connection.execute(
        "UPDATE reported SET flaw = ? WHERE flaw IS NULL AND is_rounded AND given_id IS NULL AND value IS NULL",
        [flaws.ROUNDED_ID],
    )


def _match(connection: duckdb.DuckDBPyConnection, kind: str) -> dict[str, int]:
    """Make ``matches``; return lines, by_id, by_number, unmatched and bad."""
    numbers = "SELECT DISTINCT value FROM reported WHERE flaw IS NULL AND value IS NOT NULL"
    find_points(connection, read_values(connection, numbers))
    for name in ("named_leads", "swept_leads", "matches"):
        connection.execute(f"CREATE TEMP TABLE {name} AS {read_query(f'dialler/{name}')}")
    if KINDS[kind].is_snapshot:  # nobody calls back a lead that is gone
        connection.execute(
            "UPDATE reported SET flaw = ? WHERE row_number IN (SELECT row_number FROM matches WHERE is_gone)",
            [flaws.GONE_LEAD],
        )
        connection.execute("DELETE FROM matches WHERE is_gone")
    connection.execute(
        "UPDATE reported SET flaw = ? WHERE flaw IS NULL AND row_number NOT IN (SELECT row_number FROM matches)",
        [flaws.UNKNOWN_LEAD],
    )
    row = connection.execute(
        "SELECT (SELECT count(*) FROM reported), count(DISTINCT row_number) FILTER (WHERE matched_by = 'id'),"
        " count(DISTINCT row_number) FILTER (WHERE matched_by = 'number') FROM matches"
    ).fetchall()[0]
    unmatched = connection.execute(
        "SELECT count(*) FROM reported WHERE flaw IN (SELECT unnest(?::VARCHAR[]))", [list(flaws.UNMATCHED)]
    ).fetchall()[0][0]
    counts = dict(zip(("lines", "by_id", "by_number"), row, strict=True))
    return {**counts, "unmatched": unmatched, "bad": row[0] - row[1] - row[2] - unmatched}


def _check_counts(file: str, counts: Mapping[str, int], reasons: Mapping[str, int], *, replace: bool) -> None:
    if counts["bad"] > MAX_BAD * counts["lines"]:
        code = max((code for code in reasons if code in flaws.BAD), key=lambda code: reasons[code])
        raise UserError(
            file,
            f"{counts['bad']:,} of {counts['lines']:,} rows cannot be read, so nothing was loaded; most often:"
            f" {flaws.FLAWS[code].meaning}",
            flaws.FLAWS[code].remedy,
        )
    if replace and counts["lines"] and not counts["by_id"] + counts["by_number"]:
        fact = f"None of its {counts['lines']:,} rows is about a lead here, so nothing was replaced."
        raise UserError(file, fact, "Is this the right file? To take all away, load one with a header only.")


def _count_reasons(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    rows = connection.sql("SELECT flaw, count(*) FROM reported WHERE flaw IS NOT NULL GROUP BY flaw ORDER BY flaw")
    return dict(rows.fetchall())


def _count_unknown(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return the outcome codes of the report that nobody has given a meaning, and how many rows have them."""
    rows = connection.execute(
        "SELECT outcome, count(*) FROM reported WHERE flaw IS NULL AND outcome IS NOT NULL"
        " AND outcome NOT IN (SELECT outcome FROM outcomes) GROUP BY outcome ORDER BY count(*) DESC, outcome"
    ).fetchall()
    shown: dict[str, int] = {}
    for code, count in rows:
        shown[show_header(code)] = shown.get(show_header(code), 0) + count
    return shown


def _write_left_out(
    connection: duckdb.DuckDBPyConnection, home: Home, drop: Drop, output: Path, now: datetime, user: str, file: str
) -> None:
    rows: pl.DataFrame = connection.sql(
        "SELECT row_number, flaw AS code FROM reported WHERE flaw IS NOT NULL ORDER BY row_number"
    ).pl()
    texts: dict[str, Callable[[flaws.Flaw], str]] = {"reason": lambda f: f.meaning, "remedy": lambda f: f.remedy}
    explained = rows.with_columns(
        pl.col("code").replace_strict({c: text(f) for c, f in flaws.FLAWS.items()}, return_dtype=pl.String).alias(name)
        for name, text in texts.items()
    )
    write_left_out(home, drop, explained, output, now, user=user, action="dialler rows taken", subject=file)


def _find_earlier(connection: duckdb.DuckDBPyConnection, kind: str, sha256: str) -> datetime | None:
    found: datetime | None = connection.execute(
        "SELECT min(loaded_at) FROM dialler_loads WHERE kind = ? AND sha256 = ?", [kind, sha256]
    ).fetchall()[0][0]
    return found


def _record(connection: duckdb.DuckDBPyConnection, done: DiallerLoad, user: str, now: datetime) -> None:
    line = {**vars(done), "user": user, "loaded_at": now}
    names = [name for name in DIALLER_LOADS if name != "load_id"]
    columns = ", ".join(f'"{name}"' for name in names)
    connection.execute(
        f"INSERT INTO dialler_loads (load_id, {columns})"
        f" SELECT coalesce(max(load_id), 0) + 1, {', '.join('?' * len(names))} FROM dialler_loads",
        [line[name] for name in names],
    )
    mark_unpublished(connection, "dialler_loads")
