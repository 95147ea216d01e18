-- How many rows of the imports of one date had which fate and code?
--
-- reads   import_reasons (import_id VARCHAR, fate VARCHAR, code VARCHAR, rows BIGINT)    the store's
-- reads   imports (import_id VARCHAR, sequence BIGINT, import_date DATE)    for the date
-- reads   part (partition VARCHAR, part VARCHAR)    the part to publish
-- returns (import_id VARCHAR, fate VARCHAR, code VARCHAR, rows BIGINT)    one row per import, fate and code; fate 'warning' counts a warning's rows
SELECT
    import_reasons.import_id,
    import_reasons.fate,
    import_reasons.code,
    import_reasons.rows
FROM import_reasons
INNER JOIN imports ON import_reasons.import_id = imports.import_id
CROSS JOIN part
WHERE imports.import_date = part.partition::DATE
ORDER BY imports.sequence, import_reasons.fate, import_reasons.code;
