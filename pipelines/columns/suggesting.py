"""Propose which column feeds which field of a lead, by headers and cells."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipelines.columns.assigning import assign_best
from pipelines.columns.headers import BLANKS, fold_header
from pipelines.columns.scoring import ENOUGH, score_field, split_words
from pipelines.columns.words import MOBILE, PHRASES
from pipelines.schema import PHONE_SLOTS

# Fields that are proposed, in the order of a template; ``phone`` stands for the slots.
FIELDS = (
    "title", "first_name", "last_name", "name", "company", "address", "city", "region", "postcode", "country",
    "phone", "email", "time_zone", "language", "notes", "captured_on",
)  # fmt: skip
# What stands between columns that are joined.
SEPARATOR = ", "
# A column below ENOUGH is still named as a possibility from here on.
WORTH_A_LINE = 0.3
# A column that suits another field better by more than this goes to that one or to none.
SECOND_BEST = 0.15
# The words of an address line; any other tells one address of a person from another, and those are not joined.
LINE_WORDS = frozenset(word for phrase in PHRASES["address"] for word in phrase) - {"home", "mailing", "postal"}

Column = dict[str, Any]


@dataclass(frozen=True)
class Suggestion:
    """A field, the columns from 1 that would feed it (several for an address), and the confidence, 0 to 1."""

    field: str
    positions: tuple[int, ...]
    confidence: float


@dataclass(frozen=True)
class Proposal:
    """What would be mapped, in the order of a template's fields, and what is possible but not sure enough."""

    mapping: tuple[Suggestion, ...]
    doubtful: tuple[Suggestion, ...]


def name_source(positions: Sequence[int], headers: Sequence[str]) -> str | int | dict[str, Any]:
    """Return columns from 1 as a mapping names them: by header, or by position where it is blank or not alone."""
    folded = Counter(map(fold_header, headers))
    parts: list[str | int] = []
    for position in positions:
        header = headers[position - 1].strip(BLANKS)
        parts.append(header if header and folded[fold_header(header)] == 1 else position)
    return parts[0] if len(parts) == 1 else {"columns": parts, "separator": SEPARATOR}


def propose_mapping(profile: pl.DataFrame, region: str | None) -> Proposal:
    """Return the mapping that suits a profile (see ``profile_columns``) best as a whole.

    A column feeds at most one field. Phones come mobile numbers first, then in the order of the file; the lines of one
    address are joined. Nothing below ``ENOUGH`` is mapped.
    """
    columns = profile.to_dicts()
    scores = {(field, at): score_field(field, c, region) for field in FIELDS for at, c in enumerate(columns)}
    chosen = _choose(columns, scores)
    _settle_names(columns, chosen, scores)
    phones = sorted(
        (at for field, at in chosen if field.startswith("phone")),
        key=lambda at: (not MOBILE & set(split_words(columns[at]["header"])), at),
    )
    made = [Suggestion(slot, (at + 1,), scores["phone", at]) for slot, at in zip(PHONE_SLOTS, phones, strict=False)]
    for field, at in chosen:
        if field == "address":
            lines = _find_lines(columns, at, chosen, scores)
            made.append(Suggestion(field, tuple(line + 1 for line in lines), scores[field, at]))
        elif not field.startswith("phone"):
            made.append(Suggestion(field, (at + 1,), scores[field, at]))
    mapped = {position - 1 for each in made for position in each.positions}
    order = {field: place for place, field in enumerate((*FIELDS[:10], *PHONE_SLOTS, *FIELDS[11:]))}
    made.sort(key=lambda each: order[each.field])
    return Proposal(tuple(made), tuple(_find_doubtful(columns, scores, mapped, len(phones))))


def _choose(columns: list[Column], scores: dict[tuple[str, int], float]) -> list[tuple[str, int]]:
    """Return pairs of field and column that add up to the most confidence; ``phone`` may come five times."""
    rows = [field for field in FIELDS for _ in range(len(PHONE_SLOTS) if field == "phone" else 1)]
    least = [max(ENOUGH, max(scores[field, at] for field in FIELDS) - SECOND_BEST) for at in range(len(columns))]
    table = [
        [score if (score := scores[field, at]) >= least[at] else 0.0 for at in range(len(columns))] + [0.0] * len(rows)
        for field in rows
    ]
    pairs = zip(rows, assign_best(table), strict=True)
    return [(field, at) for field, at in pairs if at < len(columns) and scores[field, at] >= least[at]]


def _settle_names(columns: list[Column], chosen: list[tuple[str, int]], scores: dict[tuple[str, int], float]) -> None:
    """Leave no whole name beside a part of it: ``Vorname, Name`` are first and last name."""
    fields = dict(chosen)
    if "name" not in fields or not {"first_name", "last_name"} & set(fields):
        return
    at = fields["name"]
    chosen.remove(("name", at))
    if "last_name" not in fields and len(split_words(columns[at]["header"])) == 1:
        chosen.append(("last_name", at))
        scores["last_name", at] = scores["name", at]


def _find_lines(
    columns: list[Column], main: int, chosen: list[tuple[str, int]], scores: dict[tuple[str, int], float]
) -> list[int]:
    taken = {at for _, at in chosen} - {main}
    place = set(split_words(columns[main]["header"])) - LINE_WORDS
    return [
        at
        for at, column in enumerate(columns)
        if at not in taken
        and scores["address", at] >= ENOUGH
        and set(split_words(column["header"])) - LINE_WORDS == place
    ]


def _find_doubtful(
    columns: list[Column], scores: dict[tuple[str, int], float], mapped: set[int], phones: int
) -> list[Suggestion]:
    doubtful = []
    for at in range(len(columns)):
        field = max(FIELDS, key=lambda field: scores[field, at])
        if at in mapped or scores[field, at] < WORTH_A_LINE:
            continue
        confidence = scores[field, at]
        if field == "phone":
            phones += 1
            field = PHONE_SLOTS[min(phones, len(PHONE_SLOTS)) - 1]
        doubtful.append(Suggestion(field, (at + 1,), confidence))
    return doubtful
