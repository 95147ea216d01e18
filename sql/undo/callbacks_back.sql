-- Which callbacks come back with their leads?
--
-- reads   callback_images (changed_by VARCHAR, lead_id BIGINT, due_at TIMESTAMPTZ, notes VARCHAR)    callbacks before imports took them away
-- reads   restored (lead_id BIGINT)    the leads that come back
-- reads   callbacks (lead_id BIGINT)    what the dialler has reported since stands
-- reads   run (import_id VARCHAR)    the import to undo
-- returns (lead_id BIGINT, due_at TIMESTAMPTZ, notes VARCHAR)    one row per callback
SELECT
    callback_images.lead_id,
    callback_images.due_at,
    callback_images.notes
FROM callback_images
INNER JOIN run ON callback_images.changed_by = run.import_id
SEMI JOIN restored ON callback_images.lead_id = restored.lead_id
ANTI JOIN callbacks ON callback_images.lead_id = callbacks.lead_id
ORDER BY callback_images.lead_id, callback_images.due_at, callback_images.notes;
