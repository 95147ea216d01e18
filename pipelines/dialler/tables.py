"""The columns of what the dialler reports, as pipelines/schema.py has those of all other tables."""

DISPOSITIONS: dict[str, str] = {
    "lead_id": "BIGINT",
    "outcome": "VARCHAR",
    "sale_value": "DECIMAL(18,6)",
    "currency": "VARCHAR",
    "called_at": "TIMESTAMPTZ",
}

# Every call to a lead, however it was reported. `number` is the key that was dialled, where the report says it. Of the
# leads that share the number of one call one `is_credited`: a sale in that call is its sale.
ATTEMPTS: dict[str, str] = {
    "lead_id": "BIGINT",
    "import_id": "VARCHAR",
    "list_id": "BIGINT",
    "number": "BIGINT",
    "agent": "VARCHAR",
    "is_credited": "BOOLEAN",
    "called_at": "TIMESTAMPTZ",
}

# What each outcome code of the dialler means; from <home>/outcomes.yaml.
MEANINGS = ("is_contact", "is_right_party", "is_sale", "is_unworkable", "is_bad_number")
OUTCOMES: dict[str, str] = {"outcome": "VARCHAR", **dict.fromkeys(MEANINGS, "BOOLEAN")}

DIALLER_LOADS: dict[str, str] = {
    "load_id": "BIGINT",
    "kind": "VARCHAR",
    "file": "VARCHAR",
    "sha256": "VARCHAR",
    "region": "VARCHAR",
    "time_zone": "VARCHAR",
    "is_replacement": "BOOLEAN",
    "user": "VARCHAR",
    "lines": "BIGINT",
    "blank": "BIGINT",
    "by_id": "BIGINT",
    "by_number": "BIGINT",
    "unmatched": "BIGINT",
    "bad": "BIGINT",
    "added": "BIGINT",
    "repeated": "BIGINT",
    "corrected": "BIGINT",
    "removed": "BIGINT",
    "late": "BIGINT",
    "loaded_at": "TIMESTAMPTZ",
}
