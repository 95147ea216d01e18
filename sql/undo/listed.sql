-- Which numbers of the leads that come back stand on a do-not-call list that their own import checked?
--
-- reads   restored_points (lead_id BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    the contact points of the leads that come back
-- reads   restored (lead_id BIGINT, import_id VARCHAR)    the leads that come back
-- reads   imports (import_id VARCHAR, settings JSON)    the imports that brought them
-- reads   dnc (value BIGINT, category VARCHAR, expires_on DATE)    the do-not-call entries
-- reads   dnc_loads (category VARCHAR, loaded_at TIMESTAMPTZ)    when categories were loaded
-- reads   run (started_at TIMESTAMPTZ, day DATE)    the import to undo, and today
-- returns (lead_id BIGINT, slot VARCHAR, value BIGINT, is_taken BOOLEAN)    one row per number; taken off if its category was loaded since the import
WITH loaded_since AS (
    SELECT DISTINCT dnc_loads.category FROM dnc_loads INNER JOIN run ON dnc_loads.loaded_at >= run.started_at
),

hits AS (
    SELECT
        restored_points.lead_id,
        restored_points.slot,
        imports.settings ->> '$.dnc.on_match' = 'reject_lead' AS is_whole,
        dnc.category IN (SELECT loaded_since.category FROM loaded_since) AS is_new
    FROM restored_points
    INNER JOIN dnc ON restored_points.value = dnc.value
    INNER JOIN restored ON restored_points.lead_id = restored.lead_id
    INNER JOIN imports ON restored.import_id = imports.import_id
    CROSS JOIN run
    WHERE
        restored_points.kind IN (1, 2)
        AND (dnc.expires_on IS NULL OR dnc.expires_on >= run.day)
        AND list_contains(from_json(imports.settings -> '$.dnc.categories', '["VARCHAR"]'), dnc.category)
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
