"""The lock of a home: one process at a time writes to it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from pipelines.errors import UserError
from pipelines.home import Home

LOCK_SECONDS = 600.0


@contextmanager
def hold_lock(home: Home, *, timeout: float = LOCK_SECONDS) -> Iterator[None]:
    """Be the only one who writes to a home, while the block lasts.

    The lock belongs to the process and the kernel frees it when the process dies. Raises UserError where another
    writer keeps it longer than ``timeout`` seconds.
    """
    home.make()
    lock = filelock.FileLock(home.lock, timeout=timeout)
    try:
        lock.acquire()
    except filelock.Timeout:
        owner = _read_owner(home)
        remedy = "Wait for it to end, or end it." if owner else "Try again."
        raise UserError(str(home.root), f"Another process{owner} is writing to this home.", remedy) from None
    try:
        _owner_path(home).write_text(str(os.getpid()))
        shutil.rmtree(home.spill, ignore_errors=True)  # what a killed writer left
        yield
    finally:
        lock.release()


def _owner_path(home: Home) -> Path:
    return home.lock.with_name("writer.pid")


def _read_owner(home: Home) -> str:
    try:
        return f" (PID {int(_owner_path(home).read_text())})"
    except (OSError, ValueError):
        return ""
