-- Which persons of the drop have a place in a survey, and when are they invited?
--
-- reads   drop_points (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    the contact points of the drop
-- reads   drop_rows (row_number BIGINT, email VARCHAR)    the cleaned rows
-- reads   lead_points (value BIGINT, lead_id BIGINT)    by what the leads can be recognised that may be met
-- reads   survey_places (survey_id BIGINT, lead_id BIGINT, invite_at TIMESTAMPTZ)    the places
-- reads   leads (lead_id BIGINT, list_id BIGINT, email VARCHAR, expires_at TIMESTAMPTZ)    the leads
-- reads   doomed (lead_id BIGINT)    leads that this import deletes first
-- reads   run (as_of TIMESTAMPTZ)    this import
-- returns (row_number BIGINT, slot VARCHAR, kind UTINYINT, survey_id BIGINT, list_id BIGINT, invite_at TIMESTAMPTZ)    one row per contact point and place; not those whose lead is gone before it is invited
WITH met AS (
    SELECT
        drop_points.row_number,
        drop_points.slot,
        drop_points.kind,
        lead_points.lead_id
    FROM drop_points
    INNER JOIN lead_points ON drop_points.value = lead_points.value
    SEMI JOIN survey_places ON lead_points.lead_id = survey_places.lead_id
)

SELECT
    met.row_number,
    met.slot,
    met.kind,
    survey_places.survey_id,
    leads.list_id,
    survey_places.invite_at
FROM met
INNER JOIN leads ON met.lead_id = leads.lead_id
INNER JOIN survey_places ON met.lead_id = survey_places.lead_id
LEFT JOIN drop_rows ON met.row_number = drop_rows.row_number AND met.kind = 3
CROSS JOIN run
WHERE
    (met.kind <> 3 OR lower(drop_rows.email) = lower(leads.email))
    AND (leads.expires_at IS NULL OR leads.expires_at > survey_places.invite_at)
    AND (survey_places.invite_at <= run.as_of OR met.lead_id NOT IN (SELECT doomed.lead_id FROM doomed))
ORDER BY met.row_number, met.slot, survey_places.survey_id, survey_places.invite_at;
