-- Which leads did the import make that had expired and were swept?
--
-- reads   made (lead_id BIGINT)    the leads that the import made
-- reads   imports (import_id VARCHAR, expires_at TIMESTAMPTZ)    the imports
-- reads   leads (lead_id BIGINT)    the leads as they stand
-- reads   touched (lead_id BIGINT)    those that later imports changed or took away
-- reads   run (import_id VARCHAR, now TIMESTAMPTZ)    the import to undo
-- returns (lead_id BIGINT)    one row per lead
SELECT made.lead_id
FROM made
CROSS JOIN run
INNER JOIN imports ON run.import_id = imports.import_id AND run.now >= imports.expires_at
ANTI JOIN leads ON made.lead_id = leads.lead_id
ANTI JOIN touched ON made.lead_id = touched.lead_id
ORDER BY made.lead_id;
