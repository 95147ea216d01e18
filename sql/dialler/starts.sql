-- From when on do a lead's calls count: when it was made, or its attempts last began anew?
--
-- reads   touched (lead_id BIGINT)    the leads in question
-- reads   leads (lead_id BIGINT, created_at TIMESTAMPTZ)    the leads
-- reads   lead_images (lead_id BIGINT, changed_by VARCHAR, effect VARCHAR)    what imports changed
-- reads   imports (import_id VARCHAR, status VARCHAR, import_date DATE, list_id BIGINT)    those imports; one that was undone has reset nothing
-- reads   lists (list_id BIGINT, time_zone VARCHAR)    where their day began
-- returns (lead_id BIGINT, counts_from TIMESTAMPTZ)    one row per lead that is still there
WITH resets AS (
    SELECT
        lead_images.lead_id,
        max(timezone(coalesce(lists.time_zone, 'UTC'), imports.import_date::TIMESTAMP)) AS reset_at
    FROM lead_images
    SEMI JOIN touched ON lead_images.lead_id = touched.lead_id
    INNER JOIN imports ON lead_images.changed_by = imports.import_id
    LEFT JOIN lists ON imports.list_id = lists.list_id
    WHERE lead_images.effect = 'reset' AND imports.status = 'completed'
    GROUP BY lead_images.lead_id
)

SELECT
    leads.lead_id,
    greatest(leads.created_at, resets.reset_at) AS counts_from
FROM leads
SEMI JOIN touched ON leads.lead_id = touched.lead_id
LEFT JOIN resets ON leads.lead_id = resets.lead_id
ORDER BY leads.lead_id;
