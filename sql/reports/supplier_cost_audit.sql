-- What was paid for each import, by which version of its price, set by whom?
--
-- reads   imports (import_id VARCHAR, sequence BIGINT, status VARCHAR, file VARCHAR, sha256 VARCHAR, supplier VARCHAR, import_date DATE, user VARCHAR, started_at TIMESTAMPTZ)    every import
-- reads   import_costs (import_id VARCHAR, cost_version BIGINT, cost_unit DECIMAL(18,6), currency VARCHAR, cost_basis VARCHAR, rows_costed BIGINT, cost_total DECIMAL(18,6), cost_returned DECIMAL(18,6), cost_net DECIMAL(18,6))    what each costs
-- reads   costs (import_id VARCHAR, version BIGINT, notes VARCHAR, user VARCHAR, set_at TIMESTAMPTZ)    prices that were corrected later
-- returns (supplier VARCHAR, import_date DATE, import_id VARCHAR, status VARCHAR, file VARCHAR, sha256 VARCHAR, cost_version BIGINT, cost_unit DECIMAL(18,6), currency VARCHAR, cost_basis VARCHAR, rows_costed BIGINT, cost_total DECIMAL(18,6), cost_returned DECIMAL(18,6), cost_net DECIMAL(18,6), set_at TIMESTAMPTZ, set_by VARCHAR, notes VARCHAR)    one row per completed or undone import; what was undone is in no other report
SELECT
    imports.supplier,
    imports.import_date,
    imports.import_id,
    imports.status,
    imports.file,
    imports.sha256,
    import_costs.cost_version,
    import_costs.cost_unit,
    import_costs.currency,
    import_costs.cost_basis,
    import_costs.rows_costed,
    import_costs.cost_total,
    import_costs.cost_returned,
    import_costs.cost_net,
    coalesce(costs.set_at, imports.started_at) AS set_at,
    CASE WHEN costs.version IS NULL THEN imports."user" ELSE costs."user" END AS set_by,
    costs.notes
FROM imports
INNER JOIN import_costs ON imports.import_id = import_costs.import_id
LEFT JOIN costs ON import_costs.import_id = costs.import_id AND import_costs.cost_version = costs.version
WHERE imports.status IN ('completed', 'undone')
ORDER BY imports.supplier, imports.sequence;
