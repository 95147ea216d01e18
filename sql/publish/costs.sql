-- The prices of imports that were corrected later.
--
-- reads   costs (import_id VARCHAR, version BIGINT, cost_unit DECIMAL(18,6), currency VARCHAR, cost_basis VARCHAR, notes VARCHAR, user VARCHAR, set_at TIMESTAMPTZ)    the store's
-- reads   part (partition VARCHAR, part VARCHAR)    the part to publish
-- returns (import_id VARCHAR, version BIGINT, cost_unit DECIMAL(18,6), currency VARCHAR, cost_basis VARCHAR, notes VARCHAR, user VARCHAR, set_at TIMESTAMPTZ)    one row per import and version, from 2
SELECT
    costs.import_id,
    costs.version,
    costs.cost_unit,
    costs.currency,
    costs.cost_basis,
    costs.notes,
    costs."user",
    costs.set_at
FROM costs
CROSS JOIN part
ORDER BY costs.import_id, costs.version;
