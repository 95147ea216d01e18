-- How old were the rows of the imports of one date?
--
-- reads   import_ages (import_id VARCHAR, age_days BIGINT, rows BIGINT)    the store's
-- reads   imports (import_id VARCHAR, sequence BIGINT, import_date DATE)    for the date
-- reads   part (partition VARCHAR, part VARCHAR)    the part to publish
-- returns (import_id VARCHAR, age_days BIGINT, rows BIGINT)    one row per import and age, of rows that say when they were captured
SELECT
    import_ages.import_id,
    import_ages.age_days,
    import_ages.rows
FROM import_ages
INNER JOIN imports ON import_ages.import_id = imports.import_id
CROSS JOIN part
WHERE imports.import_date = part.partition::DATE
ORDER BY imports.sequence, import_ages.age_days;
