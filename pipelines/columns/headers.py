"""Headers as they are compared and as they are shown."""

import re
import unicodedata
from collections.abc import Sequence

from pipelines.reading.headers import looks_like_data

# White space that suppliers leave around a cell: no-break and zero-width blanks, byte order marks, tabs, line ends.
BLANKS = (
    " \t\r\n\v\f\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u200b\u200c\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)
QUOTES = str.maketrans("‘’‛“”„«»", '\'\'\'"""""')
MAX_SHOWN = 60
MAX_LISTED = 12


def fold_header(header: str) -> str:
    """Return a header as it is compared: case, quotes, accents' form and runs of blanks do not tell two apart."""
    plain = unicodedata.normalize("NFC", header).translate(QUOTES)
    return re.sub(r"\s+", " ", plain.strip(BLANKS)).casefold()


def show_header(header: str) -> str:
    """Return a header as it stands in a message: on one line, without control characters, at most 60 characters."""
    line = " ".join(header.strip(BLANKS).split())
    line = "".join(c if c.isprintable() else "\ufffd" for c in line)
    return line if len(line) <= MAX_SHOWN else line[: MAX_SHOWN - 1] + "…"


def list_headers(headers: Sequence[str]) -> str:
    """Return ``Found: Tel, Name.`` for a message, or what is the matter with a header row that cannot be shown."""
    names = [show_header(header) for header in headers if header.strip(BLANKS)]
    if not names:
        return "The file has no header."
    if looks_like_data(headers):
        return "The line taken for the header looks like a row: is file.first_row or file.has_header wrong?"
    more = f" and {len(names) - MAX_LISTED} more" if len(names) > MAX_LISTED else ""
    return f"Found: {', '.join(names[:MAX_LISTED])}{more}."
