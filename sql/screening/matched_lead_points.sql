-- By what can the leads that rows of the drop meet be recognised?
--
-- reads   contact_points (kind UTINYINT, value BIGINT, lead_id BIGINT, slot VARCHAR)    those of the leads
-- reads   existing_matches (lead_id BIGINT)    the leads that are met
-- reads   leads (lead_id BIGINT, email VARCHAR)    the leads
-- reads   run (dedupe_keys VARCHAR[])    this import
-- returns (lead_id BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT, text VARCHAR)    one row per contact point
WITH points AS (
    SELECT
        contact_points.lead_id,
        contact_points.slot,
        contact_points.kind,
        contact_points.value
    FROM contact_points
    SEMI JOIN existing_matches ON contact_points.lead_id = existing_matches.lead_id
)

SELECT
    points.lead_id,
    points.slot,
    points.kind,
    points.value,
    CASE WHEN points.kind = 3 THEN lower(leads.email) ELSE '' END AS text
FROM points
INNER JOIN leads ON points.lead_id = leads.lead_id
CROSS JOIN run
WHERE list_contains(run.dedupe_keys, CASE WHEN points.kind = 3 THEN 'email' ELSE 'phone' END)
ORDER BY points.lead_id, points.slot;
