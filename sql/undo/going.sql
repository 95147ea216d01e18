-- Which leads did the import make that have to go?
--
-- reads   leads (lead_id BIGINT, import_id VARCHAR, call_attempts INTEGER)    the leads as they stand
-- reads   touched (lead_id BIGINT)    those that later imports changed: they are left alone
-- reads   run (import_id VARCHAR)    the import to undo
-- returns (lead_id BIGINT, is_dialled BOOLEAN)    one row per lead
SELECT
    leads.lead_id,
    leads.call_attempts > 0 AS is_dialled
FROM leads
INNER JOIN run ON leads.import_id = run.import_id
ANTI JOIN touched ON leads.lead_id = touched.lead_id
ORDER BY leads.lead_id;
