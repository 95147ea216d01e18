-- The leads in the dialler's buffer.
--
-- reads   fetched (lead_id BIGINT, fetched_at TIMESTAMPTZ)    the store's
-- reads   part (partition VARCHAR, part VARCHAR)    the part to publish
-- returns (lead_id BIGINT, fetched_at TIMESTAMPTZ)    one row per lead fetched
SELECT
    fetched.lead_id,
    fetched.fetched_at
FROM fetched
CROSS JOIN part
ORDER BY fetched.lead_id, fetched.fetched_at;
