-- How many rows of the drop were captured how many days before the import?
--
-- reads   drop_rows (code VARCHAR, captured_on DATE)    the cleaned rows
-- reads   run (import_id VARCHAR, import_date DATE)    this import
-- returns (import_id VARCHAR, age_days BIGINT, rows BIGINT)    one row per age; rows of every fate whose cells could be read and say when they were captured; the day after the import date counts as the day itself
SELECT
    run.import_id,
    greatest(run.import_date - drop_rows.captured_on, 0)::BIGINT AS age_days,
    count(*) AS rows
FROM drop_rows
CROSS JOIN run
WHERE drop_rows.captured_on <= run.import_date + 1 AND NOT starts_with(coalesce(drop_rows.code, ''), 'Q_')
GROUP BY ALL
ORDER BY age_days;
