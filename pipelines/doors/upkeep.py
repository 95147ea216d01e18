"""What the doors remember and need no longer: jobs that are done, their keys, messages that were sent or given up.

Nothing open is removed: no job that is to be imported or whose import waits for a person, no message that is still to
be tried again.
"""

import time
from contextlib import suppress
from datetime import datetime, timedelta

from pipelines.doors.jobs import REMEMBERED
from pipelines.doors.settings import read_door_settings
from pipelines.doors.state import doors_folder, open_state, read_state, state_path, write_time
from pipelines.home import Home

# How old bytes of a drop are, in seconds, that no job has: whoever wrote them was killed before it wrote the job down.
ORPHANED = 3600.0
OLD_MESSAGES = "FROM outbox WHERE next_at IS NULL AND coalesce(sent_at, created_at) < :limit"
OLD_JOBS = (
    "FROM jobs WHERE state = 'done' AND finished_at < :limit AND outcome ->> 'status' <> 'held'"
    " AND job_id NOT IN (SELECT job_id FROM outbox WHERE next_at IS NOT NULL)"
)
OLD_KEYS = "jobs WHERE idempotency_key IS NOT NULL AND received_at < :forgotten AND state = 'done'"


def clear_doors(home: Home, now: datetime) -> dict[str, int]:
    """Remove what is older than ``keep_days`` of ``doors.yaml``; return how much of what, nothing where it is none.

    Keys are forgotten as soon as they mean nothing any more. Raises UserError where ``doors.yaml`` is wrong.
    """
    if not state_path(home).exists():
        return {}
    keep = timedelta(days=read_door_settings(home).keep_days)
    times = {"limit": write_time(now - keep), "forgotten": write_time(now - REMEMBERED)}
    done = {}
    with open_state(home) as connection:
        done["messages"] = connection.execute(f"DELETE {OLD_MESSAGES}", times).rowcount
        connection.execute(f"DELETE FROM finished WHERE job_id IN (SELECT job_id {OLD_JOBS})", times)
        done["jobs"] = connection.execute(f"DELETE {OLD_JOBS}", times).rowcount
        update = f"UPDATE {OLD_KEYS.replace(' WHERE', ' SET idempotency_key = NULL WHERE', 1)}"
        done["keys"] = connection.execute(update, times).rowcount
    done["drops"] = _sweep_drops(home)
    return {what: count for what, count in done.items() if count}


def _sweep_drops(home: Home) -> int:
    """Remove bytes that no open job has, as it never came to be or is done; return how many files."""
    with read_state(home) as connection:
        wanted = {line["file"] for line in connection.execute("SELECT file FROM jobs WHERE state <> 'done'")}
    swept = 0
    for path in (doors_folder(home) / "drops").glob("*"):
        with suppress(FileNotFoundError):
            if path.name not in wanted and time.time() - path.stat().st_mtime > ORPHANED:
                path.unlink()
                swept += 1
    return swept
