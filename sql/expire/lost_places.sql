-- Which places in surveys have expired, by themselves or with their leads?
--
-- reads   survey_places (survey_id BIGINT, lead_id BIGINT, import_id VARCHAR, invite_at TIMESTAMPTZ, expires_at TIMESTAMPTZ)    the places
-- reads   leads (lead_id BIGINT, expires_at TIMESTAMPTZ)    their leads
-- reads   run (now TIMESTAMPTZ)    the instant of the sweep
-- returns (survey_id BIGINT, lead_id BIGINT, import_id VARCHAR, invite_at TIMESTAMPTZ, was_invited BOOLEAN)    one row per place; nobody is invited after the end of their lead
SELECT
    survey_places.survey_id,
    survey_places.lead_id,
    survey_places.import_id,
    survey_places.invite_at,
    survey_places.invite_at <= run.now AND (leads.expires_at IS NULL OR leads.expires_at > survey_places.invite_at) AS was_invited
FROM survey_places
INNER JOIN leads ON survey_places.lead_id = leads.lead_id
CROSS JOIN run
WHERE survey_places.expires_at <= run.now OR leads.expires_at <= run.now
ORDER BY survey_places.survey_id, survey_places.lead_id, survey_places.import_id;
