"""Compare a drop's columns with those of the template's last import, and with what the mapping takes from them.

Pure: what was found then and what is found now go in, sentences come out. A notice lets the import go on; a reason to
hold wants a person. Nothing is ever mapped otherwise than the template says.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pipelines.columns.headers import BLANKS, fold_header, show_header
from pipelines.columns.profile import ColumnShares
from pipelines.schema import PHONE_SLOTS
from pipelines.templates.parts import Columns
from pipelines.templates.template import Template

# Columns seem swapped where fewer of the cells than FEW are what is mapped there, while MANY are something else. In
# real files of the right columns the shares are 0.7 and more, of wrong ones 0; short samples say nothing.
FEW, MANY = 0.1, 0.5
ENOUGH_CELLS = 10
MAX_LISTED = 8
WHAT = {"phone": "phone numbers", "email": "e-mail addresses", "postcode": "postcodes"}


@dataclass(frozen=True)
class Comparison:
    """Whole sentences for a person: what is worth knowing, and why the import should wait."""

    notices: tuple[str, ...] = ()
    hold_reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contact:
    """A column that the mapping takes phones or e-mails from: its place from 0 and which of the two."""

    at: int
    kind: str


def fingerprint_headers(headers: Sequence[str]) -> str:
    """Return 16 hex digits that tell one row of headers from another; case, quotes and blanks do not count."""
    return hashlib.sha256("\0".join(map(fold_header, headers)).encode()).hexdigest()[:16]


def compare_headers(
    before: Sequence[ColumnShares] | None, now: Sequence[ColumnShares], template: Template
) -> Comparison:
    """Compare a drop's columns with those of the template's last completed import (null where there is none).

    Both in the order of the file. Source: docs/decisions/0013-columns-known-by-header-and-profile.md.
    """
    swapped = _find_swapped(before, now, template)
    if before is None:
        return Comparison((), swapped)
    positions = _mapped_positions(template)
    had_header, has_header = _has_header(before), _has_header(now)
    if had_header and has_header:
        moved = [_tell_moved(position, before, now) for position in positions]
        return Comparison(_list_changes(before, now, template), (*(text for text in moved if text), *swapped))
    shape = []
    if had_header != has_header and positions:
        shape.append(
            "The file seems to have no header any more, as it had last time, and columns are mapped by position."
            if had_header
            else "The file had no header last time and seems to have one now, and columns are mapped by position."
        )
    if had_header == has_header and len(before) != len(now):
        shape.append(
            f"The file has no header and {len(now)} columns, where it had {len(before)} last time: what is mapped by"
            " position may have moved."
        )
    return Comparison((), (*shape, *swapped))


def _has_header(columns: Sequence[ColumnShares]) -> bool:
    return any(column["header"].strip(BLANKS) for column in columns)


def _mapped_positions(template: Template) -> list[int]:
    """Return the positions from 1 that the mapping names, each once, ascending."""
    sources = [s.columns if isinstance(s, Columns) else [s] for s in template.applied_mapping.values()]
    return sorted({part for parts in sources for part in parts if isinstance(part, int)})


def _tell_moved(position: int, before: Sequence[ColumnShares], now: Sequence[ColumnShares]) -> str:
    """Return what stands otherwise at a mapped position, or an empty text."""
    if position > min(len(before), len(now)):
        return ""
    was, is_ = before[position - 1]["header"], now[position - 1]["header"]
    if fold_header(was) == fold_header(is_):
        return ""
    there = f"is now '{show_header(is_)}'" if is_.strip(BLANKS) else "has no name now"
    if not was.strip(BLANKS):
        return f"Column {position} had no name and {there}."
    places = [i for i, column in enumerate(now, start=1) if fold_header(column["header"]) == fold_header(was)]
    gone = f"'{show_header(was)}' stands at {places[0]} now" if places else f"'{show_header(was)}' is gone"
    return f"Column {position} was '{show_header(was)}' and {there}; {gone}."


def _list_changes(before: Sequence[ColumnShares], now: Sequence[ColumnShares], template: Template) -> tuple[str, ...]:
    """Return notices on columns that came, went or changed places."""
    old = [fold_header(column["header"]) for column in before]
    new = [fold_header(column["header"]) for column in now]
    mapped = set(map(fold_header, template.headers))
    positions = set(_mapped_positions(template))
    spare = Counter(old)
    came = []
    for at, name in enumerate(new):
        if spare[name]:
            spare[name] -= 1
        elif name:
            is_mapped = name in mapped or at + 1 in positions
            shown = f"New column '{show_header(now[at]['header'])}' ({at + 1})"
            came.append(f"{shown}." if is_mapped else f"{shown}; it is not mapped.")
    kept = Counter(new)
    went = []
    for at, name in enumerate(old):
        if kept[name]:
            kept[name] -= 1
        elif name:
            went.append(f"The column '{show_header(before[at]['header'])}' ({at + 1}) is gone.")
    texts = _shorten(came, "new columns") + _shorten(went, "columns that are gone")
    common = set(old) & set(new) - {""}
    if [name for name in old if name in common] != [name for name in new if name in common] and mapped:
        texts.append("The columns stand in another order than last time; those mapped by name are not touched by it.")
    return tuple(texts)


def _shorten(texts: list[str], what: str) -> list[str]:
    more = len(texts) - MAX_LISTED
    return [*texts[:MAX_LISTED], f"And {more} more {what}."] if more > 0 else texts


def _find_contacts(columns: Sequence[ColumnShares], template: Template) -> list[Contact]:
    """Return the columns that feed a phone or the e-mail alone, as they stand in this file."""
    folded = [fold_header(column["header"]) for column in columns]
    exact = [column["header"] for column in columns]
    contacts = []
    for field, source in template.applied_mapping.items():
        if isinstance(source, Columns) or field not in (*PHONE_SLOTS, "email"):
            continue
        kind = "email" if field == "email" else "phone"
        if isinstance(source, int):
            places = [source - 1] if source <= len(columns) else []
        else:
            places = [at for at, h in enumerate(exact) if h == source]
            places = places or [at for at, name in enumerate(folded) if name == fold_header(source)]
        contacts += [Contact(at, kind) for at in places[:1]]
    return contacts


def _find_swapped(
    before: Sequence[ColumnShares] | None, now: Sequence[ColumnShares], template: Template
) -> tuple[str, ...]:
    """Return why the mapped phones and e-mails seem to stand in each other's columns, or in others."""
    contacts = _find_contacts(now, template)
    wrong: dict[Contact, str] = {}
    for contact in contacts:
        other = _hold_something_else(now[contact.at], contact.kind)
        if other or (before is not None and _was_swapped(contact, before, now, template)):
            wrong[contact] = other
    if not wrong:
        return ()
    texts = [_tell_wrong(contact, other, now) for contact, other in wrong.items()]
    texts += [_tell_where(kind, now, contacts, wrong) for kind in dict.fromkeys(contact.kind for contact in wrong)]
    advice = f"Correct the mapping in {template.name}, or ask the supplier; nothing was applied."
    return (" ".join(text for text in (*texts, "The columns seem swapped.", advice) if text),)


def _hold_something_else(column: ColumnShares, kind: str) -> str:
    """Return what a mapped column holds instead of what is mapped, or an empty text."""
    if column["cells"] < ENOUGH_CELLS:
        return ""
    if kind == "email":
        return "phone" if column["phone"] >= MANY else ""
    if column["phone"] >= FEW:
        return ""
    return next((other for other in ("email", "postcode") if _share(column, other) >= MANY), "")


def _was_swapped(
    contact: Contact, before: Sequence[ColumnShares], now: Sequence[ColumnShares], template: Template
) -> bool:
    """Say whether a column's share fell from MANY to FEW since last time while another column's rose so."""
    mine = next((c for c in _pair(before, now) if c[1] == contact.at), None)
    if mine is None or now[contact.at]["cells"] < ENOUGH_CELLS or before[mine[0]]["cells"] < ENOUGH_CELLS:
        return False
    if _share(before[mine[0]], contact.kind) < MANY or _share(now[contact.at], contact.kind) >= FEW:
        return False
    last = {at: was for was, at in _pair(before, now)}
    others = [at for at in range(len(now)) if at not in {c.at for c in _find_contacts(now, template)} - {contact.at}]
    return any(
        now[at]["cells"] >= ENOUGH_CELLS
        and _share(now[at], contact.kind) >= MANY
        and (at not in last or _share(before[last[at]], contact.kind) < FEW)
        for at in others
    )


def _pair(before: Sequence[ColumnShares], now: Sequence[ColumnShares]) -> list[tuple[int, int]]:
    """Return places then and now of the columns that are the same: by header, or by position where none has one."""
    if not _has_header(before) and not _has_header(now):
        return [(at, at) for at in range(min(len(before), len(now)))]
    places = {fold_header(column["header"]): at for at, column in reversed(list(enumerate(before)))}
    names = [fold_header(column["header"]) for column in now]
    return [(places[name], at) for at, name in enumerate(names) if name and name in places]


def _share(column: ColumnShares, kind: str) -> float:
    return {"phone": column["phone"], "email": column["email"], "postcode": column["postcode"]}[kind]


def _tell_wrong(contact: Contact, other: str, now: Sequence[ColumnShares]) -> str:
    column, where = now[contact.at], _name(contact.at, now)
    if other:
        return f"The cells {where} are {WHAT[other]} ({_share(column, other):.0%}), not {WHAT[contact.kind]}."
    return f"Hardly a cell {where} is one of the {WHAT[contact.kind]} that stood there last time."


def _tell_where(kind: str, now: Sequence[ColumnShares], contacts: Sequence[Contact], wrong: Collection[Contact]) -> str:
    """Return where what is missing stands, if that is neither mapped as such nor told already; else an empty text."""
    mapped = {contact.at for contact in (*wrong, *(c for c in contacts if c.kind == kind))}
    shares = [(_share(column, kind), -at) for at, column in enumerate(now) if at not in mapped]
    best, place = max(shares, default=(0.0, 0))
    if best < MANY:
        return ""
    return f"Those {_name(-place, now)} are {WHAT[kind]} ({best:.0%})."


def _name(at: int, now: Sequence[ColumnShares]) -> str:
    header = show_header(now[at]["header"])
    return f"under '{header}' ({at + 1})" if header else f"in column {at + 1}"
