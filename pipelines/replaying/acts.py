"""How each line of the audit log is done again: by the function that the command called, at the instant it had.

A new kind of act takes one line in ``ACTS``, and, in its call of ``write_log``, whatever ``told`` it needs.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pipelines.changing_lists import change_campaign, make_clone
from pipelines.costs.correcting import add_refund, correct_cost
from pipelines.dialler.loading import load_report
from pipelines.dnc.loading import load_dnc
from pipelines.dnc.rescreening import rescreen_all
from pipelines.dnc.rules import Rule, change_rule
from pipelines.errors import UserError
from pipelines.expiring import expire
from pipelines.holding import cancel_import, release_import
from pipelines.home import Home, keep_raw
from pipelines.importing import import_drop
from pipelines.published.packing import pack_parts
from pipelines.published.publishing import publish
from pipelines.receipts import ImportResult, write_log
from pipelines.replaying.files import find_kept, put_files
from pipelines.replaying.log import Entry
from pipelines.store import open_writer
from pipelines.tables.making import add_field, create_table
from pipelines.templates.template import Template
from pipelines.undoing import undo_import

Told = dict[str, Any]


class DivergedError(UserError):
    """An import that became something else than the log says; ``result`` is what."""

    def __init__(self, where: str, fact: str, result: ImportResult) -> None:
        super().__init__(where, fact)
        self.result = result


@dataclass(frozen=True)
class Redo:
    """One entry that is to be done again in ``home``; ``source`` keeps its bytes."""

    source: Home
    home: Home
    entry: Entry

    @property
    def told(self) -> Told:
        """What the log tells beside its columns. Raises UserError where it was not kept."""
        return self.entry.require_told()


def _import(redo: Redo) -> None:
    told = redo.told
    if told["is_released"]:
        allowed = told["allow_stale_dnc"]
        _compare(redo, release_import(redo.home, redo.entry.subject, now=redo.entry.at, allow_stale_dnc=allowed))
        return
    result = import_drop(
        find_kept(redo.source, told["sha256"], told["file"]),
        Template.model_validate_json(json.dumps(told["template"])),
        redo.home,
        on=date.fromisoformat(told["on"]),
        notes=told["notes"],
        force=told["force"],
        now=redo.entry.at,
        origins=told["origins"],
        name=told["file"],
        allow_stale_dnc=told["allow_stale_dnc"],
    )
    if result.sha256 != told["sha256"]:
        fact = f"raw/ has another content than {told['sha256'][:12]}…, its name."
        raise UserError(told["file"], fact, "Restore it from a copy.")
    _compare(redo, result)


def _compare(redo: Redo, result: ImportResult) -> None:
    """Raise UserError where an import became something else than the log says."""
    was, came = redo.entry.action.removeprefix("import "), result.status
    if (was, redo.entry.subject) != (came, result.import_id):
        fact = f"It was {was} and would be {came} now. {result.message}"
        raise DivergedError(redo.entry.name, fact.strip(), result)


def _cancel(redo: Redo) -> None:
    cancel_import(redo.home, redo.entry.subject, user=redo.entry.user, now=redo.entry.at)


def _undo(redo: Redo) -> None:
    skip = redo.told["skip_touched"]
    undo_import(redo.home, redo.entry.subject, user=redo.entry.user, now=redo.entry.at, skip_touched=skip)


def _load_dnc(redo: Redo) -> None:
    told = redo.told
    load_dnc(
        redo.home,
        find_kept(redo.source, told["sha256"], told["file"]),
        told["category"],
        region=told["region"],
        mode=told["mode"],
        are_prefixes=told["are_prefixes"],
        source=told["source"],
        as_of=date.fromisoformat(told["as_of"]),
        user=redo.entry.user,
        now=redo.entry.at,
        name=told["file"],
    )


def _change_rule(redo: Redo) -> None:
    rule = Rule(**redo.told["rule"]) if redo.told["rule"] else None
    change_rule(redo.home, redo.entry.subject, rule, user=redo.entry.user, now=redo.entry.at)


def _rescreen(redo: Redo) -> None:
    redo.entry.require_told()
    rescreen_all(redo.home, now=redo.entry.at, user=redo.entry.user)


def _load_report(redo: Redo) -> None:
    told = redo.told
    load_report(
        redo.home,
        find_kept(redo.source, told["sha256"], told["file"]),
        told["kind"],
        region=told["region"],
        time_zone=told["time_zone"],
        replace=told["is_replacement"],
        user=redo.entry.user,
        now=redo.entry.at,
        name=told["file"],
    )


def _expire(redo: Redo) -> None:
    now = datetime.fromisoformat(redo.told["now"])
    expire(redo.home, now=now, at=redo.entry.at, user=redo.entry.user)


def _maintain(redo: Redo) -> None:
    """Pack what was packed; in which order entries lie in the store nobody sees, so they are not sorted again."""
    entry = redo.entry
    with open_writer(redo.home) as connection:
        pack_parts(connection)
        write_log(connection, entry.at, entry.user, entry.action, entry.subject, entry.detail, told=redo.told)
        publish(connection, redo.home)


def _correct_cost(redo: Redo) -> None:
    told, entry = redo.told, redo.entry
    correct_cost(
        redo.home,
        entry.subject,
        unit=Decimal(told["unit"]),
        currency=told["currency"],
        basis=told["basis"],
        notes=told["notes"],
        user=entry.user,
        now=entry.at,
    )


def _refund(redo: Redo) -> None:
    told, entry = redo.told, redo.entry
    amount = Decimal(told["amount"])
    add_refund(redo.home, entry.subject, amount=amount, notes=told["notes"], user=entry.user, now=entry.at)


def _clone_list(redo: Redo) -> None:
    make_clone(redo.home, redo.told["list"], redo.entry.subject, user=redo.entry.user, now=redo.entry.at)


def _change_campaign(redo: Redo) -> None:
    campaign = redo.told["campaign"]
    change_campaign(redo.home, redo.entry.subject, campaign, user=redo.entry.user, now=redo.entry.at)


def _create_table(redo: Redo) -> None:
    if redo.told.get("is_there"):
        write_again(redo)
        return
    fields = [(name, kind) for name, kind in redo.told["fields"]]
    about = redo.told["description"]
    create_table(redo.home, redo.entry.subject, about, fields, user=redo.entry.user, now=redo.entry.at)


def _add_field(redo: Redo) -> None:
    if redo.told.get("is_there"):
        write_again(redo)
        return
    add_field(redo.home, redo.entry.subject, dict(redo.told["field"]), user=redo.entry.user, now=redo.entry.at)


def write_again(redo: Redo) -> None:
    """Write an entry as it was, and do nothing else: it tells of what the entries before it hold already."""
    entry = redo.entry
    if before := redo.told.get("before"):
        keep_raw(redo.home.make(), find_kept(redo.source, before, entry.name))
    with open_writer(redo.home) as connection:
        write_log(connection, entry.at, entry.user, entry.action, entry.subject, entry.detail, told=entry.told)
        publish(connection, redo.home)


# Action -> what does it again.
ACTS: dict[str, Callable[[Redo], None]] = {
    "import completed": _import,
    "import held": _import,
    "import failed": _import,
    "import cancelled": _cancel,
    "import undone": _undo,
    "dnc load": _load_dnc,
    "dnc rule": _change_rule,
    "dnc rescreened": _rescreen,
    "dialler load": _load_report,
    "expired leads swept": _expire,
    "store maintained": _maintain,
    "cost corrected": _correct_cost,
    "cost refunded": _refund,
    "list cloned": _clone_list,
    "list campaign": _change_campaign,
    "table created": _create_table,
    "table field added": _add_field,
    "backfill": write_again,
    "import backfilled": write_again,
}
# Actions that another act does by the way.
PARTS = ("stale dnc allowed",)


def redo_entry(source: Home, home: Home, entry: Entry) -> None:
    """Do an entry of the log of ``source`` again in ``home``, where all before it was done.

    Raises UserError for what is not known or was not kept, for an import that becomes something else than it was
    (DivergedError), and as the act itself.
    """
    if entry.action in PARTS:
        return
    if entry.action not in ACTS:
        raise UserError(entry.name, "This leadmill does not know how to do that again.", "Take a newer one.")
    if entry.told and "files" in entry.told:
        put_files(source, home, entry.told["files"])
    ACTS[entry.action](Redo(source, home, entry))
