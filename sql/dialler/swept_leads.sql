-- Which leads that expired since the first call of the report, and were swept, had the numbers that it names?
--
-- reads   reported (value BIGINT, happened_at TIMESTAMPTZ, happened_local TIMESTAMP)    the report's rows
-- reads   imports (import_id VARCHAR, status VARCHAR, list_id BIGINT, import_date DATE, expires_at TIMESTAMPTZ)    every import
-- reads   import_rows (import_id VARCHAR, row_number BIGINT, fate VARCHAR, lead_id BIGINT)    what is left of the leads: the rows that made them
-- reads   row_evidence (import_id VARCHAR, row_number BIGINT, points BIGINT[])    by what they were found
-- reads   leads (lead_id BIGINT)    those that still stand
-- reads   lead_images (lead_id BIGINT, effect VARCHAR)    those that went otherwise
-- reads   lists (list_id BIGINT, time_zone VARCHAR)    for when the leads came
-- returns (value BIGINT, lead_id BIGINT, import_id VARCHAR, list_id BIGINT, created_at TIMESTAMPTZ, expires_at TIMESTAMPTZ)    one row per lead and number
WITH bounds AS (
    SELECT min(coalesce(happened_at, happened_local::TIMESTAMPTZ)) - INTERVAL 1 DAY AS first_at FROM reported
),

expired AS (
    SELECT
        imports.import_id,
        imports.list_id,
        imports.import_date,
        imports.expires_at
    FROM imports
    INNER JOIN bounds ON imports.expires_at > bounds.first_at
    WHERE imports.status = 'completed'
),

gone AS (
    SELECT
        import_rows.lead_id,
        import_rows.import_id,
        unnest(row_evidence.points) AS value
    FROM import_rows
    INNER JOIN row_evidence
        ON import_rows.import_id = row_evidence.import_id AND import_rows.row_number = row_evidence.row_number
    SEMI JOIN expired ON import_rows.import_id = expired.import_id
    ANTI JOIN leads ON import_rows.lead_id = leads.lead_id
    ANTI JOIN (SELECT lead_id FROM lead_images WHERE effect IN ('deleted', 'replaced')) AS taken
        ON import_rows.lead_id = taken.lead_id
    WHERE import_rows.fate = 'created' AND row_evidence.points IS NOT NULL
)

SELECT
    gone.value,
    gone.lead_id,
    gone.import_id,
    expired.list_id,
    timezone(coalesce(lists.time_zone, 'UTC'), expired.import_date::TIMESTAMP) AS created_at,
    expired.expires_at
FROM gone
SEMI JOIN reported ON gone.value = reported.value
INNER JOIN expired ON gone.import_id = expired.import_id
LEFT JOIN lists ON expired.list_id = lists.list_id
ORDER BY gone.value, gone.lead_id;
