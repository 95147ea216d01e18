"""What the dialler's outcome codes mean: ``<home>/outcomes.yaml``, a person's to change, and its copy in the store."""

from typing import Any

import duckdb

from pipelines.dialler.tables import MEANINGS
from pipelines.errors import UserError, nearest
from pipelines.home import Home, write_whole
from pipelines.published.publishing import mark_unpublished
from pipelines.templates.reading import read_yaml

# code -> what it means; codes in capitals.
Outcomes = dict[str, frozenset[str]]

# A sale is made with the right person, who is a human; a bad number can be worked no more.
IMPLIED = {"sale": ("right_party",), "right_party": ("contact",), "bad_number": ("unworkable",)}
WORDS = tuple(name.removeprefix("is_") for name in MEANINGS)

DEFAULT = """\
# What the dialler's outcome codes mean. One line for each code: [] for nothing, or any of
#   contact       a human answered
#   right_party   it was the person who was asked for (so it is a contact)
#   sale          that person bought (so it is the right party)
#   unworkable    the lead is not to be dialled again
#   bad_number    the number is wrong or dead (so it is unworkable)
# Codes are compared without regard to capitals. After a change load attempts or dispositions: it applies to all calls.
NA: []                                # no answer
N: []
NOANSWER: []
B: []                                 # busy
BUSY: []
AM: []                                # answering machine
A: []
AA: []
DROP: []                              # abandoned
CB: [right_party]                     # asked to be called back
CALLBK: [right_party]
CALLBACK: [right_party]
NI: [right_party]                     # not interested
DEC: [right_party]
NP: [right_party]
HANGUP: [contact]
XFER: [right_party]                   # transferred
SALE: [sale]
SOLD: [sale]
DNQ: [right_party, unworkable]        # does not qualify
DNC: [contact, unworkable]            # asked not to be called
DECEASED: [contact, unworkable]
WRONG: [contact, bad_number]          # somebody else's number
WN: [contact, bad_number]
DC: [bad_number]                      # disconnected
ADC: [bad_number]
FAX: [bad_number]
INVALID: [bad_number]
"""


def read_outcomes(home: Home) -> Outcomes:
    """Return what each code means, everything implied included; as shipped where the home says nothing.

    Raises UserError for a file that is no such mapping, or a word that is none of ``WORDS``.
    """
    path = home.root / "outcomes.yaml"
    try:
        text = path.read_text(encoding="utf-8-sig") if path.exists() else DEFAULT
    except (OSError, UnicodeDecodeError):
        raise UserError(path.name, "The file cannot be read as UTF-8 text.", f"Look at {path}.") from None
    outcomes: Outcomes = {}
    for code, words in read_yaml(text, path.name, "The meaning of outcomes").items():
        folded = code.strip().upper()
        if folded in outcomes:
            raise UserError(path.name, f"The code '{folded}' stands there twice.", "Take one away.")
        outcomes[folded] = _complete(path.name, code, words)
    return outcomes


def _complete(file: str, code: str, words: Any) -> frozenset[str]:  # noqa: ANN401  whatever YAML holds
    if not isinstance(words, list):
        raise UserError(file, f"'{code}' has no list of what it means.", f"Write {code}: [] or {code}: [contact].")
    known: set[str] = set()
    queue = [str(word) for word in words]
    for word in queue:
        if word not in WORDS:
            raise UserError(
                file,
                f"'{code}' means '{word}', which is not known.",
                nearest(word, WORDS) or f"Use {', '.join(WORDS)}.",
            )
        known.add(word)
        queue += IMPLIED.get(word, ())
    return frozenset(known)


def save_default(home: Home) -> None:
    """Write the shipped meanings to the home, where it has none of its own, for people to change."""
    path = home.root / "outcomes.yaml"
    if not path.exists():
        write_whole(path, DEFAULT.encode())


def bring_outcomes(connection: duckdb.DuckDBPyConnection, outcomes: Outcomes) -> set[str]:
    """Bring the store's ``outcomes`` to what the file says; return the codes whose meaning is another now."""
    rows = connection.execute(f"SELECT outcome, {', '.join(MEANINGS)} FROM outcomes").fetchall()
    stored = {row[0]: frozenset(w for w, is_so in zip(WORDS, row[1:], strict=True) if is_so) for row in rows}
    changed = {code for code in stored.keys() | outcomes.keys() if stored.get(code) != outcomes.get(code)}
    if changed:
        connection.execute("DELETE FROM outcomes")
        marks = ", ".join("?" * (1 + len(WORDS)))
        connection.executemany(
            f"INSERT INTO outcomes VALUES ({marks})",
            [[code, *(word in means for word in WORDS)] for code, means in sorted(outcomes.items())],
        )
        mark_unpublished(connection, "outcomes")
    return changed


def list_outcomes(home: Home) -> list[dict[str, Any]]:
    """Return one row per code: the code and what it means."""
    return [
        {"outcome": code, **{f"is_{word}": word in means for word in WORDS}}
        for code, means in sorted(read_outcomes(home).items())
    ]
