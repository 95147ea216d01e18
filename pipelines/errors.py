"""Errors that a user can mend: one line, exit code 2, no traceback."""

from pathlib import Path

# From which share of common characters a name counts as meant.
NEAR = 0.6
# What is longer is no name that somebody mistyped, and takes long to compare.
MAX_NAME = 200


class UserError(Exception):
    """Say what is wrong with the user's input and what to do about it.

    ``where`` is a file or a field, ``fact`` what was found there, ``remedy`` what to do; each of the last two is a
    whole sentence. Phone numbers, names and e-mail addresses do not belong in any of them.
    """

    def __init__(self, where: str, fact: str, remedy: str = "") -> None:
        self.where = where
        self.fact = fact
        self.remedy = remedy
        super().__init__(" ".join(f"{where}: {fact} {remedy}".split()))

    def rename(self, kept: Path, name: str) -> "UserError":
        """Return this error, said of a kept file or of what is in it, of the file as the supplier named it."""
        for known in (str(kept), kept.name):
            if self.where == known or self.where.startswith(f"{known}/"):
                return UserError(name + self.where[len(known) :], self.fact, self.remedy)
        return self


def nearest(name: str, known: list[str] | tuple[str, ...]) -> str:
    """Return ``Did you mean 'x'?`` for the nearest of the known names, or an empty text where none is near."""
    import difflib

    if len(name) > MAX_NAME:
        return ""
    folded = name.casefold()
    ratios = [(difflib.SequenceMatcher(None, k.casefold(), folded).ratio(), k) for k in known]
    best = max((ratio for ratio, _ in ratios), default=0.0)  # of several equally near the first that is known
    match = next((k for ratio, k in ratios if ratio == best and ratio >= NEAR), None)
    return f"Did you mean '{match}'?" if match else ""
