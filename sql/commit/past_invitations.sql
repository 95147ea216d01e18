-- Whom did we invite by the places that are lost?
--
-- reads   lost_places (survey_id BIGINT, lead_id BIGINT, invite_at TIMESTAMPTZ, was_invited BOOLEAN)    the places
-- reads   leads (lead_id BIGINT, list_id BIGINT, email VARCHAR)    their leads, before any change
-- reads   lead_points (kind UTINYINT, value BIGINT, lead_id BIGINT)    by what they were recognised
-- returns (kind UTINYINT, value BIGINT, text VARCHAR, lead_id BIGINT, list_id BIGINT, survey_id BIGINT, event VARCHAR, happened_at TIMESTAMPTZ)    one row per contact point and invitation that went out, for the history of contacts
SELECT DISTINCT
    lead_points.kind,
    lead_points.value,
    CASE WHEN lead_points.kind = 3 THEN lower(leads.email) END AS text,
    lost_places.lead_id,
    leads.list_id,
    lost_places.survey_id,
    'attempt' AS event,
    lost_places.invite_at AS happened_at
FROM lost_places
INNER JOIN leads ON lost_places.lead_id = leads.lead_id
INNER JOIN lead_points ON lost_places.lead_id = lead_points.lead_id
WHERE lost_places.was_invited
ORDER BY lead_points.kind, lead_points.value, lost_places.lead_id, lost_places.invite_at;
