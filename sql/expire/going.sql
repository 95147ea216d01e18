-- Which leads have expired?
--
-- reads   leads (lead_id BIGINT, list_id BIGINT, import_id VARCHAR, expires_at TIMESTAMPTZ)    the leads
-- reads   run (now TIMESTAMPTZ)    the instant of the sweep
-- returns (lead_id BIGINT, list_id BIGINT, import_id VARCHAR)    one row per lead; expires_at is the midnight that ends the last day, so that instant counts
SELECT
    leads.lead_id,
    leads.list_id,
    leads.import_id
FROM leads
CROSS JOIN run
WHERE leads.expires_at <= run.now
ORDER BY leads.lead_id;
