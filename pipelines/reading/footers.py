"""Which records behind a table are no data: totals, counts, trailers. When in doubt a record stays a row.

A row that is taken for a footer is a lead lost, so nothing that could be dialled or mailed ever counts as one.
"""

import re
from collections.abc import Sequence

from pipelines.reading.headers import may_reach, shape_of

FOOTER_MOST = 10
_WORDS = re.compile(
    r"\W*(grand |sub)?(total|sum\b|count\b|number of (rows|records|leads|contacts|entries)"
    r"|(rows?|records?|leads)( count)?\W*\d"
    r"|end of (file|report|list|data|export|records)|eof\b|footer\b|trailer\b|generated\b|exported\b|printed\b"
    r"|created (on|by|at)\b|report (run|date|generated)|page \d|source\W|confidential|disclaimer|copyright|©|\(c\)"
    r"|all rights reserved|\(?\d+ (rows?|records?|leads|contacts|entries)\b|summe\b|gesamt\b|anzahl\b)",
    re.IGNORECASE,
)
_RULE = re.compile(r"[-=*_#.]{3,}$")
_TRAILER = re.compile(r"(t|tr|trl|tlr|trailer|eof|end|footer|99|999)$", re.IGNORECASE)


def count_footers(records: Sequence[Sequence[str]], has_blank_before: Sequence[bool], width: int) -> int:
    """Return how many of the last records are footers.

    ``records`` are the cells of the last records of the table, in order; ``has_blank_before`` says of each whether a
    blank line stands before it; ``width`` is the table's number of columns. A table of one column has none.
    """
    footers = 0
    if width < 2:
        return 0
    for at in range(len(records) - 1, -1, -1):
        is_empty = bool(records[at]) and not any(cell.strip() for cell in records[at])
        if (is_empty and footers) or _is_footer(records[at], width):
            footers = len(records) - at
        elif has_blank_before[at] and all(_is_prose(cells, width) for cells in records[at:]):
            # Prose behind a blank line; what follows it was looked at already.
            footers = len(records) - at
            break
        elif not _is_prose(records[at], width):
            break
    return footers


def _is_footer(cells: Sequence[str], width: int) -> bool:
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled or any(may_reach(cell) for cell in filled):
        return False
    has_figure = len(filled) == 2 and shape_of(filled[1]) == "number"
    is_narrow = len(cells) < width or len(filled) <= max(1, width // 2) or has_figure
    if not is_narrow or len(filled) > 3:
        return False
    if _WORDS.match(filled[0]) or all(_RULE.match(cell) for cell in filled):
        return True
    is_trailer = len(filled) > 1 and len(cells) < width and bool(_TRAILER.match(filled[0]))
    return is_trailer and all(cell.isdigit() for cell in filled[1:])


def _is_prose(cells: Sequence[str], width: int) -> bool:
    """Say whether a record is a line of prose under a table of three or more columns, or another footer."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if _is_footer(cells, width):
        return True
    is_text = len(filled) == 1 and shape_of(filled[0]) == "text" and not may_reach(filled[0])
    return width >= 3 and is_text and " " in filled[0]
