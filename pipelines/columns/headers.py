"""Headers as they are compared and as they are shown."""

import re
import unicodedata

# White space that suppliers leave around a cell: no-break and zero-width blanks, byte order marks, tabs, line ends.
BLANKS = (
    " \t\r\n\v\f\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u200b\u200c\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)
QUOTES = str.maketrans("‘’‛“”„«»", '\'\'\'"""""')
MAX_SHOWN = 60


def fold_header(header: str) -> str:
    """Return a header as it is compared: case, quotes, accents' form and runs of blanks do not tell two apart."""
    plain = unicodedata.normalize("NFC", header).translate(QUOTES)
    return re.sub(r"\s+", " ", plain.strip(BLANKS)).casefold()


def show_header(header: str) -> str:
    """Return a header as it stands in a message: on one line, without control characters, at most 60 characters."""
    line = " ".join(header.strip(BLANKS).split())
    line = "".join(c if c.isprintable() else "\ufffd" for c in line)
    return line if len(line) <= MAX_SHOWN else line[: MAX_SHOWN - 1] + "…"
