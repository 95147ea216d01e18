"""Which imports a backfill makes again, and by what: the log as it would be had the template always been this one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from pipelines.errors import UserError
from pipelines.home import Home
from pipelines.replaying.files import Files, hash_files, keep_files
from pipelines.replaying.log import Entry
from pipelines.templates.saved import FIRST_IMPORT, load_template
from pipelines.templates.template import Template

BROUGHT = ("import completed", "import held", "import failed")
TABLE_ACTS = ("table created", "table field added")


@dataclass(frozen=True)
class Exchange:
    """A template as it is now, the entries (by sequence) and imports that it is exchanged in.

    ``tables`` are the contact data tables as they are declared now, where the template fills any: then they are taken
    to have been so from the beginning; null where it fills none.
    """

    home: Home
    template: Template
    named: str
    sequences: frozenset[int]
    import_ids: frozenset[str]
    tables: Files | None

    def require_unchanged(self) -> None:
        """Raise UserError where the template was changed since: some imports were made again by the one before."""
        if load_template(self.home, self.named)[0] != self.template:
            raise UserError(f"template {self.template.name}", "It was changed meanwhile.", "Do the backfill again.")

    def exchange(self, entry: Entry) -> Entry:
        """Return an entry as it would have been."""
        told = entry.told
        if told is None:
            return entry
        if self.tables is not None and "files" in told:
            others = {name: sha256 for name, sha256 in told["files"].items() if not name.startswith("tables/")}
            told = {**told, "files": {**others, **self.tables}}
            if entry.action in TABLE_ACTS and f"tables/{entry.subject}.yaml" in self.tables:
                told["is_there"] = True
        if entry.sequence in self.sequences:
            overrides = find_overrides(told["template"], told["origins"])
            template, origins = load_template(self.home, self.named, overrides)
            told = {**told, "template": template.model_dump(mode="json", by_alias=True), "origins": origins}
        return replace(entry, told=told)


def plan_exchange(home: Home, named: str, since: date, until: date, entries: Sequence[Entry]) -> Exchange:
    """Find a template's imports of some import dates in the log.

    Raises UserError for a template that is wrong or not mapped yet, and where there is no such import.
    """
    template, origins = load_template(home, named)
    if origins.get("mapping") == FIRST_IMPORT:
        raise UserError(f"template {template.name}", "It has no mapping yet.", "Write one into it first.")
    found = [entry for entry in entries if _is_meant(entry, template.name, since, until)]
    if not found:
        fact = f"Template {template.name} has brought no drop of {since} to {until}."
        raise UserError("backfill", fact, "See: leadmill history.")
    return Exchange(
        home,
        template,
        named,
        frozenset(entry.sequence for entry in found),
        frozenset(entry.subject for entry in found),
        {name: sha for name, sha in keep_files(home, hash_files(home)).items() if name.startswith("tables/")}
        if template.secondary_fields
        else None,
    )


def _is_meant(entry: Entry, template: str, since: date, until: date) -> bool:
    if entry.action not in BROUGHT:
        return False
    told = entry.require_told()
    if told["is_released"] or told["template"]["name"] != template:
        return False
    return since <= date.fromisoformat(told["on"]) <= until


def find_overrides(settings: Mapping[str, Any], origins: Mapping[str, str]) -> dict[str, Any]:
    """Return what was put over a template for one import, by dotted key, from its settings and where each came from."""
    overrides: dict[str, Any] = {}
    for key in (key for key, origin in origins.items() if origin == "override"):
        value: Any = settings
        part, _, inner = key.partition(".")
        # Fields of contact data have dots in their names.
        for name in [part, *([inner] if part == "mapping" else inner.split("."))] if inner else [part]:
            value = value.get(name) if isinstance(value, Mapping) else None
        overrides[key] = json.loads(json.dumps(value))
    return _join_whole_parts(overrides, origins)


def _join_whole_parts(overrides: Mapping[str, Any], origins: Mapping[str, str]) -> dict[str, Any]:
    """Return overrides with those of one part as one, where nothing else was in it: it was replaced whole."""
    joined: dict[str, Any] = {}
    for key, value in overrides.items():
        part, _, inner = key.partition(".")
        others = {origin for name, origin in origins.items() if name.startswith(f"{part}.")}
        if inner and others == {"override"} and "." not in inner:
            joined.setdefault(part, {})[inner] = value
        else:
            joined[key] = value
    return joined
