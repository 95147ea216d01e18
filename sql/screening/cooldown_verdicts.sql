-- Which rows of the drop are persons who are to be left in peace, why, and until when?
--
-- reads   drop_points (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    the contact points of the drop
-- reads   drop_rows (row_number BIGINT, email VARCHAR)    the cleaned rows
-- reads   contact_history (value BIGINT, text VARCHAR, survey_id BIGINT, list_id BIGINT, event VARCHAR, happened_at TIMESTAMPTZ)    whom we called or invited, and who answered
-- reads   invitations (row_number BIGINT, slot VARCHAR, kind UTINYINT, survey_id BIGINT, list_id BIGINT, invite_at TIMESTAMPTZ)    by their places in surveys, also to come
-- reads   cooldown_rules (rank INTEGER, scope VARCHAR, trigger VARCHAR, event VARCHAR, days INTEGER, survey_id BIGINT, list_id BIGINT)    the periods of the template, of days of 24 hours; a NULL id is any
-- reads   run (as_of TIMESTAMPTZ, time_zone VARCHAR)    this import
-- returns (row_number BIGINT, code VARCHAR, detail VARCHAR)    one row per row within a period; told is the one that ends last
WITH horizon AS (
    SELECT
        run.as_of,
        run.as_of - to_hours(24 * max(cooldown_rules.days)) AS since
    FROM run
    CROSS JOIN cooldown_rules
    GROUP BY run.as_of
),

events AS (
    SELECT
        drop_points.row_number,
        drop_points.slot,
        drop_points.kind,
        contact_history.survey_id,
        contact_history.list_id,
        contact_history.event,
        contact_history.happened_at
    FROM drop_points
    INNER JOIN contact_history ON drop_points.value = contact_history.value
    LEFT JOIN drop_rows ON drop_points.row_number = drop_rows.row_number AND drop_points.kind = 3
    CROSS JOIN horizon
    WHERE
        contact_history.happened_at <= horizon.as_of
        AND contact_history.happened_at > horizon.since
        AND (drop_points.kind <> 3 OR lower(drop_rows.email) = contact_history.text)
    UNION ALL
    SELECT row_number, slot, kind, survey_id, list_id, 'attempt' AS event, invite_at AS happened_at
    FROM invitations
),

cooled AS (
    SELECT
        events.row_number,
        events.slot,
        events.kind,
        cooldown_rules.rank,
        max(events.happened_at + to_hours(24 * cooldown_rules.days)) AS ends_at
    FROM events
    INNER JOIN cooldown_rules
        ON
            events.event = cooldown_rules.event
            AND (cooldown_rules.survey_id IS NULL OR events.survey_id = cooldown_rules.survey_id)
            AND (cooldown_rules.list_id IS NULL OR events.list_id = cooldown_rules.list_id)
    CROSS JOIN run
    WHERE events.happened_at + to_hours(24 * cooldown_rules.days) > run.as_of
    GROUP BY events.row_number, events.slot, events.kind, cooldown_rules.rank
),

ranked AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY row_number ORDER BY ends_at DESC, rank ASC, kind ASC, slot ASC) AS place
    FROM cooled
)

SELECT
    ranked.row_number,
    'R_COOLDOWN' AS code,
    cooldown_rules.scope || ' ' || cooldown_rules.trigger || ' ' || cooldown_rules.days
    || CASE WHEN cooldown_rules.days = 1 THEN ' day: ' ELSE ' days: ' END
    || ranked.slot || ', until ' || timezone(run.time_zone, ranked.ends_at)::DATE::VARCHAR AS detail
FROM ranked
INNER JOIN cooldown_rules ON ranked.rank = cooldown_rules.rank
CROSS JOIN run
WHERE ranked.place = 1
ORDER BY ranked.row_number;
