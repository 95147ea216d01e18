"""From a supplier's columns to the fields of a lead. Adds columns; changes and drops none."""

import re
import unicodedata
from collections.abc import Sequence

import polars as pl

from pipelines.errors import UserError, nearest
from pipelines.schema import MAPPED_FIELDS
from pipelines.templates.parts import Columns
from pipelines.templates.template import Source, Template

# White space that suppliers leave around a cell: no-break and zero-width blanks, byte order marks, tabs, line ends.
BLANKS = (
    " \t\r\n\v\f\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u200b\u200c\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)
MAX_LISTED = 12
QUOTES = str.maketrans("‘’‛“”„«»", '\'\'\'"""""')


def fold_header(header: str) -> str:
    """Return a header as it is compared: case, quotes, accents' form and runs of blanks do not tell two apart."""
    plain = unicodedata.normalize("NFC", header).translate(QUOTES)
    return re.sub(r"\s+", " ", plain.strip(BLANKS)).casefold()


def find_column(source: str | int, headers: Sequence[str], field: str, file: str, template: str) -> str:
    """Return the frame's column (``c1``…) that a header or a position from 1 means.

    An exact header wins over one that differs in case, quotes or blanks. Raises UserError, naming the headers found
    or the nearest, where there is none or more than one.
    """
    if isinstance(source, int):
        if source <= len(headers):
            return f"c{source}"
        raise UserError(
            file,
            f"There is no column {source} for '{field}': the file has {len(headers)}.",
            f"Correct the mapping in {template}.",
        )
    for found in ([i for i, h in enumerate(headers) if h == source], _folded(source, headers)):
        if len(found) == 1:
            return f"c{found[0] + 1}"
        if found:
            places = " and ".join(str(i + 1) for i in found[:2])
            raise UserError(
                file,
                f"The header '{source}' stands over columns {places}.",
                f"Map '{field}' by position in {template}.",
            )
    names = [h for h in headers if h.strip(BLANKS)]
    listed = ", ".join(names[:MAX_LISTED]) + (f" and {len(names) - MAX_LISTED} more" if len(names) > MAX_LISTED else "")
    fact = f"No column for '{field}': '{source}' is not there. " + (
        f"Found: {listed}." if names else "The file has no header."
    )
    raise UserError(file, fact, f"{nearest(source, names)} Map it in {template}.")


def _folded(source: str, headers: Sequence[str]) -> list[int]:
    wanted = fold_header(source)
    return [i for i, header in enumerate(headers) if fold_header(header) == wanted]


def tidy(column: str) -> pl.Expr:
    """Return a cell without the blanks around it; null where nothing is left."""
    text = pl.col(column).str.strip_chars(BLANKS)
    return pl.when(text != "").then(text)


def map_fields(template: Template, headers: Sequence[str], file: str) -> dict[str, pl.Expr]:
    """Return one expression per mapped lead field, from the frame's ``c1``… columns.

    Cells are tidied; several columns into one field are joined with the separator, blanks left out. ``name`` becomes
    ``first_name`` and ``last_name`` (checklist ML-067, ML-073, ML-074). Raises UserError for a source the file lacks.
    """
    fields = {}
    for field, source in template.mapping.items():
        if field in MAPPED_FIELDS:
            fields[field] = _map_source(source, headers, field, file, f"template {template.name}")
    if "name" in fields:
        fields |= _split_name(fields.pop("name"))
    return fields


def _map_source(source: Source, headers: Sequence[str], field: str, file: str, template: str) -> pl.Expr:
    if not isinstance(source, Columns):
        return tidy(find_column(source, headers, field, file, template))
    parts = [tidy(find_column(part, headers, field, file, template)) for part in source.columns]
    joined = pl.concat_str(parts, separator=source.separator, ignore_nulls=True)
    return pl.when(joined != "").then(joined)


def _split_name(name: pl.Expr) -> dict[str, pl.Expr]:
    """Split ``Jane van Dam`` after its first word and ``van Dam, Jane`` at its comma."""
    has_comma = name.str.contains(r"^[^,]+,\s*\S")
    first = pl.when(has_comma).then(name.str.extract(r"^[^,]+,\s*(.+)$")).otherwise(name.str.extract(r"^(\S+)"))
    last = pl.when(has_comma).then(name.str.extract(r"^([^,]+?)\s*,")).otherwise(name.str.extract(r"^\S+\s+(.+)$"))
    return {"first_name": first, "last_name": last}


def add_fields(chunk: pl.DataFrame, fields: dict[str, pl.Expr]) -> pl.DataFrame:
    """Add every field that can be mapped (String, null where blank or not mapped) to a chunk of ``c1``… columns."""
    missing = [name for name in MAPPED_FIELDS if name not in fields and name != "name"]
    return chunk.with_columns(
        *(expression.alias(name) for name, expression in fields.items()),
        *(pl.lit(None, pl.String).alias(name) for name in missing),
    )
