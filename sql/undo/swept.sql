-- Which leads did the import make that had expired and were swept?
--
-- reads   import_rows (import_id VARCHAR, fate VARCHAR, lead_id BIGINT)    every row of every import
-- reads   imports (import_id VARCHAR, expires_at TIMESTAMPTZ)    the imports
-- reads   leads (lead_id BIGINT)    the leads as they stand
-- reads   touched (lead_id BIGINT)    those that later imports changed or took away
-- reads   run (import_id VARCHAR, now TIMESTAMPTZ)    the import to undo
-- returns (lead_id BIGINT)    one row per lead
SELECT import_rows.lead_id
FROM import_rows
INNER JOIN imports ON import_rows.import_id = imports.import_id
INNER JOIN run ON import_rows.import_id = run.import_id AND imports.expires_at <= run.now
ANTI JOIN leads ON import_rows.lead_id = leads.lead_id
ANTI JOIN touched ON import_rows.lead_id = touched.lead_id
WHERE import_rows.fate = 'created'
ORDER BY import_rows.lead_id;
