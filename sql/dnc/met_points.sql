-- Which numbers of live leads do the entries in question meet, or would have to be washed?
--
-- reads   lead_points (kind UTINYINT, value BIGINT, lead_id BIGINT, slot VARCHAR)    by what the leads can be recognised that may be met
-- reads   leads (lead_id BIGINT, import_id VARCHAR, status VARCHAR, expires_at TIMESTAMPTZ)    the leads
-- reads   asked_entries (value BIGINT)    the entries in question
-- reads   asked_prefixes (prefix BIGINT, digits UTINYINT)    the prefixes in question
-- reads   asked_imports (import_id VARCHAR)    imports whose leads have to be washed
-- reads   rescreening (now TIMESTAMPTZ)    this run
-- returns (lead_id BIGINT, import_id VARCHAR, slot VARCHAR, kind UTINYINT, value BIGINT)    one row per number, in no order
WITH lengths AS (
    SELECT DISTINCT digits FROM asked_prefixes
),

met AS (
    SELECT
        lead_points.lead_id,
        lead_points.slot,
        lead_points.kind,
        lead_points.value
    FROM lead_points
    SEMI JOIN asked_entries ON lead_points.value = asked_entries.value
    WHERE lead_points.kind IN (1, 2)
    UNION
    SELECT
        lead_points.lead_id,
        lead_points.slot,
        lead_points.kind,
        lead_points.value
    FROM lead_points
    CROSS JOIN lengths
    INNER JOIN asked_prefixes
        ON
            lengths.digits = asked_prefixes.digits
            AND left(
                (CASE WHEN lead_points.kind = 2 THEN lead_points.value - 3000000000000000000 ELSE lead_points.value END)::VARCHAR,
                lengths.digits
            )::BIGINT = asked_prefixes.prefix
    WHERE lead_points.kind IN (1, 2)
    UNION
    SELECT
        lead_points.lead_id,
        lead_points.slot,
        lead_points.kind,
        lead_points.value
    FROM lead_points
    INNER JOIN leads ON lead_points.lead_id = leads.lead_id
    SEMI JOIN asked_imports ON leads.import_id = asked_imports.import_id
    WHERE lead_points.kind IN (1, 2)
)

SELECT
    met.lead_id,
    leads.import_id,
    met.slot,
    met.kind,
    met.value
FROM met
INNER JOIN leads ON met.lead_id = leads.lead_id
CROSS JOIN rescreening
WHERE
    leads.status IS DISTINCT FROM 'suppressed'
    AND (leads.expires_at IS NULL OR leads.expires_at > rescreening.now);
