-- Which calls does the report tell that we did not know?
--
-- reads   matches (row_number BIGINT, lead_id BIGINT, import_id VARCHAR, list_id BIGINT, matched_by VARCHAR, is_newest BOOLEAN, happened_at TIMESTAMPTZ)    whom each row is about
-- reads   reported (row_number BIGINT, kind UTINYINT, value BIGINT, agent VARCHAR)    the report's rows
-- reads   attempts (lead_id BIGINT, number BIGINT, is_credited BOOLEAN, called_at TIMESTAMPTZ)    the calls that are known
-- returns (lead_id BIGINT, import_id VARCHAR, list_id BIGINT, number BIGINT, agent VARCHAR, is_credited BOOLEAN, called_at TIMESTAMPTZ)    one row per lead and time; a call keeps the credit it gave
WITH calls AS (
    SELECT
        matches.lead_id,
        any_value(matches.import_id) AS import_id,
        any_value(matches.list_id) AS list_id,
        min(reported.value) FILTER (WHERE reported.kind = 1) AS number,
        min(reported.agent) AS agent,
        bool_or(matches.matched_by = 'id') AS is_named,
        bool_or(matches.is_newest) AS is_newest,
        matches.happened_at AS called_at
    FROM matches
    INNER JOIN reported ON matches.row_number = reported.row_number
    GROUP BY matches.lead_id, matches.happened_at
),

credited AS (
    SELECT DISTINCT
        number,
        called_at
    FROM attempts
    WHERE is_credited
)

SELECT
    calls.lead_id,
    calls.import_id,
    calls.list_id,
    calls.number,
    calls.agent,
    calls.is_named OR (calls.is_newest AND credited.number IS NULL) AS is_credited,
    calls.called_at
FROM calls
ANTI JOIN attempts ON calls.lead_id = attempts.lead_id AND calls.called_at = attempts.called_at
LEFT JOIN credited ON calls.number = credited.number AND calls.called_at = credited.called_at
ORDER BY calls.called_at, calls.lead_id;
