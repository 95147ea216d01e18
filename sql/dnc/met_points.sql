-- Which numbers of live leads do the entries in question meet, or would have to be washed?
--
-- reads   contact_points (kind UTINYINT, value BIGINT, lead_id BIGINT, slot VARCHAR)    the contact points of all leads
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
        contact_points.lead_id,
        contact_points.slot,
        contact_points.kind,
        contact_points.value
    FROM contact_points
    SEMI JOIN asked_entries ON contact_points.value = asked_entries.value
    WHERE contact_points.kind IN (1, 2)
    UNION
    SELECT
        contact_points.lead_id,
        contact_points.slot,
        contact_points.kind,
        contact_points.value
    FROM contact_points
    CROSS JOIN lengths
    INNER JOIN asked_prefixes
        ON
            lengths.digits = asked_prefixes.digits
            AND left(
                (CASE WHEN contact_points.kind = 2 THEN contact_points.value - 3000000000000000000 ELSE contact_points.value END)::VARCHAR,
                lengths.digits
            )::BIGINT = asked_prefixes.prefix
    WHERE contact_points.kind IN (1, 2)
    UNION
    SELECT
        contact_points.lead_id,
        contact_points.slot,
        contact_points.kind,
        contact_points.value
    FROM contact_points
    INNER JOIN leads ON contact_points.lead_id = leads.lead_id
    SEMI JOIN asked_imports ON leads.import_id = asked_imports.import_id
    WHERE contact_points.kind IN (1, 2)
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
