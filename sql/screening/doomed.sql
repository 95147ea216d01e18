-- Which leads of the destination list does "delete existing" take away first?
--
-- reads   leads (lead_id BIGINT, list_id BIGINT)    the leads
-- reads   callbacks (lead_id BIGINT)    open callbacks
-- reads   run (list_id BIGINT, delete_existing BOOLEAN, keep_callbacks BOOLEAN)    this import
-- returns (lead_id BIGINT)    the leads to delete; with keep_callbacks those with an open callback stay
SELECT leads.lead_id
FROM leads
CROSS JOIN run
WHERE
    run.delete_existing
    AND leads.list_id = run.list_id
    AND (NOT run.keep_callbacks OR leads.lead_id NOT IN (SELECT callbacks.lead_id FROM callbacks))
ORDER BY leads.lead_id;
