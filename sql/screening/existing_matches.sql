-- Which existing leads in scope does each row of the drop meet, and by which slots?
--
-- reads   met_points (row_number BIGINT, slot VARCHAR, kind UTINYINT, lead_id BIGINT, lead_slot VARCHAR)    which contact points of leads the rows meet
-- reads   drop_rows (row_number BIGINT, email VARCHAR)    the cleaned rows
-- reads   near_leads (lead_id BIGINT, list_id BIGINT, supplier VARCHAR, email VARCHAR, import_id VARCHAR, row_number BIGINT, status VARCHAR, created_at TIMESTAMPTZ, expires_at TIMESTAMPTZ)    the leads that may be met
-- reads   imports (import_id VARCHAR, sequence BIGINT)    for their age
-- reads   doomed (lead_id BIGINT)    leads that this import deletes first
-- reads   run (list_id BIGINT, supplier VARCHAR, import_date DATE, time_zone VARCHAR, is_global BOOLEAN, scope_lists BIGINT[], campaign_lists BIGINT[], dedupe_scope VARCHAR[], max_age_days INTEGER, statuses VARCHAR[], as_of TIMESTAMPTZ)    this import; a NULL age is any, and so is no status
-- returns (row_number BIGINT, slot VARCHAR, kind UTINYINT, lead_id BIGINT, lead_slot VARCHAR, list_id BIGINT, supplier VARCHAR, age BIGINT, scope VARCHAR)    one row per pair of slots that meet; the smaller age is the older lead; scope is the first that sees it
WITH met_leads AS (
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
    FROM near_leads AS leads
    SEMI JOIN met_points ON leads.lead_id = met_points.lead_id
    CROSS JOIN run
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
    met_points.row_number,
    met_points.slot,
    met_points.kind,
    met_points.lead_id,
    met_points.lead_slot,
    ranked.list_id,
    ranked.supplier,
    ranked.age,
    ranked.scope
FROM met_points
INNER JOIN ranked ON met_points.lead_id = ranked.lead_id
LEFT JOIN drop_rows ON met_points.row_number = drop_rows.row_number AND met_points.kind = 3
WHERE met_points.kind <> 3 OR lower(drop_rows.email) = lower(ranked.email)
ORDER BY met_points.row_number, met_points.slot, ranked.age, met_points.lead_slot;
