"""How well a column suits a field of a lead: what its header says, and what its cells look like.

Confidence goes from 0 to 1. Neither proves anything; a person looks at the result.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from pipelines.columns.postcodes import TELLING
from pipelines.columns.words import FILLING, OTHERWISE, PHRASES

# A column goes to a field from this confidence on.
ENOUGH = 0.45
# Fewer filled cells than this say nothing about a column.
FEW_CELLS = 5
# A header with a word of OTHERWISE beside the field's own is worth this much of it.
DOUBT = 0.3
# Cells that contradict the header: a share below LITTLE of what it says, or from MUCH on of something else.
LITTLE, MUCH = 0.1, 0.5
# Cells that speak for themselves where the header says nothing.
MOST = 0.7
# One number on nearly all rows is a switchboard, or not the lead's at all.
SHARED, SHARED_CELLS = 0.1, 50
CONTACTS = ("phone", "email")


def split_words(header: str) -> tuple[str, ...]:
    """Return the words of a header: small letters without accents, camel case and numbers apart, numbers left out."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", header.replace("’", "'").replace("'", ""))
    plain = "".join(c for c in unicodedata.normalize("NFKD", apart) if not unicodedata.combining(c))
    words = re.findall(r"[^\W\d_]+", plain.casefold())
    return tuple(_singular(word) for word in words)


def _singular(word: str) -> str:
    return word[:-1] if word in ("phones", "emails", "mobiles", "addresses", "names", "telephones") else word


def judge_header(field: str, words: tuple[str, ...]) -> float:
    """Say how well a header's words name a field (0 to 1); ``phone`` stands for all of its slots.

    A header that is one of the field's phrases names it; one that holds a phrase names it as far as its other words
    add nothing, and hardly where one of them says that it is about something else.
    """
    best = 0.0
    for order, phrase in enumerate(PHRASES[field]):
        if phrase == words:
            return 1.0 - 0.001 * order  # of two names for one field, such as state and county, the first listed
        places = [at for at in range(len(words) - len(phrase) + 1) if words[at : at + len(phrase)] == phrase]
        if not places:
            continue
        others = [word for word in (*words[: places[0]], *words[places[0] + len(phrase) :]) if word not in phrase]
        score = 0.95 - 0.05 * len([w for w in others if w in FILLING]) + 0.01 * len(phrase)
        score -= 0.2 * len([word for word in others if word not in FILLING])
        if OTHERWISE & set(others):
            score *= DOUBT
        best = max(best, score)
    return max(best, 0.0)


def score_field(field: str, column: Mapping[str, Any], region: str | None) -> float:
    """Say how well a column of a profile (see ``profile_columns``) suits a field; ``phone`` stands for all slots."""
    words = split_words(column["header"])
    named = judge_header(field, words)
    if column["container"] >= MUCH:
        return 0.0
    if field in CONTACTS:
        share = float(column[field])
        if field == "phone" and named >= MUCH:
            share += column["possible"] / 2  # local numbers, or those of another country
        score = _score_contact(named, share, column["cells"], is_other=bool(OTHERWISE & set(words)))
        is_shared = column["distinct"] < SHARED and column["cells"] >= SHARED_CELLS
        return score / 2 if is_shared else score
    if max(column["phone"], column["email"]) >= MUCH and column["cells"] >= FEW_CELLS:
        return 0.0
    if field == "postcode":
        return _score_postcode(named, column, region)
    if field == "captured_on":
        return named * (0.95 if column["date"] >= MUCH or column["cells"] < FEW_CELLS else DOUBT)
    if field not in ("address", "notes") and column["cells"] >= FEW_CELLS and column["number"] >= MUCH:
        return named * DOUBT
    return named * 0.95


def _score_contact(named: float, share: float, cells: int, *, is_other: bool) -> float:
    if cells < FEW_CELLS:
        return 0.6 * named if is_other or share < MUCH else (named + share) / 2
    if named >= MUCH:
        return 0.5 * named + 0.5 * share if share >= LITTLE else DOUBT * named
    if share < MOST:
        return 0.3 * share
    return 0.35 * share if is_other else 0.65 * share


def _score_postcode(named: float, column: Mapping[str, Any], region: str | None) -> float:
    if named < MUCH:
        is_telling = column["postcode"] >= MOST and region in TELLING
        return 0.5 * float(column["postcode"]) if is_telling else named * DOUBT
    return 0.6 * named + 0.4 * float(column["postcode"])
