-- Which leads that expired since the first call of the report, and were swept, had the numbers that it names?
--
-- reads   reported (value BIGINT, happened_at TIMESTAMPTZ, happened_local TIMESTAMP)    the report's rows
-- reads   imports (import_id VARCHAR, status VARCHAR, list_id BIGINT, import_date DATE, expires_at TIMESTAMPTZ)    every import
-- reads   row_evidence (import_id VARCHAR, row_number BIGINT, lead_base BIGINT, points BIGINT[])    what is left of the leads: by what the rows were found that made them
-- reads   single_rows (import_id VARCHAR, row_number BIGINT, fate VARCHAR)    the rows that made none
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

made AS (
    SELECT
        row_evidence.lead_base + row_evidence.row_number AS lead_id,
        row_evidence.import_id,
        row_evidence.points
    FROM row_evidence
    SEMI JOIN expired ON row_evidence.import_id = expired.import_id
    ANTI JOIN (SELECT import_id, row_number FROM single_rows WHERE fate <> 'created') AS others
        ON row_evidence.import_id = others.import_id AND row_evidence.row_number = others.row_number
    WHERE row_evidence.points IS NOT NULL
),

gone AS (
    SELECT
        made.lead_id,
        made.import_id,
        unnest(made.points) AS value
    FROM made
    ANTI JOIN leads ON made.lead_id = leads.lead_id
    ANTI JOIN (SELECT lead_id FROM lead_images WHERE effect IN ('deleted', 'replaced')) AS taken
        ON made.lead_id = taken.lead_id
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
