-- For which rows may a supplier be asked to give money back, and what shows it?
--
-- reads   imports (import_id VARCHAR, sequence BIGINT, status VARCHAR, file VARCHAR, sha256 VARCHAR, supplier VARCHAR, import_date DATE)    every import; the upper bits of a lead's id are those of the import that made it
-- reads   import_costs (import_id VARCHAR, cost_unit DECIMAL(18,6), currency VARCHAR, cost_basis VARCHAR)    what each costs
-- reads   import_rows (import_id VARCHAR, row_number BIGINT, line_number BIGINT, fate VARCHAR, code VARCHAR, met STRUCT(slot VARCHAR, lead_id BIGINT, row_number BIGINT, other_slot VARCHAR, scope VARCHAR, action VARCHAR))    every row of every import
-- reads   claim (supplier VARCHAR, code VARCHAR, since DATE, until DATE)    of whom, for which reason, between which import dates, NULL for no bound; a code stands for all that begin so
-- returns (supplier VARCHAR, import_id VARCHAR, import_date DATE, file VARCHAR, sha256 VARCHAR, row_number BIGINT, line_number BIGINT, code VARCHAR, met_import_id VARCHAR, met_row_number BIGINT, amount DECIMAL(18,6), currency VARCHAR)    one row per rejected row that was paid for: where the contract pays by rows received and the cost is known; nothing of the person
WITH sources AS (
    SELECT
        import_id,
        ('0x' || left(sha256(import_id), 9))::BIGINT AS lead_bits
    FROM imports
)

SELECT
    imports.supplier,
    imports.import_id,
    imports.import_date,
    imports.file,
    imports.sha256,
    import_rows.row_number,
    import_rows.line_number,
    import_rows.code,
    CASE WHEN import_rows.met.row_number IS NOT NULL THEN imports.import_id ELSE sources.import_id END AS met_import_id,
    coalesce(import_rows.met.row_number, import_rows.met.lead_id & 134217727) AS met_row_number,
    import_costs.cost_unit AS amount,
    import_costs.currency
FROM import_rows
INNER JOIN imports ON import_rows.import_id = imports.import_id AND imports.status = 'completed'
INNER JOIN import_costs ON imports.import_id = import_costs.import_id
LEFT JOIN sources ON import_rows.met.lead_id >> 27 = sources.lead_bits
SEMI JOIN claim
    ON
        imports.supplier = claim.supplier
        AND starts_with(import_rows.code, claim.code)
        AND imports.import_date BETWEEN coalesce(claim.since, imports.import_date) AND coalesce(claim.until, imports.import_date)
WHERE
    import_rows.fate = 'rejected'
    AND import_costs.cost_basis = 'received'
    AND import_costs.cost_unit > 0
ORDER BY imports.sequence, import_rows.row_number;
