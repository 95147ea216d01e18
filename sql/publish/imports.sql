-- The imports of one import date, with their ledgers and settings.
--
-- reads   imports (import_id VARCHAR, sequence BIGINT, status VARCHAR, file VARCHAR, sha256 VARCHAR, bytes BIGINT, template VARCHAR, supplier VARCHAR, list_id BIGINT, list VARCHAR, import_date DATE, user VARCHAR, notes VARCHAR, rows_received BIGINT, blank_lines BIGINT, preamble_lines BIGINT, created BIGINT, updated BIGINT, rejected BIGINT, quarantined BIGINT, replaced BIGINT, reset BIGINT, migrated BIGINT, deleted BIGINT, flushed BIGINT, cost_unit DECIMAL(18,6), currency VARCHAR, cost_basis VARCHAR, cost_total DECIMAL(18,6), expires_at TIMESTAMPTZ, message VARCHAR, started_at TIMESTAMPTZ, settings JSON, origins JSON, found JSON)    the store's
-- reads   part (partition VARCHAR, part VARCHAR)    the part to publish
-- returns (import_id VARCHAR, sequence BIGINT, status VARCHAR, file VARCHAR, sha256 VARCHAR, bytes BIGINT, template VARCHAR, supplier VARCHAR, list_id BIGINT, list VARCHAR, import_date DATE, user VARCHAR, notes VARCHAR, rows_received BIGINT, blank_lines BIGINT, preamble_lines BIGINT, created BIGINT, updated BIGINT, rejected BIGINT, quarantined BIGINT, replaced BIGINT, reset BIGINT, migrated BIGINT, deleted BIGINT, flushed BIGINT, cost_unit DECIMAL(18,6), currency VARCHAR, cost_basis VARCHAR, cost_total DECIMAL(18,6), expires_at TIMESTAMPTZ, message VARCHAR, started_at TIMESTAMPTZ, settings JSON, origins JSON, found JSON)    one row per import
SELECT
    imports.import_id,
    imports.sequence,
    imports.status,
    imports.file,
    imports.sha256,
    imports.bytes,
    imports.template,
    imports.supplier,
    imports.list_id,
    imports.list,
    imports.import_date,
    imports."user",
    imports.notes,
    imports.rows_received,
    imports.blank_lines,
    imports.preamble_lines,
    imports.created,
    imports.updated,
    imports.rejected,
    imports.quarantined,
    imports.replaced,
    imports.reset,
    imports.migrated,
    imports.deleted,
    imports.flushed,
    imports.cost_unit,
    imports.currency,
    imports.cost_basis,
    imports.cost_total,
    imports.expires_at,
    imports.message,
    imports.started_at,
    imports.settings,
    imports.origins,
    imports.found
FROM imports
CROSS JOIN part
WHERE imports.import_date = part.partition::DATE
ORDER BY imports.sequence;
