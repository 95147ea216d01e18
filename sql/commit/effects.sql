-- What does the import do to leads that are there, and which row does it, by which slots?
--
-- reads   touches (lead_id BIGINT, effect VARCHAR)    what the duplicate check does to leads
-- reads   doomed (lead_id BIGINT)    what delete existing takes away
-- reads   leads (lead_id BIGINT, list_id BIGINT)    the leads, before any change
-- reads   existing_matches (row_number BIGINT, slot VARCHAR, kind UTINYINT, lead_id BIGINT, lead_slot VARCHAR)    which rows meet them
-- reads   duplicate_verdicts (row_number BIGINT, fate VARCHAR, detail VARCHAR, lead_id BIGINT)    which rows update one, and what could not be decided
-- reads   lead_points (value BIGINT, lead_id BIGINT)    by what the leads were found that go or change
-- reads   run (import_id VARCHAR)    this import
-- returns (import_id VARCHAR, lead_id BIGINT, effect VARCHAR, row_number BIGINT, slot VARCHAR, lead_slot VARCHAR, list_id BIGINT, points BIGINT[])    one row per lead and effect; told is the first row that does it, NULL for what no row does
WITH done AS (
    SELECT lead_id, 'deleted' AS effect FROM doomed
    UNION ALL
    SELECT lead_id, effect FROM touches
),

meetings AS (
    SELECT
        existing_matches.lead_id,
        existing_matches.row_number,
        existing_matches.slot,
        existing_matches.lead_slot,
        existing_matches.kind = 3 AS is_email,
        FALSE AS is_update
    FROM existing_matches
    ANTI JOIN (SELECT row_number FROM duplicate_verdicts WHERE fate = 'quarantined') AS undecided
        ON existing_matches.row_number = undecided.row_number
    UNION ALL
    SELECT
        lead_id,
        row_number,
        regexp_extract(detail, '^(\w+) = ', 1) AS slot,
        regexp_extract(detail, ' = (\w+) of ', 1) AS lead_slot,
        FALSE AS is_email,
        TRUE AS is_update
    FROM duplicate_verdicts
    WHERE fate = 'updated'
),

firsts AS (
    SELECT *
    FROM meetings
    QUALIFY row_number() OVER (PARTITION BY lead_id, is_update ORDER BY meetings.row_number, is_email, slot, lead_slot) = 1
),

points AS (
    SELECT
        lead_id,
        list_distinct(list(value ORDER BY value)) AS points
    FROM lead_points
    GROUP BY lead_id
)

SELECT
    run.import_id,
    leads.lead_id,
    done.effect,
    coalesce(updating.row_number, meeting.row_number) AS row_number,
    coalesce(updating.slot, meeting.slot) AS slot,
    coalesce(updating.lead_slot, meeting.lead_slot) AS lead_slot,
    leads.list_id,
    points.points
FROM done
INNER JOIN leads ON done.lead_id = leads.lead_id
CROSS JOIN run
LEFT JOIN firsts AS updating ON done.lead_id = updating.lead_id AND updating.is_update AND done.effect IN ('updated', 'reset')
LEFT JOIN firsts AS meeting ON done.lead_id = meeting.lead_id AND NOT meeting.is_update AND done.effect <> 'deleted'
LEFT JOIN points ON done.lead_id = points.lead_id
ORDER BY leads.lead_id, done.effect;
