-- What do the calls that count say of each lead?
--
-- reads   starts (lead_id BIGINT, counts_from TIMESTAMPTZ)    the leads in question
-- reads   leads (lead_id BIGINT, status VARCHAR, call_attempts INTEGER)    how they stand
-- reads   dispositions (lead_id BIGINT, outcome VARCHAR, called_at TIMESTAMPTZ)    all outcomes
-- reads   outcomes (outcome VARCHAR, is_contact BOOLEAN, is_sale BOOLEAN, is_unworkable BOOLEAN)    what they mean
-- returns (lead_id BIGINT, status VARCHAR)    one row per lead whose status changes: sold, else unworkable, else contacted, else dialled, else new
WITH said AS (
    SELECT
        starts.lead_id,
        bool_or(outcomes.is_sale) AS is_sold,
        bool_or(outcomes.is_unworkable) AS is_unworkable,
        bool_or(outcomes.is_contact) AS is_contacted
    FROM starts
    INNER JOIN dispositions ON starts.lead_id = dispositions.lead_id AND starts.counts_from <= dispositions.called_at
    INNER JOIN outcomes ON dispositions.outcome = outcomes.outcome
    GROUP BY starts.lead_id
),

judged AS (
    SELECT
        leads.lead_id,
        leads.status AS status_before,
        CASE
            WHEN said.is_sold THEN 'sold'
            WHEN said.is_unworkable THEN 'unworkable'
            WHEN said.is_contacted THEN 'contacted'
            WHEN leads.call_attempts > 0 THEN 'dialled'
            ELSE 'new'
        END AS status
    FROM leads
    SEMI JOIN starts ON leads.lead_id = starts.lead_id
    LEFT JOIN said ON leads.lead_id = said.lead_id
    WHERE leads.status IS DISTINCT FROM 'suppressed'
)

SELECT
    lead_id,
    status
FROM judged
WHERE status IS DISTINCT FROM status_before
ORDER BY lead_id;
