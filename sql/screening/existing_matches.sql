-- Which existing leads in scope does each row of the drop meet, and by which slots?
--
-- reads   known_points (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    the contact points of the drop that leads have
-- reads   drop_rows (row_number BIGINT, email VARCHAR)    the cleaned rows
-- reads   contact_points (value BIGINT, lead_id BIGINT, list_id BIGINT, slot VARCHAR)    those of the leads
-- reads   leads (lead_id BIGINT, list_id BIGINT, supplier VARCHAR, email VARCHAR, import_id VARCHAR, row_number BIGINT, expires_at TIMESTAMPTZ)    the leads
-- reads   imports (import_id VARCHAR, sequence BIGINT)    for their age
-- reads   doomed (lead_id BIGINT)    leads that this import deletes first
-- reads   run (is_global BOOLEAN, scope_lists BIGINT[], as_of TIMESTAMPTZ)    this import
-- returns (row_number BIGINT, slot VARCHAR, kind UTINYINT, lead_id BIGINT, lead_slot VARCHAR, list_id BIGINT, supplier VARCHAR, age BIGINT)    one row per pair of slots that meet; the smaller age is the older lead
WITH met AS (
    SELECT
        known_points.row_number,
        known_points.slot,
        known_points.kind,
        contact_points.lead_id,
        contact_points.slot AS lead_slot
    FROM known_points
    INNER JOIN contact_points ON known_points.value = contact_points.value
    CROSS JOIN run
    WHERE run.is_global OR list_contains(run.scope_lists, contact_points.list_id)
),

met_leads AS (
    SELECT
        leads.lead_id,
        leads.list_id,
        leads.supplier,
        leads.email,
        imports.sequence,
        leads.row_number
    FROM leads
    CROSS JOIN run
    SEMI JOIN met ON leads.lead_id = met.lead_id
    ANTI JOIN doomed ON leads.lead_id = doomed.lead_id
    LEFT JOIN imports ON leads.import_id = imports.import_id
    WHERE leads.expires_at IS NULL OR leads.expires_at > run.as_of
),

ranked AS (
    SELECT
        *,
        row_number() OVER (ORDER BY sequence, row_number) AS age
    FROM met_leads
)

SELECT
    met.row_number,
    met.slot,
    met.kind,
    met.lead_id,
    met.lead_slot,
    ranked.list_id,
    ranked.supplier,
    ranked.age
FROM met
INNER JOIN ranked ON met.lead_id = ranked.lead_id
LEFT JOIN drop_rows ON met.row_number = drop_rows.row_number AND met.kind = 3
WHERE met.kind <> 3 OR lower(drop_rows.email) = lower(ranked.email)
ORDER BY met.row_number, met.slot, ranked.age, met.lead_slot;
