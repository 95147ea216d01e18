-- By what can the leads that rows of the drop meet be recognised?
--
-- reads   existing_matches (lead_id BIGINT)    the leads that are met
-- reads   lead_points (kind UTINYINT, value BIGINT, lead_id BIGINT, slot VARCHAR)    by what leads can be recognised that may be met
-- reads   near_leads (lead_id BIGINT, email VARCHAR)    those leads
-- reads   run (dedupe_keys VARCHAR[])    this import
-- returns (lead_id BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT, text VARCHAR)    one row per contact point
SELECT
    lead_points.lead_id,
    lead_points.slot,
    lead_points.kind,
    lead_points.value,
    CASE WHEN lead_points.kind = 3 THEN lower(near_leads.email) ELSE '' END AS text
FROM lead_points
INNER JOIN near_leads ON lead_points.lead_id = near_leads.lead_id
SEMI JOIN existing_matches ON lead_points.lead_id = existing_matches.lead_id
CROSS JOIN run
WHERE list_contains(run.dedupe_keys, CASE WHEN lead_points.kind = 3 THEN 'email' ELSE 'phone' END)
ORDER BY lead_points.lead_id, lead_points.slot;
