-- Which numbers are to be taken off their leads?
--
-- reads   forbidden (lead_id BIGINT, slot VARCHAR, value BIGINT)    the numbers that may not be called
-- reads   leads (lead_id BIGINT, import_id VARCHAR)    the leads
-- reads   imports (import_id VARCHAR, settings JSON)    the imports that made them
-- reads   lead_points (kind UTINYINT, value BIGINT, lead_id BIGINT, slot VARCHAR)    by what the leads can be recognised that may be met
-- returns (lead_id BIGINT, slot VARCHAR, value BIGINT)    one row per number; all of a lead whose import rejects leads for one
WITH whole AS (
    SELECT DISTINCT forbidden.lead_id
    FROM forbidden
    INNER JOIN leads ON forbidden.lead_id = leads.lead_id
    INNER JOIN imports ON leads.import_id = imports.import_id
    WHERE imports.settings ->> '$.dnc.on_match' = 'reject_lead'
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
