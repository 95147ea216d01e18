"""What an import would do with a file, before it does anything."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipelines.cleaning.cleaner import Cleaner
from pipelines.cleaning.mapping import find_column
from pipelines.home import Home, hash_file
from pipelines.reading.drops import open_drop
from pipelines.schema import PERSON_FIELDS, PHONE_SLOTS
from pipelines.templates.parts import Columns
from pipelines.templates.saved import load_template
from pipelines.templates.template import Template

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
    "code",
    "warnings",
)


def list_settings(template: Template, origins: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return every setting in force: dotted key, value, and whether default, template or override said so."""
    values = template.model_dump(mode="json", by_alias=True)
    values["phone"] |= {"format": template.phone.resolved_format, "region": template.phone.resolved_region}
    values["currency"] = template.cost_currency
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


def preview_drop(path: Path, template_name: str, home: Home) -> dict[str, Any]:
    """Return settings, mapping, what was found in the file, and its first five records as an agent would see them.

    Nothing is written. Raises UserError for a template or file that is wrong.
    """
    template, origins = load_template(home, template_name)
    hash_file(path)  # says what is wrong with a path that is no file
    drop = open_drop(path, template.file.to_settings(), template.headers)
    cleaner = Cleaner(template, drop.found.headers, path.name)
    chunk = next(drop.chunks(RECORDS), None)
    records = [] if chunk is None else cleaner.clean(chunk.head(RECORDS)).select(SHOWN).to_dicts()
    return {
        "file": path.name,
        "template": template.name,
        "settings": [row for row in list_settings(template, origins) if not row["setting"].startswith("mapping.")],
        "mapping": _list_mapping(template, drop.found.headers, path.name),
        "found": asdict(drop.found),
        "records": records,
    }


def _list_mapping(template: Template, headers: tuple[str, ...], file: str) -> list[dict[str, Any]]:
    """Return per mapped field where it comes from: header and position, and the separator of joined columns."""
    rows: list[dict[str, Any]] = []
    for field, source in template.mapping.items():
        parts = source.columns if isinstance(source, Columns) else [source]
        positions = [int(find_column(part, headers, field, file, template.name)[1:]) for part in parts]
        rows.append(
            {
                "field": field,
                "headers": [headers[position - 1] for position in positions],
                "positions": positions,
                "separator": source.separator if isinstance(source, Columns) else None,
            }
        )
    mapped: set[int] = set().union(*(row["positions"] for row in rows))
    rows += [
        {"field": None, "headers": [header], "positions": [number], "separator": None}
        for number, header in enumerate(headers, start=1)
        if number not in mapped
    ]
    return rows
