-- In which of these calls did a human answer?
--
-- reads   touched (lead_id BIGINT)    the leads in question
-- reads   dispositions (lead_id BIGINT, outcome VARCHAR, called_at TIMESTAMPTZ)    all outcomes
-- reads   outcomes (outcome VARCHAR, is_contact BOOLEAN)    what they mean
-- returns (lead_id BIGINT, called_at TIMESTAMPTZ, is_contact BOOLEAN)    one row per call of these leads that ended
SELECT
    dispositions.lead_id,
    dispositions.called_at,
    coalesce(outcomes.is_contact, FALSE) AS is_contact
FROM dispositions
SEMI JOIN touched ON dispositions.lead_id = touched.lead_id
LEFT JOIN outcomes ON dispositions.outcome = outcomes.outcome
ORDER BY dispositions.lead_id, dispositions.called_at;
