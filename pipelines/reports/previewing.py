"""What an import would do with a file, before it does anything."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.cleaning.cleaner import Cleaner
from pipelines.cleaning.mapping import find_column, list_sources
from pipelines.columns.fingerprint import compare_headers, fingerprint_headers
from pipelines.columns.profile import ColumnShares, list_columns, profile_columns
from pipelines.home import Home, hash_file
from pipelines.published.publishing import current_generation
from pipelines.published.reading import open_reader
from pipelines.reading.drops import open_drop
from pipelines.receipts import find_last_columns
from pipelines.reuse import require_published_unused
from pipelines.schema import PERSON_FIELDS, PHONE_SLOTS
from pipelines.staging import CHUNK_ROWS, make_no_rows
from pipelines.tables.declared import MappedTables, load_mapped_tables
from pipelines.templates.choosing import choose_template
from pipelines.templates.filling import fill_mapping
from pipelines.templates.parts import Columns
from pipelines.templates.template import AUTO, Template

RECORDS = 5
SHOWN = (
    "row_number",
    "call_info",
    *PERSON_FIELDS,
    *PHONE_SLOTS,
    "email",
    "time_zone",
    "skill_group",
    "language",
    "tags",
    "notes",
    "captured_on",
    "code",
    "warnings",
)


def list_settings(template: Template, origins: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return every setting in force: dotted key, value, and whether default, template or override said so."""
    values = template.model_dump(mode="json", by_alias=True)
    values["phone"] |= {"format": template.phone.resolved_format, "region": template.phone.resolved_region}
    values["currency"] = template.cost_currency
    values["mapping"] = values["mapping"] or AUTO
    return [
        {"setting": key, "value": value, "from": origins.get(key) or _nearest_origin(key, origins)}
        for key, value in _flatten(values)
    ]


def _nearest_origin(key: str, origins: Mapping[str, str]) -> str:
    below = {origin for name, origin in origins.items() if name.startswith(f"{key}.") or key.startswith(f"{name}.")}
    return below.pop() if below else "default"


def _flatten(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    flat: list[tuple[str, Any]] = []
    for key, value in values.items():
        if isinstance(value, Mapping) and prefix != "mapping.":
            flat += _flatten(value, f"{prefix}{key}.")
        else:
            flat.append((f"{prefix}{key}", value))
    return flat


def preview_drop(
    path: Path,
    template_name: str | Template,
    home: Home,
    now: datetime,
    overrides: Mapping[str, Any] | None = None,
    origins: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return settings, mapping, what was found in the file, and its first five records as an agent would see them.

    Template, overrides and origins are as ``import_drop`` takes them.

    ``notices`` and ``hold_reasons`` are those an import would have, compared with what is published. Nothing is
    written. Raises UserError for a template or file that is wrong.
    """
    template, told = choose_template(home, template_name, overrides, origins)
    require_published_unused(home, template)
    contact_data = load_mapped_tables(home, template)
    hash_file(path)  # says what is wrong with a path that is no file
    drop = open_drop(path, template.file.to_settings(), template.headers)
    headers = drop.found.headers
    chunk = next(drop.chunks(CHUNK_ROWS), make_no_rows(len(headers)))
    profile = profile_columns(chunk, headers, template.phone.resolved_region)
    filled = fill_mapping(home, template, told, profile, headers, path.name)
    template, told = filled.template, filled.origins
    cleaner = Cleaner(template, headers, path.name, profile, contact_data)
    columns = list_columns(profile)
    compared = compare_headers(_find_last(home, template.name, now), columns, template)
    return {
        "file": path.name,
        "bytes": path.stat().st_size,
        "template": template.name,
        "settings": [row for row in list_settings(template, told) if not row["setting"].startswith("mapping.")],
        "mapping": _list_mapping(template, told, headers, path.name),
        "found": asdict(drop.found) | {"columns": columns, "fingerprint": fingerprint_headers(headers)},
        "notices": [*drop.found.notices, *filled.notices, *compared.notices],
        "hold_reasons": list(compared.hold_reasons),
        "records": cleaner.clean(chunk.head(RECORDS)).select(*SHOWN, *show_contact_data(contact_data)).to_dicts(),
    }


def show_contact_data(contact_data: MappedTables) -> list[pl.Expr]:
    """Return every field of the tables that are filled, as ``<table>.<field>``, with its default where blank."""
    filled = {field.name for field in contact_data.fields}
    shown = []
    for table in contact_data.tables:
        for field in table.fields:
            name, default = f"{table.name}.{field.name}", pl.lit(field.default_value)
            shown.append((pl.coalesce(pl.col(name), default) if name in filled else default).alias(name))
    return shown


def _find_last(home: Home, template: str, now: datetime) -> list[ColumnShares] | None:
    """Return the columns of the template's last completed import, from what is published; null for none."""
    if current_generation(home) is None:
        return None
    with open_reader(home, now, reports=()) as connection:
        return find_last_columns(connection, template)


def _list_mapping(
    template: Template, origins: Mapping[str, str], headers: tuple[str, ...], file: str
) -> list[dict[str, Any]]:
    """Return per mapped field header and position, the separator of joined columns, and who said so."""
    rows: list[dict[str, Any]] = []
    for field, parts in list_sources(template, headers).items():
        source = template.mapping[field]
        positions = [int(find_column(part, headers, field, file, template.name)[1:]) for part in parts]
        rows.append(
            {
                "field": field,
                "headers": [headers[position - 1] for position in positions],
                "positions": positions,
                "separator": source.separator if isinstance(source, Columns) else None,
                "from": origins.get(f"mapping.{field}") or _nearest_origin(f"mapping.{field}", origins),
            }
        )
    mapped: set[int] = set().union(*(row["positions"] for row in rows))
    rows += [
        {"field": None, "headers": [header], "positions": [number], "separator": None, "from": None}
        for number, header in enumerate(headers, start=1)
        if number not in mapped
    ]
    return rows
