-- The open callbacks.
--
-- reads   callbacks (lead_id BIGINT, due_at TIMESTAMPTZ, notes VARCHAR)    the store's
-- reads   part (partition VARCHAR, part VARCHAR)    the part to publish
-- returns (lead_id BIGINT, due_at TIMESTAMPTZ, notes VARCHAR)    one row per callback
SELECT
    callbacks.lead_id,
    callbacks.due_at,
    callbacks.notes
FROM callbacks
CROSS JOIN part
ORDER BY callbacks.lead_id, callbacks.due_at;
