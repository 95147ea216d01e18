-- The calls of one day (UTC) that the dialler reported.
--
-- reads   attempts (lead_id BIGINT, import_id VARCHAR, list_id BIGINT, number BIGINT, agent VARCHAR, is_credited BOOLEAN, called_at TIMESTAMPTZ)    the store's
-- reads   part (partition VARCHAR, part VARCHAR)    the part to publish
-- returns (lead_id BIGINT, import_id VARCHAR, list_id BIGINT, e164 VARCHAR, agent VARCHAR, is_credited BOOLEAN, called_at TIMESTAMPTZ)    one row per lead and call
SELECT
    attempts.lead_id,
    attempts.import_id,
    attempts.list_id,
    '+' || attempts.number AS e164,
    attempts.agent,
    attempts.is_credited,
    attempts.called_at
FROM attempts
CROSS JOIN part
WHERE (attempts.called_at AT TIME ZONE 'UTC')::DATE = part.partition::DATE
ORDER BY attempts.called_at, attempts.lead_id;
