"""Which notices are due, by the published tables, and telling each of them once.

Imports are looked at, not hooked into: whichever door they came through, whoever sends is apart from whoever imports,
and a mail server that is down delays mails and nothing else. What was told is kept in ``<home>/notified.json``. A
process that dies between sending and noting so sends again: twice is better than never.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import filelock

from pipelines.errors import UserError
from pipelines.feeds.figures import read_figures
from pipelines.feeds.lateness import find_late
from pipelines.feeds.unusual import find_unusual
from pipelines.feeds.watching import list_sound_templates
from pipelines.home import Home, write_whole
from pipelines.notifying.notices import Notice
from pipelines.notifying.sending import list_channels, send
from pipelines.notifying.settings import read_settings
from pipelines.reports.looking_back import ask

# Older imports are history: whoever sets notifications up is not told what happened before.
NEWEST = timedelta(days=2)
REMEMBERED = timedelta(days=30)
# How many notices one telling sends; the rest of a bad night follows at the next look.
AT_ONCE = 50


@dataclass
class Told:
    """What a telling did: notices sent and still waiting, counted by channel, and what went wrong."""

    sent: int = 0
    waiting: int = 0
    problems: list[str] = field(default_factory=list)


def find_notices(home: Home, now: datetime) -> Iterator[Notice]:
    """Yield what there is to tell of imports and feeds, told before or not: imports of the last days, late feeds."""
    if not home.published.is_dir():
        return
    sql = (
        "SELECT import_id, status, file, template, message FROM imports WHERE status IN ('held', 'failed')"
        " AND started_at >= ? ORDER BY sequence"
    )
    for line in ask(home, now, sql, [now - NEWEST]):
        import_id, status = line["import_id"], line["status"]
        remedy = f" Then: leadmill release {import_id}, or leadmill cancel {import_id}." if status == "held" else ""
        message = f"{line['file']} (template {line['template']}, import {import_id}): {line['message']}{remedy}"
        yield Notice(f"{status} {import_id}", status, line["file"], message)
    figures = read_figures(home, now)
    recent = {each.import_id for each in figures if each.started_at >= now - NEWEST}
    for import_id, odd in find_unusual(figures).items():
        if import_id in recent:
            message = "\n".join(map(str, odd))
            yield Notice(f"unusual {import_id}", "unusual", odd[0].file, message)
    for late in find_late(list_sound_templates(home), figures, now):
        yield Notice(f"late {late.template} {late.since.isoformat()}", "late", late.template, str(late))


def tell(home: Home, now: datetime, environment: Mapping[str, str], more: Iterable[Notice] = ()) -> Told:
    """Tell what was not told yet, of imports and feeds and ``more``, to those that ``notify.yaml`` names.

    Does nothing where the home has no such file. Each channel gets each notice once; what one did not take waits for
    the next look, and keeps the others from nothing. Raises UserError where the file is wrong.
    """
    settings = read_settings(home)
    told = Told()
    if settings is None:
        return told
    with filelock.FileLock(home.root / "notified.lock"):
        known = _read_known(home, now)
        notices = [notice for notice in (*more, *find_notices(home, now)) if notice.topic in settings.about]
        for channel in list_channels(settings):
            due = [notice for notice in notices if f"{channel} {notice.key}" not in known]
            for notice in due[:AT_ONCE]:
                if problem := send(notice, channel, settings, environment, now):
                    told.problems.append(problem)  # the next would meet the same server
                    break
                known[f"{channel} {notice.key}"] = now.isoformat()
                write_whole(_path(home), json.dumps(known, indent=1).encode())
                told.sent += 1
            told.waiting += sum(f"{channel} {notice.key}" not in known for notice in due)
    return told


def send_test(home: Home, now: datetime, environment: Mapping[str, str]) -> list[str]:
    """Send a notice that says that it is a test; return the channels that took it.

    Raises UserError where nobody is named or a channel fails.
    """
    settings = read_settings(home)
    if settings is None:
        raise UserError("notify.yaml", "This home has none, so nobody is told.", "See docs/operations.md.")
    message = "This is a test of leadmill's notifications: nothing has happened, and they arrive."
    notice = Notice(f"test {now.isoformat()}", "run_failed", "nothing, this is a test", message)
    channels = list_channels(settings)
    answers = [send(notice, channel, settings, environment, now) for channel in channels]
    if problems := [answer for answer in answers if answer]:
        raise UserError("notify test", " ".join(problems), "Check server, port, security and variables.")
    return channels


def _path(home: Home) -> Path:
    return home.root / "notified.json"


def _read_known(home: Home, now: datetime) -> dict[str, str]:
    """Return when which notice was told, without those that are too old to come up again."""
    try:
        known = dict(json.loads(_path(home).read_bytes()))
        return {key: at for key, at in known.items() if datetime.fromisoformat(at) >= now - REMEMBERED}
    except (OSError, ValueError, TypeError):
        return {}
