"""Is the first record of a table a header? Judged by what its cells look like beside the cells below them."""

import re
from collections.abc import Collection, Sequence

_NUMBER = re.compile(r"[+(]?[\d][\d\s().,/:+-]*%?$|[+-]?\d+(\.\d+)?(e[+-]?\d+)?$", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+$")
_LINK = re.compile(r"(https?://|www\.)\S+$", re.IGNORECASE)
_SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+$", re.IGNORECASE)
_DIGITS, _LETTERS = re.compile(r"\d+"), re.compile(r"[^\W\d_]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        name firstname lastname surname forename fullname title salutation gender phone phone1 phone2 telephone tel
        mobile cell landline email mail address address1 address2 street city town county state region province
        postcode postal zip zipcode country company organisation organization website web url fax id date dob birthday
        age notes comments comment source status lead number type category code value key description language tags
        price amount customer supplier vendor latitude longitude
        """,
    )
)


def shape_of(cell: str) -> str:
    """Return what a cell looks like: empty, number (phones and dates too), email, link or text."""
    text = cell.strip()
    if not text:
        return "empty"
    if _NUMBER.match(text):
        return "number"
    if _EMAIL.match(text):
        return "email"
    return "link" if _LINK.match(text) else "text"


def fold_name(header: str) -> str:
    """Return a header for comparison: no case, no surrounding space, single blanks, straight apostrophes."""
    return " ".join(header.replace("\u2019", "'").replace("\ufeff", "").casefold().split())


def judge_header(first: Sequence[str], below: Sequence[Sequence[str]], mapped: Collection[str]) -> tuple[bool, float]:
    """Say whether the first record is a header, and how sure that is (0.5 to 1).

    ``below`` are some of the records after it; ``mapped`` the header names that the template asks for. A record that
    stands alone is a row unless most of it are a header's words: taken for a header, a lead would be lost.
    """
    names = {fold_name(name) for name in mapped}
    if names & {fold_name(cell) for cell in first}:
        return True, 1.0
    shapes = [shape_of(cell) for cell in first]
    if not below and not _is_named_throughout(first, shapes):
        return False, 0.6
    score = _score_first(first, shapes) + _score_columns(first, shapes, below)
    if not mapped:
        score -= 0.01
    if score >= 0:
        return True, min(0.99, 0.5 + score / 8)
    return False, min(0.99, 0.5 - score / 8)


def _score_first(first: Sequence[str], shapes: Sequence[str]) -> float:
    contacts = sum(1 for cell, shape in zip(first, shapes, strict=True) if _is_contact(cell, shape))
    words = _count_words(first)
    filled = [fold_name(cell) for cell, shape in zip(first, shapes, strict=True) if shape != "empty"]
    repeats = len(filled) - len(set(filled))
    score = 0.3 - 3.0 * min(contacts, 2) + min(words, 4) * 0.6 - 0.25 * min(repeats, 4)
    return score - (1.0 if sum(shape == "empty" for shape in shapes) > len(shapes) / 2 else 0.0)


def _count_words(cells: Sequence[str]) -> int:
    return sum(1 for cell in cells if len(cell) < 40 and _WORDS & _split_words(cell))


def _is_named_throughout(cells: Sequence[str], shapes: Sequence[str]) -> bool:
    """Say whether most cells, or three, are header words or names like ``date_col``, and none is a number."""
    filled = sum(shape != "empty" for shape in shapes)
    named = _count_words(cells) + sum(1 for cell in cells if _SNAKE.match(cell.strip()))
    return "number" not in shapes and (named >= 3 or named * 2 > filled)


def _split_words(header: str) -> set[str]:
    """Return the words of a header, also those of ``phoneNumber``, whole and parted."""
    folded, parted = fold_name(header), fold_name(_HUMP.sub(" ", header))
    return set(re.split(r"[^a-z0-9]+", f"{folded} {parted}"))


def _is_contact(cell: str, shape: str) -> bool:
    """Say whether a cell of this shape is an e-mail address, a link or as long as a phone number: no header's name."""
    return shape in ("email", "link") or (shape == "number" and sum(map(str.isdigit, cell)) >= 7)


def _score_columns(first: Sequence[str], shapes: Sequence[str], below: Sequence[Sequence[str]]) -> float:
    score = 0.0
    for column, (cell, shape) in enumerate(zip(first, shapes, strict=True)):
        cells = [row[column] for row in below if column < len(row)]
        kinds = [kind for kind in map(shape_of, cells) if kind != "empty"]
        if not kinds:
            score -= 0.5 if shape == "number" else 0.0
            continue
        special = sum(kind != "text" for kind in kinds) / len(kinds)
        if shape == "text" and special >= 0.8:
            score += 1.0
        elif shape not in ("text", "empty") and special >= 0.8:
            score -= 1.0
        elif shape == "number":
            score -= 0.5
        elif shape == "text" and special < 0.2 and cell in cells:
            score -= 0.7
        elif _is_patterned(cell, cells):
            score -= 1.0
    return score


def _is_patterned(cell: str, below: Sequence[str]) -> bool:
    """Say whether a cell has digits and is written as most of those below it: ``AB-1042``, ``Dec 8, 2026``."""
    pattern = _pattern_of(cell)
    return sum(map(str.isdigit, cell)) >= 3 and 2 * sum(_pattern_of(each) == pattern for each in below) > len(below)


def _pattern_of(cell: str) -> str:
    return _DIGITS.sub("9", _LETTERS.sub("a", cell.strip()))


def is_title(cells: Sequence[str]) -> bool:
    """Say whether a record is a line of prose over a table: one filled cell, and that one text."""
    filled = [cell for cell in cells if cell.strip()]
    return len(filled) == 1 and bool(cells[0].strip()) and shape_of(filled[0]) == "text"


def is_prose(cells: Sequence[str]) -> bool:
    """Say whether a record is a title of several words, or a comment, that nobody could be reached by."""
    text = "".join(cells).strip()
    return is_title(cells) and (" " in text or text.startswith("#")) and not may_reach(text)


def may_reach(text: str) -> bool:
    """Say whether an address or a number might stand in a text."""
    return "@" in text or sum(map(str.isdigit, text)) >= 7
