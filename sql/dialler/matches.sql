-- Whom is each row of the report about: the lead it names, else every lead that has the number?
--
-- reads   reported (row_number BIGINT, given_id BIGINT, kind UTINYINT, value BIGINT, happened_at TIMESTAMPTZ, happened_local TIMESTAMP, flaw VARCHAR)    the report's rows
-- reads   report (time_zone VARCHAR)    how it was loaded
-- reads   named_leads (lead_id BIGINT, import_id VARCHAR, list_id BIGINT, created_at TIMESTAMPTZ, is_gone BOOLEAN)    the leads that it names
-- reads   leads (lead_id BIGINT, import_id VARCHAR, list_id BIGINT, created_at TIMESTAMPTZ)    the leads
-- reads   swept_leads (value BIGINT, lead_id BIGINT, import_id VARCHAR, list_id BIGINT, created_at TIMESTAMPTZ, expires_at TIMESTAMPTZ)    leads that expired meanwhile, by number
-- reads   lead_points (kind UTINYINT, value BIGINT, lead_id BIGINT)    by what those can be recognised that may be meant
-- reads   lists (list_id BIGINT, time_zone VARCHAR)    for the zone of a time that has none
-- returns (row_number BIGINT, lead_id BIGINT, import_id VARCHAR, list_id BIGINT, matched_by VARCHAR, is_gone BOOLEAN, is_newest BOOLEAN, happened_at TIMESTAMPTZ)    one row per row and lead; of a number the leads that stood there at that time, or, where none did, those that stand there now
WITH sound AS (
    SELECT *
    FROM reported
    WHERE flaw IS NULL
),

holders AS (
    SELECT DISTINCT
        lead_points.kind,
        lead_points.value,
        lead_points.lead_id
    FROM lead_points
    SEMI JOIN sound ON lead_points.value = sound.value
),

candidates AS (
    SELECT sound.row_number, named_leads.*, 'id' AS matched_by, NULL::TIMESTAMPTZ AS expires_at, sound.happened_at, sound.happened_local
    FROM sound
    INNER JOIN named_leads ON sound.given_id = named_leads.lead_id
    UNION ALL
    SELECT
        sound.row_number, leads.lead_id, leads.import_id, leads.list_id, leads.created_at, FALSE AS is_gone,
        'number' AS matched_by, NULL AS expires_at, sound.happened_at, sound.happened_local
    FROM sound
    ANTI JOIN named_leads ON sound.given_id = named_leads.lead_id
    INNER JOIN holders ON sound.kind = holders.kind AND sound.value = holders.value
    INNER JOIN leads ON holders.lead_id = leads.lead_id
    UNION ALL
    SELECT
        sound.row_number, swept_leads.lead_id, swept_leads.import_id, swept_leads.list_id, swept_leads.created_at, TRUE AS is_gone,
        'number' AS matched_by, swept_leads.expires_at, sound.happened_at, sound.happened_local
    FROM sound
    ANTI JOIN named_leads ON sound.given_id = named_leads.lead_id
    INNER JOIN swept_leads ON sound.value = swept_leads.value
),

timed AS (
    SELECT
        candidates.row_number,
        candidates.lead_id,
        candidates.import_id,
        candidates.list_id,
        candidates.created_at,
        candidates.is_gone,
        candidates.matched_by,
        candidates.expires_at,
        coalesce(
            candidates.happened_at,
            timezone(coalesce(report.time_zone, lists.time_zone, 'UTC'), candidates.happened_local)
        ) AS happened_at
    FROM candidates
    CROSS JOIN report
    LEFT JOIN lists ON candidates.list_id = lists.list_id
),

standing AS (
    SELECT *
    FROM timed
    WHERE expires_at IS NULL OR (created_at <= happened_at AND happened_at < expires_at)
    QUALIFY
        matched_by = 'id'
        OR coalesce(created_at <= happened_at, TRUE)
        OR NOT bool_or(coalesce(created_at <= happened_at, TRUE)) OVER (PARTITION BY row_number)
)

SELECT
    row_number,
    lead_id,
    import_id,
    list_id,
    matched_by,
    is_gone,
    row_number() OVER (PARTITION BY standing.row_number ORDER BY created_at DESC, lead_id DESC) = 1 AS is_newest,
    happened_at
FROM standing
ORDER BY row_number, lead_id;
