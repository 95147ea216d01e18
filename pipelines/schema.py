"""The columns of every table, said once: names, DuckDB types, and which of them a mapping may fill.

Nothing here reads or writes anything. ``_id`` refers to another row, ``_on`` is a date, ``_at`` a time with zone.
"""

from pipelines.costs.tables import COSTS, REFUNDS
from pipelines.dialler.tables import ATTEMPTS, DIALLER_LOADS, DISPOSITIONS, OUTCOMES
from pipelines.dnc.tables import (
    DNC_CHECKS,
    DNC_ENDED,
    DNC_ENTRIES,
    DNC_LOADS,
    DNC_PREFIXES,
    DNC_RULES,
    DNC_SETS,
    DNC_TERMS,
    DNC_WASHED,
)

PHONE_SLOTS = ("phone1", "phone2", "phone3", "phone4", "phone5")

# Text that a supplier sends about a person and that the dialler shows, in the published order.
PERSON_FIELDS = ("title", "first_name", "last_name", "company", "address", "city", "region", "postcode", "country")

# Everything a template may map to, besides `secondary.<table>.<field>`; `name` is split into first and last name, and
# of the day on which the supplier captured the lead only the ages of an import's rows are kept.
MAPPED_FIELDS = (
    *PERSON_FIELDS,
    "name",
    "email",
    *PHONE_SLOTS,
    "time_zone",
    "skill_group",
    "language",
    "tags",
    "notes",
    "captured_on",
)

# The kind of a contact point: what sort of value is compared. The values of the kinds lie apart, so that values
# alone are joined: 0 < phones < 10^18; 3 * 10^18 <= digits < 4 * 10^18; e-mails < 0.
KIND_PHONE = 1  # E.164 digits
KIND_DIGITS = 2  # 3 * 10^18 + the dial digits, without leading zeros, of a number that has no E.164 form
KIND_EMAIL = (
    3  # -1 - 46 bits of the MD5 of the folded address (fewer bits, fewer bytes to read); the text is compared too
)
DIGITS_BASE = 3_000_000_000_000_000_000

LEADS: dict[str, str] = {
    "lead_id": "BIGINT",
    "list_id": "BIGINT",
    "supplier": "VARCHAR",
    "import_id": "VARCHAR",
    "row_number": "BIGINT",
    **dict.fromkeys(PERSON_FIELDS, "VARCHAR"),
    "email": "VARCHAR",
    **dict.fromkeys(PHONE_SLOTS, "VARCHAR"),
    **{f"{slot}_key": "BIGINT" for slot in PHONE_SLOTS},
    **{f"{slot}_type": "VARCHAR" for slot in PHONE_SLOTS},
    "time_zone": "VARCHAR",
    "skill_group": "VARCHAR",
    "call_info": "VARCHAR",
    "language": "VARCHAR",
    "tags": "VARCHAR[]",
    "notes": "VARCHAR",
    "status": "VARCHAR",
    "call_attempts": "INTEGER",
    "created_at": "TIMESTAMPTZ",
    "updated_at": "TIMESTAMPTZ",
    "expires_at": "TIMESTAMPTZ",
}

# By what leads can be recognised, as far as it does not lie in segments, and which segments there are.
LOOSE_POINTS: dict[str, str] = {"value": "BIGINT", "lead_id": "BIGINT"}
POINT_SEGMENTS: dict[str, str] = {"name": "VARCHAR", "points": "BIGINT"}
# The tables of contact data: DuckDB would look at all tables to say which these are.
CONTACT_TABLES: dict[str, str] = {"name": "VARCHAR"}

LISTS: dict[str, str] = {
    "list_id": "BIGINT",
    "name": "VARCHAR",
    "time_zone": "VARCHAR",
    "cloned_from": "VARCHAR",
    "created_on": "DATE",
    "campaign": "VARCHAR",
}

SUPPLIERS: dict[str, str] = {"supplier_id": "BIGINT", "name": "VARCHAR", "created_on": "DATE"}

LEDGER_COLUMNS = ("rows_received", "blank_lines", "preamble_lines", "created", "updated", "rejected", "quarantined")
FATES = ("created", "updated", "rejected", "quarantined")
EFFECTS = ("replaced", "reset", "migrated", "deleted", "flushed")

IMPORTS: dict[str, str] = {
    "import_id": "VARCHAR",
    "sequence": "BIGINT",
    "status": "VARCHAR",
    "file": "VARCHAR",
    "sha256": "VARCHAR",
    "bytes": "BIGINT",
    "template": "VARCHAR",
    "supplier": "VARCHAR",
    "list_id": "BIGINT",
    "list": "VARCHAR",
    "import_date": "DATE",
    "user": "VARCHAR",
    "notes": "VARCHAR",
    **dict.fromkeys(LEDGER_COLUMNS, "BIGINT"),
    **dict.fromkeys(EFFECTS, "BIGINT"),
    "cost_unit": "DECIMAL(18,6)",
    "currency": "VARCHAR",
    "cost_basis": "VARCHAR",
    "cost_total": "DECIMAL(18,6)",
    "expires_at": "TIMESTAMPTZ",
    "message": "VARCHAR",
    "started_at": "TIMESTAMPTZ",
    "settings": "JSON",
    "origins": "JSON",
    "found": "JSON",
}

# What became of every row of every import: a view of the two tables that follow. `lead_base` is where the ids of the
# import's leads begin: by it scans skip other imports, whose own ids are too much alike.
IMPORT_ROWS: dict[str, str] = {
    "import_id": "VARCHAR",
    "row_number": "BIGINT",
    "line_number": "BIGINT",
    "fate": "VARCHAR",
    "code": "VARCHAR",
    "detail": "VARCHAR",
    "warnings": "VARCHAR[]",
    "raw_cells": "JSON",
    "lead_id": "BIGINT",
    "lead_base": "BIGINT",
}

# Rows on consecutive lines, each of which made a lead and of which nothing else is said; `single_rows` has all others
# (IMPORT_ROWS). See decision 34.
ROW_SPANS: dict[str, str] = {
    "import_id": "VARCHAR",
    "lead_base": "BIGINT",
    "first_row": "BIGINT",
    "first_line": "BIGINT",
    "rows": "BIGINT",
}

# What is to be known of some of these rows besides; one line per row that has any of it. `met`: which slot met which
# other slot, of a lead or of a row of the same drop, in which scope; what was to be done. `listed`: the do-not-call
# entries; `load_id` is the newest load of the category then. `points`: the row's contact points, of rows whose lead
# does not have them: those that made none, lost a number, or were undone.
ROW_EVIDENCE: dict[str, str] = {
    "import_id": "VARCHAR",
    "row_number": "BIGINT",
    "lead_base": "BIGINT",
    "met": (
        "STRUCT(slot VARCHAR, lead_id BIGINT, row_number BIGINT, other_slot VARCHAR, scope VARCHAR, action VARCHAR)"
    ),
    "listed": "STRUCT(slot VARCHAR, category VARCHAR, source VARCHAR, listed_on DATE, load_id BIGINT)[]",
    "points": "BIGINT[]",
}

# What imports did to leads that were there, also those undone since: one line per lead and effect. `row_number` is the
# first row that did it, null for none; `list_id` and `points` are the lead's before. See decision 21.
CHANGED_LEADS: dict[str, str] = {
    "import_id": "VARCHAR",
    "lead_id": "BIGINT",
    "effect": "VARCHAR",
    "row_number": "BIGINT",
    "slot": "VARCHAR",
    "lead_slot": "VARCHAR",
    "list_id": "BIGINT",
    "points": "BIGINT[]",
}

IMPORT_REASONS: dict[str, str] = {"import_id": "VARCHAR", "fate": "VARCHAR", "code": "VARCHAR", "rows": "BIGINT"}

# How old the rows of an import were that say when they were captured: days before the import date, and how many rows.
IMPORT_AGES: dict[str, str] = {"import_id": "VARCHAR", "age_days": "BIGINT", "rows": "BIGINT"}

CALLBACKS: dict[str, str] = {"lead_id": "BIGINT", "due_at": "TIMESTAMPTZ", "notes": "VARCHAR"}
FETCHED: dict[str, str] = {"lead_id": "BIGINT", "fetched_at": "TIMESTAMPTZ"}

# Whom we called or invited and who answered, by contact point: so it outlives the lead and finds the person again.
# `text` is the folded address (null for numbers), `list_id` the list on which the lead stood then, `event` is 'attempt'
# (a call or an invitation) or 'response' (a human answered).
CONTACT_HISTORY: dict[str, str] = {
    "kind": "UTINYINT",
    "value": "BIGINT",
    "text": "VARCHAR",
    "lead_id": "BIGINT",
    "list_id": "BIGINT",
    "survey_id": "BIGINT",
    "event": "VARCHAR",
    "happened_at": "TIMESTAMPTZ",
}

# Whom we are to invite to a survey, and until when the survey is open to them (null: for ever). `import_id` and
# `row_number` are those that made the place; an import that renews it changes the instants and `updated_at`.
SURVEY_PLACES: dict[str, str] = {
    "survey_id": "BIGINT",
    "lead_id": "BIGINT",
    "import_id": "VARCHAR",
    "row_number": "BIGINT",
    "invite_at": "TIMESTAMPTZ",
    "expires_at": "TIMESTAMPTZ",
    "created_at": "TIMESTAMPTZ",
    "updated_at": "TIMESTAMPTZ",
}

# What an import changed, as it stood before: enough to put it back. The effect says what happened to the lead; of
# several the first of deleted, replaced, reset, migrated, updated.
LEAD_IMAGES: dict[str, str] = {"changed_by": "VARCHAR", "effect": "VARCHAR", **LEADS}
CALLBACK_IMAGES: dict[str, str] = {"changed_by": "VARCHAR", **CALLBACKS}
FETCHED_IMAGES: dict[str, str] = {"changed_by": "VARCHAR", **FETCHED}
SURVEY_PLACE_IMAGES: dict[str, str] = {"changed_by": "VARCHAR", "was_invited": "BOOLEAN", **SURVEY_PLACES}

# Which lists and suppliers an import made, so that an undo knows them; `kind` is 'list' or 'supplier'.
ADDITIONS: dict[str, str] = {"import_id": "VARCHAR", "kind": "VARCHAR", "added_id": "BIGINT"}

# `sequence` is the order in which it was done; `told` all that is needed to do it again (pipelines/replaying), null for
# lines that tell of a part of what another line does.
AUDIT_LOG: dict[str, str] = {
    "logged_at": "TIMESTAMPTZ",
    "user": "VARCHAR",
    "action": "VARCHAR",
    "subject": "VARCHAR",
    "detail": "VARCHAR",
    "sequence": "BIGINT",
    "told": "JSON",
}

# Which published parts a commit made stale; emptied by the publication that follows it.
UNPUBLISHED: dict[str, str] = {"relation": "VARCHAR", "partition": "VARCHAR", "part": "VARCHAR"}

# Which published parts share a file, and what that is called; a part that is not here has a file of its own.
PACKS: dict[str, str] = {"relation": "VARCHAR", "partition": "VARCHAR", "part": "VARCHAR", "pack": "VARCHAR"}

STORE: dict[str, dict[str, str]] = {
    "leads": LEADS,
    "loose_points": LOOSE_POINTS,
    "point_segments": POINT_SEGMENTS,
    "contact_tables": CONTACT_TABLES,
    "lists": LISTS,
    "suppliers": SUPPLIERS,
    "imports": IMPORTS,
    "single_rows": IMPORT_ROWS,
    "row_spans": ROW_SPANS,
    "row_evidence": ROW_EVIDENCE,
    "import_reasons": IMPORT_REASONS,
    "import_ages": IMPORT_AGES,
    "effects": CHANGED_LEADS,
    "dnc_entries": DNC_ENTRIES,
    "dnc_sets": DNC_SETS,
    "dnc_ended": DNC_ENDED,
    "dnc_terms": DNC_TERMS,
    "dnc_loads": DNC_LOADS,
    "dnc_prefixes": DNC_PREFIXES,
    "dnc_washed": DNC_WASHED,
    "dnc_rules": DNC_RULES,
    "dnc_checks": DNC_CHECKS,
    "costs": COSTS,
    "refunds": REFUNDS,
    "callbacks": CALLBACKS,
    "fetched": FETCHED,
    "dispositions": DISPOSITIONS,
    "attempts": ATTEMPTS,
    "outcomes": OUTCOMES,
    "dialler_loads": DIALLER_LOADS,
    "contact_history": CONTACT_HISTORY,
    "survey_places": SURVEY_PLACES,
    "lead_images": LEAD_IMAGES,
    "callback_images": CALLBACK_IMAGES,
    "fetched_images": FETCHED_IMAGES,
    "survey_place_images": SURVEY_PLACE_IMAGES,
    "additions": ADDITIONS,
    "audit_log": AUDIT_LOG,
    "unpublished": UNPUBLISHED,
    "packs": PACKS,
    "store_version": {"version": "INTEGER"},
}

# Texts that hardly ever repeat: to look for words in them, as DuckDB does, takes twice as long as to pack them.
PACKINGS = {("leads", column): " USING COMPRESSION zstd" for column in ("email", "phone1", "phone2")}

# Queries that the store knows by name: sql/store/<name>.sql.
VIEWS = ("import_rows",)


def create_table(name: str, columns: dict[str, str], *, temporary: bool = False) -> str:
    """Return the statement that creates a table of these columns if it is not there."""
    packings = {} if temporary else PACKINGS
    body = ", ".join(f'"{column}" {kind}{packings.get((name, column), "")}' for column, kind in columns.items())
    return f"CREATE {'TEMP ' if temporary else ''}TABLE IF NOT EXISTS {name} ({body})"
