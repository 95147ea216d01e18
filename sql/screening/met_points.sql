-- Which contact points of leads that may be in scope does each row of the drop meet?
--
-- reads   compared_points (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    those of the drop by which this import looks
-- reads   silenced_points (row_number BIGINT, slot VARCHAR)    those that take no part
-- reads   lead_points (value BIGINT, lead_id BIGINT, list_id BIGINT, slot VARCHAR)    those of the leads that may be met
-- reads   run (is_global BOOLEAN, scope_lists BIGINT[], campaign_lists BIGINT[], dedupe_scope VARCHAR[])    this import
-- returns (row_number BIGINT, slot VARCHAR, kind UTINYINT, lead_id BIGINT, lead_slot VARCHAR)    one row per pair of slots, in no order; e-mails by value, which their texts may part
WITH known AS (
    -- First of all: few are known, and what is done to all of them costs more.
    SELECT
        compared_points.row_number,
        compared_points.slot,
        compared_points.kind,
        compared_points.value
    FROM compared_points
    SEMI JOIN lead_points ON compared_points.value = lead_points.value
),

heard AS (
    SELECT
        known.row_number,
        known.slot,
        known.kind,
        known.value
    FROM known
    ANTI JOIN silenced_points ON known.row_number = silenced_points.row_number AND known.slot = silenced_points.slot
)

SELECT
    heard.row_number,
    heard.slot,
    heard.kind,
    lead_points.lead_id,
    lead_points.slot AS lead_slot
FROM heard
INNER JOIN lead_points ON heard.value = lead_points.value
CROSS JOIN run
WHERE
    run.is_global
    OR list_contains(run.scope_lists, lead_points.list_id)
    OR list_contains(run.campaign_lists, lead_points.list_id)
    OR list_contains(run.dedupe_scope, 'supplier');
