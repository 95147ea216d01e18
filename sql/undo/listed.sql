-- Which numbers of the leads that come back may not be called, by the categories that their own import checked?
--
-- reads   restored_points (lead_id BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    the contact points of the leads that come back
-- reads   restored (lead_id BIGINT, import_id VARCHAR, status VARCHAR)    the leads that come back
-- reads   imports (import_id VARCHAR, settings JSON)    the imports that brought them
-- reads   forbidden (lead_id BIGINT, slot VARCHAR, category VARCHAR)    the numbers that may not be called today
-- reads   dnc_loads (category VARCHAR, loaded_at TIMESTAMPTZ)    when categories were loaded
-- reads   dnc_checks (category VARCHAR, kind VARCHAR, checked_at TIMESTAMPTZ)    when all leads were held against them
-- reads   run (started_at TIMESTAMPTZ)    the import to undo
-- returns (lead_id BIGINT, slot VARCHAR, value BIGINT, is_taken BOOLEAN)    one row per number; taken off if its category was loaded or checked since the import, or the lead was suppressed since
WITH asked_since AS (
    SELECT dnc_loads.category FROM dnc_loads INNER JOIN run ON dnc_loads.loaded_at >= run.started_at
    UNION
    SELECT dnc_checks.category FROM dnc_checks INNER JOIN run ON dnc_checks.checked_at >= run.started_at WHERE dnc_checks.kind = 'full'
),

hits AS (
    SELECT
        forbidden.lead_id,
        forbidden.slot,
        imports.settings ->> '$.dnc.on_match' = 'reject_lead' AS is_whole,
        forbidden.category IN (SELECT asked_since.category FROM asked_since) AS is_new
    FROM forbidden
    INNER JOIN restored ON forbidden.lead_id = restored.lead_id
    INNER JOIN imports ON restored.import_id = imports.import_id
    UNION ALL
    SELECT
        lead_id,
        NULL AS slot,
        TRUE AS is_whole,
        TRUE AS is_new
    FROM restored
    WHERE status = 'suppressed'
)

SELECT
    restored_points.lead_id,
    restored_points.slot,
    restored_points.value,
    bool_or(hits.is_new) AS is_taken
FROM restored_points
INNER JOIN hits
    ON
        restored_points.lead_id = hits.lead_id
        AND (restored_points.slot = hits.slot OR hits.is_whole)
WHERE restored_points.kind IN (1, 2)
GROUP BY restored_points.lead_id, restored_points.slot, restored_points.value
ORDER BY restored_points.lead_id, restored_points.slot;
