-- Which rows of the drop were captured too long before the import date, and which after it?
--
-- reads   drop_rows (row_number BIGINT, code VARCHAR, captured_on DATE)    the cleaned rows
-- reads   run (import_date DATE, max_capture_days INTEGER)    this import; without a greatest age nothing is too old
-- returns (row_number BIGINT, code VARCHAR, detail VARCHAR)    one row per row that is rejected (R_TOO_OLD) or warned (W_CAPTURED_ON); the next day is none of those: it has begun elsewhere
WITH aged AS (
    SELECT
        drop_rows.row_number,
        drop_rows.code,
        run.import_date - drop_rows.captured_on AS age_days,
        run.max_capture_days
    FROM drop_rows
    CROSS JOIN run
    WHERE drop_rows.captured_on IS NOT NULL AND NOT starts_with(coalesce(drop_rows.code, ''), 'Q_')
)

SELECT
    row_number,
    CASE WHEN age_days < 0 THEN 'W_CAPTURED_ON' ELSE 'R_TOO_OLD' END AS code,
    'captured ' || abs(age_days)::VARCHAR || CASE WHEN abs(age_days) = 1 THEN ' day ' ELSE ' days ' END
    || CASE WHEN age_days < 0 THEN 'after' ELSE 'before' END || ' the import' AS detail
FROM aged
WHERE age_days < -1 OR (code IS NULL AND age_days > max_capture_days)
ORDER BY row_number;
