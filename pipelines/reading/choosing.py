"""Which part of a document holds its records, where nothing but names tells: never decided in silence."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import NoReturn

from pipelines.columns.headers import show_header
from pipelines.errors import UserError, nearest

# What `file.records` says for: the document itself is the one record.
WHOLE = "$"
_MAX_LISTED = 12


def choose_records(
    name: str, lists: Mapping[str, Collection[str]], wholes: Mapping[str, Collection[str]], mapped: Collection[str]
) -> str | None:
    """Return the path of the records, or None where neither lists nor wholes decide.

    ``lists`` are the paths of what could be a list of leads, ``wholes`` the paths of what could be one lead that
    contains them; each with the headers that a lead there would have. A whole is one lead where it has every header
    that is ``mapped`` and no list has any: read as a list, it could not be imported. Else the only list is the list.
    Raises UserError where both could be, or several lists, naming them.
    """
    wanted = {_fold(header) for header in mapped}
    fitting = [path for path, headers in wholes.items() if wanted and wanted <= {_fold(each) for each in headers}]
    touched = [path for path, headers in lists.items() if wanted & {_fold(each) for each in headers}]
    if fitting and not touched:
        return fitting[-1]  # the innermost: what stands around it has its headers behind a longer path
    if len(lists) > 1 or (fitting and lists):
        _refuse_choice(name, [*lists, *fitting])
    return next(iter(lists), None)


def refuse_path(name: str, path: str, known: Sequence[str]) -> NoReturn:
    """Raise that a document has no records at a path, with the nearest of those that it has."""
    found = f" Found: {_list(known)}." if known else ""
    near = nearest(path, list(map(show_header, known)))
    raise UserError(name, f"There are no records at '{path}'.{found}", f"{near} Correct file.records.")


def _refuse_choice(name: str, paths: Sequence[str]) -> NoReturn:
    raise UserError(
        name,
        f"The records could be any of these: {_list(paths)}.",
        "Name the path in file.records of the template.",
    )


def _list(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - _MAX_LISTED:,} more" if len(paths) > _MAX_LISTED else ""
    return ", ".join(map(show_header, paths[:_MAX_LISTED])) + more


def _fold(header: str) -> str:
    """Return a header without case, runs of blanks and the places of elements."""
    return re.sub(r"\[\d+\]", "", " ".join(header.split())).casefold()
