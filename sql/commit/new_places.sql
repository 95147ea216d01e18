-- Which place in the survey does each accepted person of the drop get?
--
-- reads   row_values (row_number BIGINT, lead_id BIGINT)    the accepted rows
-- reads   lost_places (survey_id BIGINT, lead_id BIGINT, import_id VARCHAR, row_number BIGINT, created_at TIMESTAMPTZ)    the places that are renewed, among others
-- reads   leads (lead_id BIGINT)    the leads, after all changes
-- reads   run (import_id VARCHAR, created_at TIMESTAMPTZ, survey_id BIGINT, invite_at TIMESTAMPTZ, place_expires_at TIMESTAMPTZ)    this import
-- returns (survey_id BIGINT, lead_id BIGINT, import_id VARCHAR, row_number BIGINT, invite_at TIMESTAMPTZ, expires_at TIMESTAMPTZ, created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ)    one row per lead, however many of its rows were accepted; a renewed place stays that of the import which made it
WITH invited AS (
    SELECT
        row_values.lead_id,
        min(row_values.row_number) AS row_number
    FROM row_values
    SEMI JOIN leads ON row_values.lead_id = leads.lead_id
    GROUP BY row_values.lead_id
)

SELECT
    run.survey_id,
    invited.lead_id,
    coalesce(renewed.import_id, run.import_id) AS import_id,
    coalesce(renewed.row_number, invited.row_number) AS row_number,
    run.invite_at,
    run.place_expires_at AS expires_at,
    coalesce(renewed.created_at, run.created_at) AS created_at,
    run.created_at AS updated_at
FROM invited
INNER JOIN run ON run.survey_id IS NOT NULL
LEFT JOIN lost_places AS renewed ON invited.lead_id = renewed.lead_id AND run.survey_id = renewed.survey_id
ORDER BY invited.lead_id;
