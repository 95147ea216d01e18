-- Which places in surveys go with their leads, and which are renewed?
--
-- reads   survey_places (survey_id BIGINT, lead_id BIGINT, import_id VARCHAR, row_number BIGINT, invite_at TIMESTAMPTZ, expires_at TIMESTAMPTZ, created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ)    the places
-- reads   leads (lead_id BIGINT, expires_at TIMESTAMPTZ)    the leads, before any change
-- reads   affected (lead_id BIGINT, effect VARCHAR)    what the import does to them
-- reads   row_values (lead_id BIGINT)    the leads of accepted rows
-- reads   imports (import_id VARCHAR, sequence BIGINT)    for the age of the places
-- reads   run (import_id VARCHAR, as_of TIMESTAMPTZ, survey_id BIGINT, renews_places BOOLEAN)    this import
-- returns (changed_by VARCHAR, was_invited BOOLEAN, survey_id BIGINT, lead_id BIGINT, import_id VARCHAR, row_number BIGINT, invite_at TIMESTAMPTZ, expires_at TIMESTAMPTZ, created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ)    one row per place, as it stands; of several of a lead in the survey the newest is renewed
WITH gone AS (
    SELECT lead_id
    FROM affected
    WHERE effect IN ('deleted', 'replaced')
),

renewed AS (
    SELECT survey_places.*
    FROM survey_places
    INNER JOIN run ON survey_places.survey_id = run.survey_id AND run.renews_places
    SEMI JOIN row_values ON survey_places.lead_id = row_values.lead_id
    ANTI JOIN gone ON survey_places.lead_id = gone.lead_id
),

aged AS (
    SELECT
        renewed.*,
        row_number() OVER (PARTITION BY renewed.lead_id ORDER BY imports.sequence DESC) AS age
    FROM renewed
    LEFT JOIN imports ON renewed.import_id = imports.import_id
),

lost AS (
    SELECT survey_places.*
    FROM survey_places
    SEMI JOIN gone ON survey_places.lead_id = gone.lead_id
    UNION ALL
    SELECT * EXCLUDE (age)
    FROM aged
    WHERE age = 1
)

SELECT
    run.import_id AS changed_by,
    lost.invite_at <= run.as_of AND (leads.expires_at IS NULL OR leads.expires_at > lost.invite_at) AS was_invited,
    lost.survey_id,
    lost.lead_id,
    lost.import_id,
    lost.row_number,
    lost.invite_at,
    lost.expires_at,
    lost.created_at,
    lost.updated_at
FROM lost
INNER JOIN leads ON lost.lead_id = leads.lead_id
CROSS JOIN run
ORDER BY lost.survey_id, lost.lead_id, lost.import_id;
