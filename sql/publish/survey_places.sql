-- Who has a place in a survey, when they are invited and until when it is open to them.
--
-- reads   survey_places (survey_id BIGINT, lead_id BIGINT, import_id VARCHAR, row_number BIGINT, invite_at TIMESTAMPTZ, expires_at TIMESTAMPTZ, created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ)    the store's
-- reads   part (partition VARCHAR, part VARCHAR)    the part to publish
-- returns (survey_id BIGINT, lead_id BIGINT, import_id VARCHAR, row_number BIGINT, invite_at TIMESTAMPTZ, expires_at TIMESTAMPTZ, created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ)    one row per place
SELECT
    survey_places.survey_id,
    survey_places.lead_id,
    survey_places.import_id,
    survey_places.row_number,
    survey_places.invite_at,
    survey_places.expires_at,
    survey_places.created_at,
    survey_places.updated_at
FROM survey_places
INNER JOIN part ON survey_places.survey_id = part.partition::BIGINT AND survey_places.import_id = part.part
ORDER BY survey_places.lead_id, survey_places.import_id;
