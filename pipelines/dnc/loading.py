"""Load a do-not-call list: read it, apply it to its category, hold the live leads against what is new, publish."""

from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
from phonenumbers import SUPPORTED_REGIONS

from pipelines.dnc.applying import MODES, apply_list, place_load
from pipelines.dnc.differing import Counts
from pipelines.dnc.index import numbers_added, tidy_sets
from pipelines.dnc.preparing import OwnPart
from pipelines.dnc.rescreening import rescreen_load
from pipelines.dnc.rules import bring_rules, read_rules
from pipelines.dnc.staging import How, Staged, stage_list
from pipelines.dnc.tables import DNC_LOADS
from pipelines.engine import LONG_ROW_GROUP_ROWS, start_engine
from pipelines.errors import UserError
from pipelines.home import Home, RawCopy, keep_raw_meanwhile, make_work_folder
from pipelines.published.publishing import publish
from pipelines.receipts import write_log
from pipelines.replaying.files import Files, hash_files, keep_files
from pipelines.store import open_writer

# What most of a list should be: a list of which more than half cannot be read is the wrong file.
MIN_PARSED = 0.5
OWN_PART = "own-part"


@dataclass(frozen=True)
class DncLoad:
    """What a load did, in entries; ``unparsed`` have no E.164 form and are compared by their digits.

    ``added`` counts numbers, ``prefixes`` area codes and other prefixes, ``washed`` numbers that a wash found free.
    The last four are of the live leads that were held against what is new.
    """

    load_id: int
    category: str
    file: str
    sha256: str
    source: str
    region: str
    as_of: date
    mode: str
    is_replacement: bool
    lines: int
    added: int
    already_there: int
    removed: int
    prefixes: int
    washed: int
    unparsed: int
    blank: int
    leads_checked: int = 0
    points_checked: int = 0
    numbers_taken: int = 0
    leads_suppressed: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the load for JSON."""
        return {**asdict(self), "as_of": self.as_of.isoformat()}


def load_dnc(
    home: Home,
    path: Path,
    category: str,
    *,
    region: str = "GB",
    replace: bool = False,
    mode: str = "add",
    are_prefixes: bool = False,
    source: str | None = None,
    as_of: date | None = None,
    user: str = "imports",
    now: datetime,
    name: str | None = None,
) -> DncLoad:
    """Load a do-not-call list into a category, which is made if it is new, and suppress the live leads it forbids.

    Files: as ``stage_list`` reads them. ``mode`` says what the file is: ``add`` (more entries), ``changes`` (since the
    list before, adds and removals), ``removal`` (entries that end), ``full`` (the whole category, as ``replace``
    says, too) or ``wash`` (what a wash service answered). A number that stands in the category already is not added
    twice. ``as_of`` is the date of the list (default: the day of ``now``, UTC), ``name`` what the file is called
    (default: as on disk).
    Raises UserError for a file that cannot be read, of which most lines are no numbers, an unknown region, or a date
    to come.
    """
    if region not in SUPPORTED_REGIONS:
        raise UserError("--region", f"'{region}' is not an ISO country with a telephone plan.", "Such as GB or US.")
    if not category.strip():
        raise UserError("--category", "A category has a name.", "Such as TPS.")
    if replace and mode != "add":
        raise UserError("--replace", "A full list is neither changes, removals nor a wash.", "Leave one option out.")
    mode = "full" if replace else mode
    if mode not in MODES:
        raise ValueError(f"'{mode}' is none of {', '.join(MODES)}.")
    day = as_of or now.date()
    if day > now.date() + timedelta(days=1):
        raise UserError("--as-of", f"{day} is yet to come.", "It is the date of the list.")
    files = hash_files(home)
    rules = read_rules(home)
    name = name or path.name
    with (
        start_engine(home) as engine,
        make_work_folder(home.make(), "dnc") as folder,
        OwnPart(folder / OWN_PART) as part,
        ExitStack() as keeping,
    ):
        raw = keeping.enter_context(keep_raw_meanwhile(home, path))
        staged = _read(raw, name, How(region, are_prefixes, mode == "wash"), folder)
        _require_numbers(staged, name, region)
        with open_writer(home, engine=engine, row_group_rows=LONG_ROW_GROUP_ROWS) as connection:
            bring_rules(connection, rules)
            with numbers_added(connection) as added:
                load_id = place_load(connection, category.strip(), source or name, day, mode)
                counts = apply_list(connection, staged, load_id, category.strip(), mode, part, added)
                facts = {"sha256": raw.sha256, "file": name, "source": source or name, "region": region}
                line = _describe(staged, counts, load_id, category.strip(), mode, day, facts)
                _record(connection, line, now)
                found = rescreen_load(connection, load_id, category.strip(), now)
                load = DncLoad(**{**line, **found})
                told = _tell(load, files, are_prefixes=are_prefixes)
                keep_files(home, files)
                write_log(connection, now, user, "dnc load", load.category, _sum_up(load), told=told)
            prepared = part.finish(load.category, load_id)
            # Nothing is committed before its raw copy is safe and its file is written.
            keeping.close()
            for file in prepared.values():
                file.result()
            publish(connection, home, prepared)
            tidy_sets(connection)
    return load


def _read(raw: RawCopy, name: str, how: How, folder: Path) -> Staged:
    """Read a list from its copy; a message calls it by its name."""
    try:
        return stage_list(raw.path, name, how, folder)
    except UserError as error:
        raise error.rename(raw.path, name) from None


def _require_numbers(staged: Staged, file: str, region: str) -> None:
    parsed = staged.lines - staged.unparsed - staged.blank
    if parsed < MIN_PARSED * (staged.lines - staged.blank):
        raise UserError(
            file,
            f"Only {parsed:,} of {staged.lines:,} lines hold a number of {region}.",
            "Is this the right file? Check --region.",
        )


def _describe(
    staged: Staged, counts: Counts, load_id: int, category: str, mode: str, day: date, facts: dict[str, str]
) -> dict[str, Any]:
    return {
        **facts,
        "load_id": load_id,
        "category": category,
        "as_of": day,
        "mode": mode,
        "is_replacement": mode == "full",
        "lines": staged.lines,
        "added": counts.added,
        "already_there": counts.already_there,
        "removed": counts.removed,
        "prefixes": counts.prefixes,
        "washed": counts.washed,
        "unparsed": staged.unparsed,
        "blank": staged.blank,
    }


def _record(connection: duckdb.DuckDBPyConnection, line: dict[str, Any], now: datetime) -> None:
    values = [{**line, "loaded_at": now}[name] for name in DNC_LOADS]
    marks = ", ".join("?" * len(DNC_LOADS))
    connection.execute(f"INSERT INTO dnc_loads ({', '.join(DNC_LOADS)}) VALUES ({marks})", values)


def _tell(load: DncLoad, files: Files, *, are_prefixes: bool) -> dict[str, Any]:
    """Return what is needed to load the list again."""
    names = ("category", "file", "sha256", "source", "region", "as_of", "mode")
    return {**{name: load.to_dict()[name] for name in names}, "are_prefixes": are_prefixes, "files": files}


def _sum_up(load: DncLoad) -> str:
    """Return what the audit log says."""
    told = f"{load.file}: {load.mode}, {load.added + load.prefixes:,} added, {load.removed:,} removed"
    if load.numbers_taken or load.leads_suppressed:
        told += f"; {load.numbers_taken:,} numbers taken off, {load.leads_suppressed:,} leads suppressed"
    return told
