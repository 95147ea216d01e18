r"""The text an agent sees during a call, from the template's pattern and the row's values.

``{Header}`` is any column of the file, mapped or not; ``{{field}}`` a lead field; ``\{`` a brace. Source: checklist
ML-075..078, MA-018.
"""

import re
from collections.abc import Sequence

import polars as pl

from pipelines.cleaning.mapping import find_column, has_column
from pipelines.cleaning.tidying import tidy
from pipelines.errors import UserError, nearest
from pipelines.schema import MAPPED_FIELDS, PHONE_SLOTS

PART = re.compile(r"\\(?P<brace>[{}])|\{\{(?P<field>[^{}]*)\}\}|\{(?P<header>[^{}]*)\}|(?P<stray>[{}])")
FIELDS = tuple(name for name in MAPPED_FIELDS if name != "name")


def render_call_info(
    pattern: str | None, headers: Sequence[str], file: str, *, may_lack_columns: bool = False
) -> pl.Expr:
    """Return the expression that renders a pattern for each row (String; blank values leave nothing behind).

    Phone fields show the dial string, the language its tag. Raises UserError for a name that is neither column nor
    field, with the nearest; with ``may_lack_columns`` a column that is not there is blank.
    """
    if not pattern:
        return pl.lit(None, pl.String)
    parts: list[pl.Expr] = []
    end = 0
    for match in PART.finditer(pattern):
        parts.append(pl.lit(pattern[end : match.start()]))
        header = (match["header"] or "").strip()
        is_blank = may_lack_columns and header and not has_column(header, headers)
        parts.append(pl.lit(None, pl.String) if is_blank else _render_part(match, headers, file))
        end = match.end()
    parts.append(pl.lit(pattern[end:]))
    text = pl.concat_str(part.fill_null("") for part in parts).str.strip_chars()
    return pl.when(text != "").then(text)


def _render_part(match: re.Match[str], headers: Sequence[str], file: str) -> pl.Expr:
    if match["brace"]:
        return pl.lit(match["brace"])
    if match["stray"]:
        raise UserError(
            "call_info", f"The brace at character {match.start() + 1} stands alone.", "Write a literal brace as \\{."
        )
    if match["field"] is not None:
        field = match["field"].strip()
        if field not in FIELDS:
            raise UserError("call_info", f"There is no lead field '{field}'.", nearest(field, FIELDS))
        column = f"{field}_dial" if field in PHONE_SLOTS else field
        return pl.col("language_used" if field == "language" else column)
    return tidy(find_column(match["header"].strip(), headers, "call_info", file, "call_info"))
