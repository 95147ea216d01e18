-- How many imports of which status and rows of which fate has each template brought, and when was the last?
--
-- reads   imports (template VARCHAR, status VARCHAR, created BIGINT, updated BIGINT, rejected BIGINT, quarantined BIGINT, started_at TIMESTAMPTZ)    every import
-- returns (template VARCHAR, status VARCHAR, imports BIGINT, created BIGINT, updated BIGINT, rejected BIGINT, quarantined BIGINT, last_at DOUBLE)    one row per template and status; last_at in seconds since 1970
SELECT
    template,
    status,
    count(*) AS imports,
    coalesce(sum(created), 0)::BIGINT AS created,
    coalesce(sum(updated), 0)::BIGINT AS updated,
    coalesce(sum(rejected), 0)::BIGINT AS rejected,
    coalesce(sum(quarantined), 0)::BIGINT AS quarantined,
    epoch(max(started_at)) AS last_at
FROM imports
GROUP BY template, status
ORDER BY template, status;
