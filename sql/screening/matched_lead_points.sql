-- By what can the leads that rows of the drop meet be recognised?
--
-- reads   matched_points (kind UTINYINT, value BIGINT, lead_id BIGINT, slot VARCHAR)    those of the leads that are met
-- reads   leads (lead_id BIGINT, email VARCHAR)    the leads
-- reads   run (dedupe_keys VARCHAR[])    this import
-- returns (lead_id BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT, text VARCHAR)    one row per contact point
SELECT
    matched_points.lead_id,
    matched_points.slot,
    matched_points.kind,
    matched_points.value,
    CASE WHEN matched_points.kind = 3 THEN lower(leads.email) ELSE '' END AS text
FROM matched_points
INNER JOIN leads ON matched_points.lead_id = leads.lead_id
CROSS JOIN run
WHERE list_contains(run.dedupe_keys, CASE WHEN matched_points.kind = 3 THEN 'email' ELSE 'phone' END)
ORDER BY matched_points.lead_id, matched_points.slot;
