-- What happens to leads where those that would be replaced are moved to another list?
--
-- reads   replacing (lead_id BIGINT)    what the duplicate check does to leads
-- reads   leads (lead_id BIGINT, list_id BIGINT)    the leads
-- reads   run (moves_to BIGINT)    this import
-- returns (lead_id BIGINT, effect VARCHAR)    one row per lead that moves; what stands on that list already is left alone
SELECT
    replacing.lead_id,
    'migrated' AS effect
FROM replacing
INNER JOIN leads ON replacing.lead_id = leads.lead_id
CROSS JOIN run
WHERE leads.list_id <> run.moves_to
ORDER BY replacing.lead_id;
