"""The columns of the tables of costs, said once, as in pipelines/schema.py."""

# What an import's leads cost, corrected: version 1 is the import's own line, later ones stand here; the newest counts.
COSTS: dict[str, str] = {
    "import_id": "VARCHAR",
    "version": "BIGINT",
    "cost_unit": "DECIMAL(18,6)",
    "currency": "VARCHAR",
    "cost_basis": "VARCHAR",
    "notes": "VARCHAR",
    "user": "VARCHAR",
    "set_at": "TIMESTAMPTZ",
}

# What a supplier gave back of an import's cost; a negative amount takes a refund back.
REFUNDS: dict[str, str] = {
    "refund_id": "BIGINT",
    "import_id": "VARCHAR",
    "amount": "DECIMAL(18,6)",
    "currency": "VARCHAR",
    "notes": "VARCHAR",
    "user": "VARCHAR",
    "refunded_at": "TIMESTAMPTZ",
}
