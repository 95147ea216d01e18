-- How do the leads in question stand now?
--
-- reads   leads_in_question (lead_id BIGINT)    the leads
-- reads   standing_leads (lead_id BIGINT, list_id BIGINT, supplier VARCHAR, import_id VARCHAR, row_number BIGINT, status VARCHAR, call_attempts INTEGER, email VARCHAR, phone1 VARCHAR, phone2 VARCHAR, phone3 VARCHAR, phone4 VARCHAR, phone5 VARCHAR, phone1_e164 VARCHAR, phone2_e164 VARCHAR, phone3_e164 VARCHAR, phone4_e164 VARCHAR, phone5_e164 VARCHAR, created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ, expires_at TIMESTAMPTZ)    the leads, also those that have expired
-- reads   import_rows (import_id VARCHAR, row_number BIGINT, fate VARCHAR, lead_id BIGINT)    for who made a lead that is gone
-- reads   imports (import_id VARCHAR, status VARCHAR, supplier VARCHAR, expires_at TIMESTAMPTZ)    the imports
-- reads   lists (list_id BIGINT, name VARCHAR)    the lists
-- reads   callbacks (lead_id BIGINT, due_at TIMESTAMPTZ)    open callbacks
-- reads   fetched (lead_id BIGINT)    the dialler's buffer
-- reads   clock (now TIMESTAMPTZ)    the time
-- returns (lead_id BIGINT, state VARCHAR, list VARCHAR, supplier VARCHAR, import_id VARCHAR, row_number BIGINT, status VARCHAR, call_attempts INTEGER, email VARCHAR, phones VARCHAR[], e164 VARCHAR[], created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ, expires_at TIMESTAMPTZ, callback_due_at TIMESTAMPTZ, is_fetched BOOLEAN)    one row per lead; state is live, expired, undone or gone
WITH made AS (
    SELECT
        import_rows.lead_id,
        import_rows.import_id,
        import_rows.row_number,
        imports.status,
        imports.supplier,
        imports.expires_at
    FROM import_rows
    SEMI JOIN leads_in_question ON import_rows.lead_id = leads_in_question.lead_id
    INNER JOIN imports ON import_rows.import_id = imports.import_id
    WHERE import_rows.fate = 'created'
),

due AS (
    SELECT
        lead_id,
        min(due_at) AS callback_due_at
    FROM callbacks
    GROUP BY lead_id
)

SELECT
    leads_in_question.lead_id,
    CASE
        WHEN coalesce(standing.expires_at, made.expires_at) <= clock.now THEN 'expired'
        WHEN standing.lead_id IS NOT NULL THEN 'live'
        WHEN made.status = 'undone' THEN 'undone'
        ELSE 'gone'
    END AS state,
    lists.name AS list,
    coalesce(standing.supplier, made.supplier) AS supplier,
    coalesce(standing.import_id, made.import_id) AS import_id,
    coalesce(standing.row_number, made.row_number) AS row_number,
    standing.status,
    standing.call_attempts,
    standing.email,
    list_value(standing.phone1, standing.phone2, standing.phone3, standing.phone4, standing.phone5) AS phones,
    list_value(standing.phone1_e164, standing.phone2_e164, standing.phone3_e164, standing.phone4_e164, standing.phone5_e164) AS e164,
    standing.created_at,
    standing.updated_at,
    coalesce(standing.expires_at, made.expires_at) AS expires_at,
    due.callback_due_at,
    leads_in_question.lead_id IN (SELECT fetched.lead_id FROM fetched) AS is_fetched
FROM leads_in_question
CROSS JOIN clock
LEFT JOIN standing_leads AS standing ON leads_in_question.lead_id = standing.lead_id
LEFT JOIN made ON leads_in_question.lead_id = made.lead_id
LEFT JOIN lists ON standing.list_id = lists.list_id
LEFT JOIN due ON leads_in_question.lead_id = due.lead_id
ORDER BY leads_in_question.lead_id;
