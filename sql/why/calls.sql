-- Which calls were made to the leads in question, and what came of them?
--
-- reads   leads_in_question (lead_id BIGINT)    the leads
-- reads   attempts (lead_id BIGINT, e164 VARCHAR, agent VARCHAR, called_at TIMESTAMPTZ)    the calls
-- reads   dispositions (lead_id BIGINT, outcome VARCHAR, called_at TIMESTAMPTZ)    their outcomes
-- returns (lead_id BIGINT, called_at TIMESTAMPTZ, e164 VARCHAR, agent VARCHAR, outcome VARCHAR)    one row per lead and call or outcome, in order of time
SELECT
    coalesce(attempts.lead_id, dispositions.lead_id) AS lead_id,
    coalesce(attempts.called_at, dispositions.called_at) AS called_at,
    attempts.e164,
    attempts.agent,
    dispositions.outcome
FROM attempts
FULL JOIN dispositions ON attempts.lead_id = dispositions.lead_id AND attempts.called_at = dispositions.called_at
WHERE coalesce(attempts.lead_id, dispositions.lead_id) IN (SELECT leads_in_question.lead_id FROM leads_in_question)
ORDER BY called_at, coalesce(attempts.lead_id, dispositions.lead_id), dispositions.outcome;
