-- Which existing leads does the import change, and what happens to each above all?
--
-- reads   touches (lead_id BIGINT, effect VARCHAR)    what the duplicate check does to leads
-- reads   doomed (lead_id BIGINT)    what delete existing takes away
-- reads   leads (lead_id BIGINT)    the leads, before any change
-- returns (lead_id BIGINT, effect VARCHAR)    one row per existing lead; a reset shows beside a move or an update, since attempts were lost
WITH effects AS (
    SELECT lead_id, 'deleted' AS effect FROM doomed
    UNION ALL
    SELECT lead_id, effect FROM touches
)

SELECT
    effects.lead_id,
    arg_min(
        effects.effect, list_position(['deleted', 'replaced', 'reset', 'migrated', 'updated'], effects.effect)
    ) AS effect
FROM effects
SEMI JOIN leads ON effects.lead_id = leads.lead_id
GROUP BY effects.lead_id
ORDER BY effects.lead_id;
