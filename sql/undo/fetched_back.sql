-- Which leads come back into the dialler's buffer?
--
-- reads   fetched_images (changed_by VARCHAR, lead_id BIGINT, fetched_at TIMESTAMPTZ)    places in the buffer before imports flushed them
-- reads   imports (import_id VARCHAR, sequence BIGINT)    the imports
-- reads   leads (lead_id BIGINT)    the leads after the undo
-- reads   touched (lead_id BIGINT)    those that later imports changed: they are left alone
-- reads   fetched (lead_id BIGINT)    what the dialler has reported since stands
-- reads   run (import_id VARCHAR, sequence BIGINT)    the import to undo
-- returns (lead_id BIGINT, fetched_at TIMESTAMPTZ)    one row per place; a later flush stands
WITH flushed_later AS (
    SELECT fetched_images.lead_id
    FROM fetched_images
    INNER JOIN imports ON fetched_images.changed_by = imports.import_id
    CROSS JOIN run
    WHERE imports.sequence > run.sequence
)

SELECT
    fetched_images.lead_id,
    fetched_images.fetched_at
FROM fetched_images
INNER JOIN run ON fetched_images.changed_by = run.import_id
SEMI JOIN leads ON fetched_images.lead_id = leads.lead_id
ANTI JOIN touched ON fetched_images.lead_id = touched.lead_id
ANTI JOIN fetched ON fetched_images.lead_id = fetched.lead_id
ANTI JOIN flushed_later ON fetched_images.lead_id = flushed_later.lead_id
ORDER BY fetched_images.lead_id, fetched_images.fetched_at;
