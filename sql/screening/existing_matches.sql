-- Which existing leads in scope does each row of the drop meet, and by which slots?
--
-- reads   known_points (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    the contact points of the drop that leads have
-- reads   drop_rows (row_number BIGINT, email VARCHAR)    the cleaned rows
-- reads   contact_points (value BIGINT, lead_id BIGINT, list_id BIGINT, slot VARCHAR)    those of the leads
-- reads   leads (lead_id BIGINT, list_id BIGINT, supplier VARCHAR, email VARCHAR, import_id VARCHAR, row_number BIGINT, status VARCHAR, created_at TIMESTAMPTZ, expires_at TIMESTAMPTZ)    the leads
-- reads   imports (import_id VARCHAR, sequence BIGINT)    for their age
-- reads   doomed (lead_id BIGINT)    leads that this import deletes first
-- reads   run (list_id BIGINT, supplier VARCHAR, import_date DATE, time_zone VARCHAR, is_global BOOLEAN, scope_lists BIGINT[], campaign_lists BIGINT[], dedupe_scope VARCHAR[], max_age_days INTEGER, statuses VARCHAR[], as_of TIMESTAMPTZ)    this import; a NULL age is any, and so is no status
-- returns (row_number BIGINT, slot VARCHAR, kind UTINYINT, lead_id BIGINT, lead_slot VARCHAR, list_id BIGINT, supplier VARCHAR, age BIGINT, scope VARCHAR)    one row per pair of slots that meet; the smaller age is the older lead; scope is the first that sees it
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
    WHERE
        run.is_global
        OR list_contains(run.scope_lists, contact_points.list_id)
        OR list_contains(run.campaign_lists, contact_points.list_id)
        OR list_contains(run.dedupe_scope, 'supplier')
),

met_leads AS (
    SELECT
        leads.lead_id,
        leads.list_id,
        leads.supplier,
        leads.email,
        imports.sequence,
        leads.row_number,
        CASE
            WHEN run.is_global THEN 'global'
            WHEN list_contains(run.dedupe_scope, 'destination') AND leads.list_id = run.list_id THEN 'destination'
            WHEN list_contains(run.scope_lists, leads.list_id) THEN 'lists'
            WHEN list_contains(run.campaign_lists, leads.list_id) THEN 'campaign'
            WHEN list_contains(run.dedupe_scope, 'supplier') AND leads.supplier = run.supplier THEN 'supplier'
        END AS scope
    FROM leads
    CROSS JOIN run
    SEMI JOIN met ON leads.lead_id = met.lead_id
    ANTI JOIN doomed ON leads.lead_id = doomed.lead_id
    LEFT JOIN imports ON leads.import_id = imports.import_id
    WHERE
        (leads.expires_at IS NULL OR leads.expires_at > run.as_of)
        AND (run.max_age_days IS NULL OR timezone(run.time_zone, leads.created_at)::DATE >= run.import_date - run.max_age_days)
        AND (len(run.statuses) = 0 OR list_contains(run.statuses, leads.status))
),

ranked AS (
    SELECT
        *,
        row_number() OVER (ORDER BY sequence, row_number) AS age
    FROM met_leads
    WHERE scope IS NOT NULL
)

SELECT
    met.row_number,
    met.slot,
    met.kind,
    met.lead_id,
    met.lead_slot,
    ranked.list_id,
    ranked.supplier,
    ranked.age,
    ranked.scope
FROM met
INNER JOIN ranked ON met.lead_id = ranked.lead_id
LEFT JOIN drop_rows ON met.row_number = drop_rows.row_number AND met.kind = 3
WHERE met.kind <> 3 OR lower(drop_rows.email) = lower(ranked.email)
ORDER BY met.row_number, met.slot, ranked.age, met.lead_slot;
