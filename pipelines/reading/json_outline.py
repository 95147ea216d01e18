"""What a JSON document that is one object holds: its arrays and objects outside arrays, and which are the records."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipelines.errors import UserError
from pipelines.reading.choosing import WHOLE, choose_records, refuse_path
from pipelines.reading.items import MAX_PATHS
from pipelines.reading.json_scan import Marks, refuse, walk_marks
from pipelines.reading.places import skip_blanks
from pipelines.reading.tokens import Bytes

# Keys down to which an array is looked for when nothing is declared; a declared path may be longer.
MAX_KEYS = 3
_MAX_DECLARED_KEYS = 20
# An object longer than this is no lead.
_MAX_LEAD_BYTES = 4 << 20
_MAX_KEY_BYTES = 4096


@dataclass
class Container:
    """An object or array outside any array: its path, its brackets' places, the depth behind the first."""

    path: str
    opening: int
    depth: int
    is_array: bool
    holds_objects: bool = False
    closing: int = -1


def find_container(name: str, view: Bytes, records: str | None, mapped: Collection[str]) -> Container | None:
    """Return the array of the records, or the object that is the one record; None where that is the document.

    ``records`` is the declared path. Undeclared, ``rows`` at the top is the records; else the choice is
    choose_records' among the arrays that begin with an object. Raises UserError where that leaves a choice, where the
    path is not there, or where the document is malformed.
    """
    if records == WHOLE:
        return None
    found = _list_containers(name, view)
    if records is not None:
        wanted = [each for each in found if each.path == records]
        if len(wanted) != 1:
            refuse_path(name, records, list(dict.fromkeys(each.path for each in found)))
        return wanted[0]
    arrays = [each for each in found if each.is_array]
    rows = [each for each in arrays if each.path == "rows" and each.depth == 2]
    if rows:
        return rows[0]
    lists = {each.path: each for each in arrays if each.holds_objects and each.depth <= MAX_KEYS + 1}
    if not lists:
        return None
    paths = _list_paths(name, view)
    inside = {path: [each.removeprefix(f"{path}[0].") for each in paths if each.startswith(path)] for path in lists}
    return lists.get(choose_records(name, inside, {WHOLE: paths}, mapped) or "")


def _list_containers(name: str, view: Bytes) -> list[Container]:
    found: list[Container] = []
    open_ones: list[tuple[str, Container]] = []
    arrays, before = 0, 0
    for marks in walk_marks(name, view, 0):
        previous = np.append(before, marks.at[:-1])
        inside = arrays + np.cumsum((marks.byte == ord("[")).astype(np.int64) - (marks.byte == ord("]")))
        is_step = marks.byte != ord(",")
        is_outer = (inside == 0) | ((inside == 1) & (marks.byte == ord("[")))
        for at in np.flatnonzero(is_step & is_outer & (marks.depth <= _MAX_DECLARED_KEYS)).tolist():
            if marks.byte[at] in b"{[":
                _open(view, marks, at, int(previous[at]), found, open_ones)
                if len(found) > MAX_PATHS:
                    fact = f"The document has more than {MAX_PATHS:,} objects and arrays under names of their own."
                    raise UserError(name, fact, "Send the leads as an array.")
            elif open_ones and open_ones[-1][1].depth == int(marks.depth[at]) + 1:
                open_ones.pop()[1].closing = int(marks.at[at])
        if len(marks.at):
            arrays, before = int(inside[-1]), int(marks.at[-1])
    if open_ones or arrays:
        refuse(name, view)
    return found[1:]


def _open(
    view: Bytes, marks: Marks, at: int, previous: int, found: list[Container], open_ones: list[tuple[str, Container]]
) -> None:
    place, is_array = int(marks.at[at]), marks.byte[at] == ord("[")
    key = _read_key(view[previous + 1 : place][-_MAX_KEY_BYTES:].tobytes()) if open_ones else ""
    path = ".".join([key for key, _ in open_ones[1:]] + [key])
    first = skip_blanks(view, place + 1, len(view)) if is_array else 0
    holds_objects = bool(is_array and first < len(view) and view[first] == ord("{"))
    found.append(Container(path, place, int(marks.depth[at]), bool(is_array), holds_objects))
    open_ones.append((key, found[-1]))


def _read_key(text: bytes) -> str:
    """Return the key of ``"key":``; empty where it is none, which the parser will say."""
    try:
        return str(json.loads(text.rpartition(b":")[0].decode("utf-8", "replace")))
    except ValueError:
        return ""


def _list_paths(name: str, view: Bytes) -> list[str]:
    """Return the paths that the document would have as one lead, first elements only; none where it is too long."""
    if len(view) > _MAX_LEAD_BYTES:
        return []
    try:
        return list(_walk_paths(json.loads(view.tobytes().decode("utf-8", "replace")), ""))
    except ValueError:
        refuse(name, view)


def _walk_paths(value: Any, path: str) -> Iterator[str]:  # noqa: ANN401 (whatever JSON holds)
    if path:
        yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _walk_paths(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value:
        yield from _walk_paths(value[0], f"{path}[0]")
