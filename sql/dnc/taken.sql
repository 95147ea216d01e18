-- Which numbers are to be taken off their leads?
--
-- reads   forbidden (lead_id BIGINT, slot VARCHAR, value BIGINT)    the numbers that may not be called
-- reads   leads (lead_id BIGINT, import_id VARCHAR)    the leads
-- reads   imports (import_id VARCHAR, settings JSON)    the imports that made them
-- reads   lead_points (kind UTINYINT, value BIGINT, lead_id BIGINT, slot VARCHAR)    by what the leads can be recognised that may be met
-- returns (lead_id BIGINT, slot VARCHAR, value BIGINT)    one row per number; all of a lead whose import rejects leads for one
WITH strict AS (
    SELECT import_id FROM imports WHERE settings ->> '$.dnc.on_match' = 'reject_lead'
),

whole AS (
    SELECT leads.lead_id
    FROM leads
    SEMI JOIN forbidden ON leads.lead_id = forbidden.lead_id
    SEMI JOIN strict ON leads.import_id = strict.import_id
),

taken AS (
    SELECT
        lead_id,
        slot,
        value
    FROM forbidden
    UNION
    SELECT
        lead_points.lead_id,
        lead_points.slot,
        lead_points.value
    FROM lead_points
    SEMI JOIN whole ON lead_points.lead_id = whole.lead_id
    WHERE lead_points.kind IN (1, 2)
)

SELECT
    lead_id,
    slot,
    value
FROM taken
ORDER BY lead_id, slot;
