"""Headers as they are compared and as they are shown.

What stands where a header should may be a lead: the header is missing, or the file is not what it seems. A message
that goes to logs and to the store shows no contact of anybody, and of a row with a contact in it nothing.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

# White space that suppliers leave around a cell: no-break and zero-width blanks, byte order marks, tabs, line ends.
BLANKS = (
    " \t\r\n\v\f\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u200b\u200c\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)
QUOTES = str.maketrans("‘’‛“”„«»", '\'\'\'"""""')
MAX_SHOWN = 60
HIDDEN = "(a contact, not shown)"
_MAX_LISTED = 12
_DATE = re.compile(r"(?:19|20)\d\d([-/. ]?)\d\d\1\d\d(?!\d)")
_CONTACT = re.compile(r"\w@\w|\d(?:[\s().+/-]*\d){6}")


@lru_cache(maxsize=1_000)  # the same few are compared again and again
def fold_header(header: str) -> str:
    """Return a header as it is compared: case, quotes, accents' form and runs of blanks do not tell two apart."""
    plain = unicodedata.normalize("NFC", header).translate(QUOTES)
    return re.sub(r"\s+", " ", plain.strip(BLANKS)).casefold()


def holds_contact(header: str) -> bool:
    """Say whether a header holds what could be dialled or mailed; a date does not count."""
    return _CONTACT.search(_DATE.sub("", header)) is not None


def show_header(header: str) -> str:
    """Return a header as it stands in a message: on one line, without control characters, at most 60 characters.

    One that holds a contact is not shown.
    """
    if holds_contact(header):
        return HIDDEN
    line = " ".join(header.strip(BLANKS).split())
    line = "".join(c if c.isprintable() else "\ufffd" for c in line)
    return line if len(line) <= MAX_SHOWN else line[: MAX_SHOWN - 1] + "…"


def list_headers(headers: Sequence[str]) -> str:
    """Return ``Found: Tel, Name.`` for a message, the first twelve; names none where one of them holds a contact."""
    if any(map(holds_contact, headers)):
        return "What stands where the header should seems to be a lead: is file.first_row or file.has_header wrong?"
    names = [show_header(header) for header in headers if header.strip(BLANKS)]
    if not names:
        return "The file has no header."
    more = f" and {len(names) - _MAX_LISTED} more" if len(names) > _MAX_LISTED else ""
    return f"Found: {', '.join(names[:_MAX_LISTED])}{more}."
