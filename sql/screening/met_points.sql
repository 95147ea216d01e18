-- Which contact points of leads that may be in scope does each row of the drop meet?
--
-- reads   known_points (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    the contact points of the drop that leads have
-- reads   contact_points (value BIGINT, lead_id BIGINT, list_id BIGINT, slot VARCHAR)    those of the leads
-- reads   run (is_global BOOLEAN, scope_lists BIGINT[], campaign_lists BIGINT[], dedupe_scope VARCHAR[])    this import
-- returns (row_number BIGINT, slot VARCHAR, kind UTINYINT, lead_id BIGINT, lead_slot VARCHAR)    one row per pair of slots, in no order; e-mails by value, which their texts may part
SELECT
    known_points.row_number,
    known_points.slot,
    known_points.kind,
    contact_points.lead_id,
    contact_points.slot AS lead_slot
FROM known_points
INNER JOIN contact_points ON known_points.value = contact_points.value
CROSS JOIN run
WHERE
    run.is_global
    OR list_contains(run.scope_lists, contact_points.list_id)
    OR list_contains(run.campaign_lists, contact_points.list_id)
    OR list_contains(run.dedupe_scope, 'supplier');
