-- How many live leads, with how many numbers, are held against each category?
--
-- reads   leads (import_id VARCHAR, status VARCHAR, expires_at TIMESTAMPTZ, phone1 VARCHAR, phone2 VARCHAR, phone3 VARCHAR, phone4 VARCHAR, phone5 VARCHAR)    the leads
-- reads   import_checks (import_id VARCHAR, category VARCHAR)    which categories imports check
-- reads   rescreening (now TIMESTAMPTZ)    this run
-- returns (category VARCHAR, leads BIGINT, points BIGINT)    one row per category, by the imports that made the leads
WITH live AS (
    SELECT
        leads.import_id,
        count(*) AS leads,
        count(leads.phone1) + count(leads.phone2) + count(leads.phone3) + count(leads.phone4) + count(leads.phone5) AS points
    FROM leads
    CROSS JOIN rescreening
    WHERE
        leads.status IS DISTINCT FROM 'suppressed'
        AND (leads.expires_at IS NULL OR leads.expires_at > rescreening.now)
    GROUP BY leads.import_id
)

SELECT
    import_checks.category,
    sum(live.leads)::BIGINT AS leads,
    sum(live.points)::BIGINT AS points
FROM live
INNER JOIN import_checks ON live.import_id = import_checks.import_id
GROUP BY import_checks.category
ORDER BY import_checks.category;
