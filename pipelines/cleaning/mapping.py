"""From a supplier's columns to the fields of a lead. Adds columns; changes and drops none."""

from collections.abc import Callable, Sequence

import polars as pl

from pipelines.cleaning.tidying import tidy
from pipelines.columns.headers import fold_header, holds_contact, list_headers, show_header
from pipelines.columns.renaming import suggest_column
from pipelines.errors import UserError
from pipelines.schema import MAPPED_FIELDS, PHONE_SLOTS
from pipelines.templates.parts import Columns
from pipelines.templates.template import Source, Template


def find_column(
    source: str | int,
    headers: Sequence[str],
    field: str,
    file: str,
    template: str,
    suggest: Callable[[str, str], str] | None = None,
) -> str:
    """Return the frame's column (``c1``…) that a header or a position from 1 means.

    An exact header wins over one that differs in case, quotes or blanks. Raises UserError, naming the headers found
    and the one that is most likely meant, where there is none or more than one. ``suggest`` says which that is, from
    the header that is lost and the field; without it the nearest by spelling.
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
                f"The header '{show_header(source)}' stands over columns {places}.",
                f"Map '{field}' by position in {template}.",
            )
    fact = f"No column for '{field}': '{show_header(source)}' is not there. {list_headers(headers)}"
    if any(map(holds_contact, headers)):
        meant = ""
    else:
        meant = suggest(source, field) if suggest else suggest_column(source, field, headers)
    raise UserError(file, fact, f"{meant} Map it in {template}.")


def _folded(source: str, headers: Sequence[str]) -> list[int]:
    wanted = fold_header(source)
    return [i for i, header in enumerate(headers) if fold_header(header) == wanted]


def list_sources(template: Template, headers: Sequence[str]) -> dict[str, list[str | int]]:
    """Return by mapped field the headers and positions that it comes from, in the order of the mapping.

    With ``file.missing_columns: empty`` those that the file lacks are left out, as a field that no record of a request
    has; unless no phone and no e-mail would be left: then the mapping does not fit.
    """
    mapping = template.applied_mapping
    sources = {field: s.columns if isinstance(s, Columns) else [s] for field, s in mapping.items()}
    if template.file.missing_columns == "refuse":
        return sources
    there = {field: [part for part in parts if has_column(part, headers)] for field, parts in sources.items()}
    has_contact = any(there.get(field) for field in (*PHONE_SLOTS, "email"))
    return there if has_contact else sources


def has_column(source: str | int, headers: Sequence[str]) -> bool:
    """Tell whether a header, however it is written, or a position from 1 stands in a file."""
    if isinstance(source, int):
        return source <= len(headers)
    return source in headers or bool(_folded(source, headers))


def map_fields(
    template: Template, headers: Sequence[str], file: str, profile: pl.DataFrame | None = None
) -> dict[str, pl.Expr]:
    """Return one expression per mapped field of lead and contact data, from the frame's ``c1``… columns.

    Cells are tidied; several columns into one field are joined with the separator, blanks left out. ``name`` becomes
    ``first_name`` and ``last_name`` (checklist ML-067, ML-073, ML-074). Raises UserError for a source the file lacks,
    unless that is to leave the field empty (see ``list_sources``);
    ``profile`` (see ``profile_columns``) helps to say which column that is likely to be now. Nothing is applied.
    """
    others = [part for part in template.headers if _folded(part, headers)]

    def suggest(source: str, field: str) -> str:
        return suggest_column(source, field, headers, others, profile, template.phone.resolved_region)

    fields = {}
    for field, parts in list_sources(template, headers).items():
        where = f"template {template.name}"
        columns = [tidy(find_column(part, headers, field, file, where, suggest)) for part in parts]
        fields[field] = _join(columns, template.mapping[field])
    if "name" in fields:
        fields |= _split_name(fields.pop("name"))
    return fields


def _join(columns: Sequence[pl.Expr], source: Source) -> pl.Expr:
    if not columns:
        return pl.lit(None, pl.String)
    if not isinstance(source, Columns):
        return columns[0]
    joined = pl.concat_str(columns, separator=source.separator, ignore_nulls=True)
    return pl.when(joined != "").then(joined)


def _split_name(name: pl.Expr) -> dict[str, pl.Expr]:
    """Split ``Jane van Dam`` after its first word and ``van Dam, Jane`` at its comma."""
    has_comma = name.str.contains(r"^[^,]+,\s*\S")
    first = pl.when(has_comma).then(name.str.extract(r"^[^,]+,\s*(.+)$")).otherwise(name.str.extract(r"^(\S+)"))
    last = pl.when(has_comma).then(name.str.extract(r"^([^,]+?)\s*,")).otherwise(name.str.extract(r"^\S+\s+(.+)$"))
    return {"first_name": first, "last_name": last}


def add_fields(chunk: pl.DataFrame, fields: dict[str, pl.Expr]) -> pl.DataFrame:
    """Add the fields of a lead, and those of contact data that are mapped, to a chunk of ``c1``… columns.

    All are String, null where blank or not mapped.
    """
    missing = [name for name in MAPPED_FIELDS if name not in fields and name != "name"]
    return chunk.with_columns(
        *(expression.alias(name) for name, expression in fields.items()),
        *(pl.lit(None, pl.String).alias(name) for name in missing),
    )
