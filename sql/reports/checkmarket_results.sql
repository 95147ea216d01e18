-- What would CheckMarket answer for each row of the imports that are completed?
--
-- reads   import_rows (import_id VARCHAR, row_number BIGINT, fate VARCHAR, code VARCHAR, warnings VARCHAR[], lead_id BIGINT)    every row with its fate
-- reads   imports (import_id VARCHAR, status VARCHAR, settings JSON)    the imports
-- reads   checkmarket_codes (code VARCHAR, result_code VARCHAR, message VARCHAR)    their code by ours, or by our fate
-- returns (import_id VARCHAR, row_number BIGINT, result_code VARCHAR, message VARCHAR, lead_id BIGINT)    one row per row: why it was refused, else what is to say of its language, else its fate
WITH completed AS (
    SELECT
        import_id,
        json_extract_string(settings, '$.default_language') IS NOT NULL AS has_default_language,
        json_extract(settings, '$.mapping.language') IS NOT NULL AS has_language_column
    FROM imports
    WHERE status = 'completed'
),

told AS (
    SELECT
        import_rows.import_id,
        import_rows.row_number,
        import_rows.lead_id,
        CASE
            WHEN lower(import_rows.code) = 'r_dnc_bounce' THEN 'R_DNC_Bounce'
            WHEN starts_with(import_rows.code, 'R_DNC_') THEN 'R_DNC'
            WHEN import_rows.fate IN ('rejected', 'quarantined') THEN import_rows.code
            WHEN import_rows.fate = 'created' AND list_contains(import_rows.warnings, 'W_LANGUAGE_DEFAULT') THEN 'W_LANGUAGE_DEFAULT'
            WHEN import_rows.fate = 'created' AND completed.has_default_language AND NOT completed.has_language_column THEN 'W_LANGUAGE_DEFAULT'
            WHEN list_contains(import_rows.warnings, 'W_LANGUAGE_UNKNOWN') THEN 'W_LANGUAGE_UNKNOWN'
            ELSE import_rows.fate
        END AS code
    FROM import_rows
    INNER JOIN completed ON import_rows.import_id = completed.import_id
)

SELECT
    told.import_id,
    told.row_number,
    checkmarket_codes.result_code,
    checkmarket_codes.message,
    told.lead_id
FROM told
LEFT JOIN checkmarket_codes ON told.code = checkmarket_codes.code
ORDER BY told.import_id, told.row_number;
