-- What did one import do to leads that were there, by which of its rows?
--
-- reads   effects (import_id VARCHAR, lead_id BIGINT, effect VARCHAR, row_number BIGINT, slot VARCHAR, lead_slot VARCHAR, list_id BIGINT, points BIGINT[])    the store's
-- reads   part (partition VARCHAR, part VARCHAR)    the part to publish
-- returns (import_id VARCHAR, lead_id BIGINT, effect VARCHAR, row_number BIGINT, slot VARCHAR, lead_slot VARCHAR, list_id BIGINT, points BIGINT[])    one row per lead and effect
SELECT
    effects.import_id,
    effects.lead_id,
    effects.effect,
    effects.row_number,
    effects.slot,
    effects.lead_slot,
    effects.list_id,
    effects.points
FROM effects
CROSS JOIN part
WHERE effects.import_id = part.part
ORDER BY effects.lead_id, effects.effect, effects.import_id;
